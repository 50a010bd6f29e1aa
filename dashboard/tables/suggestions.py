"""What follows: suggestions, prices, rules over history, contradictions, messages."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import polars as pl

from dashboard.tables import scores
from dashboard.tables.alerts import SETTLED_DAYS, weeks
from dashboard.tables.table import Table
from metrics.insights import rule_replay, source_messages, suggestions

if TYPE_CHECKING:
    from dashboard.editions.table_query import TableQuery


def _advice(query: TableQuery) -> pl.DataFrame:
    """By the rating window, whatever the period: what to do next follows from the latest.

    Of the whole market, like what there is to do: a rule that hits too many of all sources is
    held back. Of a source or buyer asked for, what names it.
    """
    table = _advice_of(scores.rating_window(query.market.everyone))
    return query.of_buyers(query.of_sources(table, "id"), "partner_id")


@lru_cache(maxsize=16)
def _advice_of(window: TableQuery) -> pl.DataFrame:
    rows = window.outcomes_by(["source", "buyer", "buyer_type"]).filter(window.rated)
    return suggestions.recommendations(rows, window.named, window.rules)


def _pricing(query: TableQuery) -> pl.DataFrame:
    rows = query.outcomes_by(["source"]).filter(query.grown)
    return suggestions.pricing(rows, query.named, query.rules)


def _replay(query: TableQuery) -> pl.DataFrame:
    week = pl.col("dated_day") - (pl.col("dated_day") + 3) % 7
    counts = {name: pl.col(name).sum() for name in ("delivered", "converted", "returned")}
    late = query.everywhere().filter(query.grown, pl.col("delivered") == 1)
    now = late.group_by(pl.col("source_id").fill_null("(none)"), week=week).agg(
        **counts, feedback=pl.col("covered").sum()
    )
    return rule_replay.rule_replay(weeks(query, SETTLED_DAYS), now.collect(), query.rules)


def _messages(query: TableQuery) -> pl.DataFrame:
    return source_messages.source_messages(query.sent(), weeks(query, SETTLED_DAYS), query.named)


TABLES: Final = (
    Table(
        "recommendations",
        "Suggestions",
        "What rules say of the last 90 days of deliveries old enough to judge, with evidence.",
        suggestions.ADVICE,
        "numbers",
        notes=(
            ("rule", "Which rule."),
            ("kind", "source, or source × buyer."),
            ("id", "The source's id."),
            ("partner_id", "The buyer, for rules about a source at a buyer."),
            ("partner_name", "What the buyer is called."),
            ("fires", "It is suggested."),
            (
                "held_back",
                "It would hit over a quarter of eight or more sources: check it.",
            ),
            ("suggestion", "What to do."),
            ("count", "Deliveries counted, of those in the rating window (like tiers)."),
            ("of", "What they are a share of."),
            ("rate", "count ÷ of."),
            ("threshold", "What the rate is compared with."),
            ("effect_cents", "The money behind it."),
        ),
        make=_advice,
        party="source",
    ),
    Table(
        "pricing",
        "Prices",
        "What a delivery is worth to its buyer, against its price.",
        suggestions.PRICING,
        "numbers",
        notes=(
            ("id", "The source's id."),
            ("delivered", "Deliveries old enough to judge."),
            ("converted", "Sales among them."),
            ("valued", "Sales whose value is known."),
            ("mean_value_cents", "Mean value of a sale, in cents."),
            ("price_cents", "Mean price, in cents."),
            ("break_even_low", "Its lower end, in cents."),
            ("break_even_high", "Its upper end, in cents."),
            ("ratio", "break_even_cents ÷ price_cents."),
            ("suggestion", "raise, keep or lower; empty where too little is known."),
            ("suggested_cents", "The price that is suggested, in cents."),
        ),
        make=_pricing,
        party="source",
        meant=(("delivered", "delivered_when_old"), ("converted", "converted_when_old")),
    ),
    Table(
        "rule_replay",
        "Rules over history",
        "How often each rule would have fired, and how often it was right.",
        rule_replay.REPLAY,
        "numbers",
        notes=(
            ("rule", "Which rule."),
            ("threshold", "What the rate is compared with."),
            ("weeks", "Weeks looked at."),
            ("looked_at", "Sources × weeks with enough deliveries for the rule to speak."),
            ("fired", "How often it would have fired."),
            ("sources", "Sources looked at."),
            ("sources_fired", "Sources it would have fired for at least once."),
            ("share_of_sources", "sources_fired ÷ sources."),
            (
                "judged",
                "Firings of which all deliveries of the four weeks after are old enough now.",
            ),
            ("agreed", "Of these, where the four weeks after ended beyond the threshold too."),
            ("agreed_share", "agreed ÷ judged."),
        ),
        make=_replay,
    ),
    Table(
        "contradictions",
        "Contradictions",
        "Reports that cannot both be true, delivery by delivery.",
        source_messages.CASES,
        "numbers",
        notes=(("code", "Which contradiction."), ("what", "What it means.")),
        make=lambda query: source_messages.cases(query.outcomes(), query.named),
    ),
    Table(
        "source_messages",
        "Said to sources",
        "What was said to whom, and the return rate before and after at the same age.",
        source_messages.MESSAGES,
        "numbers",
        notes=(
            ("event_id", "The message."),
            ("sent_at", "When it was sent."),
            ("target_id", "To whom."),
            ("target_name", "What the source is called."),
            ("measure", "Which figure is compared."),
            ("count_before", "Returned, the four weeks before."),
            ("of_before", "Delivered, the four weeks before."),
            ("rate_before", "count_before ÷ of_before."),
            ("count_after", "Returned, up to four weeks after."),
            ("of_after", "Delivered, up to four weeks after."),
            ("rate_after", "count_after ÷ of_after."),
            ("weeks", "Complete weeks after it so far."),
        ),
        make=_messages,
    ),
)
