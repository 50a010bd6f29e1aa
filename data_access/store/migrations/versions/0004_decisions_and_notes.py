"""Decisions and notes on trends are called so in the store too, as on pages and in tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = (("work", "decisions"), ("annotations", "trend_notes"))
COLUMNS = (("decisions", "work_id", "decision_id"), ("trend_notes", "annotation_id", "note_id"))


COUNTERS = sa.table("counters", sa.column("name", sa.Text()))


def _rename_counter(old: str, new: str) -> None:
    op.execute(sa.update(COUNTERS).where(COUNTERS.c.name == old).values(name=new))


def upgrade() -> None:
    """Rename tables, their numbers, an index and the counters."""
    for old, new in TABLES:
        op.execute(f"ALTER TABLE {old} RENAME TO {new}")
        _rename_counter(old, new)
    for table, old, new in COLUMNS:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
    op.drop_index("work_finding", "decisions")
    op.create_index("decisions_finding", "decisions", ["finding"])


def downgrade() -> None:
    """The names of before."""
    op.drop_index("decisions_finding", "decisions")
    op.create_index("work_finding", "decisions", ["finding"])
    for table, old, new in COLUMNS:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {new} TO {old}")
    for old, new in TABLES:
        op.execute(f"ALTER TABLE {new} RENAME TO {old}")
        _rename_counter(new, old)
