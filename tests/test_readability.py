import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.readability import (
    english_syllables,
    fernandez_huerta,
    flesch_kincaid_grade,
    plain_text,
    sentences,
    smog_grade,
    spanish_syllables,
    words,
)

HAND_COUNTED = [
    # sentence, words, syllables, of the words without numbers and addresses
    ("The cat sat on the mat.", 6, 6),
    ("Call or text 988 at any time.", 7, 7),
    ("Spravato is a nasal spray.", 5, 8),
    ("Ketamine can raise your blood pressure.", 6, 9),
    ("Esketamine is made from one part of ketamine.", 8, 13),
    ("A nurse watches you for two hours.", 7, 8),
    ("Depression is a medical illness, not a weakness.", 8, 14),
    ("You are in a quiet area being cared for.", 9, 13),
    ("I'm an automated program, not a person.", 7, 12),
    ("People sometimes feel sleepy afterward.", 5, 10),
    ("Your clinician decides the medicine and the dose.", 8, 13),
    ("Treatment-resistant depression needs a careful evaluation.", 6, 17),
    ("Chat at masshelpline.com or call 833-773-2445.", 6, 4),
    ("Someone else must drive you home safely.", 7, 9),
]
SPANISH_WORDS = {
    "ayuda": 3, "ahora": 3, "emergencia": 4, "depresión": 3, "día": 2, "guía": 2, "que": 1, "alguien": 2, "leer": 2,
    "país": 2, "oír": 2, "estoy": 2, "muy": 1, "y": 1, "médico": 3, "clínica": 3, "suicidio": 3, "paciente": 3,
    "automático": 5, "pingüino": 3, "teoría": 4, "poeta": 3, "línea": 3, "leyes": 2, "tuyo": 2, "hacia": 2, "hacía": 3,
    "cuidado": 3, "continúo": 4, "seguir": 2, "guerra": 2, "también": 2, "aún": 2, "ketamina": 4, "reunión": 2,
}  # fmt: skip


def counted(sentence: str) -> tuple[int, float]:
    """Solve the two formulas for what they counted: words of the sentence, syllables a word."""
    number = len(words(sentence))
    return number, (flesch_kincaid_grade(sentence) + 15.59 - 0.39 * number) / 11.8


@pytest.mark.parametrize(("sentence", "number", "syllables"), HAND_COUNTED)
def test_words_and_syllables_agree_with_a_count_by_hand(sentence: str, number: int, syllables: int) -> None:
    spoken = [word for word in words(sentence) if word.replace("-", "").replace("'", "").isalpha()]
    found, per_word = counted(sentence)
    assert found == number
    # A hyphenated word is one word of its sentence and two to pronounce.
    pronounced = sum(len(word.split("-")) for word in spoken)
    assert per_word * pronounced == pytest.approx(syllables)


@pytest.mark.parametrize(
    ("word", "syllables"),
    [("being", 2), ("area", 3), ("idea", 3), ("ketamine", 3), ("esketamine", 4), ("Spravato", 3), ("medicine", 3),
     ("people", 2), ("sometimes", 2), ("safely", 2), ("started", 2), ("moved", 1), ("doses", 2), ("times", 1),
     ("young", 1), ("beyond", 2), ("yes", 1), ("little", 2), ("didn't", 2), ("don't", 1), ("clinic’s", 2), ("SSRI", 4),
     ("FDA", 3), ("TMS", 3), ("metabolism", 5), ("anxiety", 4), ("the", 1), ("every", 2), ("suicide", 3)],
)  # fmt: skip
def test_english_words_that_hyphenation_alone_gets_wrong_are_counted_right(word: str, syllables: int) -> None:
    assert english_syllables(word) == syllables


@pytest.mark.parametrize(("word", "syllables"), SPANISH_WORDS.items())
def test_spanish_words_are_counted_by_the_spelling_rules(word: str, syllables: int) -> None:
    assert spanish_syllables(word) == syllables


def test_the_formulas_give_the_published_values() -> None:
    six_short_words = "The cat sat on the mat."
    assert flesch_kincaid_grade(six_short_words) == pytest.approx(0.39 * 6 + 11.8 * 1 - 15.59)
    assert fernandez_huerta("El gato come pan.") == pytest.approx(206.84 - 60 * (6 / 4) - 1.02 * 4)
    assert smog_grade("Ketamine is medicine. The cat sat.") == pytest.approx(1.0430 * math.sqrt(30 * 2 / 2) + 3.1291)


def test_harder_text_has_the_higher_grade_and_the_lower_ease() -> None:
    easy = "Ketamine can help. It acts fast. It can also make you feel sick."
    hard = (
        "Administration of ketamine precipitates considerable neuroplastic reorganization, notwithstanding transient "
        "dissociative phenomena and cardiovascular stimulation necessitating observation."
    )
    assert flesch_kincaid_grade(easy) < 4 < 16 < flesch_kincaid_grade(hard)
    assert smog_grade(easy) < smog_grade(hard)
    assert fernandez_huerta("Llama a la clínica. Di qué te pasa.") > 80
    assert fernandez_huerta("La administración intramuscular precipita reorganizaciones considerables.") < 20


def test_a_number_lengthens_its_sentence_and_is_not_read_out() -> None:
    assert flesch_kincaid_grade("Call us now at 617-863-8810.") == pytest.approx(0.39 * 5 + 11.8 * 1 - 15.59)


def test_each_heading_and_list_item_is_read_on_its_own_and_a_wrapped_line_is_not() -> None:
    text = "## What helps\n\nA short talk\nwith someone:\n\n- Rest\n- **Call** [988](tel:988) now. [1]\n1. Wait"
    assert plain_text(text) == "What helps\nA short talk with someone:\nRest\nCall 988 now.\nWait"
    assert sentences(text) == ["What helps", "A short talk with someone:", "Rest", "Call 988 now.", "Wait"]


def test_an_abbreviation_ends_no_sentence() -> None:
    assert sentences("Dr. Lee is in, e.g. at 9 a.m. today. Call.") == ["Dr. Lee is in, e.g. at 9 a.m. today.", "Call."]


@pytest.mark.parametrize("text", ["", "   ", "***", "988", "?!", "- \n- "])
def test_a_text_without_words_is_graded_without_an_error(text: str) -> None:
    assert sentences(text) in ([], ["988"])
    for value in (flesch_kincaid_grade(text), smog_grade(text), fernandez_huerta(text)):
        assert math.isfinite(value)


@given(st.text())
def test_no_text_raises(text: str) -> None:
    assert math.isfinite(flesch_kincaid_grade(text) + smog_grade(text) + fernandez_huerta(text))
