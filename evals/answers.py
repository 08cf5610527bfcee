"""Measure answers on labelled questions: is a right sentence shown, and is nothing shown where nothing answers?

`python -m evals.answers SUITE.jsonl` asks the bot every question of the suite. A line:
`{"id": …, "question": …, "kind": …, "gold": [[article, heading], …], "must_say": [substring, …]}`; no `gold` means that
the articles do not answer it.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any

from chatbot.bot import Bot, Trace
from chatbot.config import Settings
from chatbot.conversation import Question


@dataclass(frozen=True)
class Case:
    """One labelled question."""

    id: str
    question: str
    kind: str
    gold: tuple[tuple[str, str], ...]
    """(article id, heading) of the sections that answer it."""
    must_say: tuple[str, ...]
    """Any of these substrings, if shown, is a right answer."""


@dataclass(frozen=True)
class Judged:
    """What came of one case."""

    case: Case
    trace: Trace
    shown_right: bool
    answered: bool


def load_cases(path: Path) -> list[Case]:
    """Read a suite."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [_case(row) for row in rows]


def _case(row: dict[str, Any]) -> Case:
    gold = tuple((article, heading) for article, heading in row["gold"])
    return Case(row["id"], row["question"], row["kind"], gold, tuple(row["must_say"]))


def judge(bot: Bot, cases: Iterable[Case]) -> list[Judged]:
    """Ask every case as a first turn."""
    judged = []
    for case in cases:
        trace = bot.explain(Question(case.question))
        shown = " ".join(sentence.text for sentence in trace.answer.sentences)
        right = any(says(shown, wanted) for wanted in case.must_say)
        judged.append(Judged(case, trace, right, trace.answer.outcome == "answered"))
    return judged


def says(text: str, wanted: str) -> bool:
    """Tell whether `text` holds `wanted`, white space and case aside."""
    return " ".join(wanted.split()).casefold() in " ".join(text.split()).casefold()


def wilson(successes: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927): z = 1.96, centre (p + z²/2n) / (1 + z²/n)."""
    if n == 0:
        return 0.0, 1.0
    z, share = 1.96, successes / n
    centre, spread = share + z * z / (2 * n), z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return (centre - spread) / (1 + z * z / n), (centre + spread) / (1 + z * z / n)


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Return the chance that a positive scores above a negative, ties counting half (Mann-Whitney U / n1 n2)."""
    pairs = [(high > low) + 0.5 * (high == low) for high in positive for low in negative]
    return sum(pairs) / len(pairs) if pairs else float("nan")


def summary(judged: Sequence[Judged]) -> list[str]:
    """Return lines of figures: per kind, then the separation of answerable from not."""
    by_kind: dict[str, list[bool]] = defaultdict(list)
    for each in judged:
        if each.case.gold:
            by_kind[f"right sentence shown: {each.case.kind}"].append(each.shown_right)
            by_kind["right sentence shown: all"].append(each.shown_right)
            by_kind["answered where the articles answer"].append(each.answered)
        else:
            by_kind[f"answered where they do not: {each.case.kind}"].append(each.answered)
            by_kind["answered where they do not: all"].append(each.answered)
    present = [_confidence(each) for each in judged if each.case.gold]
    absent = [_confidence(each) for each in judged if not each.case.gold]
    lines = [_line(kind, results) for kind, results in sorted(by_kind.items())]
    return [*lines, f"AUROC, confidence where answerable above where not: {auroc(present, absent):.3f}"]


def _confidence(judged: Judged) -> float:
    selection = judged.trace.composed.selection if judged.trace.composed else None
    return selection.confidence if selection else 0.0


def _line(kind: str, results: Sequence[bool]) -> str:
    low, high = wilson(sum(results), len(results))
    return f"{kind:45} {sum(results):4}/{len(results):<4} {sum(results) / len(results):6.1%}  ({low:.1%} to {high:.1%})"


def main() -> None:
    """Print the figures of a suite, and with `-v` every case that went wrong."""
    paths = [Path(argument) for argument in sys.argv[1:] if not argument.startswith("-")]
    if len(paths) != 1:
        sys.exit("usage: python -m evals.answers SUITE.jsonl [-v]")
    bot = Bot.open(Settings())
    judged = judge(bot, load_cases(paths[0]))
    bot.close()
    if "-v" in sys.argv:
        for each in judged:
            if each.shown_right != bool(each.case.gold) or (each.answered and not each.case.gold):
                print(f"{each.case.id} [{each.case.kind}] {each.case.question}\n    {each.trace.answer.text[:200]!r}")
    print("\n".join(summary(judged)))


if __name__ == "__main__":
    main()
