"""`clinic.toml` and `glossary.toml` are refused with field and remedy rather than half understood."""

from pathlib import Path

import pytest

import chatbot
from corpus.clinic import load_clinic, tel
from corpus.colours import INK, SURFACES, contrast, text_on
from corpus.front_matter import ContentError
from corpus.glossary import load_glossary
from corpus.replies import load_replies, load_reply

CLINIC = """
name = "Example Clinic"
phone = "617-555-0100"
languages = ["en", "es"]
[retention]
keep_text = "off"
[help_lines.emergency]
name = "Emergency"
call = "911"
checked_on = 2026-01-01
source = "test"
[help_lines.crisis]
name = "Crisis line"
call = "988"
text = "988"
checked_on = 2026-01-01
source = "test"
"""


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_clinic_is_loaded(tmp_path: Path) -> None:
    clinic = load_clinic(written(tmp_path / "clinic.toml", CLINIC))
    assert (clinic.name, clinic.phone, clinic.help_lines["crisis"].text) == ("Example Clinic", "617-555-0100", "988")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (('phone = "617-555-0100"', 'phone = "call us"'), "phone"),
        (('phone = "617-555-0100"', ""), "phone"),
        (('languages = ["en", "es"]', 'languages = ["fr"]'), "languages.0"),
        (('name = "Example Clinic"', 'name = "Example Clinic"\ncolour = "blue"'), "colour"),
        (('keep_text = "off"', 'keep_text = "everything"'), "retention.keep_text"),
        (('keep_text = "off"', "keep_days = 0"), "retention.keep_days"),
        (("[help_lines.emergency]", "[help_lines.other]"), "help_lines.emergency.call"),
        (("checked_on = 2026-01-01", ""), "help_lines.emergency.checked_on"),
        (("[retention]", '[site]\nframe_ancestors = ["*"]\n[retention]'), "site.frame_ancestors.0"),
        (("[retention]", '[site]\nframe_ancestors = ["https://a.example/x"]\n[retention]'), "site.frame_ancestors.0"),
        (("[retention]", '[site]\nframe_ancestors = ["http://a.example"]\n[retention]'), "site.frame_ancestors.0"),
        (("[retention]", '[theme]\naccent = "teal"\n[retention]'), "theme.accent"),
        (("[retention]", '[theme]\naccent = "#ffd400"\n[retention]'), "theme.accent"),
        (("[retention]", '[theme]\naccent_dark = "#0b5a63"\n[retention]'), "theme.accent_dark"),
    ],
)
def test_a_mistake_in_clinic_toml_is_named(tmp_path: Path, change: tuple[str, str], field: str) -> None:
    path = written(tmp_path / "clinic.toml", CLINIC.replace(*change))
    with pytest.raises(ContentError) as raised:
        load_clinic(path)
    assert raised.value.field == field
    assert str(path) in str(raised.value)


def test_a_colour_that_cannot_be_read_is_refused_with_its_contrast_and_what_to_choose(tmp_path: Path) -> None:
    text = CLINIC.replace("[retention]", '[theme]\naccent = "#5aa0a8"\n[retention]')
    with pytest.raises(ContentError, match=r"contrast of 2\.\d where text needs 4\.5\. Choose a darker colour\.$"):
        load_clinic(written(tmp_path / "clinic.toml", text))


def test_a_clinic_names_the_sites_that_may_embed_the_chat(tmp_path: Path) -> None:
    named = '[site]\nframe_ancestors = ["https://www.clinic.example", "http://localhost:8000"]\n[retention]'
    clinic = load_clinic(written(tmp_path / "clinic.toml", CLINIC.replace("[retention]", named)))
    assert clinic.site.frame_ancestors == ("https://www.clinic.example", "http://localhost:8000")
    assert load_clinic(written(tmp_path / "other.toml", CLINIC)).site.frame_ancestors == ()


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert contrast("#abcdef", "#abcdef") == 1
    assert text_on("#0b5a63") == "#ffffff"
    assert text_on("#86d1d9") != "#ffffff"


