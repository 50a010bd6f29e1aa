"""Buyers: reporting habits, what is overdue, whom to ask, which leads to call."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import polars as pl

from dashboard.tables.fair_comparison import cells, strictness
from dashboard.tables.table import Table
from metrics.definitions.scope import EVER
from metrics.insights import buyers, overdue_feedback, reporting_start

if TYPE_CHECKING:
    from dashboard.editions.table_query import TableQuery

RECENT_DAYS: Final = 35
"""What is overdue is looked for among the deliveries of so many days."""


def _buyers(query: TableQuery) -> pl.DataFrame:
    rows = query.outcomes_by(["buyer", "buyer_type"])
    return buyers.buyers(rows, _overdue(query), strictness(query), query.named)


def _overdue(query: TableQuery) -> pl.DataFrame:
    """The last five weeks against all before them; where the period begins does not matter.

    What a buyer was sent before its reports began is no habit of it.
    Days of silence only where the period reaches to now: a buyer may have reported since
    about deliveries after the period.
    """
    last = min(query.scope.last, query.today)
    plain = replace(query.scope, clock="delivered", base="feedback", compare="before")
    found = _overdue_by(query.of(replace(plain, first=EVER, last=last)))
    if query.scope.last >= query.today - timedelta(days=1):
        return found
    return found.with_columns(days_silent=pl.lit(None, pl.Int64))


@lru_cache(maxsize=16)
def _overdue_by(query: TableQuery) -> pl.DataFrame:
    cut = query.scope.last - timedelta(days=RECENT_DAYS)
    recent = query.of(replace(query.scope, first=cut + timedelta(days=1)))
    before = query.of(replace(query.scope, last=cut))
    columns = ("buyer", "dated_us", "first_reported_us", "last_reported_us")
    seen = ~reporting_start.unseen(query.curves.since, pl.col("dated_day"))
    frames = [
        side.outcomes_by(["buyer"]).filter(only, delivered=1).select(columns).collect()
        for side, only in ((recent, True), (before, seen))
    ]
    return overdue_feedback.overdue_feedback(
        frames[0], frames[1], query.scope.as_of_us, query.named
    )


_NEED_ALL: Final = (
    *("delivered", "coverage", "coverage_low", "coverage_high", "returned"),
    *("return_rate", "return_low", "return_high", "net_share", "key_value"),
)
_STRICT: Final = ("strictness", "strictness_low", "strictness_high")
_NAMES: Final = (
    ("id", "The buyer's id."),
    ("buyer_name", "What the buyer is called."),
    ("source_name", "What the source is called."),
    ("source_id", "The source's id."),
    ("buyer_type", "live_transfer, lead_buyer or data_buyer."),
    ("net_share", "Share of all net revenue of the scope."),
    ("median_seconds_to_feedback", "The middle wait of those reported, in seconds."),
    ("last_reported_at", "When the last report came, about the deliveries counted."),
    ("key_figure", "What counts for this type of buyer."),
    ("key_value", "Its value: a share, or for data buyers a ratio."),
)
TABLES: Final = (
    Table(
        "buyers",
        "Buyers",
        "Feedback, speed, contact, conversion, returns and revenue of each buyer.",
        buyers.BUYERS,
        "numbers",
        notes=(
            *_NAMES,
            ("overdue", "Reports of the last five weeks missing by the buyer's own habit."),
            ("overdue_low", "So many are missing almost surely (97.5 %)."),
            (
                "days_silent",
                "Days since the last report about any delivery; empty for a past period.",
            ),
        ),
        make=_buyers,
        of_all=(*_NEED_ALL, *_STRICT),
        page="buyers",
        party="buyer",
        meant=(
            ("conversion_rate", "conversion_of_feedback"),
            ("contact_rate", "contact_of_feedback"),
            ("conversion_low", "conversion_of_feedback_low"),
            ("conversion_high", "conversion_of_feedback_high"),
            ("overdue", "overdue_reports"),
        ),
    ),
    Table(
        "buyer_types",
        "Buyer types",
        "The same per type, each with the figure that counts for it.",
        buyers.TYPES,
        "numbers",
        notes=_NAMES,
        make=lambda query: buyers.buyer_types(query.outcomes_by(["buyer_type"])),
        of_all=_NEED_ALL,
        page="buyers",
        meant=(
            ("conversion_rate", "conversion_of_feedback"),
            ("contact_rate", "contact_of_feedback"),
            ("conversion_low", "conversion_of_feedback_low"),
            ("conversion_high", "conversion_of_feedback_high"),
        ),
    ),
    Table(
        "coverage",
        "Feedback by buyer and source",
        "Who tells us about whose leads, and what the silent ones could hide.",
        buyers.COVERAGE,
        "numbers",
        notes=(
            *_NAMES,
            ("floor", "Conversion if none of the unreported sold."),
            ("ceiling", "Conversion if all of the unreported sold."),
            ("open_ceiling", "The same, if all in progress sold too."),
        ),
        make=lambda query: buyers.coverage(cells(query, "source", "buyer"), query.named),
        whole=True,
        page="buyers",
    ),
    Table(
        "overdue_feedback",
        "Overdue feedback",
        "Reports on the last five weeks that would normally be here by now.",
        overdue_feedback.OVERDUE,
        "numbers",
        notes=(
            *_NAMES,
            ("delivered", "Deliveries of the last five weeks."),
            ("received", "Of these, with a report."),
            ("expected", "Reports there would be by the buyer's own habit."),
            ("overdue_low", "So many are missing almost surely (97.5 %)."),
            ("probability_normal", "Chance of so few reports if nothing had changed."),
            ("usual_coverage", "Share the buyer reports in the end, by its history."),
            ("usual_days", "Days in which half of its reports come."),
            (
                "days_silent",
                "Days since the last report about any delivery; empty for a past period.",
            ),
        ),
        make=_overdue,
        page="buyers",
        meant=(("delivered", "delivered_lately"),),
    ),
    Table(
        "unanswered",
        "Unanswered leads",
        "The file to send to a buyer; it can be imported when it comes back filled in.",
        overdue_feedback.UNANSWERED,
        "numbers",
        notes=(
            *_NAMES,
            ("delivered_at", "When it was delivered."),
            ("buyer_lead_id", "The buyer's own id for the lead."),
            ("outcome", "For the buyer to fill in."),
            ("reason", "For the buyer to fill in."),
            ("value", "For the buyer to fill in: the sale, in currency."),
            ("occurred_at", "For the buyer to fill in: when it happened."),
            ("notes", "For the buyer to fill in."),
        ),
        make=lambda query: overdue_feedback.unanswered(
            query.outcomes(), query.named, query.as_of_day
        ),
        whole=True,
    ),
    Table(
        "verification_sample",
        "Whom to call",
        "Silent deliveries to call for a fair estimate, and how many per buyer.",
        overdue_feedback.SAMPLE,
        "numbers",
        ("seed", "precision"),
        notes=(
            *_NAMES,
            ("silent", "The buyer's deliveries without a word."),
            ("needed", "How many of them to call."),
            ("nth", "In which order."),
            ("delivered_at", "When it was delivered."),
        ),
        make=lambda query: overdue_feedback.verification_sample(
            query.outcomes(), query.named, precision=query.precision, seed=query.seed
        ),
        meant=(("silent", "silent_of_buyer"),),
    ),
)
