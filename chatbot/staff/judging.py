"""Judge a turn: verdicts, scores of sentences, corrections, drafts, and the flag to the clinical lead.

One turn in five is judged twice. Who is second does not see the first review until theirs is saved; what both said
stays as it was for the figures of agreement, and an editor settles what they disagree on.
"""

import json
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session

from chatbot.records.auditing import log_change
from chatbot.records.database import today
from chatbot.records.queue_rules import put_in_queue
from chatbot.records.review_tables import CorrectionRow, ListingRow
from chatbot.records.tables import QueueItemRow, ScoreRow
from chatbot.staff.accounts import Member
from chatbot.staff.lists import RefusedError
from chatbot.staff.verdicts import REASONS_WHY, SENTENCE_SCORES, VERDICTS, needs_second

Round = Literal["first", "second", "final"]
_LONGEST = {"note": 2000, "corrected": 4000, "passage": 300}
_SCORE: dict[Round, tuple[str, bool]] = {
    "first": ("verdict", False),
    "second": ("verdict", True),
    "final": ("final", False),
}
"""Name of the score, and whether it was given blind."""


@dataclass(frozen=True)
class Review:
    """What one member of staff says of one turn."""

    verdict: str = ""
    """Empty in a draft only."""
    reason: str = ""
    note: str = ""
    sentences: tuple[int | None, ...] = ()
    """100, 80 or 0 for each sentence of the answer, None where nothing was said."""
    citations: tuple[bool | None, ...] = ()
    """Whether each sentence's citation is the right one."""
    corrected: str = ""
    """What the answer should have been."""
    passage: str = ""
    """Id of the passage that would have been right."""

    def __post_init__(self) -> None:
        """Refuse what no form of ours sends."""
        wrong = _wrong_field(self)
        if wrong:
            raise RefusedError(wrong)

    @classmethod
    def of(cls, values: dict[str, Any]) -> "Review":
        """Read a review as a draft holds it."""
        given = {field.name: values[field.name] for field in fields(cls) if field.name in values}
        for name in ("sentences", "citations"):
            given[name] = tuple(given.get(name, ()))
        return cls(**given)


def _wrong_field(review: Review) -> str:
    for name, most in _LONGEST.items():
        value = getattr(review, name)
        if not isinstance(value, str) or len(value) > most:
            return f"The {name} is too long. Use up to {most} characters."
    if review.verdict not in {"", *VERDICTS}:
        return f"There is no such verdict. Use one of: {', '.join(VERDICTS)}."
    if review.reason not in {"", *REASONS_WHY}:
        return "There is no such reason. Choose one of those offered."
    if len(review.sentences) > 20 or any(score not in {None, *SENTENCE_SCORES} for score in review.sentences):
        return "A sentence is scored 100, 80 or 0. Choose one of these."
    if len(review.citations) > 20 or any(right not in {None, True, False} for right in review.citations):
        return "A citation is right or not. Choose one of these."
    return ""


def round_of(session: Session, member: Member, turn_id: str) -> Round | None:
    """Return what a verdict of the member's would be; None where it takes an editor to overrule another's."""
    listing = _listed(session, turn_id)
    item = session.get(QueueItemRow, turn_id)
    if listing.stage == "first":
        return "first"
    if listing.stage == "second":
        return "first" if listing.first_by == member.name else "second"
    alone = not session.scalar(select(ScoreRow.id).where(*_final_or_second(turn_id)).limit(1))
    if listing.stage == "done" and listing.first_by == member.name and alone:
        return "first"
    opened_again = listing.stage == "done" and item is not None and item.state == "open"
    return "final" if opened_again or member.may("editor") else None


def judge(session: Session, member: Member, turn_id: str, review: Review) -> Round:
    """Save a verdict with all that belongs to it; return whether it was a first, second or final one."""
    if not review.verdict:
        raise RefusedError("There is no verdict yet. Choose one of: " + ", ".join(VERDICTS) + ".")
    if review.verdict != "good" and not review.reason:
        raise RefusedError(f"'{review.verdict}' needs a reason. Choose one.")
    listing, item = _listed(session, turn_id, lock=True), _queued(session, turn_id)
    place = round_of(session, member, turn_id)
    if place is None:
        raise RefusedError("Others have judged this. Ask an editor to settle it.")
    before = _current(session, turn_id, place)
    _store(session, member, turn_id, (review, place))
    if place == "first":
        listing.first_by = member.name
    _move_on(session, listing, item, place)
    item.draft = {name: kept for name, kept in (item.draft or {}).items() if name != member.name} or None
    item.assigned = None
    log_change(session, member.name, f"{place} verdict", f"turn {turn_id}", (before, _logged(review)))
    return place


def save_draft(session: Session, member: Member, turn_id: str, review: Review) -> None:
    """Keep an unfinished review, one a member, and mark the turn as begun; not logged, as nothing is decided."""
    _listed(session, turn_id, lock=True)
    item = _queued(session, turn_id)
    item.draft = {**(item.draft or {}), member.name: asdict(review)}
    item.assigned = item.assigned or member.name


