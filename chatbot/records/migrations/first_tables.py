"""The first tables."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "first_tables"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    _visitors()
    _people()
    _judgements()
    _content()


def _json() -> sa.types.TypeEngine[Any]:
    return sa.JSON().with_variant(JSONB(), "postgresql")


def _visitors() -> None:
    op.create_table(
        "conversation",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("keeps_text", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(8), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_conversation"),
    )
    op.create_index("ix_conversation_day", "conversation", ["day"])
    op.create_table(
        "turn",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("conversation_id", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("route", sa.String(20), nullable=False),
        sa.Column("flags", _json(), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("answer", _json(), nullable=True),
        sa.Column("passages", _json(), nullable=True),
        sa.Column("trace", _json(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("latency_bucket", sa.String(8), nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_turn_conversation_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_turn"),
    )
    op.create_index("ix_turn_conversation_id", "turn", ["conversation_id"])
    op.create_index("ix_turn_day_outcome", "turn", ["day", "outcome"])
    op.create_index("ix_turn_day_route", "turn", ["day", "route"])
    op.create_table(
        "counter",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("label", sa.String(120), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "name", "label", name="pk_counter"),
    )


def _people() -> None:
    op.create_table(
        "user",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.String(8), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(), nullable=True),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_user"),
    )
    op.create_table(
        "staff_session",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("user", sa.String(64), nullable=False),
        sa.Column("expires", sa.DateTime(), nullable=False),
        sa.Column("idle_until", sa.DateTime(), nullable=False),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["user.name"], name="fk_staff_session_user", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_staff_session"),
    )
    op.create_index("ix_staff_session_user", "staff_session", ["user"])
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("user", sa.String(64), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_table(
        "switch",
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("value", _json(), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_switch"),
    )


def _judgements() -> None:
    op.create_table(
        "score",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("turn_id", sa.String(40), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("source", sa.String(8), nullable=False),
        sa.Column("author_id", sa.String(64), nullable=True),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.name"], name="fk_score_author_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["turn_id"], ["turn.id"], name="fk_score_turn_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_score"),
    )
    op.create_index("ix_score_author_id", "score", ["author_id"])
    op.create_index("ix_score_day", "score", ["day"])
    op.create_index("ix_score_turn_id", "score", ["turn_id"])
    op.create_table(
        "queue_item",
        sa.Column("turn_id", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(24), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("added_day", sa.Date(), nullable=False),
        sa.Column("assigned", sa.String(64), nullable=True),
        sa.Column("draft", _json(), nullable=True),
        sa.ForeignKeyConstraint(["assigned"], ["user.name"], name="fk_queue_item_assigned", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["turn_id"], ["turn.id"], name="fk_queue_item_turn_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("turn_id", name="pk_queue_item"),
    )
    op.create_index("ix_queue_item_assigned", "queue_item", ["assigned"])
    op.create_index("ix_queue_item_state_added_day", "queue_item", ["state", "added_day"])


def _content() -> None:
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article", sa.String(120), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("sha256_before", sa.String(64), nullable=True),
        sa.Column("sha256_after", sa.String(64), nullable=False),
        sa.Column("text_before", sa.Text(), nullable=True),
        sa.Column("text_after", sa.Text(), nullable=False),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["undone_by"], ["revision.id"], name="fk_revision_undone_by", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_revision"),
    )
    op.create_index("ix_revision_article", "revision", ["article"])
    op.create_table(
        "gap",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("heading", sa.Text(), nullable=True),
        sa.Column("article", sa.String(120), nullable=True),
        sa.Column("created", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_gap"),
    )
    op.create_table(
        "regression",
        sa.Column("case_id", sa.String(120), nullable=False),
        sa.Column("turn_id", sa.String(40), nullable=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("approved_by", sa.String(64), nullable=True),
        sa.Column("case", _json(), nullable=False),
        sa.Column("last_result", sa.String(12), nullable=True),
        sa.Column("last_run", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["turn_id"], ["turn.id"], name="fk_regression_turn_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("case_id", name="pk_regression"),
    )
    op.create_index("ix_regression_turn_id", "regression", ["turn_id"])
