"""The check cuts every quote out of the file again; any difference keeps the answer from being shown."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from chatbot.checking import problems
from chatbot.conversation import Answer, AnswerSentence, Citation

FILE = "---\nid: a\ntitle: A\n---\nSpravato is a *nasal spray*. It can make you sleepy.\n"
QUOTE = "Spravato is a *nasal spray*."
START = FILE.index(QUOTE)
DISCLAIMER = "General information, not medical advice."
STRIP = "If this is about how you feel: call or text 988."


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.md"
    path.write_bytes(FILE.encode())
    return path


def good() -> Answer:
    citation = Citation(
        1,
        "a",
        "A",
        "A",
        "/articles/a",
        QUOTE,
        START,
        START + len(QUOTE),
        hashlib.sha256(FILE.encode()).hexdigest(),
        None,
    )
    return Answer(
        id="1", route="education", flags=(), rule="none", outcome="answered", language="en",
        text=f"Spravato is a nasal spray. [1]\n\n{STRIP}",
        sentences=(AnswerSentence("Spravato is a nasal spray.", 1),), citations=(citation,),
        disclaimer=DISCLAIMER, actions=(), confidence=0.9,
    )  # fmt: skip


def found(answer: Answer, file: Path) -> list[str]:
    return problems(answer, {"a": file}, [STRIP], [DISCLAIMER])


def test_an_answer_that_is_what_it_says_passes(file: Path) -> None:
    assert found(good(), file) == []


CITATION = good().citations[0]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"citations": (replace(CITATION, start=START + 1, end=CITATION.end + 1),)}, "not what stands there"),
        ({"citations": (replace(CITATION, quote=QUOTE + " "),)}, "not what stands there"),
        ({"citations": (replace(CITATION, sha256="0" * 64),)}, "has changed"),
        ({"citations": (replace(CITATION, article="b"),)}, "names no article"),
        ({"citations": (replace(CITATION, start=-5),)}, "not what stands there"),
        ({"sentences": (AnswerSentence("Spravato is a pill.", 1),)}, "not its citation's"),
        ({"sentences": (AnswerSentence("Spravato is a nasal spray.", 2),)}, "not its citation's"),
        ({"text": "Spravato is a nasal spray. [2]"}, "do not match"),
        ({"text": f"Spravato is a nasal spray. [1]\n\n{STRIP} You should try it."}, "words from nowhere"),
        ({"text": f"Spravato is not a nasal spray. [1]\n\n{STRIP}"}, "words from nowhere"),
        ({"disclaimer": ""}, "disclaimer"),
        ({"route": "crisis_self"}, "acute"),
        ({"sentences": (), "citations": (), "text": STRIP}, "without a sentence"),
    ],
)
def test_any_difference_is_a_problem(file: Path, changed: dict, problem: str) -> None:
    assert any(problem in each for each in found(replace(good(), **changed), file))


def test_a_file_edited_after_indexing_is_a_problem(file: Path) -> None:
    file.write_bytes(FILE.encode() + b"One more line.\n")
    assert found(good(), file) == ["citation 1: the article has changed since it was indexed"]


def test_a_forbidden_claim_is_a_problem_even_when_the_article_makes_it(tmp_path: Path) -> None:
    claim = "Spravato cures depression and is guaranteed to work."
    path = tmp_path / "a.md"
    path.write_bytes(FILE.replace(QUOTE, claim).encode())
    citation = replace(
        CITATION, quote=claim, end=START + len(claim), sha256=hashlib.sha256(path.read_bytes()).hexdigest()
    )
    answer = replace(good(), text=f"{claim} [1]", sentences=(AnswerSentence(claim, 1),), citations=(citation,))
    assert any(each.startswith("claim:") for each in found(answer, path))
