"""Measure how well unanswered questions are put together: `python -m evals.gap_clusters`.

`gap_questions.jsonl` holds things the articles do not answer, each asked in four ways. The half of them by the hash of
their names is for choosing; the other half is held out. Beside it the suites' questions, by the section that answers.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from chatbot.config import Settings
from chatbot.staff.clustering import ALIKE, DIRECTIONS, Common, grouped
from index.searching import Index

HERE = Path(__file__).parent
_THRESHOLDS = tuple(number / 100 for number in range(20, 65, 5))
_DIRECTIONS = (0, 1, 3, 5, 8, 12, 20)

Labelled = tuple[str, str]
"""A question, and what it asks for."""


def pair_scores(wanted: Sequence[str], given: Sequence[int]) -> tuple[float, float, float]:
    """Return F1, precision and recall of "these two belong together", over all pairs."""
    right = _pairs(Counter(zip(wanted, given, strict=True)))
    precision, recall = right / max(_pairs(Counter(given)), 1), right / max(_pairs(Counter(wanted)), 1)
    return (2 * precision * recall / (precision + recall) if right else 0.0), precision, recall


def _pairs(counts: "Counter[int] | Counter[str] | Counter[tuple[str, int]]") -> int:
    return sum(number * (number - 1) // 2 for number in counts.values())


def gap_questions() -> Iterator[Labelled]:
    """Read the questions that no article answers."""
    for line in (HERE / "gap_questions.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield from ((question, row["gap"]) for question in row["questions"])


def suite_questions() -> Iterator[Labelled]:
    """Read the suites' questions with the section that answers them."""
    for name in ("answers", "answers_blind"):
        for line in (HERE / "suites" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            case = json.loads(line)
            if case["metadata"].get("answerable") and "question" in case["vars"]:
                yield case["vars"]["question"], case["metadata"]["family"]


def halves(labelled: Sequence[Labelled]) -> tuple[list[Labelled], list[Labelled]]:
    """Return what to choose by and what is held out, in an order that says nothing of the labels."""
    parts: dict[bool, list[Labelled]] = defaultdict(list)
    for question, label in sorted(labelled, key=lambda each: _hash(each[0])):
        parts[_hash(label) % 2 == 0].append((question, label))
    return parts[True], parts[False]


def scores(index: Index, labelled: Sequence[Labelled], alike: float, directions: int) -> tuple[float, float, float]:
    """Group questions as the staff page does, and compare with their labels."""
    common = Common.of(index.rows, directions)
    vectors = common.taken_out(index.embed([question for question, _ in labelled]))
    return pair_scores([label for _, label in labelled], grouped(vectors, alike).tolist())


def _hash(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest(), 16)


def _chosen(index: Index, labelled: Sequence[Labelled]) -> Iterator[tuple[tuple[float, float, float], float, int]]:
    raw = index.embed([question for question, _ in labelled])
    labels = [label for _, label in labelled]
    for directions in _DIRECTIONS:
        vectors = Common.of(index.rows, directions).taken_out(raw)
        for alike in _THRESHOLDS:
            yield pair_scores(labels, grouped(vectors, alike).tolist()), alike, directions


def main() -> None:
    """Print what the first half would choose, and the figures of the shipped choice."""
    settings = Settings()
    index = Index.open(settings.index_folder, embedder=settings.embedder, server=settings.index_server)
    choosing, held_out = halves(list(gap_questions()))
    print("F1, precision, recall of pairs")
    for found, alike, directions in sorted(_chosen(index, choosing), reverse=True)[:8]:
        print(f"  {_shown(found)}  at {alike}, {directions} directions (half for choosing)")
    print(f"shipped: {ALIKE}, {DIRECTIONS} directions")
    sets = {
        "gaps, half for choosing": choosing, "gaps, held out": held_out,
        "suites by section, held out": halves(list(suite_questions()))[1],
    }  # fmt: skip
    for name, labelled in sets.items():
        n = f"[{len(labelled)} questions of {len({label for _, label in labelled})}]"
        print(f"  {_shown(scores(index, labelled, ALIKE, DIRECTIONS))}  {name} {n}")
    index.close()


def _shown(found: tuple[float, float, float]) -> str:
    return " ".join(f"{value:.2f}" for value in found)


if __name__ == "__main__":
    main()
