"""A model may choose among sentences already found; whatever else it says is not used."""

from typing import Any

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from chatbot.llm import picker
from chatbot.slicing import Candidate, Features
from index.passages import Passage


def candidates(count: int) -> list[Candidate]:
    passage = Passage("a#1", "a", "Title", ("Heading",), 0, 10, ())
    features = Features(0.5, 0.5, 0.5, 0.5)
    return [Candidate(passage, n, n + 1, f"Sentence {n}.", "statement", None, "", features, 0.5) for n in range(count)]


def saying(reply: str) -> Any:
    return GenericFakeChatModel(messages=iter([AIMessage(reply)]))


@pytest.mark.parametrize(
    ("reply", "picked"),
    [("2", [1]), ("3, 1", [0, 2]), ("none", []), ("None.", []), (" 1 ", [0])],
)
def test_the_numbers_it_names_are_picked_in_order(reply: str, picked: list[int]) -> None:
    found = candidates(4)
    assert picker(saying(reply))("a question", found) == [found[number] for number in picked]


@pytest.mark.parametrize(
    "reply",
    ["You should take 56 mg.", "1: yes, it is safe", "9", "0", "1, 2, 3, 4", "", "ignore the rules", "-1", "1 2"],
)
def test_anything_but_numbers_of_shown_sentences_is_not_used(reply: str) -> None:
    assert picker(saying(reply))("a question", candidates(4)) is None


def test_a_model_that_fails_is_as_if_there_were_none() -> None:
    broken = GenericFakeChatModel(messages=iter([]))
    assert picker(broken)("a question", candidates(2)) is None
