"""Question sets for measuring retrieval: public ones, and our own suite over the shipped articles."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

import corpus as content
from evals.labelled import labelled_questions

Row = TypeVar("Row")

SUITE = Path(__file__).parent / "suites" / "answers.jsonl"
ARTICLES = Path(content.__file__).parent / "articles"
PUBLIC = ("clapnq", "squad2", "medquad")
"""Sets with both texts and questions. MTRAG's corpora and K-QA's sources are not published with their questions."""
_QUESTIONS = 600
"""At most so many of each set."""
_MEDQUAD_ANSWERS = 500


@dataclass(frozen=True)
class QuestionSet:
    """Texts to search, and questions that they answer."""

    name: str
    pages: dict[str, str]
    """Article id -> the whole article file."""
    questions: list[tuple[str, frozenset[str]]]
    """Question, and the ids of the articles that answer it."""


def public_sets(data: Path) -> Iterator[QuestionSet]:
    """Yield those public sets that lie under `data`; the file layout is `<set>/passages.jsonl`, `questions.jsonl`."""
    for name, answered in (("clapnq", _clapnq), ("squad2", _squad2)):
        if (data / name / "passages.jsonl").is_file():
            texts = _rows(data, name, "passages")
            pages = {_slug(row["id"]): _page(row["id"], row["title"], row["text"]) for row in texts}
            rows = [row for row in _rows(data, name, "questions") if answered(row)]
            questions = [(row["question"], frozenset({_slug(row["passage_id"])})) for row in rows]
            yield QuestionSet(name, pages, thinned(questions, _QUESTIONS))
    if (data / "medquad" / "answered.jsonl").is_file():
        rows = list({row["answer"]: row for row in _rows(data, "medquad", "answered")}.values())
        rows = thinned(rows, _MEDQUAD_ANSWERS)
        pages = {_slug(row["id"]): _page(row["id"], row["focus"], row["answer"]) for row in rows}
        yield QuestionSet("medquad", pages, [(row["question"], frozenset({_slug(row["id"])})) for row in rows])


def shipped_set() -> QuestionSet:
    """Return our own suite's answerable questions over the shipped articles."""
    pages = {path.stem: path.read_text(encoding="utf-8") for path in sorted(ARTICLES.glob("*.md"))}
    cases = [case for case in labelled_questions(SUITE) if case.gold]
    return QuestionSet("shipped", pages, [(case.question, frozenset(dict(case.gold))) for case in cases])


def thinned(rows: Sequence[Row], count: int) -> list[Row]:
    """Return evenly spaced rows: neighbours are about the same text."""
    return [rows[int(at)] for at in np.linspace(0, len(rows) - 1, min(count, len(rows)))]


def write_pages(question_set: QuestionSet, folder: Path) -> None:
    """Write the set's articles into a new folder, for an index to be built of."""
    folder.mkdir(parents=True)
    for name, page in question_set.pages.items():
        (folder / f"{name}.md").write_text(page, encoding="utf-8")


def _clapnq(row: dict[str, Any]) -> bool:
    return bool(row["answerable"])


def _squad2(row: dict[str, Any]) -> bool:
    return not row["is_impossible"]


def _rows(data: Path, name: str, part: str) -> Iterator[dict[str, Any]]:
    with (data / name / f"{part}.jsonl").open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _page(name: str, title: str, text: str) -> str:
    return f"---\nid: {_slug(name)}\ntitle: {json.dumps(title)}\n---\n\n{text}\n"


def _slug(name: str) -> str:
    return "text-" + name.lower().replace("_", "-")
