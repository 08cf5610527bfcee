"""Which turns staff are asked to look at."""

from collections.abc import Callable
from datetime import date

from sqlalchemy.orm import Session

from chatbot.records.tables import QueueItemRow, TurnRow

REASONS = ("thumbs_down", "personal_medical", "not_in_articles", "low_confidence", "random", "picked")
"""The most urgent first; an item has one. `picked` is what staff took up by themselves."""
LOW_CONFIDENCE = 0.75
"""An answer that was shown, but only just (`MIN_CONFIDENCE` in `bot.py`)."""
RANDOM_SHARE = 0.05


def reason_to_review(turn: TurnRow, chance: Callable[[], float]) -> str | None:
    """Return why a turn should be looked at, if it should; `chance` draws from 0 to 1."""
    if turn.route == "personal_medical":
        return "personal_medical"
    if turn.outcome == "not_in_articles":
        return "not_in_articles"
    if turn.outcome == "answered" and turn.confidence < LOW_CONFIDENCE:
        return "low_confidence"
    if turn.outcome == "answered" and chance() < RANDOM_SHARE:
        return "random"
    return None


def put_in_queue(session: Session, turn_id: str, reason: str, day: date) -> None:
    """Add a turn, or give one that is there a more urgent reason; a thumbs-down opens a finished one again."""
    item = session.get(QueueItemRow, turn_id)
    if item is None:
        session.add(QueueItemRow(turn_id=turn_id, reason=reason, state="open", added_day=day))
        return
    if REASONS.index(reason) < REASONS.index(item.reason):
        item.reason = reason
        if item.state == "done":
            item.state, item.added_day = "open", day
