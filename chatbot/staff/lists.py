"""Lists of turns as staff filter, sort, count and page them. A verdict shows only to those who may know it."""

from collections import Counter
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from chatbot.records.listing import folded
from chatbot.records.queue_rules import REASONS
from chatbot.records.review_tables import ListingRow, SavedViewRow
from chatbot.records.tables import QueueItemRow, TurnRow
from chatbot.staff.accounts import Member
from chatbot.staff.verdicts import VERDICTS

SHOWS = {
    "todo": "to do, for me",
    "open": "open",
    "second": "waiting for a second review",
    "settle": "two reviewers disagree",
    "escalated": "sent on to the clinical lead",
    "done": "done",
    "queue": "the whole queue",
    "kept": "everything kept, queued or not",
}
SORTS = {
    "urgent": "most urgent first",
    "newest": "newest first",
    "oldest": "oldest first",
    "unsure": "least sure first",
}
PAGE = 25
_LONGEST = 200
_MOST_VIEWS = 50
GROUPS = ("reason", "state", "route", "outcome", "language", "verdict", "article", "day")


class RefusedError(ValueError):
    """Something staff entered cannot be used; the message ends with the next step."""


@dataclass(frozen=True)
class Filters:
    """What a list shows; an empty field leaves nothing out."""

    show: str = "todo"
    reason: str = ""
    route: str = ""
    outcome: str = ""
    language: str = ""
    article: str = ""
    verdict: str = ""
    """One of the verdicts, or `none`."""
    since: str = ""
    """The first day, such as 2026-11-22."""
    until: str = ""
    """The last day."""
    text: str = ""
    """Words that the question must hold, in any order."""
    sort: str = "urgent"

    def __post_init__(self) -> None:
        """Refuse what no form of ours sends."""
        if any(not isinstance(value, str) or len(value) > _LONGEST for value in asdict(self).values()):
            raise RefusedError(f"A filter is too long. Use up to {_LONGEST} characters.")
        for name, known in (("show", SHOWS), ("sort", SORTS)):
            if getattr(self, name) not in known:
                raise RefusedError(f"There is no '{name}' of that name. Use one of: {', '.join(known)}.")
        if self.verdict not in {"", "none", *VERDICTS}:
            raise RefusedError(f"There is no such verdict. Use one of: {', '.join(VERDICTS)}, none.")
        for day in filter(None, (self.since, self.until)):
            _day(day)

    @classmethod
    def of(cls, values: dict[str, Any]) -> "Filters":
        """Read filters as a saved view or a page's address holds them; what is unknown is left out."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in values.items() if name in known})

    def narrowed(self, by: str, label: str) -> "Filters":
        """Return the list behind one of the numbers that `counts` gives."""
        if by == "day":
            return replace(self, since=label, until=label)
        if by == "state":
            return replace(self, show=label if label in SHOWS else "kept")
        return replace(self, **{by: label})


def address_of(filters: Filters) -> str:
    """Return the address of the staff page that opens a list."""
    return "/staff/?" + urlencode({name: value for name, value in asdict(filters).items() if value})


@dataclass(frozen=True)
class Line:
    """A turn in a list."""

    turn: str
    day: date
    route: str
    outcome: str
    language: str
    confidence: float
    question: str
    reason: str
    """Why it is in the queue; empty if it is not."""
    state: str
    assigned: str
    verdict: str
    """Empty if there is none, or none that may be known yet."""


def lines(session: Session, member: Member, filters: Filters, page: int = 1) -> list[Line]:
    """Return one page of a list, the first being 1."""
    # First which turns, then what is shown of them: a far page passes over a hundred thousand.
    turns = _filtered(select(ListingRow.turn_id), member, filters, queue=filters.sort == "urgent")
    wanted = turns.order_by(*_order(filters))
    names = session.scalars(wanted.limit(PAGE).offset((max(1, page) - 1) * PAGE)).all()
    queue, verdict = QueueItemRow, known_verdict(member)
    columns = select(ListingRow, queue.reason, queue.state, queue.assigned, verdict, TurnRow.question)
    joined = columns.join(TurnRow, TurnRow.id == ListingRow.turn_id).outerjoin(queue, queue.turn_id == TurnRow.id)
    found: dict[str, Line] = {}
    for row, *rest in session.execute(joined.where(ListingRow.turn_id.in_(names))):
        reason, state, assigned, known, question = (value or "" for value in rest)
        facts = (row.route, row.outcome, row.language, row.confidence)
        found[row.turn_id] = Line(row.turn_id, row.day, *facts, question, reason, state, assigned, known)
    return [found[name] for name in names]


def how_many(session: Session, member: Member, filters: Filters) -> int:
    """Return how many turns a list holds."""
    return session.scalar(_filtered(select(func.count()), member, filters)) or 0


def counts(session: Session, member: Member, filters: Filters, by: str) -> dict[str, int]:
    """Return label -> number of a list's turns, the highest first; `Filters.narrowed` gives the list behind one."""
    if by not in GROUPS:
        raise RefusedError(f"Nothing is counted by that. Use one of: {', '.join(GROUPS)}.")
    columns: dict[str, Any] = {
        "reason": QueueItemRow.reason, "state": QueueItemRow.state, "article": ListingRow.articles,
        "verdict": func.coalesce(known_verdict(member), "none"),
    }  # fmt: skip
    column: Any = columns.get(by) if by in columns else getattr(ListingRow, by)
    total: Counter[str] = Counter()
    in_queue = by in {"reason", "state"}
    grouped: Any = _filtered(select(column, func.count()), member, filters, queue=in_queue).group_by(column)
    for label, number in session.execute(grouped):
        for each in str(label or "").split() if by == "article" else [str(label)] if label else []:
            total[each] += number
    return dict(total.most_common())


