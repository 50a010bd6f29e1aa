"""Fair comparison: adjusted ranking, mix and performance, strictness, weight of single parties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from dashboard.tables.table import GRAINS, Table
from metrics.insights import concentration, mix, ranking, rates

if TYPE_CHECKING:
    from dashboard.editions.table_query import TableQuery


def cells(query: TableQuery, *dimensions: str) -> pl.DataFrame:
    """Sums of a tally by dimensions, under their plain names."""
    keyed = rates.keyed(query.cells(), dimensions, query.named)
    keys = {f"__{name}": name for name in dimensions}
    return rates.summed(keyed, list(keys)).rename(keys).collect()


def _ranking(query: TableQuery) -> pl.DataFrame:
    """Like tiers, over the deliveries of the scope that are old enough to judge; among peers."""
    dimensions = ["source", "vertical", "buyer"]
    rows = query.market.outcomes_by(dimensions).filter(query.grown, pl.col("covered") == 1)
    found = rows.group_by(dimensions).agg(
        feedback=pl.len().cast(pl.Int64), converted=pl.col("converted").sum()
    )
    table = ranking.ranking(
        found.collect(), query.named, seed=query.seed, least=query.rules.floors.least_for_place
    )
    return query.of_sources(table, "id")


def _mix_shift(query: TableQuery) -> pl.DataFrame:
    past = query.before()
    by = query.by[0] if query.by else "source"
    if past is None:
        return pl.DataFrame(schema=mix.SHIFT)
    names = getattr(query.named, by) if by in rates.NAMED else {}
    sides = [cells(side, by).rename({by: "group"}) for side in (past, query)]
    of = "feedback" if query.scope.rate_base == "feedback" else "delivered"
    return mix.mix_shift(sides[0], sides[1], names, of=of)


def _money_shift(query: TableQuery) -> pl.DataFrame:
    past = query.before()
    if past is None:
        return pl.DataFrame(schema=mix.BRIDGE)
    names = ("delivered", "gross_cents", "credit_cents", "cost_cents", "margin_cents")
    sides = [rates.in_all(side.cells(), side.scope).select(names) for side in (past, query)]
    return mix.money_shift(sides[0].row(0, named=True), sides[1].row(0, named=True))


def strictness(query: TableQuery) -> pl.DataFrame:
    """Held against all buyers of the same sources; those asked for are picked out of them."""
    table = mix.buyer_strictness(cells(query.everyone, "source", "buyer"), query.named)
    return query.of_buyers(table, "buyer_id")


_NOTES: Final = (
    ("source_id", "The source's id."),
    ("source_name", "What the source is called."),
    ("buyer_name", "What the buyer is called."),
)


def _concentration(query: TableQuery) -> pl.DataFrame:
    return concentration.concentration(cells(query, "source", "buyer"), query.named)


TABLES: Final = (
    Table(
        "ranking",
        "Fair ranking",
        "Conversion with small samples pulled to their peers and the mix of buyers held fixed.",
        ranking.RANKING,
        "numbers",
        ("seed",),
        notes=(
            ("id", "The source's id."),
            ("peers", "The vertical it is compared in; (all) where that has under five sources."),
            ("converted", "Sales among deliveries old enough to judge."),
            ("feedback", "Deliveries old enough to judge, with feedback."),
            (
                "rank_low",
                "The best place it could have (95 %); empty under 100 with feedback (rules).",
            ),
            ("rank_high", "The worst place it could have (95 %); empty like the best."),
            ("of", "How many are compared."),
            ("better_than_average", "How likely it is better than the middle of its peers."),
        ),
        make=_ranking,
        party="source",
        meant=(
            ("conversion_rate", "conversion_when_old"),
            ("converted", "converted_when_old"),
            ("feedback", "feedback_when_old"),
        ),
    ),
    Table(
        "mix_shift",
        "From the mix or from performance",
        "How much of a change comes from volumes, how much from the sources themselves.",
        mix.SHIFT,
        "numbers",
        ("by",),
        notes=(
            ("measure", "conversion_rate and contact_rate (by Out of), return_rate."),
            ("group", "The source or other value; (all) is the whole."),
            ("of_before", "Denominator, the period before at the same age."),
            ("of_now", "Denominator, this period."),
            ("rate_before", "Rate, the period before at the same age."),
            ("rate_now", "Rate, this period."),
            ("from_mix", "Change that comes from volumes."),
            ("change", "Both together."),
            ("paradox", "All groups moved against the whole; only in the row (all)."),
        ),
        meant=(("name", "group_name"),),
        make=_mix_shift,
        whole=True,
        page="overview",
        split_by=("source", "buyer", "buyer_type", "vertical", "product", *GRAINS),
        one_split=True,
    ),
    Table(
        "money_shift",
        "What moved the margin",
        "From the margin before to the margin now: volume, prices, credits, lead cost.",
        mix.BRIDGE,
        "numbers",
        notes=(("step", "What it is."), ("cents", "How much it moved, or the margin.")),
        make=_money_shift,
        whole=True,
    ),
    Table(
        "source_by_buyer",
        "Sources by buyer",
        "Every pairing, with what its source and its buyer explain.",
        mix.BY_BUYER,
        "numbers",
        notes=(
            *_NOTES,
            ("expected_rate", "Source effect + buyer effect."),
            ("residual", "conversion_rate − expected_rate."),
            ("unusual", "The expected rate lies outside the likely range."),
            ("standardised_rate", "The source's rate with everyone's mix of buyers."),
        ),
        make=lambda query: mix.source_by_buyer(cells(query, "source", "buyer"), query.named),
        meant=(
            ("conversion_rate", "conversion_of_feedback"),
            ("conversion_low", "conversion_of_feedback_low"),
            ("conversion_high", "conversion_of_feedback_high"),
        ),
    ),
    Table(
        "buyer_strictness",
        "Returns against expected",
        "What a buyer returns against what others return from the same sources.",
        mix.STRICTNESS,
        "numbers",
        notes=(
            *_NOTES,
            ("compared", "Deliveries whose source also sells to others."),
            ("exclusive", "Deliveries whose source sells to this buyer only; not compared."),
            ("returned_compared", "Returned among those compared."),
            ("expected_returns", "Returns if it returned like the others."),
            ("excess_returns", "returned_compared − expected_returns."),
        ),
        make=strictness,
        whole=True,
    ),
    Table(
        "concentration",
        "Weight of single parties",
        "Whose net revenue it is, by buyer and by source.",
        concentration.CONCENTRATION,
        "numbers",
        notes=(
            ("kind", "buyer or source."),
            ("id", "Its id."),
            ("share", "Share of all net revenue."),
            ("cumulative", "Shares added up from the largest."),
            ("effective_number", "1 ÷ Σ share²: as if so many equal ones shared it."),
        ),
        make=_concentration,
        party="party",
    ),
)
