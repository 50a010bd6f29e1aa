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
    from dashboard.editions.table_query import Question


def _weeks(asked: Question) -> pl.DataFrame:
    """The habit is that of `overdue_feedback`: all but the last five weeks."""
    scope = asked.scope
    last = min(scope.last, asked.today)
    days = (day_number(scope.first), day_number(last))
    cut = day_number(last - timedelta(days=RECENT_DAYS))
    plain = replace(scope, clock="delivered", base="feedback", compare="before")
    told = _told(asked.of(replace(plain, first=EVER, last=asked.today)))
    return reporting_habits.reporting_weeks(told, days, cut, asked.as_of_day, asked.named)


@lru_cache(maxsize=4)
def _told(asked: Question) -> pl.DataFrame:
    """Deliveries since reports began, up to as-of: `buyer`, `dated_day`, `reported_day`."""
    seen = ~reporting_start.unseen(asked.curves.since, pl.col("dated_day"))
    rows = nw.from_native(asked.outcomes_by(["buyer"]).filter(seen, delivered=1))
    day = asked.shown.zone.day(nw.col("first_reported_us"))
    found = rows.select("buyer", "dated_day", reported_day=day)
    collected: pl.DataFrame = found.to_native().collect()
    return collected


def _elsewhere(asked: Question) -> pl.DataFrame:
    found = cells(asked.everyone, "source", "buyer")
    return reporting_habits.returns_elsewhere(found, asked.scope.buyer, asked.named)


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
