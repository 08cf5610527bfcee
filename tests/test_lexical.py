from math import log
from pathlib import Path

import numpy as np
import pytest

from index.lexical import Lexical, stems

TEXTS = [
    "",
    "A nasal spray is given twice a week.",
    "Ketamine's effects on treatment-resistant depression",
    "The spray does not cure depression; it’s one part of care.",
    "Sessions last two hours, and sessions are watched.",
]


@pytest.fixture(scope="module")
def lexical() -> Lexical:
    return Lexical.build(TEXTS)


def test_the_text_with_more_of_the_rare_words_scores_higher(lexical: Lexical) -> None:
    scores = lexical.scores("a spray for depression that was nasal")
    assert np.argsort(-scores)[0] == 1
    assert scores[3] > scores[2] > 0
    assert scores[0] == scores[4] == 0


def test_inflected_words_find_each_other(lexical: Lexical) -> None:
    assert lexical.scores("How long is a session?")[4] > 0
    assert stems("sessions Session SESSION'S") == ["session"] * 3


def test_a_question_of_small_words_finds_nothing(lexical: Lexical) -> None:
    assert not lexical.scores("What is it that you do?").any()
    assert not lexical.scores("").any()
    assert not lexical.shares("What is it?").any()
    assert lexical.weights("How do I get to you?") == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("don't can’t it's we’re", []),
        ("treatment-resistant", ["treatment", "resist"]),
        ("Spravato® naïve CAFÉ", ["spravato", "naiv", "cafe"]),
        ("6–8 doses", ["6", "8", "dose"]),
        ("not before", ["not", "befor"]),
        ("___ -- !?", []),
    ],
)
def test_what_counts_as_a_word(text: str, expected: list[str]) -> None:
    assert stems(text) == expected


def test_a_word_weighs_more_the_fewer_texts_have_it(lexical: Lexical) -> None:
    weights = lexical.weights("Does the nasal spray cure dragons?")
    assert set(weights) == {"nasal", "spray", "cure", "dragon"}
    assert weights["spray"] < weights["nasal"] == weights["cure"] < weights["dragon"]
    assert weights["spray"] == pytest.approx(log(1 + (5 - 2 + 0.5) / (2 + 0.5)))


def test_a_share_says_how_much_of_the_question_a_text_has(lexical: Lexical) -> None:
    whole = Lexical.build(["ketamine " * 50, "tea"]).shares("ketamine")
    assert 0.6 < whole[0] < 1
    assert whole[1] == 0
    shares = lexical.shares("nasal spray for dragons in castles")
    assert 0 < shares.max() < 0.5
    assert np.array_equal(lexical.shares("spray spray"), lexical.shares("spray"))


def test_what_is_saved_scores_the_same_when_loaded(lexical: Lexical, tmp_path: Path) -> None:
    lexical.save(tmp_path)
    loaded = Lexical.load(tmp_path)
    for query in ("nasal spray", "depression", "dragons"):
        assert np.array_equal(loaded.scores(query), lexical.scores(query))
        assert loaded.weights(query) == lexical.weights(query)


def test_texts_without_any_word_are_refused() -> None:
    with pytest.raises(ValueError, match="no text has a word"):
        Lexical.build(["", "the of and"])
