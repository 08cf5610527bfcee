"""Tables for the review; turns that are there already are listed."""

import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "review_tables"
down_revision = "first_tables"
_AT_ONCE = 500


def upgrade() -> None:
    """Make the tables and list the turns."""
    op.create_table(
        "listing",
        sa.Column("turn_id", sa.String(40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("route", sa.String(20), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("articles", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("stage", sa.String(8), nullable=False),
        sa.Column("first_by", sa.String(64), nullable=True),
        sa.Column("verdict", sa.String(8), nullable=True),
        sa.ForeignKeyConstraint(["turn_id"], ["turn.id"], name="fk_listing_turn_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["first_by"], ["user.name"], name="fk_listing_first_by", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("turn_id", name="pk_listing"),
        sqlite_with_rowid=False,
    )
    # The lists of the queue read this index alone.
    wanted = ["state", "turn_id", "reason", "assigned"]
    op.create_index("ix_queue_item_state_turn_id_reason_assigned", "queue_item", wanted)
    op.create_index("ix_listing_day_turn_id", "listing", ["day", "turn_id"])
    op.create_index("ix_listing_first_by", "listing", ["first_by"])
    op.create_table(
        "correction",
        sa.Column("turn_id", sa.String(40), nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("passage", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["turn_id"], ["turn.id"], name="fk_correction_turn_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["author"], ["user.name"], name="fk_correction_author", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("turn_id", "author", name="pk_correction"),
    )
    op.create_index("ix_correction_author", "correction", ["author"])
    op.create_table(
        "saved_view",
        sa.Column("user", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("filters", _json(), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["user.name"], name="fk_saved_view_user", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user", "name", name="pk_saved_view"),
    )
    _list_turns(op.get_bind())


def _json() -> sa.JSON[Any]:
    return sa.JSON().with_variant(JSONB(), "postgresql")


def _list_turns(connection: sa.Connection) -> None:
    names = ("day", "route", "outcome", "language", "confidence")
    turn = sa.table(
        "turn", sa.column("id", sa.String), *(sa.column(name) for name in names[1:]), sa.column("day", sa.Date),
        sa.column("question", sa.Text), sa.column("answer", _json()),
    )  # fmt: skip
    listing = sa.table(
        "listing", sa.column("day", sa.Date),
        *(sa.column(name) for name in ("turn_id", *names[1:], "articles", "words", "stage")),
    )  # fmt: skip
    last = ""
    while rows := connection.execute(sa.select(turn).where(turn.c.id > last).order_by(turn.c.id).limit(_AT_ONCE)).all():
        connection.execute(sa.insert(listing), [_listed(row, names) for row in rows])
        last = rows[-1].id


def _listed(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    articles = dict.fromkeys(citation["article"] for citation in (row.answer or {}).get("citations", ()))
    letters = unicodedata.normalize("NFKD", row.question or "")
    words = "".join(each for each in letters if not unicodedata.combining(each)).casefold()
    copied = {name: getattr(row, name) for name in names}
    return {**copied, "turn_id": row.id, "articles": f" {' '.join(articles)} ", "words": words, "stage": "first"}