def next_turn(session: Session, member: Member, filters: Filters, after: str = "") -> str | None:
    """Return the turn of a list to look at next; one that somebody else has begun only if nothing else is left."""
    free = or_(QueueItemRow.assigned.is_(None), QueueItemRow.assigned == member.name)
    wanted = _filtered(select(ListingRow.turn_id), member, filters, queue=True).where(ListingRow.turn_id != after)
    found: str | None = session.scalar(wanted.order_by(case((free, 0), else_=1), *_order(filters)).limit(1))
    return found


def known_verdict(member: Member) -> ColumnElement[str | None]:
    """Return the verdict as a column: empty for who is still to give a second one without sight of the first."""
    blind = and_(ListingRow.stage == "second", or_(ListingRow.first_by.is_(None), ListingRow.first_by != member.name))
    return case((blind, None), else_=ListingRow.verdict)


def save_view(session: Session, member: Member, name: str, filters: Filters) -> None:
    """Keep filters under a name of the member's own, in place of what that name held."""
    name = " ".join(name.split())
    if not 0 < len(name) <= 64:
        raise RefusedError("A view needs a name. Use up to 64 characters.")
    kept = session.get(SavedViewRow, (member.name, name))
    if kept is None:
        if len(saved_views(session, member)) >= _MOST_VIEWS:
            raise RefusedError(f"You keep {_MOST_VIEWS} views already. Delete one first.")
        kept = SavedViewRow(user=member.name, name=name)
        session.add(kept)
    kept.filters = asdict(filters)


def saved_views(session: Session, member: Member) -> dict[str, Filters]:
    """Return the member's own views by name."""
    rows = session.scalars(select(SavedViewRow).where(SavedViewRow.user == member.name).order_by(SavedViewRow.name))
    return {row.name: Filters.of(row.filters) for row in rows}


def delete_view(session: Session, member: Member, name: str) -> None:
    """Forget one of the member's own views, if there is one of that name."""
    kept = session.get(SavedViewRow, (member.name, name))
    if kept:
        session.delete(kept)


def _filtered(wanted: Any, member: Member, filters: Filters, *, queue: bool = False) -> Any:
    """Join the queue only where something is asked of it: `queue` says that the columns or the order do."""
    joined = wanted.select_from(ListingRow)
    in_queue = filters.show != "kept"
    if queue or in_queue or filters.reason:
        joined = joined.join(QueueItemRow, QueueItemRow.turn_id == ListingRow.turn_id, isouter=not in_queue)
    return joined.where(*_shown(member, filters), *_conditions(member, filters))


def _shown(member: Member, filters: Filters) -> list[ColumnElement[bool]]:
    state, stage = QueueItemRow.state, ListingRow.stage
    mine_first = and_(stage == "second", ListingRow.first_by == member.name)
    return {
        "todo": [state == "open", ~func.coalesce(mine_first, False)],
        "open": [state == "open"],
        "second": [stage == "second"],
        "settle": [stage == "settle"],
        "escalated": [state == "escalated"],
        "done": [state == "done"],
    }.get(filters.show, [])


def _conditions(member: Member, filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    same = {
        QueueItemRow.reason: filters.reason, ListingRow.route: filters.route, ListingRow.outcome: filters.outcome,
        ListingRow.language: filters.language,
    }  # fmt: skip
    found += [column == value for column, value in same.items() if value]
    if filters.verdict:
        known = known_verdict(member)
        found.append(known.is_(None) if filters.verdict == "none" else known == filters.verdict)
    if filters.since:
        found.append(ListingRow.day >= _day(filters.since))
    if filters.until:
        found.append(ListingRow.day <= _day(filters.until))
    if filters.article:
        found.append(ListingRow.articles.contains(f" {filters.article} ", autoescape=True))
    return found + [ListingRow.words.contains(word, autoescape=True) for word in folded(filters.text).split()]


def _order(filters: Filters) -> list[Any]:
    newest = [ListingRow.day.desc(), ListingRow.turn_id.desc()]
    if filters.sort == "urgent":
        places = {reason: place for place, reason in enumerate(REASONS)}
        return [case(places, value=QueueItemRow.reason, else_=len(REASONS)), *newest]
    if filters.sort == "unsure":
        return [ListingRow.confidence.asc(), *newest]
    return newest if filters.sort == "newest" else [ListingRow.day.asc(), ListingRow.turn_id]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RefusedError(f"'{text[:20]}' is no day. Write it like 2026-11-22.") from None
