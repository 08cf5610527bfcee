"""A sentence is shown with what its first words refer to, or not at all."""

from pathlib import Path

import pytest

from chatbot.slicing import Candidate, governed
from corpus.article import load_article
from index.passages import Passage, cut

BODY = """## What is it?

Spravato is a nasal spray for adults. It can make people sleepy for a while. This is why staff watch each person.

However, nobody knows yet who will benefit most from it.

Is it used alone? It is often used with a pill as well.

An evaluation comes first at the clinic. Based on this, a plan is made, which may include:

- Route: a shot into the muscle of the arm
- Visits: six to eight in the first weeks
"""


@pytest.fixture
def passage(tmp_path: Path) -> Passage:
    path = tmp_path / "sample.md"
    path.write_text(f"---\nid: sample\ntitle: Sample\n---\n{BODY}", encoding="utf-8")
    return cut(load_article(path))[0]


def slice_of(passage: Passage, beginning: str) -> Candidate | None:
    text = f"---\nid: sample\ntitle: Sample\n---\n{BODY}"
    position = next(n for n, sentence in enumerate(passage.sentences) if sentence.text.startswith(beginning))
    found = governed(passage, position, text)
    if found is not None:
        assert " ".join(text[found.start : found.end].split()) == found.text
    return found


def test_a_sentence_that_stands_alone_is_cut_as_it_is(passage: Passage) -> None:
    found = slice_of(passage, "Spravato is")
    assert found is not None
    assert found.text == "Spravato is a nasal spray for adults."


def test_a_pronoun_brings_the_sentence_it_refers_to(passage: Passage) -> None:
    found = slice_of(passage, "It can")
    assert found is not None
    assert found.text == "Spravato is a nasal spray for adults. It can make people sleepy for a while."


def test_a_chain_of_references_is_followed_to_its_start(passage: Passage) -> None:
    found = slice_of(passage, "This is why")
    assert found is not None
    assert found.text.startswith("Spravato is a nasal spray")


@pytest.mark.parametrize("beginning", ["However, nobody", "It is often"])
def test_a_sentence_whose_reference_cannot_be_shown_is_not_offered(passage: Passage, beginning: str) -> None:
    assert slice_of(passage, beginning) is None


def test_a_list_item_brings_its_lead_in_and_what_that_refers_to(passage: Passage) -> None:
    found = slice_of(passage, "Visits:")
    assert found is not None
    assert found.text == "Visits: six to eight in the first weeks"
    assert found.lead_in_text.startswith("An evaluation comes first at the clinic. Based on this, a plan is made")
