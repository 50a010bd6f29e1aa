"""What people do with the numbers: decisions on findings, notes on trends, what was published."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the three tables."""
    op.create_table(
        "work",
        sa.Column("work_id", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("recorded_us", WHOLE, nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("until_day", sa.Text()),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("figure", sa.Text()),
        sqlite_strict=True,
    )
    op.create_index("work_finding", "work", ["finding"])
    op.create_table(
        "annotations",
        sa.Column("annotation_id", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("recorded_us", WHOLE, nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text()),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("removed_us", WHOLE),
        sqlite_strict=True,
    )
    op.create_table(
        "publications",
        sa.Column("publication_id", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("recorded_us", WHOLE, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Text(), nullable=False),
        sa.Column("last_day", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("as_of_us", WHOLE, nullable=False),
        sa.Column("data_version", WHOLE, nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Drop the three tables."""
    for name in ("publications", "annotations", "work"):
        op.drop_table(name)
