from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.safety.language import answer_language, guess_language
from chatbot.safety.normalising import Normalised, normalise
from chatbot.safety.rules import rule_table


def read(text: str, today: date | None = None) -> Normalised:
    return normalise(text, rule_table().spelling, today)


def words(text: str) -> str:
    return " ".join(names[0] for names in read(text).words)


def names_of(text: str, today: date | None = None) -> set[str]:
    return {name for names in read(text, today).words for name in names}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("I DON'T want to", "i do not want to"),
        ("i dont want to", "i do not want to"),
        ("i don’t want to", "i do not want to"),
        ("wanna", "want to"),
        ("im gonna", "i am going to"),
        ("he'll", "he will"),
        ("what's", "what is"),
        ("my son's appt", "my son appointment"),
        ("u r", "you are"),
    ],
)
def test_short_forms_are_written_out(written: str, meant: str) -> None:
    assert words(written) == meant


@pytest.mark.parametrize(
    "disguised",
    [
        "su1c1de", "s u i c i d e", "s.u.i.c.i.d.e", "s-u-i-c-i-d-e", "suuuuicide", "SUICIDE", "ｓｕｉｃｉｄｅ",
        "ѕuісіdе", "sui\u200bcide", "sui\u202ecide", "s\u0336u\u0336i\u0336c\u0336i\u0336d\u0336e\u0336",
        "𝓼𝓾𝓲𝓬𝓲𝓭𝓮", "su*cide", "suicde", "sewerslide", "suïcide",
    ],
)  # fmt: skip
def test_disguises_and_slips_of_one_word_come_out_as_that_word(disguised: str) -> None:
    assert words(disguised) == "suicide"


@pytest.mark.parametrize(
    "written",
    ["k1ll mys3lf", "killmyself", "k i l l  m y s e l f", "kms", "kil myslef", "k!ll my\u200bself", "k*ll myself"],
)
def test_disguises_of_several_words_come_out_as_those_words(written: str) -> None:
    assert words(written) == "kill myself"


@pytest.mark.parametrize("glued", ["iwanttodie", "#iwanttodie", "i w a n t t o d i e", "i-w-a-n-t-t-o-d-i-e"])
def test_words_written_together_or_letter_by_letter_are_taken_apart(glued: str) -> None:
    assert words(glued) == "i want to die"


@pytest.mark.parametrize(
    "word", ["skill", "overdone", "therapist", "studied", "remedies", "quality", "hospitals", "alike", "plan", "Bodies"]
)
def test_ordinary_words_are_left_alone(word: str) -> None:
    assert words(word) == word.lower()


def test_spanish_accents_are_folded_and_spanish_slang_is_respelt() -> None:
    assert words("Kiero morirme, ya no aguanto más este año") == "quiero morirme ya no aguanto mas este ano"


def test_emoji_that_mean_something_become_words() -> None:
    assert words("🔫 💊 ☠️ 😂") == "#gun_emoji #pill_emoji #skull_emoji lol"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("I'm sixteen", "#minor_age"),
        ("16yo", "#minor_age"),
        ("tengo quince años", "#minor_age"),
        ("at 3:30", "#clock"),
        ("on 4/12/1986", "#full_date"),
        ("on 3/4", "#date"),
        ("212/121", "#very_high_pressure"),
        ("150/95", "#pressure"),
        ("ann@example.com", "#email"),
        ("123 45 6789", "#secret_number"),
        ("4111 1111 1111 1111", "#secret_number"),
        ("617-555-0199", "#phone"),
        ("1-800-222-1222", "#public_phone"),
        ("1EG4-TE5-MK73", "#member_number"),
        ("https://example.com/suicide-study", "#risky_link"),
        ("https://example.com/a", "#link"),
    ],
)
def test_numbers_and_addresses_are_known_by_their_kind(text: str, name: str) -> None:
    assert name in names_of(text)


def test_a_birth_year_is_a_minors_only_against_todays_date() -> None:
    assert "#minor_year" in names_of("born in 2010", date(2026, 1, 1))
    assert "#minor_year" not in names_of("born in 2010", date(2040, 1, 1))


def test_the_text_of_a_link_is_not_read_as_the_visitors_words() -> None:
    assert words("see https://example.com/i-want-to-die") == "see #link"


def test_sentence_and_clause_ends_are_kept() -> None:
    read_text = read("I stopped. My dog, though, is fine")
    assert read_text.sentence_breaks == 1 << 2
    assert read_text.clause_breaks == 1 << 2 | 1 << 4 | 1 << 5


def test_trailing_off_does_not_end_a_sentence() -> None:
    assert read("i just... want it to stop").sentence_breaks == 0


def test_a_question_mark_is_noticed_in_any_script() -> None:
    assert read("really？").asks
    assert not read("really!").asks


def test_nothing_is_cut_off() -> None:
    assert len(read("word " * 4000).words) == 4000


@given(st.text(max_size=300))
def test_any_text_can_be_normalised(text: str) -> None:
    result = read(text)
    assert all(names and all(names) for names in result.words)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("¿Cuánto cuesta?", "es"),
        ("quiero morirme", "es"),
        ("how much is it", "en"),
        ("i want to die", "en"),
        ("ketamine", None),
        ("", None),
    ],
)
def test_the_language_is_guessed_from_the_words(text: str, language: str | None) -> None:
    assert guess_language(text) == language


def test_what_is_written_decides_over_the_page_and_the_page_over_earlier_messages() -> None:
    assert answer_language("quiero morirme", "en", ()) == "es"
    assert answer_language("spravato", "es", ("how does it work",)) == "es"
    assert answer_language("spravato", None, ("¿cuánto dura?", "ok")) == "es"
    assert answer_language("spravato", None, ()) == "en"
