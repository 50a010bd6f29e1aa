"""Every table of Data, the API and `leadloop export`, by name."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final

from dashboard.tables import (
    alerts,
    buyers,
    claims,
    delivery_rows,
    fair_comparison,
    findings,
    packs,
    quality,
    reporting_habits,
    row_limit,
    scores,
    seasons,
    store_rows,
    suggestions,
    timing,
    volumes,
)
from dashboard.tables.frame_cache import FrameCache

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from dashboard.editions.table_query import TableQuery

SCHEMA_VERSION: Final = 3
_ALL: Final = (
    *volumes.TABLES,
    *quality.TABLES,
    *claims.TABLES,
    *scores.TABLES,
    *buyers.TABLES,
    *reporting_habits.TABLES,
    *fair_comparison.TABLES,
    *timing.TABLES,
    *seasons.TABLES,
    *alerts.TABLES,
    *suggestions.TABLES,
    *findings.TABLES,
    *packs.TABLES,
    *delivery_rows.TABLES,
    *store_rows.TABLES,
)
TABLES: Final = {table.name: table for table in _ALL}


def nearest(name: str) -> str | None:
    """The table whose name is closest to an unknown one."""
    found = difflib.get_close_matches(name, TABLES, n=1)
    return found[0] if found else None


def _made(name: str, query: TableQuery) -> pl.DataFrame:
    found = TABLES.get(name)
    if found is None:
        message = f"no table of numbers is called {name!r}"
        raise KeyError(message)
    row_limit.judge(found, query)
    return found.frame(query)


table: Final = FrameCache(_made)
"""A table of numbers under a query; KeyError for an unknown one, BadQuery for too much."""


def frames(name: str, query: TableQuery) -> Iterator[pl.DataFrame]:
    """Any table as it is given out, a frame at a time; KeyError and BadQuery as for `table`."""
    found = TABLES[name]
    if found.pages is not None:
        return found.pages(query)
    return iter([found.published(table(name, query))])
