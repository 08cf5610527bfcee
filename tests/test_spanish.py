"""`spanish.toml` is refused with field and remedy rather than half understood."""

from pathlib import Path

import pytest

import corpus as content
from corpus.front_matter import ContentError
from corpus.spanish import Spanish, load_spanish

SHIPPED = Path(content.__file__).parent / "spanish.toml"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "spanish.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_file_holds_what_a_clinic_is_asked_about() -> None:
    spanish = load_spanish(SHIPPED)
    assert spanish.nouns["efecto secundario"] == "side effect"
    assert spanish.phrases["en ayunas"] == "without eating"
    assert sum(len(getattr(spanish, name)) for name in ("phrases", "words", "nouns", "adjectives", "verbs")) > 2000


def test_without_the_file_nothing_is_known(tmp_path: Path) -> None:
    assert load_spanish(tmp_path / "spanish.toml") == Spanish()


def test_a_word_that_stands_twice_names_the_line(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"spanish\.toml: file: not valid TOML .*line 3.*each word once"):
        load_spanish(written(tmp_path, '[words]\n"hoy" = "today"\n"hoy" = "now"\n'))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[wrods]\n"hoy" = "today"\n', "wrods"),
        ('[words]\n"hoy" = ["today"]\n', r"words\.hoy.*as the others do"),
        ('[nouns]\n"dosis" = ""\n', r"nouns\.dosis: one side is empty.*remove the line"),
        ('[phrases]\n"ayunas" = "without eating"\n', "is a single word.*Put it under words"),
        ('[phrases]\n"*dejar de" = "stop"\n', "'dejar' is not under verbs.*Add the verb"),
        ('[verbs]\n"tomo" = "take"\n', "not a verb as in a dictionary.*'tomar'"),
        ('[verbs]\n"tomar" = "take, took"\n', "neither one form nor three"),
        ('[irregular.tener]\npresent = "tengo tienes tiene tenemos tienen"\n', r"irregular\.tener: is not under verbs"),
        ('[verbs]\n"tener" = "have"\n[irregular.tener]\npast = "tuve tuvo"\n', r"tener\.past: 2 forms.*five"),
        ('[verbs]\n"hacer" = "do"\n[irregular.hacer]\nforms = "hecho"\n', "not two words.*gerund and participle"),
    ],
)
def test_each_mistake_is_named_with_its_field_and_what_to_write(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ContentError, match=said):
        load_spanish(written(tmp_path, text))


def test_what_is_written_rightly_is_not_refused(tmp_path: Path) -> None:
    text = (
        '[phrases]\n"*dejar de" = "stop"\n[verbs]\n"dejar" = "leave, left, left"\n"dormirse" = "fall asleep"\n'
        '[irregular.dejar]\npresent = "dejo dejas deja dejamos dejan"\nforms = "dejando dejado"\n'
    )
    assert load_spanish(written(tmp_path, text)).irregular["dejar"].tenses() == {
        "present": ["dejo", "dejas", "deja", "dejamos", "dejan"]
    }
