"""Delete what has been kept long enough. Run at the start and once a day."""

from datetime import date, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from chatbot.records.database import Records, now
from chatbot.records.tables import AuditRow, ConversationRow, CounterRow, StaffSessionRow, TurnRow

COUNTERS_DAYS = 396
"""Thirteen months."""
AUDIT_DAYS = 6 * 366
"""Six years."""


def purge(records: Records, keep_days: int, day: date) -> int:
    """Delete what is older than it may be, also from the files; return how many turns and conversations went."""
    with records.writing() as session:
        gone = _purge(session, day - timedelta(days=keep_days), day)
    if gone:
        records.vacuum()
    return gone


def _purge(session: Session, oldest: date, day: date) -> int:
    turns = session.execute(delete(TurnRow).where(TurnRow.day < oldest))
    conversations = session.execute(delete(ConversationRow).where(ConversationRow.day < oldest))
    session.execute(delete(CounterRow).where(CounterRow.day < day - timedelta(days=COUNTERS_DAYS)))
    session.execute(delete(AuditRow).where(AuditRow.at < now() - timedelta(days=AUDIT_DAYS)))
    session.execute(delete(StaffSessionRow).where(StaffSessionRow.expires < now()))
    return int(turns.rowcount + conversations.rowcount)  # type: ignore[attr-defined]