def flag(session: Session, member: Member, turn_id: str) -> None:
    """Send a turn on to the clinical lead; it stays there whatever verdicts come, until `unflag`."""
    _listed(session, turn_id, lock=True)
    item = _queued(session, turn_id)
    if item.state != "escalated":
        log_change(session, member.name, "flag", f"turn {turn_id}", (item.state, "escalated"))
        item.state = "escalated"


def unflag(session: Session, member: Member, turn_id: str) -> None:
    """Take the flag off again, as only an editor may."""
    if not member.may("editor"):
        raise RefusedError("Only the clinical lead takes this flag off. Ask an editor.")
    listing, item = _listed(session, turn_id, lock=True), _queued(session, turn_id)
    if item.state == "escalated":
        item.state = "done" if listing.stage == "done" else "open"
        log_change(session, member.name, "unflag", f"turn {turn_id}", ("escalated", item.state))


def _listed(session: Session, turn_id: str, *, lock: bool = False) -> ListingRow:
    listing = session.get(ListingRow, turn_id, with_for_update=lock)
    if listing is None:
        raise RefusedError("This is no longer kept. Go on to the next.")
    return listing


def _queued(session: Session, turn_id: str) -> QueueItemRow:
    """Return the turn's item, made now if staff took it up by themselves."""
    if session.get(QueueItemRow, turn_id) is None:
        put_in_queue(session, turn_id, "picked", today())
        session.flush()
    return session.get_one(QueueItemRow, turn_id, with_for_update=True)


def _final_or_second(turn_id: str) -> tuple[Any, ...]:
    later = or_(ScoreRow.name == "final", and_(ScoreRow.name == "verdict", ScoreRow.blind.is_(True)))
    return ScoreRow.turn_id == turn_id, ScoreRow.source == "staff", later


def _store(session: Session, member: Member, turn_id: str, given: tuple[Review, Round]) -> None:
    review, place = given
    name, blind = _SCORE[place]
    own = and_(
        ScoreRow.author_id == member.name,
        or_(ScoreRow.name.startswith("sentence-"), ScoreRow.name.startswith("citation-")),
    )
    same = and_(ScoreRow.name == name, ScoreRow.blind.is_(blind))
    session.execute(delete(ScoreRow).where(ScoreRow.turn_id == turn_id, ScoreRow.source == "staff", or_(own, same)))
    fixed: dict[str, Any] = {
        "turn_id": turn_id, "source": "staff", "author_id": member.name, "blind": blind, "day": today()
    }  # fmt: skip
    session.add(
        ScoreRow(
            name=name, value=float(VERDICTS.index(review.verdict)), reason=review.reason or None,
            note=review.note.strip() or None, **fixed,
        )
    )  # fmt: skip
    for kind, values in (("sentence", review.sentences), ("citation", review.citations)):
        for number, value in enumerate(values, 1):
            if value is not None:
                session.add(ScoreRow(name=f"{kind}-{number}", value=float(value), **fixed))
    correction = session.get(CorrectionRow, (turn_id, member.name))
    if correction is None and (review.corrected.strip() or review.passage):
        correction = CorrectionRow(turn_id=turn_id, author=member.name)
        session.add(correction)
    if correction is not None:
        correction.text, correction.passage = review.corrected.strip(), review.passage
    session.flush()


def _move_on(session: Session, listing: ListingRow, item: QueueItemRow, place: Round) -> None:
    """Set what the turn waits for now, and which verdict counts."""
    values = {each: _value(session, listing.turn_id, each) for each in _SCORE}
    first, second, final = values["first"], values["second"], values["final"]
    if place == "first":
        listing.stage = "second" if needs_second(listing.turn_id) and second is None else "done"
    elif place == "second":
        listing.stage = "done" if first == second else "settle"
    else:
        listing.stage = "done"
    counting = final if final is not None else max(value for value in (first, second) if value is not None)
    listing.verdict = VERDICTS[int(counting)]
    if item.state != "escalated":
        item.state = "done" if listing.stage == "done" else "open"


def _value(session: Session, turn_id: str, place: Round) -> float | None:
    row = verdict_row(session, turn_id, place)
    return row.value if row else None


def verdict_row(session: Session, turn_id: str, place: Round) -> ScoreRow | None:
    """Return the first, second or final verdict on a turn, if it was given."""
    name, blind = _SCORE[place]
    return session.scalars(
        select(ScoreRow).where(
            ScoreRow.turn_id == turn_id, ScoreRow.source == "staff", ScoreRow.name == name, ScoreRow.blind.is_(blind)
        )
    ).first()


def _current(session: Session, turn_id: str, place: Round) -> str | None:
    row = verdict_row(session, turn_id, place)
    if row is None:
        return None
    return json.dumps({"by": row.author_id, "verdict": VERDICTS[int(row.value)], "reason": row.reason or ""})


def _logged(review: Review) -> str:
    """Return what the log keeps of a review: no text, which must be gone when the turn is."""
    kept = {"verdict": review.verdict, "reason": review.reason, "passage": review.passage}
    scores = {"sentences": review.sentences, "citations": review.citations}
    texts = {"note": bool(review.note.strip()), "corrected": bool(review.corrected.strip())}
    return json.dumps({**kept, **scores, **texts}, ensure_ascii=False)
