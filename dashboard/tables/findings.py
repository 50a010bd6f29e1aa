"""What wants a decision: findings of all kinds, and what explains an unusual change."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import polars as pl

from dashboard.tables import alerts, buyers, claims, suggestions
from dashboard.tables.table import Table
from metrics.definitions.report_calendar import day_number
from metrics.definitions.scope import EVER, Rows
from metrics.insights import evidence, findings, rates
from metrics.insights.alerts import DAY_US

if TYPE_CHECKING:
    from dashboard.editions.table_query import TableQuery

RECENT_DAYS: Final = 90
"""Contradictions and prices are those of the deliveries of so many days."""
_MADE: Final = {
    table.name: table
    for table in (*suggestions.TABLES, *buyers.TABLES, *claims.TABLES, *alerts.TABLES)
}
_PARTS: Final = ("sub_source", "buyer", "campaign", "product", "state", "sold_to")


def recent(query: TableQuery) -> TableQuery:
    """The same filters and as-of over the last 90 days: findings do not heed the period."""
    last = query.today
    first = last - timedelta(days=RECENT_DAYS - 1)
    plain = replace(query.scope, clock="delivered", base="feedback", rows=Rows())
    return query.of(replace(plain, first=first, last=last))


def _findings(query: TableQuery) -> pl.DataFrame:
    """Found in the whole market; of a source or buyer asked for, what names it."""
    table = _of_market(query.market.everyone)
    return query.of_buyers(query.of_sources(table, "source_id"), "buyer_id")


@lru_cache(maxsize=16)
def _of_market(query: TableQuery) -> pl.DataFrame:
    lately = recent(query)
    ever = lately.of(replace(lately.scope, first=EVER))
    sums = rates.summed(
        rates.keyed(lately.cells(), ["source", "buyer"], query.named), ["__source", "__buyer"]
    )
    prices = sums.select(
        "delivered", source_id="__source", buyer_id="__buyer", price_cents="gross_cents"
    )
    frames = {
        "alerts": _MADE["alerts"].frame(lately),
        "claims": _MADE["claims"].frame(ever),
        "overdue_feedback": _MADE["overdue_feedback"].frame(lately),
        "contradictions": _MADE["contradictions"].frame(lately),
        "recommendations": _MADE["recommendations"].frame(lately),
        "prices": prices.collect(),
    }
    return findings.findings(frames, query.rules.pricing.rise, query.currency)


def _slices(query: TableQuery) -> pl.DataFrame:
    """For every unusual change the parts of its source, at the age of alerts."""
    rules = query.rules.alerts
    found = _findings(query).filter(kind="change")
    young = pl.col("at_us") - pl.col("dated_us") < rules.age_days * DAY_US
    week = pl.col("dated_day") - (pl.col("dated_day") + 3) % 7
    complete = pl.col("week") + 7 + rules.age_days <= query.unknown_day
    steps = query.steps().filter(young).with_columns(week=week).filter(complete)
    cut = {
        name: pl.col("buyer_id").replace(query.named.buyer)
        if name == "buyer"
        else pl.col(name).cast(pl.String)
        for name in _PARTS
    }
    parts = [
        evidence.slices(
            steps.filter(pl.col("source_id").fill_null("(none)") == row["source_id"]),
            cut,
            row["measure"],
            day_number(row["since"]),
        ).with_columns(
            finding=pl.lit(row["finding"]),
            source_name=pl.lit(row["source_name"]),
            measure=pl.lit(row["measure"]),
        )
        for row in found.to_dicts()
    ]
    if not parts:
        return pl.DataFrame(schema=evidence.SLICES)
    return pl.concat(parts).select(
        pl.col(name).cast(kind) for name, kind in evidence.SLICES.items()
    )


TABLES: Final = (
    Table(
        "findings",
        "What wants a decision",
        "Unusual changes, claims waiting, overdue feedback, contradictions and suggestions.",
        findings.FINDINGS,
        "numbers",
        notes=(
            ("finding", "Its name, the same from day to day."),
            ("kind", "change, claims, overdue, contradiction or suggestion."),
            ("code", "Measure and direction, rule, or code of the contradiction."),
            ("sub_source", "The sub-source that stands out, for changes."),
            ("buyer_id", "The buyer, after merges."),
            ("buyer_name", "What the buyer is called."),
            ("sentence", "What was found, made from the numbers by rules."),
            ("better", "It is good news."),
            ("measure", "Which number it is about."),
            ("count", "Deliveries counted; for overdue feedback the reports received."),
            ("of", "What they are a share of; empty where the figure is a count."),
            ("figure", "The rate, or the count where of is empty."),
            ("expected", "What the figure is compared with."),
            ("since", "First week looked at, oldest claim or report, or the last report."),
            ("until", "Last day looked at, or until when the oldest claim is owed an answer."),
            ("money_cents", "The money at stake, in cents; how is told per kind in the guide."),
        ),
        make=_findings,
        page="todo",
    ),
    Table(
        "change_slices",
        "What explains a change",
        "Each unusual change cut by sub-source, buyer, campaign, product, state.",
        evidence.SLICES,
        "numbers",
        notes=(
            ("finding", "The change it explains."),
            ("measure", "conversion_rate and contact_rate (of feedback), return_rate."),
            ("dimension", "By what it is cut."),
            ("value", "The part; (none) where it is empty."),
            ("count_before", "Deliveries counted in all weeks before, at the age of alerts."),
            ("of_before", "What they are a share of."),
            ("rate_before", "count_before ÷ of_before."),
            ("count", "Deliveries counted in the weeks looked at."),
            ("of", "What they are a share of."),
            ("rate", "count ÷ of."),
            ("missing", "of × rate_before − count: how many fewer than before; negative: more."),
            ("explains", "missing ÷ the sum over all parts."),
        ),
        make=_slices,
        page="todo",
    ),
)
