"""Tables of the review: what lists are filtered by, what staff corrected, and the lists they keep."""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from chatbot.records.tables import Base, Name


class ListingRow(Base):
    """What of a turn lists are filtered by; the turn itself is too large to be read by the thousand."""

    __tablename__ = "listing"
    __table_args__ = (Index(None, "day", "turn_id"), {"sqlite_with_rowid": False})

    turn_id: Mapped[str] = mapped_column(ForeignKey("turn.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date]
    route: Mapped[str] = mapped_column(String(20))
    outcome: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(2))
    confidence: Mapped[float]
    articles: Mapped[str] = mapped_column(Text)
    """Ids of the quoted articles, with a space before and after each."""
    words: Mapped[str] = mapped_column(Text)
    """The redacted question in small letters without accents."""
    stage: Mapped[str] = mapped_column(String(8), default="first")
    """Of the review: `first` (nobody has), `second` (somebody else should, too), `settle` (two disagree) or `done`."""
    first_by: Mapped[str | None] = mapped_column(ForeignKey("user.name", ondelete="SET NULL"), index=True)
    verdict: Mapped[str | None] = mapped_column(String(8))
    """What counts: the settled one, else the worse of two."""


class CorrectionRow(Base):
    """What a member of staff says a turn should have been answered."""

    __tablename__ = "correction"

    turn_id: Mapped[str] = mapped_column(ForeignKey("turn.id", ondelete="CASCADE"), primary_key=True)
    author: Mapped[str] = mapped_column(ForeignKey("user.name", ondelete="CASCADE"), primary_key=True, index=True)
    text: Mapped[str] = mapped_column(Text)
    passage: Mapped[str] = mapped_column(Text)
    """Id of the passage that would have been right; empty if none was named."""


class SavedViewRow(Base):
    """Filters that a member of staff keeps under a name."""

    __tablename__ = "saved_view"

    user: Mapped[str] = mapped_column(ForeignKey("user.name", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(Name, primary_key=True)
    filters: Mapped[dict[str, Any]]
