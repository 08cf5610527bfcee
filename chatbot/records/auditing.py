"""The log of what staff changed."""

from sqlalchemy.orm import Session

from chatbot.records.database import now
from chatbot.records.tables import AuditRow


def log_change(
    session: Session, user: str, action: str, what: str, change: tuple[str | None, str | None] = (None, None)
) -> None:
    """Write into the log, in the transaction of the change, who did what to what; `change` is before and after."""
    before, after = change
    session.add(AuditRow(at=now(), user=user, action=action, object=what, before=before, after=after))
