"""Single buyers: when their reports came, and their returns beside those of others."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import narwhals as nw
import polars as pl

from dashboard.tables.buyers import RECENT_DAYS
from dashboard.tables.fair_comparison import cells
from dashboard.tables.table import Table
from metrics.definitions.report_calendar import day_number
from metrics.definitions.scope import EVER
from metrics.insights import reporting_habits, reporting_start

if TYPE_CHECKING:
    from dashboard.editions.table_query import TableQuery


def _weeks(query: TableQuery) -> pl.DataFrame:
    """The habit is that of `overdue_feedback`: all but the last five weeks."""
    scope = query.scope
    last = min(scope.last, query.today)
    days = (day_number(scope.first), day_number(last))
    cut = day_number(last - timedelta(days=RECENT_DAYS))
    plain = replace(scope, clock="delivered", base="feedback", compare="before")
    told = _since_reports_began(query.of(replace(plain, first=EVER, last=query.today)))
    return reporting_habits.reporting_weeks(told, days, cut, query.as_of_day, query.named)


@lru_cache(maxsize=4)
def _since_reports_began(query: TableQuery) -> pl.DataFrame:
    """Deliveries since reports began, up to as-of: `buyer`, `dated_day`, `reported_day`."""
    seen = ~reporting_start.unseen(query.curves.since, pl.col("dated_day"))
    rows = nw.from_native(query.outcomes_by(["buyer"]).filter(seen, delivered=1))
    day = query.shown.zone.day(nw.col("first_reported_us"))
    found = rows.select("buyer", "dated_day", reported_day=day)
    collected: pl.DataFrame = found.to_native().collect()
    return collected


def _elsewhere(query: TableQuery) -> pl.DataFrame:
    found = cells(query.everyone, "source", "buyer")
    return reporting_habits.returns_elsewhere(found, query.scope.buyer, query.named)


TABLES: Final = (
    Table(
        "reporting_weeks",
        "Reports week by week",
        "First reports that came in each week, beside what the buyer's habit lets expect.",
        reporting_habits.WEEKS,
        "numbers",
        notes=(
            ("start", "First day of the week inside the period."),
            ("end", "Last day of the week inside the period."),
            ("partial", "The week is cut by the period, or not over yet."),
            ("received", "First reports that came in the week."),
            ("expected", "Reports that would come by the buyer's own habit; empty where unknown."),
            ("normal_low", "Lower end of what would be normal (95 %)."),
            ("normal_high", "Upper end of what would be normal (95 %)."),
        ),
        make=_weeks,
        rows_by="week and buyer",
    ),
    Table(
        "returns_elsewhere",
        "Returns beside others",
        "Per source, what a buyer returns and what other buyers return of the same source.",
        reporting_habits.ELSEWHERE,
        "numbers",
        notes=(
            ("source_id", "The source's id."),
            ("others_delivered", "Deliveries of the source to other buyers."),
            ("others_returned", "Of these, returned."),
            ("others_rate", "others_returned ÷ others_delivered."),
            ("expected_returns", "Deliveries × others_rate."),
        ),
        make=_elsewhere,
    ),
)
