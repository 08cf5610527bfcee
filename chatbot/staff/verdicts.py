"""What staff can say of an answer, and how far two who say it agree."""

import hashlib
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from chatbot.records.tables import ScoreRow

VERDICTS = ("good", "partly", "wrong", "unsafe")
"""The worst last; its place is the value of the score."""
REASONS_WHY = {
    "beside": "answers another question",
    "incomplete": "leaves out what matters",
    "outdated": "the article is out of date",
    "unsupported": "the article does not say this",
    "answered": "should have been left to a clinician",
    "refused": "could have been answered",
    "route": "sent down the wrong route",
    "tone": "wording or tone",
    "other": "something else (see the note)",
}
SENTENCE_SCORES = (100, 80, 0)
SECOND_SHARE = 5
"""One in so many is reviewed by a second person, too."""


@dataclass(frozen=True)
class Agreement:
    """How often two reviewers said the same, and how much of that is more than chance."""

    n: int
    same: int
    kappa: float | None
    """Cohen's; None where there is nothing to compare, or all say one thing."""


def needs_second(turn_id: str) -> bool:
    """Tell whether a turn belongs to the share that two people review; always the same for a turn."""
    return int(hashlib.sha256(turn_id.encode()).hexdigest(), 16) % SECOND_SHARE == 0


def agreement(session: Session) -> Agreement:
    """Compare every first verdict with its blind second one."""
    first, second = aliased(ScoreRow), aliased(ScoreRow)
    both = select(first.value, second.value).join(second, second.turn_id == first.turn_id)
    for row, blind in ((first, False), (second, True)):
        both = both.where(row.source == "staff", row.name == "verdict", row.blind.is_(blind))
    return agreement_of([(VERDICTS[int(a)], VERDICTS[int(b)]) for a, b in session.execute(both)])


def agreement_of(pairs: list[tuple[str, str]]) -> Agreement:
    """Return the agreement of pairs of verdicts."""
    n, same = len(pairs), sum(a == b for a, b in pairs)
    if not n:
        return Agreement(0, 0, None)
    firsts, seconds = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    by_chance = sum(firsts[name] * seconds[name] for name in firsts) / n**2
    return Agreement(n, same, None if by_chance == 1 else (same / n - by_chance) / (1 - by_chance))
