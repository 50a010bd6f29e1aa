"""The store remembers its report zone and its currency, and each change of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "store_settings",
        sa.Column("setting_id", whole, primary_key=True, autoincrement=False),
        sa.Column("recorded_us", whole, nullable=False),
        sa.Column("report_zone", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("store_settings")
