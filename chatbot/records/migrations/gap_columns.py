"""A table for the questions behind content gaps, and what is known of a gap's closing."""

import sqlalchemy as sa
from alembic import op

revision = "gap_columns"
down_revision = "review_tables"


def upgrade() -> None:
    """Make the table and the columns; the staff page fills them."""
    for name, kind in (("closed", sa.Date()), ("asked", sa.Integer()), ("answered", sa.Integer())):
        op.add_column("gap", sa.Column(name, kind, nullable=True))
    op.create_table(
        "gap_question",
        sa.Column("turn_id", sa.String(40), nullable=False),
        sa.Column("gap_id", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("closeness", sa.Double(), nullable=False),
        sa.Column("model", sa.String(64), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["turn_id"], ["turn.id"], name="fk_gap_question_turn_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["gap_id"], ["gap.id"], name="fk_gap_question_gap_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("turn_id", name="pk_gap_question"),
    )
    op.create_index("ix_gap_question_gap_id_day_language", "gap_question", ["gap_id", "day", "language"])
    op.create_index("ix_gap_question_gap_id_closeness", "gap_question", ["gap_id", "closeness"])
