"""Put a turn on the list that staff filter and search."""

from sqlalchemy.orm import Session

from chatbot.records.review_tables import ListingRow
from chatbot.records.tables import TurnRow
from index.lexical import without_accents


def list_turn(session: Session, turn: TurnRow) -> None:
    """List a turn that was just added."""
    answer = turn.answer or {}
    articles = dict.fromkeys(citation["article"] for citation in answer.get("citations", ()))
    session.add(
        ListingRow(
            turn_id=turn.id, day=turn.day, route=turn.route, outcome=turn.outcome, language=turn.language,
            confidence=turn.confidence, articles=f" {' '.join(articles)} ", words=folded(turn.question or ""),
            stage="first",
        )
    )  # fmt: skip


def folded(text: str) -> str:
    """Return a text as it is searched: small letters, no accents."""
    return without_accents(text).casefold()
