"""Imports can be taken out of every figure, and put back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """A table of its own; no fact is touched."""
    op.create_table(
        "withdrawals",
        sa.Column("seq", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("recorded_us", WHOLE, nullable=False),
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("note", sa.Text()),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Without what was withdrawn; the numbers of facts have gaps then."""
    op.drop_table("withdrawals")
