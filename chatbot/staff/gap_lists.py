"""Gaps as staff see them: the most asked first, with how that changes; and how many were closed."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from chatbot.records.database import today
from chatbot.records.tables import GapQuestionRow, GapRow, TurnRow
from chatbot.staff.lists import RefusedError

SHOWS = {
    "todo": "to do",
    "new": "new",
    "writing": "writing",
    "published": "published",
    "all": "all",
}
PAGE = 25
QUESTIONS = 100
_EXAMPLES = 3
_WEEK = timedelta(days=7)
_WEEKS_BEFORE = 3
"""Turns are kept for 30 days: this week and three whole ones."""


@dataclass(frozen=True)
class Gap:
    """Something visitors ask and the articles do not answer."""

    id: int
    label: str
    """Empty if nobody has named it."""
    state: str
    heading: str
    """The nearest one, as `article#heading`."""
    article: str
    closed: date | None
    asked: int
    answered: int
    count: int
    week: int
    """In the last seven days."""
    before: float
    """A week, on average of the three weeks before."""
    spanish: int
    again: int
    """Since it was closed."""
    examples: tuple[str, ...] = ()
    """The questions nearest to the middle, redacted."""

    @property
    def trend(self) -> str:
        """Whether it is asked more or less than before, in a word; one question more or less says nothing."""
        if self.week >= self.before + 2 or (self.week >= 2 and not self.before):
            return "rising" if self.before else "new this week"
        return "falling" if self.week <= self.before - 2 else "steady"

    @property
    def name(self) -> str:
        """What staff call it, or else its most typical question."""
        return self.label or (self.examples[0] if self.examples else "no question kept")


@dataclass(frozen=True)
class GapQuestion:
    """One question of a gap."""

    turn: str
    day: date
    language: str
    question: str
    earlier: tuple[str, ...] = ()
    """What the visitor had asked before."""


def gaps(session: Session, show: str = "todo") -> list[Gap]:
    """Return gaps without examples, the most asked first."""
    if show not in SHOWS:
        raise RefusedError(f"There is no list of that name. Use one of: {', '.join(SHOWS)}.")
    row, asked, day = GapRow, GapQuestionRow, today()
    week, old = day - _WEEK, day - (_WEEKS_BEFORE + 1) * _WEEK
    columns = select(
        row, func.count(asked.turn_id), func.sum(case((asked.day > week, 1), else_=0)),
        func.sum(case((asked.day.between(old + timedelta(days=1), week), 1), else_=0)),
        func.sum(case((asked.language == "es", 1), else_=0)), func.sum(case((asked.day > row.closed, 1), else_=0)),
    )  # fmt: skip
    grouped = columns.outerjoin(asked, asked.gap_id == row.id).group_by(row.id)
    if show not in {"todo", "all"}:
        grouped = grouped.where(row.state == show)
    found = [_gap(gap, *map(int, numbers)) for gap, *numbers in session.execute(grouped)]
    if show == "todo":
        found = [gap for gap in found if gap.state != "published" or gap.again]
    return sorted(found, key=lambda gap: (-(gap.again if gap.state == "published" else gap.count), -gap.week, gap.id))


def with_examples(session: Session, found: list[Gap]) -> list[Gap]:
    """Return the same gaps with their most typical questions."""
    place = func.row_number().over(
        partition_by=GapQuestionRow.gap_id, order_by=(GapQuestionRow.closeness.desc(), GapQuestionRow.turn_id)
    )
    names = select(GapQuestionRow.gap_id, GapQuestionRow.turn_id, place.label("place"))
    ranked = names.where(GapQuestionRow.gap_id.in_([gap.id for gap in found])).subquery()
    wanted = select(ranked.c.gap_id, TurnRow.question).join(TurnRow, TurnRow.id == ranked.c.turn_id)
    examples: dict[int, dict[str, None]] = defaultdict(dict)
    for gap, question in session.execute(wanted.where(ranked.c.place <= 3 * _EXAMPLES).order_by(ranked.c.place)):
        if question and question.casefold() not in {each.casefold() for each in examples[gap]}:
            examples[gap][question] = None
    return [replace(gap, examples=tuple(examples[gap.id])[:_EXAMPLES]) for gap in found]


def one_gap(session: Session, gap: int) -> Gap:
    """Return a gap with its examples."""
    for found in gaps(session, "all"):
        if found.id == gap:
            return with_examples(session, [found])[0]
    raise RefusedError("This gap is not there any more: its questions are sorted otherwise now. Press Refresh.")


def questions(session: Session, gap: int, most: int = QUESTIONS) -> list[GapQuestion]:
    """Return a gap's questions, the newest first."""
    wanted = select(TurnRow).join(GapQuestionRow, GapQuestionRow.turn_id == TurnRow.id)
    newest = wanted.where(GapQuestionRow.gap_id == gap).order_by(GapQuestionRow.day.desc(), TurnRow.id).limit(most)
    turns = list(session.scalars(newest))
    earlier: dict[str, list[tuple[int, str]]] = defaultdict(list)
    names = {turn.conversation_id for turn in turns if turn.number > 1}
    said = select(TurnRow.conversation_id, TurnRow.number, TurnRow.question).where(TurnRow.conversation_id.in_(names))
    for name, number, question in session.execute(said.order_by(TurnRow.number)):
        earlier[name].append((number, question or ""))
    return [
        GapQuestion(
            turn.id, turn.day, turn.language, turn.question or "",
            tuple(question for number, question in earlier[turn.conversation_id] if number < turn.number and question),
        )
        for turn in turns
    ]  # fmt: skip


def nearest_headings(session: Session, most: int = PAGE) -> list[tuple[str, int]]:
    """Return what unanswered questions were near to, with how many: all there is where no text is kept."""
    number = func.count()
    wanted = select(GapQuestionRow.place, number).where(GapQuestionRow.place != "", GapQuestionRow.vector.is_(None))
    found = session.execute(wanted.group_by(GapQuestionRow.place).order_by(number.desc()).limit(most))
    return [(place, count) for place, count in found]


def _gap(row: GapRow, count: int, week: int, before: int, *numbers: int) -> Gap:
    spanish, again = numbers
    return Gap(
        row.id, row.label, row.state, row.heading or "", row.article or "", row.closed, row.asked or 0,
        row.answered or 0, count, week, before / _WEEKS_BEFORE, spanish, again,
    )  # fmt: skip
