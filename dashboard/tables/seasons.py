"""Seasons: months, quarters, weekdays and hours, and what is commonly said about them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import polars as pl

from dashboard.tables.table import Table
from metrics.definitions.report_calendar import to_date
from metrics.definitions.scope import EVER
from metrics.insights import seasons

if TYPE_CHECKING:
    from dashboard.editions.table_query import TableQuery


def _year(query: TableQuery) -> tuple[pl.LazyFrame, bool]:
    """Deliveries of the record's last twelve months that are old enough; is it a full year?

    The period does not matter: a season is known by comparing a whole year.
    """
    days = query.record
    last = query.today if days is None else min(query.today, to_date(days[1]))
    scope = replace(query.scope, clock="delivered", base="mature", last=last)
    first = last - timedelta(days=seasons.FULL_YEAR + 30)
    whole = query.of(replace(scope, first=first))
    complete = days is not None and to_date(days[0]) <= first
    rows = whole.outcomes_by(["source", "vertical"]).filter(delivered=1)
    return seasons.dated(rows, query.zone), complete and first > EVER


def _month(query: TableQuery) -> pl.DataFrame:
    rows, whole = _year(query)
    everything = seasons.month_table(rows, whole_year=whole)
    split = seasons.month_table(rows, whole_year=whole, extra=["vertical"])
    whole_market = everything.with_columns(vertical=pl.lit("(all)"))
    return pl.concat([whole_market.select(split.columns), split])


def _quarter(query: TableQuery) -> pl.DataFrame:
    rows, whole = _year(query)
    return seasons.quarter_table(rows, whole_year=whole)


def _hour(query: TableQuery) -> pl.DataFrame:
    rows, whole = _year(query)
    return seasons.hour_table(rows, whole_year=whole)


def _claims(query: TableQuery) -> pl.DataFrame:
    rows, whole = _year(query)
    return seasons.season_claims(rows, whole_year=whole)


_INT: Final = pl.Int64()
_NOTES: Final = (
    ("month", "Calendar month, 1 - 12."),
    ("quarter", "Quarter, 1 - 4."),
    ("weekday", "1 Monday - 7 Sunday, of the delivery."),
    ("hour", "Hour of the delivery in the report zone, 0 - 23."),
    ("vertical", "The vertical; (all) is everything together."),
    ("measure", "conversion_rate and contact_rate (of feedback), return_rate."),
    ("count", "Deliveries counted."),
    ("of", "What they are a share of."),
    ("rate", "count ÷ of."),
    ("p_value", "Chance of so large a difference if there were no season."),
    ("adjusted_p", "The same, for so many looked at (Benjamini-Hochberg)."),
    ("verdict", "higher, lower, or not supported by the data yet."),
    ("median_hours_to_feedback", "The middle wait of those reported, in hours."),
)
TABLES: Final = (
    Table(
        "seasonality_month",
        "Months",
        "Each month against the last twelve, in all and by vertical.",
        {"month": _INT, "vertical": pl.String(), **seasons.INDEX},
        "numbers",
        notes=_NOTES,
        make=_month,
    ),
    Table(
        "seasonality_quarter",
        "Quarters",
        "Each quarter against the last twelve months.",
        {"quarter": _INT, **seasons.INDEX},
        "numbers",
        notes=_NOTES,
        make=_quarter,
    ),
    Table(
        "seasonality_weekday_hour",
        "Weekdays and hours",
        "When leads are delivered, and how they do.",
        {"weekday": _INT, "hour": _INT, **seasons.INDEX},
        "numbers",
        notes=_NOTES,
        make=_hour,
    ),
    Table(
        "season_claims",
        "What is said about seasons",
        "Common statements about seasons, tested on your own data.",
        seasons.CLAIMS,
        "numbers",
        notes=(
            *_NOTES,
            ("season", "Q4 October - December, Q1 January - March, Summer June - August."),
            ("claim", "What is said."),
            ("expected", "What it would mean for the index."),
            ("verdict", "supported, the data say the opposite, or not supported yet."),
        ),
        make=_claims,
    ),
)
