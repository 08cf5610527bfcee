"""The labelled questions of a suite, for what fits, trains or times on them; they are judged by `chatbot eval`."""

from dataclasses import dataclass
from pathlib import Path

from evals.suite import Case, read_suite


@dataclass(frozen=True)
class LabelledQuestion:
    """A case's first turn, and what answers it."""

    id: str
    question: str
    kind: str
    gold: tuple[tuple[str, str], ...]
    """(article id, heading) of the sections that answer it; none where the articles do not."""
    must_say: tuple[str, ...]
    """Any of these texts, if shown, is a right answer."""


def labelled_questions(path: Path) -> list[LabelledQuestion]:
    """Read a suite, shipped or not."""
    return [_labelled(case) for case in read_suite(path).cases]


def _labelled(case: Case) -> LabelledQuestion:
    gold = tuple((article, heading) for article, heading in case.metadata.get("gold_passages", ()))
    must_say = tuple(text for each in case.assertions if each.type == "quotes" for text in each.value)
    return LabelledQuestion(case.id, case.turns[0], str(case.metadata.get("kind", "")), gold, must_say)
