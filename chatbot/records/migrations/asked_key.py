"""A column by which a turn is found again from the messages of its conversation."""

import sqlalchemy as sa
from alembic import op

revision = "asked_key"
down_revision = "gap_columns"


def upgrade() -> None:
    """Make the column; turns from before keep an empty one and are gone after `keep_days`."""
    op.add_column("turn", sa.Column("asked_key", sa.String(32), nullable=True))
    op.create_index("ix_turn_asked_key", "turn", ["asked_key"])
