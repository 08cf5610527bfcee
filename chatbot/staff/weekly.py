"""What a week came to, in numbers. Of danger only how often; nothing here reads what anybody wrote.

Reviews are deleted with their answers, but the audit log says what was judged for years: it is asked first, so that an
old week keeps its numbers. Gaps are closed where the log has `gap.publish` and the state after it is `published`.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from chatbot.conversation import ACUTE
from chatbot.records.counting import Number, by_day
from chatbot.records.events import BUCKETS, SLOWEST
from chatbot.records.tables import AuditRow, ScoreRow
from chatbot.staff.verdicts import VERDICTS, Agreement, agreement_of
from chatbot.staff.weeks import Week

COUNTED = ("answer", "article", "dropped", "language", "latency", "rating", "reason", "source", "tap")
"""Counters, as `records/counting.py` lists them."""
BEFORE = 4
"""Weeks shown beside the chosen one."""
FAST = 500
"""Milliseconds within which an answer should be there."""
BUCKET_NAMES = (*(name for _, name in BUCKETS), SLOWEST)
_FAST_NAMES = {name for limit, name in BUCKETS if limit <= FAST}
_ROUNDS = {("verdict", False): "first", ("verdict", True): "second", ("final", False): "final"}
_ACTIONS = {f"{place} verdict": place for place in _ROUNDS.values()}


@dataclass(frozen=True)
class Figures:
    """One week's numbers; `numbers` holds label -> how often by name, as in the counters."""

    week: Week
    numbers: dict[str, Counter[str]] = field(default_factory=dict)
    agreement: Agreement = field(default_factory=lambda: Agreement(0, 0, None))

    def of(self, name: str) -> Counter[str]:
        """Return label -> how often."""
        return self.numbers.get(name, Counter())

    @property
    def messages(self) -> int:
        """Every message, of whatever kind."""
        return self.of("answer").total()

    @property
    def routes(self) -> Counter[str]:
        """Messages by where they were sent."""
        return _summed((label.partition("/")[0], count) for label, count in self.of("answer").items())

    @property
    def outcomes(self) -> Counter[str]:
        """Messages by what came of them."""
        return _summed((label.partition("/")[2], count) for label, count in self.of("answer").items())

    @property
    def acute(self) -> int:
        """Messages about danger."""
        return sum(count for name, count in self.routes.items() if name in ACUTE)

    @property
    def answered(self) -> tuple[int, int]:
        """How many questions to the articles were answered, and out of how many."""
        return self.outcomes["answered"], self.outcomes["answered"] + self.outcomes["not_in_articles"]

    @property
    def helped(self) -> tuple[int, int]:
        """How many visitors said that it helped, and out of how many that said anything."""
        return self.of("rating")["yes"], self.of("rating").total()

    @property
    def good(self) -> tuple[int, int]:
        """How many reviews found the answer good, and out of how many."""
        return self.of("review")["good"], self.of("review").total()

    @property
    def fast(self) -> tuple[int, int]:
        """How many answers were there in time, and out of how many."""
        latency = self.of("latency")
        return sum(count for name, count in latency.items() if name in _FAST_NAMES), latency.total()

    @property
    def slow_end(self) -> str:
        """The bucket that 95 of 100 answers lie in or below; empty if there were none."""
        latency, reached = self.of("latency"), 0
        for name in BUCKET_NAMES:
            reached += latency[name]
            if reached and reached * 100 >= latency.total() * 95:
                return name
        return ""


def weeks_of(session: Session, week: Week, before: int = BEFORE) -> list[Figures]:
    """Return the week and those before it, the chosen one last."""
    wanted = [week.before(count) for count in range(before, -1, -1)]
    since, until = wanted[0].monday, week.sunday
    numbers: dict[Week, dict[str, Counter[str]]] = {each: {} for each in wanted}
    given = _verdicts(session, since, until)
    for day, name, label, value in [*by_day(session, COUNTED, since, until), *_of_staff(session, since, until, given)]:
        numbers[Week.of(day)].setdefault(name, Counter())[label] += value
    return [Figures(each, numbers[each], _agreement(given, each)) for each in wanted]


def numbers_by_day(session: Session, since: date, until: date) -> list[Number]:
    """Return every number day by day: the counters, `review` (verdicts given) and `gap` (closed)."""
    given = _verdicts(session, since, until)
    return sorted([*by_day(session, COUNTED, since, until), *_of_staff(session, since, until, given)])


def gaps_closed(session: Session, since: date, until: date) -> dict[str, date]:
    """Return the gaps that became published in these days, each with the last day it did."""
    return {
        row.object: row.at.date()
        for row in _logged(session, ("gap.publish",), since, until)
        if _state(row.after) == "published" != _state(row.before)
    }


Given = dict[tuple[str, str], tuple[date, str]]
"""Turn and round -> day and verdict."""


def _of_staff(session: Session, since: date, until: date, given: Given) -> list[Number]:
    counts: Counter[tuple[date, str, str]] = Counter((day, "review", verdict) for day, verdict in given.values())
    counts.update((day, "gap", "published") for day in gaps_closed(session, since, until).values())
    return [(*key, count) for key, count in counts.items()]


def _verdicts(session: Session, since: date, until: date) -> Given:
    """Return the verdicts given in these days; of one that was changed, the last."""
    given: Given = {}
    for row in _logged(session, _ACTIONS, since, until):
        verdict = _parsed(row.after).get("verdict")
        if verdict in VERDICTS:
            given[row.object.removeprefix("turn "), _ACTIONS[row.action]] = row.at.date(), verdict
    # Where a database came by its reviews without the log, they still count as long as they are kept.
    columns = select(ScoreRow.turn_id, ScoreRow.name, ScoreRow.blind, ScoreRow.day, ScoreRow.value)
    kept = columns.where(ScoreRow.day.between(since, until), ScoreRow.source == "staff")
    for turn, name, blind, day, value in session.execute(kept.where(ScoreRow.name.in_(("verdict", "final")))):
        given[turn, _ROUNDS[name, blind]] = day, VERDICTS[int(value)]
    return given


def _agreement(given: Given, week: Week) -> Agreement:
    """Compare the blind second verdicts of a week with the first ones of the same answers."""
    pairs = [
        (given[turn, "first"][1], verdict)
        for (turn, place), (day, verdict) in given.items()
        if place == "second" and Week.of(day) == week and (turn, "first") in given
    ]
    return agreement_of(pairs)


def _logged(session: Session, actions: Iterable[str], since: date, until: date) -> Iterable[Any]:
    start, end = (datetime.combine(day, time()) for day in (since, until + timedelta(days=1)))
    columns = select(AuditRow.at, AuditRow.action, AuditRow.object, AuditRow.before, AuditRow.after)
    wanted = columns.where(AuditRow.at >= start, AuditRow.at < end, AuditRow.action.in_(list(actions)))
    return session.execute(wanted.order_by(AuditRow.at, AuditRow.id))


def _state(logged: str | None) -> str:
    return str(_parsed(logged).get("state", ""))


def _parsed(logged: str | None) -> dict[str, Any]:
    try:
        found = json.loads(logged or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _summed(pairs: Iterable[tuple[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for name, count in pairs:
        total[name] += count
    return total
