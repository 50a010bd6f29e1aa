"""Unusual changes and control charts."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from dashboard.tables.table import Table
from metrics.insights import alerts

if TYPE_CHECKING:
    import polars as pl

    from dashboard.editions.table_query import TableQuery


SETTLED_DAYS: Final = 14
"""At this age weeks are compared where it matters how they end rather than how soon it shows."""


def weeks(query: TableQuery, age_days: int | None = None) -> pl.DataFrame:
    """Complete weeks at an age, that of alerts without one.

    Filters and as-of count, the period does not.
    """
    age = query.rules.alerts.age_days if age_days is None else age_days
    return alerts.weekly(query.steps(), query.unknown_day, age)


def _alerts(query: TableQuery) -> pl.DataFrame:
    """Tested among all sources; a source asked for is picked out of them afterwards."""
    return query.of_sources(_alerts_of(query.market.timeless), "source_id")


@lru_cache(maxsize=16)
def _alerts_of(query: TableQuery) -> pl.DataFrame:
    return alerts.alerts(weeks(query), query.named, query.rules.alerts)


TABLES: Final = (
    Table(
        "alerts",
        "Unusual changes",
        "Sources and sub-sources against their own habit and their vertical's same weeks.",
        alerts.ALERTS,
        "numbers",
        notes=(
            ("kind", "source or sub_source."),
            ("source_id", "The source's id."),
            ("source_name", "What the source is called."),
            ("sub_source", "The sub-source; empty for whole sources."),
            ("measure", "conversion_rate and contact_rate (of feedback), return_rate."),
            ("first_week", "Monday of the first week of the span that stands out most."),
            ("last_week", "Monday of the last."),
            ("count", "Deliveries counted, as told within 7 days of each (rules)."),
            ("of", "What they are a share of."),
            ("rate", "count ÷ of."),
            ("expected_rate", "The others' rate in these weeks × the source's usual ratio to it."),
            ("difference", "rate − expected_rate."),
            ("p_value", "Chance of so large a difference if nothing had changed, best of 3 spans."),
            ("adjusted_p", "The same, for so many looked at (Benjamini-Hochberg)."),
            ("direction", "below or above what was expected."),
        ),
        make=_alerts,
    ),
    Table(
        "control_charts",
        "Control charts",
        "Weekly conversion of each source at 7 days of age, with its limits.",
        alerts.CHARTS,
        "numbers",
        notes=(
            ("source_id", "The source's id."),
            ("source_name", "What the source is called."),
            ("week", "Monday of the delivery week."),
            ("mean", "Over all weeks of the source."),
            ("p_low", "Lower limit of the week (Laney's p')."),
            ("p_high", "Upper limit of the week."),
            ("ewma", "Weighted mean, the latest week with 0.2."),
            ("ewma_low", "Its lower limit."),
            ("ewma_high", "Its upper limit."),
            ("outside", "The rate lies outside its limits."),
        ),
        make=lambda query: alerts.control_charts(weeks(query), query.named, query.rules.alerts),
        meant=(("conversion_rate", "conversion_at_age"),),
    ),
)
