"""The tables of the records. Days, never times, of what visitors did; times only of what staff did.

A change here needs a file in `migrations/`: a test holds the two together.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, MetaData, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import DateTime

AnyJson = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
Name = String(64)


class Base(DeclarativeBase):
    """All tables, with names for their constraints so that a migration can change them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it once, as a class attribute
        dict[str, Any]: AnyJson,
        list[Any]: AnyJson,
        datetime: DateTime(timezone=False),
    }


class ConversationRow(Base):
    """One visitor's conversation; without turns where it may not be kept."""

    __tablename__ = "conversation"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    day: Mapped[date] = mapped_column(index=True)
    language: Mapped[str] = mapped_column(String(2))
    keeps_text: Mapped[bool]
    """False from an acute turn on: nothing more of it is kept."""
    source: Mapped[str] = mapped_column(String(8))
    """`page`, `chat` or `api`."""


class TurnRow(Base):
    """One ordinary question and its answer, by the id of the answer. The large columns load only when they are read."""

    __tablename__ = "turn"
    __table_args__ = (Index(None, "day", "route"), Index(None, "day", "outcome"))

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    """Place in its conversation, from 1."""
    day: Mapped[date]
    route: Mapped[str] = mapped_column(String(20))
    flags: Mapped[list[Any]]
    outcome: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(2))
    rule: Mapped[str] = mapped_column(Text)
    question: Mapped[str | None] = mapped_column(Text)
    """With personal details taken out; None where `keep_text` is "off"."""
    answer: Mapped[dict[str, Any] | None] = mapped_column(AnyJson, deferred=True)
    """In its public shape."""
    passages: Mapped[list[Any] | None] = mapped_column(AnyJson, deferred=True)
    """Best first; only article and heading where no text is kept."""
    trace: Mapped[dict[str, Any] | None] = mapped_column(AnyJson, deferred=True)
    confidence: Mapped[float]
    latency_bucket: Mapped[str] = mapped_column(String(8))
    version: Mapped[str] = mapped_column(String(40))
    demo: Mapped[bool] = mapped_column(default=False)
    asked_key: Mapped[str | None] = mapped_column(String(32), index=True)
    """What tells its question, after the messages before it, from any other."""


class ScoreRow(Base):
    """One judgement of a turn: by its visitor, by staff, or by a machine."""

    __tablename__ = "score"

    id: Mapped[int] = mapped_column(primary_key=True)
    turn_id: Mapped[str] = mapped_column(ForeignKey("turn.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(Name)
    """What is judged: `helpful`, `verdict`, …"""
    value: Mapped[float]
    reason: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(8))
    """`visitor`, `staff` or `machine`."""
    author_id: Mapped[str | None] = mapped_column(ForeignKey("user.name", ondelete="SET NULL"), index=True)
    blind: Mapped[bool] = mapped_column(default=False)
    """Whether it was given without sight of another's."""
    day: Mapped[date] = mapped_column(index=True)


class CounterRow(Base):
    """How often something happened on a day."""

    __tablename__ = "counter"

    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Name, primary_key=True)
    label: Mapped[str] = mapped_column(String(120), primary_key=True)
    value: Mapped[int]


class QueueItemRow(Base):
    """A turn that staff should look at, and why."""

    __tablename__ = "queue_item"
    __table_args__ = (Index(None, "state", "added_day"), Index(None, "state", "turn_id", "reason", "assigned"))

    turn_id: Mapped[str] = mapped_column(ForeignKey("turn.id", ondelete="CASCADE"), primary_key=True)
    reason: Mapped[str] = mapped_column(String(24))
    state: Mapped[str] = mapped_column(String(12), default="open")
    """`open`, `done` or `escalated`."""
    added_day: Mapped[date]
    assigned: Mapped[str | None] = mapped_column(ForeignKey("user.name", ondelete="SET NULL"), index=True)
    draft: Mapped[dict[str, Any] | None] = mapped_column(AnyJson)


class UserRow(Base):
    """A member of staff."""

    __tablename__ = "user"

    name: Mapped[str] = mapped_column(Name, primary_key=True)
    password_hash: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(String(8))
    """`reviewer`, `editor` or `admin`."""
    failed: Mapped[int] = mapped_column(default=0)
    """Wrong passwords since the last right one."""
    locked_until: Mapped[datetime | None]
    created: Mapped[datetime]