def test_the_surfaces_contrast_is_checked_on_are_those_of_the_pages() -> None:
    light, dark = (Path(chatbot.__file__).parent / "static/site.css").read_text(encoding="utf-8").split("@media", 1)
    for scheme, rules in (("light", light), ("dark", dark)):
        for name, colour in zip(("surface", "page", "ink"), (*SURFACES[scheme], INK[scheme]), strict=True):
            assert f"--{name}: {colour};" in rules


def test_a_missing_or_broken_clinic_toml_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="CHATBOT_CLINIC"):
        load_clinic(tmp_path / "clinic.toml")
    with pytest.raises(ContentError, match="Mend that line"):
        load_clinic(written(tmp_path / "clinic.toml", "name = "))


def test_numbers_become_links_a_phone_can_dial() -> None:
    assert tel("988") == "tel:988"
    assert tel("617-555-0100") == tel("1-617-555-0100") == "tel:+16175550100"


def test_a_reply_is_filled_in_and_offers_its_actions(tmp_path: Path) -> None:
    clinic = load_clinic(written(tmp_path / "clinic.toml", CLINIC))
    head = '---\nactions: ["call:crisis", "text:crisis", "call:clinic"]\nchoices: ["Yes"]\nreviewed_by: null\n---\n'
    path = written(tmp_path / "hello.en.md", head + "Call {crisis} or {clinic} at {phone}.\n")
    reply = load_reply(path, clinic)
    assert reply.text == "Call 988 or Example Clinic at 617-555-0100."
    assert [(action.kind, action.href) for action in reply.actions] == [
        ("call", "tel:988"), ("text", "sms:988"), ("call", "tel:+16175550100"), ("say", ""),
    ]  # fmt: skip
    assert load_replies(tmp_path, clinic)["hello", "en"] == reply


@pytest.mark.parametrize(
    ("name", "text", "remedy"),
    [
        ("hello.md", "---\nactions: []\n---\nHi", "Name it like"),
        ("hello.en.md", "---\nactions: []\n---\nCall {nobody}", "Use {phone}"),
        ("hello.en.md", "---\nactions: [\"call:nobody\"]\n---\nHi", "a help line"),
        ("hello.en.md", "---\nactionz: []\n---\nHi", "spelling"),
    ],
)  # fmt: skip
def test_a_reply_that_cannot_be_used_says_why(tmp_path: Path, name: str, text: str, remedy: str) -> None:
    clinic = load_clinic(written(tmp_path / "clinic.toml", CLINIC))
    with pytest.raises(ContentError, match=remedy):
        load_reply(written(tmp_path / name, text), clinic)


GLOSSARY = """
[[terms]]
term = "nausea"
says = "Feeling sick to your stomach."
article = "side-effects"
lay = ["queasy", "throwing up"]
[[treatments]]
name = "ketamine"
words = ["ketamine"]
"""


def test_lay_words_and_treatments_are_found_as_whole_words(tmp_path: Path) -> None:
    glossary = load_glossary(written(tmp_path / "glossary.toml", GLOSSARY))
    assert [term.term for term in glossary.terms_in("Will I be QUEASY?")] == ["nausea"]
    assert glossary.terms_in("queasyness") == []
    assert glossary.treatments_in("Ketamine and esketamine") == {"ketamine"}
    assert glossary.treatments_in("esketamine") == set()


def test_a_lay_word_under_two_terms_is_refused(tmp_path: Path) -> None:
    again = '[[terms]]\nterm = "reflux"\nsays = "x"\narticle = "y"\nlay = ["queasy"]\n'
    with pytest.raises(ContentError, match="Keep it under one"):
        load_glossary(written(tmp_path / "glossary.toml", GLOSSARY + again))


def test_without_a_glossary_nothing_is_added(tmp_path: Path) -> None:
    assert load_glossary(tmp_path / "glossary.toml").terms == ()
