"""When feedback comes, how complete young weeks are, and where sales will end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import polars as pl

from dashboard.tables.table import PARTS, Table
from metrics.insights import forecast_check, maturity, timing

if TYPE_CHECKING:
    from dashboard.editions.table_query import TableQuery

DAY_US: Final = 86_400_000_000


def _waits(query: TableQuery) -> pl.DataFrame:
    groups = query.by or ("buyer_type", "vertical", "outcome")
    keyed = [name for name in groups if name != "outcome"]
    table = timing.time_to_feedback(query.outcomes_by(keyed), groups)
    all_there = query.scope.clock == "delivered"
    return table if all_there else table.filter(pl.col("bin") != timing.NONE_YET)


def _incidence(query: TableQuery) -> pl.DataFrame:
    split = query.by[0] if query.by else None
    rows = query.outcomes_by(query.by[:1])
    return timing.incidence(rows, as_of_us=query.scope.as_of_us, by=split)


def _cohorts(query: TableQuery) -> pl.DataFrame:
    return forecast_check.cohorts(
        query.period_changes(), query.curves, query.unknown_day, query.changes()
    )


def _still_to_come(query: TableQuery) -> pl.DataFrame:
    names = query.named.source
    return forecast_check.still_to_come(
        query.period_changes(), query.curves, query.unknown_day, names, query.changes()
    )


def _backtest(query: TableQuery) -> pl.DataFrame:
    then = {}
    for days in forecast_check.LOOKS_BACK:
        past = query.of(replace(query.scope, as_of_us=query.scope.as_of_us - days * DAY_US))
        then[days] = (past.period_changes(), past.curves, past.unknown_day, past.changes())
    return forecast_check.backtest(then, query.period_changes(), query.curves, query.unknown_day)


_EXPECTED_NOTES: Final = (
    ("expected_low", "Lower end of where it will likely end (95 %)."),
    ("expected_high", "Upper end of where it will likely end (95 %)."),
    ("still_to_come", "Expected in the end less sales so far."),
    ("expected_rate", "Expected in the end ÷ deliveries."),
    ("developed", "Share of the final sales normally in at this age."),
    ("open_after_weeks", "Sales later than so many weeks are not expected: none were seen yet."),
    ("young", "Under 60 % complete: too early to tell."),
)
TABLES: Final = (
    Table(
        "time_to_feedback",
        "Time to feedback",
        "How long buyers take to tell us, by buyer type, vertical and outcome.",
        timing.TIMES,
        "numbers",
        ("by",),
        notes=(
            ("group", "What the rows are split by; all is everything together."),
            ("value", "The value of that dimension."),
            ("bin", "Waiting time; none yet: no feedback so far."),
            ("reported", "Deliveries whose wait can be told to the second."),
            ("share_of_reported", "Deliveries ÷ reported; empty for bins outside it."),
            ("share_of_delivered", "Deliveries ÷ all deliveries of the value."),
            ("median_seconds_to_feedback", "The middle wait of those reported, in seconds."),
            ("median_seconds_to_outcome", "The middle time until it happened, in seconds."),
            ("median_reporting_delay", "The middle time from happening to telling, in seconds."),
        ),
        make=_waits,
        of_all=("delivered", "share_of_delivered"),
        split_by=PARTS,
    ),
    Table(
        "incidence",
        "What becomes of them with age",
        "Share sold, returned and closed by age, with deliveries still open accounted for.",
        timing.INCIDENCE,
        "numbers",
        ("by",),
        notes=(
            ("value", "The value of the dimension asked for with by, else all."),
            ("age_days", "Whole days from delivery to the report of the outcome."),
            ("at_risk", "Deliveries that were still open at the start of that day."),
            ("closed", "Ended otherwise at that age: not interested, bad data and the like."),
            ("left", "Still open and of exactly that age now."),
            ("converted_incidence", "Share sold up to that age."),
            ("returned_incidence", "Share returned up to that age."),
            ("closed_incidence", "Share otherwise closed up to that age."),
        ),
        make=_incidence,
        split_by=PARTS,
        one_split=True,
        rows_by="group and age",
    ),
    Table(
        "maturity",
        "How complete each age is",
        "The share of final sales normally in after so many weeks, by buyer type.",
        maturity.MATURITY,
        "numbers",
        notes=(
            ("segment", "Buyer type; (all) stands for types with under 100 sales."),
            ("age_weeks", "Whole weeks since delivery."),
            ("cohorts", "Delivery weeks seen one week longer than this age."),
            ("before", "Their sales at this age."),
            ("after", "Their sales one week later."),
            ("factor", "after ÷ before."),
            ("developed", "Share of the final sales normally in at this age."),
            ("mature_days", "From this age in days on, deliveries are old enough to judge."),
        ),
        make=lambda query: maturity.table(
            maturity.curves(query.changes(), query.unknown_day, query.named.buyer_type)
        ),
    ),
    Table(
        "cohorts",
        "Delivery weeks and their end",
        "Sales of each delivery week so far and expected in the end.",
        forecast_check.COHORTS,
        "numbers",
        notes=(
            ("week", "Monday of the delivery week."),
            ("age_weeks", "Whole weeks that all of it has reached."),
            *_EXPECTED_NOTES,
        ),
        make=_cohorts,
    ),
    Table(
        "still_to_come",
        "Still to come",
        "Sales that each source's deliveries of the period will likely still bring.",
        forecast_check.STILL,
        "numbers",
        notes=_EXPECTED_NOTES,
        make=_still_to_come,
        party="source",
    ),
    Table(
        "backtest",
        "Forecast check",
        "What was expected 14 and 30 days ago against what has come.",
        forecast_check.BACKTEST,
        "numbers",
        notes=(
            ("days_ago", "How long ago the forecast was made."),
            ("known_on", "The last day wholly known to that forecast."),
            ("week", "Monday of the delivery week."),
            ("converted_then", "Sales known then."),
            ("expected_final", "The end expected then."),
            ("converted_now", "Sales known now."),
            ("developed_now", "How complete the week is now."),
            ("inside", "What came lies in the likely range; empty until 90 % is in."),
        ),
        make=_backtest,
        meant=(("expected_final", "expected_then"),),
    ),
)
