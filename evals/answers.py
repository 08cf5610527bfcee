"""Measure answers on labelled questions: is a right sentence shown, and is nothing shown where nothing answers?

`python -m evals.answers SUITE…` asks the first turns of suites whose cases either assert `quotes`, any of which is a
right answer, with `gold_passages`, or `abstains`: the articles do not answer them.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from chatbot.bot import Bot, Trace
from chatbot.config import Settings
from chatbot.conversation import Question
from evals.calibration import Decided, calibrate, report
from evals.statistics import auroc, share_line
from evals.suite import Case as SuiteCase
from evals.suite import read_suite


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
    """Read a suite, shipped or not."""
    return [_case(case) for case in read_suite(path).cases]


def _case(case: SuiteCase) -> Case:
    gold = tuple((article, heading) for article, heading in case.metadata.get("gold_passages", ()))
    must_say = tuple(text for each in case.assertions if each.type == "quotes" for text in each.value)
    return Case(case.id, case.turns[0], str(case.metadata.get("kind", "")), gold, must_say)


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
    lines = [share_line(kind, sum(results), len(results)) for kind, results in sorted(by_kind.items())]
    separation = f"AUROC, confidence where answerable above where not: {auroc(present, absent):.3f}"
    return [*lines, separation, "", *report(calibrate(decided(judged)))]


def _confidence(judged: Judged) -> float:
    selection = judged.trace.composed.selection if judged.trace.composed else None
    return selection.confidence if selection else 0.0


def decided(judged: Iterable[Judged]) -> list[Decided]:
    """Return the cases that were searched for, judged by what was chosen for them, shown or not."""
    found = []
    for each in judged:
        selection = each.trace.composed.selection if each.trace.composed else None
        if selection:
            chosen = " ".join(f"{candidate.lead_in_text} {candidate.text}" for candidate in selection.chosen)
            right = any(says(chosen, wanted) for wanted in each.case.must_say)
            found.append(Decided(selection.confidence, right))
    return found


def main() -> None:
    """Print the figures of each suite."""
    if len(sys.argv) < 2:
        sys.exit("usage: python -m evals.answers SUITE.jsonl [SUITE.jsonl …]")
    bot = Bot.open(Settings())
    for path in map(Path, sys.argv[1:]):
        print(path.name, *summary(judge(bot, load_cases(path))), sep="\n")
    bot.close()


if __name__ == "__main__":
    main()
