"""Compare ways of fusing dense and word search on public question sets; `python -m evals.fusions DATA`.

In use (`index.searching.fuse`): the plain mean of the cosine and of BM25's share of the most it could be. Settings were
chosen on one half of the questions; on the other half (2026-11-22, MRR with 95 % interval, 597, 646 and 500 texts):

| fusion           | setting | ClapNQ, n=77      | SQuAD 2, n=300    | MedQuAD, n=250       |
|------------------|---------|-------------------|-------------------|----------------------|
| words alone      |         | .947 [.908, .981] | .874 [.844, .904] | .986 [.972, .996]    |
| dense alone      |         | .981 [.955, 1.00] | .822 [.786, .858] | .995 [.987, 1.00]    |
| reciprocal ranks | k = 1   | .987 [.968, 1.00] | .885 [.856, .912] | .995 [.986, 1.00]    |
| mean, best is 1  | 0.7     | .987 [.968, 1.00] | .896 [.869, .923] | 1.00                 |
| mean, 0 to 1     | 0.7     | .987 [.968, 1.00] | .888 [.860, .917] | 1.00                 |
| mean of shares   | 0.5     | .987 [.968, 1.00] | .901 [.874, .927] | 1.00                 |

No other fusion is better on any set, and only this one's scores can be compared between questions: the others make the
best passage of a question nothing answers look like that of any other.
"""

import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals.intervals import Measured, mean_of
from evals.question_sets import QuestionSet, public_sets, write_pages
from index.building import build
from index.searching import Hit, Index, fuse

Scores = NDArray[np.float32]

_ALL = 10**6


@dataclass(frozen=True)
class Searched:
    """A question's candidates with their scores, before fusion."""

    gold: frozenset[str]
    articles: tuple[str, ...]
    dense: Scores
    lexical: Scores


@dataclass(frozen=True)
class Fusion:
    """One way of making one score of two."""

    kind: str
    setting: float
    apply: Callable[[Scores, Scores], Scores]


@dataclass(frozen=True)
class Comparison:
    """How well a fusion does on the held-out half of a set."""

    question_set: str
    fusion: Fusion
    n: int
    recall_1: Measured
    recall_5: Measured
    mrr: Measured


def compare_fusions(data: Path) -> list[Comparison]:
    """Choose each kind's setting on one half of the questions of all sets under `data`; measure it on the other."""
    searched = {question_set.name: found for question_set, found in _search_all(public_sets(data))}
    tuning = [found[::2] for found in searched.values()]
    chosen = [_best(variants, tuning) for variants in _fusions()]
    return [_compare(name, fusion, found[1::2]) for name, found in searched.items() for fusion in chosen]


def _fusions() -> list[list[Fusion]]:
    """Return the kinds of fusion, each with the settings to choose from."""
    weights = [weight / 10 for weight in range(1, 10)]
    return [
        [Fusion("in use", 0, fuse)],
        [Fusion("words alone", 0, lambda dense, lexical: lexical)],
        [Fusion("dense alone", 0, lambda dense, lexical: dense)],
        [Fusion("reciprocal ranks", k, _by_ranks(k)) for k in (1, 2, 5, 10, 20, 60)],
        [Fusion("mean of shares", weight, _mean(weight, lambda scores: scores)) for weight in weights],
        [Fusion("mean, best is 1", weight, _mean(weight, _best_is_1)) for weight in weights],
        [Fusion("mean, 0 to 1", weight, _mean(weight, _from_0_to_1)) for weight in weights],
    ]


def _by_ranks(k: float) -> Callable[[Scores, Scores], Scores]:
    def apply(dense: Scores, lexical: Scores) -> Scores:
        found = np.where(lexical > 0, 1 / (k + _ranks(lexical)), 0)
        return np.asarray(1 / (k + _ranks(dense)) + found, dtype=np.float32)

    return apply


def _ranks(scores: Scores) -> NDArray[np.int64]:
    ranks = np.empty(len(scores), dtype=np.int64)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return ranks


def _mean(weight: float, scale: Callable[[Scores], Scores]) -> Callable[[Scores, Scores], Scores]:
    return lambda dense, lexical: weight * scale(dense) + (1 - weight) * scale(lexical)


def _best_is_1(scores: Scores) -> Scores:
    return np.asarray(scores / max(float(scores.max()), 1e-9), dtype=np.float32)


def _from_0_to_1(scores: Scores) -> Scores:
    width = max(float(scores.max() - scores.min()), 1e-9)
    return np.asarray((scores - scores.min()) / width, dtype=np.float32)


def _best(variants: Sequence[Fusion], tuning: Sequence[Sequence[Searched]]) -> Fusion:
    """Return the variant with the best MRR, each set counting the same."""
    return max(variants, key=lambda fusion: float(np.mean([(1 / _gold_ranks(fusion, half)).mean() for half in tuning])))


def _compare(name: str, fusion: Fusion, held_out: Sequence[Searched]) -> Comparison:
    ranks = _gold_ranks(fusion, held_out)
    recall_1, recall_5 = (mean_of((ranks <= depth).astype(np.float64)) for depth in (1, 5))
    return Comparison(name, fusion, len(held_out), recall_1, recall_5, mean_of(1 / ranks))


def _gold_ranks(fusion: Fusion, searched: Iterable[Searched]) -> NDArray[np.float64]:
    """Return the place of the right text for each question, infinity where it was no candidate."""
    places = []
    for found in searched:
        order = np.argsort(-fusion.apply(found.dense, found.lexical), kind="stable")
        articles = list(dict.fromkeys(found.articles[at] for at in order))
        places.append(next((place for place, name in enumerate(articles, 1) if name in found.gold), np.inf))
    return np.array(places, dtype=np.float64)


def _search_all(sets: Iterable[QuestionSet]) -> Iterator[tuple[QuestionSet, list[Searched]]]:
    with tempfile.TemporaryDirectory() as folder:
        for question_set in sets:
            articles = Path(folder) / question_set.name
            write_pages(question_set, articles)
            # One index folder for all: the model is then exported once.
            build(articles, Path(folder) / "index", embedder="")
            index = Index.open(Path(folder) / "index", embedder="")
            yield question_set, [_search(index, question, gold) for question, gold in question_set.questions]
            index.close()


def _search(index: Index, question: str, gold: frozenset[str]) -> Searched:
    hits: list[Hit] = index.search(question, _ALL)
    dense = np.array([hit.dense for hit in hits], dtype=np.float32)
    lexical = np.array([hit.lexical for hit in hits], dtype=np.float32)
    return Searched(gold, tuple(hit.passage.article for hit in hits), dense, lexical)


def main() -> None:
    """Print the comparison."""
    data = Path(sys.argv[1])
    if not data.is_dir():
        sys.exit(f"error: {data} is not there. Give the folder that holds clapnq, squad2 and medquad.")
    print(f"{'set':8} {'fusion':18} {'setting':>7} {'n':>4} {'recall@1':22} {'recall@5':22} {'MRR':22}")
    for row in compare_fusions(data):
        measured = f"{row.recall_1!s:22} {row.recall_5!s:22} {row.mrr!s:22}"
        print(f"{row.question_set:8} {row.fusion.kind:18} {row.fusion.setting:7g} {row.n:4} {measured}")


if __name__ == "__main__":
    main()
