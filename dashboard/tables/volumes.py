"""Volumes, rates and money, over time and against the period before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from dashboard.tables.table import DIMENSIONS, Table
from metrics.definitions.catalogue import RATES
from metrics.insights import comparison, rates

if TYPE_CHECKING:
    from dashboard.editions.table_query import TableQuery

_TREND: Final[dict[str, pl.DataType]] = {
    "start": pl.Date(),
    "end": pl.Date(),
    "partial": pl.Boolean(),
    **rates.RATE_COLUMNS,
    "young": pl.Boolean(),
    **{f"previous_{name}": pl.Float64() for name in RATES},
}
_MIX: Final[dict[str, pl.DataType]] = {
    "outcome": pl.String(),
    "outcome_class": pl.String(),
    "deliveries": pl.Int64(),
    "base": pl.Int64(),
    "share": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
}


def _sources(query: TableQuery) -> pl.DataFrame:
    return rates.sources(query.cells(), query.scope, query.named).collect()


def _rates(query: TableQuery) -> pl.DataFrame:
    by = query.by
    return rates.by(query.cells(by), by, query.scope, query.named).collect()


def _trend(query: TableQuery) -> pl.DataFrame:
    cells, before = query.cells(), query.cells_before()
    return comparison.trend(
        cells, before, query.scope, grain=query.grain, young_after=query.young_after
    )


def _headline(query: TableQuery) -> pl.DataFrame:
    now = rates.in_all(query.cells(), query.scope)
    before = query.cells_before()
    past = None if before is None else rates.in_all(before, query.scope.previous())
    return comparison.headline(now, past)


TABLES: Final = (
    Table(
        "sources",
        "Sources",
        "One row per source: volumes, rates, money.",
        {"id": pl.String(), "name": pl.String(), **rates.RATE_COLUMNS},
        "numbers",
        make=_sources,
        page="sources",
        party="source",
    ),
    Table(
        "rates",
        "Rates by anything",
        "The same numbers by any dimension or span of time; several at once.",
        rates.RATE_COLUMNS,
        "numbers",
        ("by",),
        make=_rates,
        split_by=DIMENSIONS,
        default_by=("source",),
    ),
    Table(
        "trend",
        "Over time",
        "The same numbers per day, week or month, beside the period before.",
        _TREND,
        "numbers",
        ("grain",),
        make=_trend,
        page="overview",
    ),
    Table(
        "outcome_mix",
        "Where they stand",
        "Each delivery once, by its latest result.",
        _MIX,
        "numbers",
        make=lambda query: rates.outcome_mix(query.cells(), query.scope),
        page="overview",
    ),
    Table(
        "clocks",
        "Three ways to count",
        "Why totals differ by delivery, outcome and report date.",
        comparison.CLOCKS_TABLE,
        "numbers",
        make=lambda query: comparison.clocks(query.everywhere(), query.scope),
    ),
    Table(
        "headline",
        "Headline",
        "Each number with its change at the same age.",
        comparison.HEADLINE,
        "numbers",
        make=_headline,
        page="overview",
    ),
)