class StaffSessionRow(Base):
    """Somebody logged in, known by the hash of a token that only the browser has."""

    __tablename__ = "staff_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user: Mapped[str] = mapped_column(ForeignKey("user.name", ondelete="CASCADE"), index=True)
    expires: Mapped[datetime]
    """In any case, however busy."""
    idle_until: Mapped[datetime]
    csrf: Mapped[str] = mapped_column(String(64))


class AuditRow(Base):
    """One change that staff made. Nothing deletes one before its years are over."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    user: Mapped[str] = mapped_column(Name)
    """A name, not a reference: who has left stays in the log."""
    action: Mapped[str] = mapped_column(Name)
    object: Mapped[str] = mapped_column(Text)
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str | None] = mapped_column(Text)


class SwitchRow(Base):
    """What staff have switched off or put up."""

    __tablename__ = "switch"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    value: Mapped[dict[str, Any]]
    by: Mapped[str] = mapped_column(Name)
    at: Mapped[datetime]


class RevisionRow(Base):
    """One change of an article's file, with both texts so that it can be undone."""

    __tablename__ = "revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    article: Mapped[str] = mapped_column(String(120), index=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(Name)
    why: Mapped[str] = mapped_column(Text)
    sha256_before: Mapped[str | None] = mapped_column(String(64))
    """None for a new article."""
    sha256_after: Mapped[str] = mapped_column(String(64))
    text_before: Mapped[str | None] = mapped_column(Text, deferred=True)
    text_after: Mapped[str] = mapped_column(Text, deferred=True)
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("revision.id", ondelete="SET NULL"))


class GapRow(Base):
    """Something visitors ask and the articles do not answer."""

    __tablename__ = "gap"

    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(Text)
    """What staff call it; empty as long as nobody has named it."""
    state: Mapped[str] = mapped_column(String(12), default="new")
    """`new`, `writing` or `published`."""
    heading: Mapped[str | None] = mapped_column(Text)
    """The nearest one of an article, as `article#heading`."""
    article: Mapped[str | None] = mapped_column(String(120))
    """The article that closes it."""
    created: Mapped[date]
    closed: Mapped[date | None]
    """Since when most of its questions are answered."""
    asked: Mapped[int | None]
    """So many of them were asked again when this was last looked at, and"""
    answered: Mapped[int | None]
    """so many were answered."""


class GapQuestionRow(Base):
    """An unanswered question as it is sorted. What stands here can tell of its words: it goes when its turn does."""

    __tablename__ = "gap_question"
    __table_args__ = (Index(None, "gap_id", "day", "language"), Index(None, "gap_id", "closeness"))

    turn_id: Mapped[str] = mapped_column(ForeignKey("turn.id", ondelete="CASCADE"), primary_key=True)
    gap_id: Mapped[int | None] = mapped_column(ForeignKey("gap.id", ondelete="SET NULL"))
    """None where no text is kept, or before it is sorted."""
    day: Mapped[date]
    language: Mapped[str] = mapped_column(String(2))
    place: Mapped[str] = mapped_column(Text)
    """`article#heading` of the nearest passage; empty if nothing was near."""
    closeness: Mapped[float] = mapped_column(default=0.0)
    """How near it is to the middle of its gap."""
    model: Mapped[str] = mapped_column(Name)
    """Whose vector it is: those of two models cannot be compared."""
    vector: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """Of the redacted question, in half precision; None where no text is kept."""


class RegressionRow(Base):
    """A case of the regression suite that began as a turn. The turn may be deleted before the case is."""

    __tablename__ = "regression"

    case_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    turn_id: Mapped[str | None] = mapped_column(ForeignKey("turn.id", ondelete="SET NULL"), index=True)
    state: Mapped[str] = mapped_column(String(12), default="proposed")
    """`proposed` or `approved`."""
    by: Mapped[str] = mapped_column(Name)
    approved_by: Mapped[str | None] = mapped_column(Name)
    case: Mapped[dict[str, Any]]
    """As it stands, or will stand, in the suite."""
    last_result: Mapped[str | None] = mapped_column(String(12))
    last_run: Mapped[datetime | None]
