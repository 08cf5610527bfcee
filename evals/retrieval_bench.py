"""`chatbot bench retrieval`: our search beside words alone, vectors alone and the tutorial stack, in one run.

All four rank whole articles, each by its best passage or chunk. The tutorial stack gets title and body of the same
articles. Questions that nothing answers are left out: this measures finding, not knowing when to stop.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import log2
from pathlib import Path

import numpy as np

from corpus.article import load_articles
from evals.intervals import Measured, Values, machine, mean_of
from evals.question_sets import PUBLIC, QuestionSet, public_sets, shipped_set, thinned, write_pages
from evals.tutorial_stack import Nearest, build, keep_offline, open_nearest
from index.building import build as build_index
from index.searching import Hit, Index

METRICS = ("recall@1", "recall@5", "MRR@10", "nDCG@10")
TUTORIAL = "tutorial stack"
_DEPTH = 10
_CHUNKS = 60
"""Chunks asked of the tutorial stack: enough for ten different articles."""
_PASSAGES = 10**6


@dataclass(frozen=True)
class Compared:
    """What every side found for one set of questions."""

    question_set: str
    articles: int
    n: int
    sides: dict[str, tuple[Measured, ...]]
    """Side -> its figures, in the order of METRICS."""
    ahead: dict[str, tuple[Measured, ...]]
    """Side -> question by question, how far it is ahead of the tutorial stack."""


def compare(question_set: QuestionSet, folder: Path) -> Compared:
    """Index the set's articles on every side and ask all its questions; `folder` keeps the exported model for more."""
    articles = folder / question_set.name / "articles"
    write_pages(question_set, articles)
    build_index(articles, folder / "index", embedder="")
    texts = {each.id: f"{each.title}\n\n{each.text[each.body_start :]}" for each in load_articles(articles)}
    build(folder / question_set.name / "tutorial", texts)
    nearest = open_nearest(folder / question_set.name / "tutorial")
    index = Index.open(folder / "index", embedder="")
    has_keys = any(passage.questions for passage in index.passages)
    bare = index.without_questions() if has_keys else None
    scored: dict[str, list[tuple[float, ...]]] = {}
    for question, gold in question_set.questions:
        for side, ranking in _rankings(question, index, bare, nearest):
            scored.setdefault(side, []).append(scores(ranking, gold))
    index.close()
    return _compared(question_set, {side: np.array(rows) for side, rows in scored.items()})


def _rankings(question: str, index: Index, bare: Index | None, nearest: Nearest) -> Iterator[tuple[str, list[str]]]:
    hits = index.search(question, _PASSAGES)
    yield "hybrid (in use)", _articles(hits)
    if bare:
        yield "hybrid, no section questions", _articles(bare.search(question, _PASSAGES))
    yield "BM25 alone", _articles(sorted((hit for hit in hits if hit.lexical > 0), key=lambda hit: -hit.lexical))
    yield "vectors alone", _articles(sorted(hits, key=lambda hit: -hit.dense))
    yield TUTORIAL, list(dict.fromkeys(nearest(question, _CHUNKS)))


def _articles(hits: Iterable[Hit]) -> list[str]:
    return list(dict.fromkeys(hit.passage.article for hit in hits))


def scores(ranking: Sequence[str], gold: frozenset[str]) -> tuple[float, ...]:
    """Return one ranking's figures, in the order of METRICS; a gold article below place 10 counts as not found."""
    places = [place for place, name in enumerate(ranking[:_DEPTH], 1) if name in gold]
    first = places[0] if places else float("inf")
    gain = sum(1 / log2(place + 1) for place in places)
    most = sum(1 / log2(place + 1) for place in range(1, min(len(gold), _DEPTH) + 1))
    return float(first <= 1), float(first <= 5), 1 / first, gain / most


def _compared(question_set: QuestionSet, scored: dict[str, Values]) -> Compared:
    theirs = scored[TUTORIAL]
    sides = {side: _each(rows) for side, rows in scored.items()}
    ahead = {side: _each(rows - theirs) for side, rows in scored.items() if side != TUTORIAL}
    return Compared(question_set.name, len(question_set.pages), len(theirs), sides, ahead)


def _each(rows: Values) -> tuple[Measured, ...]:
    return tuple(mean_of(column) for column in rows.T)


def report(compared: Compared) -> list[str]:
    """Return the tables of one set."""
    lines = [f"{compared.question_set}: {compared.n} questions, {compared.articles} articles", _row("", METRICS)]
    lines += [_row(side, measured) for side, measured in compared.sides.items()]
    lines.append(f"ahead of the {TUTORIAL}, question by question:")
    return [*lines, *(_row(f"  {side}", measured) for side, measured in compared.ahead.items()), ""]


def _row(name: str, cells: Sequence[object]) -> str:
    return f"{name:31}" + "".join(f"{cell!s:25}" for cell in cells).rstrip()


def main() -> None:
    """Compare on every set that is there, our own suite first."""
    parser = argparse.ArgumentParser(prog="chatbot bench retrieval")
    parser.add_argument("data", type=Path, metavar="DATA", help=f"folder that holds any of {', '.join(PUBLIC)}")
    parser.add_argument("--questions", type=int, default=300, help="at most so many of each set")
    options = parser.parse_args()
    sets = list(public_sets(options.data))
    if not sets:
        wanted = f"Give the folder that holds {', '.join(PUBLIC)}: chatbot bench retrieval DATA"
        sys.stderr.write(f"error: {options.data}: none of the public question sets is there. {wanted}\n")
        sys.exit(2)
    keep_offline()
    print(f"95 % intervals over questions; {machine()}\n")
    with tempfile.TemporaryDirectory() as folder:
        for question_set in (shipped_set(), *sets):
            asked = thinned(question_set.questions, options.questions)
            few = QuestionSet(question_set.name, question_set.pages, asked)
            print("\n".join(report(compare(few, Path(folder)))), flush=True)


if __name__ == "__main__":
    main()
