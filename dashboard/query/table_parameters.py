"""The names of what is asked of a table itself, beside the filters."""

from __future__ import annotations

from typing import Final

OPTIONS: Final = (
    *("by", "grain", "seed", "precision"),
    *("columns", "limit", "after", "changed_since"),
)
"""Parameters of tables beside the filters."""
