"""One turn with everything a reviewer needs to judge it, and no review that they may not see yet."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from chatbot.conversation import Answer, AnswerSentence, Citation
from chatbot.records.review_tables import CorrectionRow, ListingRow
from chatbot.records.tables import QueueItemRow, ScoreRow, TurnRow
from chatbot.staff.accounts import Member
from chatbot.staff.judging import Review, Round, round_of, verdict_row
from chatbot.staff.lists import RefusedError
from chatbot.staff.verdicts import VERDICTS
from corpus.replies import Action

_MOST_TURNS = 60
_ROUNDS: tuple[Round, ...] = ("first", "second", "final")


@dataclass(frozen=True)
class Given:
    """A review that was saved."""

    round: Round
    author: str
    """Empty where the account is gone."""
    review: Review


@dataclass(frozen=True)
class Item:
    """A turn as it is judged."""

    turn: TurnRow
    conversation: tuple[TurnRow, ...]
    """All kept turns of its conversation, in order."""
    queue: QueueItemRow | None
    stage: str
    round: Round | None
    """What the member's verdict would be; None where an editor must give it."""
    given: tuple[Given, ...]
    """Saved reviews that the member may see."""
    mine: Review
    """Where the member left off: the draft, else what they saved."""
    ratings: tuple[ScoreRow, ...]
    """What visitors and machines said."""

    @property
    def answer(self) -> Answer | None:
        """The answer as it was sent; None where no text is kept."""
        return answer_of(self.turn.answer) if self.turn.answer else None


def item_of(session: Session, member: Member, turn_id: str) -> Item:
    """Read a turn; raise `RefusedError` if it is no longer kept."""
    whole = undefer(TurnRow.answer), undefer(TurnRow.passages), undefer(TurnRow.trace)
    turn = session.get(TurnRow, turn_id, options=whole)
    listing = session.get(ListingRow, turn_id)
    if turn is None or listing is None:
        raise RefusedError("This is no longer kept. Go on to the next.")
    turns = select(TurnRow).where(TurnRow.conversation_id == turn.conversation_id).options(undefer(TurnRow.answer))
    others = select(ScoreRow).where(ScoreRow.turn_id == turn_id, ScoreRow.source != "staff").order_by(ScoreRow.id)
    queue = session.get(QueueItemRow, turn_id)
    place = round_of(session, member, turn_id)
    # Who is to give the second review must not see the first.
    given = () if place == "second" else tuple(_given(session, turn_id))
    return Item(
        turn, tuple(session.scalars(turns.order_by(TurnRow.number).limit(_MOST_TURNS))), queue, listing.stage, place,
        given, _mine(member, queue, given), tuple(session.scalars(others)),
    )  # fmt: skip


def answer_of(kept: dict[str, Any]) -> Answer:
    """Return an answer from its public shape."""
    lists = {
        "flags": tuple(kept["flags"]),
        "sentences": tuple(AnswerSentence(**each) for each in kept["sentences"]),
        "citations": tuple(Citation(**each) for each in kept["citations"]),
        "actions": tuple(Action(**each) for each in kept["actions"]),
    }
    return Answer(**{**kept, **lists})


def _given(session: Session, turn_id: str) -> list[Given]:
    rows = [(place, verdict_row(session, turn_id, place)) for place in _ROUNDS]
    return [Given(place, row.author_id or "", _review(session, row)) for place, row in rows if row]


def _review(session: Session, row: ScoreRow) -> Review:
    own = session.scalars(
        select(ScoreRow).where(
            ScoreRow.turn_id == row.turn_id, ScoreRow.source == "staff", ScoreRow.author_id == row.author_id
        )
    ).all()
    scores = {each.name: each.value for each in own}
    count = max((int(name.partition("-")[2]) for name in scores if "-" in name), default=0)
    sentences = (scores.get(f"sentence-{number}") for number in range(1, count + 1))
    citations = (scores.get(f"citation-{number}") for number in range(1, count + 1))
    correction = session.get(CorrectionRow, (row.turn_id, row.author_id)) if row.author_id else None
    return Review(
        verdict=VERDICTS[int(row.value)], reason=row.reason or "", note=row.note or "",
        sentences=tuple(None if value is None else int(value) for value in sentences),
        citations=tuple(None if value is None else bool(value) for value in citations),
        corrected=correction.text if correction else "", passage=correction.passage if correction else "",
    )  # fmt: skip


def _mine(member: Member, queue: QueueItemRow | None, given: tuple[Given, ...]) -> Review:
    draft = (queue.draft or {}).get(member.name) if queue else None
    if draft:
        return Review.of(draft)
    return next((each.review for each in reversed(given) if each.author == member.name), Review())
