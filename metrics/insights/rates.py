"""Step 5, the plain numbers: tallies -> rates with their own denominators and ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from metrics.definitions.catalogue import RATES, number
from metrics.definitions.empty_values import written
from metrics.definitions.intervals import share, wilson
from metrics.outcomes.selection import column
from metrics.outcomes.tallies import MEASURES, MIX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metrics.definitions.party_names import PartyNames
    from metrics.definitions.scope import Scope

BUCKETS: Final = {"day": "1d", "week": "1w", "month": "1mo"}
NAMED: Final = ("source", "buyer")

_FIRST: Final[dict[str, pl.DataType]] = {
    "attempted": pl.Int64(),
    "delivered": pl.Int64(),
    "delivery_rate": pl.Float64(),
    "feedback": pl.Int64(),
    "coverage": pl.Float64(),
    "contacted": pl.Int64(),
    "contact_base": pl.Int64(),
    "contact_rate": pl.Float64(),
    "contact_low": pl.Float64(),
    "contact_high": pl.Float64(),
    "converted": pl.Int64(),
    "conversion_base": pl.Int64(),
    "conversion_rate": pl.Float64(),
    "conversion_low": pl.Float64(),
    "conversion_high": pl.Float64(),
    "returned": pl.Int64(),
    "return_rate": pl.Float64(),
    "return_low": pl.Float64(),
    "return_high": pl.Float64(),
    "gross_cents": pl.Int64(),
    "credit_cents": pl.Int64(),
    "net_cents": pl.Int64(),
    "cost_cents": pl.Int64(),
    "margin_cents": pl.Int64(),
    "value_cents": pl.Int64(),
    "delivery_low": pl.Float64(),
    "delivery_high": pl.Float64(),
    "coverage_low": pl.Float64(),
    "coverage_high": pl.Float64(),
    "cost_known_share": pl.Float64(),
}
_MORE: Final[dict[str, pl.DataType]] = {
    column: kind
    for entry in map(number, RATES)
    for kind, columns in (
        (pl.Int64(), (entry.counts, entry.denominator)),
        (pl.Float64(), (entry.key, entry.low, entry.high)),
    )
    for column in columns
    if column is not None and column not in _FIRST
}
RATE_COLUMNS: Final[dict[str, pl.DataType]] = {**_FIRST, **_MORE}
"""Columns of every table of rates, after its keys; only ever added to.

Counts are deliveries. A rate and its range are null where its denominator is 0. By the
clocks `occurred` and `reported`, what needs deliveries without feedback is null:
attempted, delivered, delivery and feedback rate, return rate. Money is cents: gross
(and net) is null where no delivery has a price, margin where any lead cost is unknown,
value where there are sales and none names a value.
"""


def summed(tally: pl.LazyFrame, keys: Sequence[str] = ()) -> pl.LazyFrame:
    """Add the cells of a tally per key (all of it without keys)."""
    sums = [pl.col(measure).sum() for measure in MEASURES]
    return tally.group_by(keys).agg(sums) if keys else tally.select(sums)


def rated(sums: pl.LazyFrame, scope: Scope) -> pl.LazyFrame:
    """Rates, ranges and money of sums, keys kept: `RATE_COLUMNS` under their contract."""
    delivered = pl.col("delivered")
    base = "feedback" if scope.rate_base == "feedback" else "delivered"
    columns: dict[str, pl.Expr] = {}
    for entry in map(number, RATES):
        count, of = map(pl.col, entry.counted(base))
        low, high = wilson(count, of)
        columns |= {entry.key: share(count, of), entry.low: low, entry.high: high}
        if entry.base_column:
            columns[entry.base_column] = of
    gross = pl.when((pl.col("priced") > 0) | (delivered == 0)).then("gross_cents")
    cost_known = share(pl.col("costed"), delivered)
    net = gross - pl.col("credit_cents")
    columns |= {
        "gross_cents": gross,
        "net_cents": net,
        "cost_cents": pl.when((pl.col("costed") > 0) | (delivered == 0)).then("cost_cents"),
        "margin_cents": pl.when(pl.col("costed") == delivered).then(net - pl.col("cost_cents")),
        "value_cents": pl.when((pl.col("valued") > 0) | (pl.col("converted") == 0)).then(
            "value_cents"
        ),
        "cost_known_share": cost_known,
    }
    rated_sums = sums.with_columns(**columns)
    return rated_sums if scope.clock == "delivered" else _without_deliveries(rated_sums)


def _without_deliveries(rated_sums: pl.LazyFrame) -> pl.LazyFrame:
    """By other clocks only deliveries with feedback are counted: the rest is unknown."""
    needing = [entry for entry in map(number, RATES) if entry.of in {"attempted", "delivered"}]
    ranges = [name for entry in needing for name in (entry.key, entry.low, entry.high)]
    unknown = ("attempted", "delivered")
    return rated_sums.with_columns(pl.lit(None).alias(name) for name in (*unknown, *ranges))


def finished(frame: pl.LazyFrame, keys: Sequence[str]) -> pl.LazyFrame:
    """The contract's columns in order, sorted by the keys."""
    typed = [pl.col(name).cast(kind) for name, kind in RATE_COLUMNS.items()]
    return frame.select(*keys, *typed).sort(keys, nulls_last=True)


def in_all(tally: pl.LazyFrame, scope: Scope) -> pl.DataFrame:
    """One row of `RATE_COLUMNS` for all cells together."""
    return finished(rated(summed(tally), scope), []).collect()


def keyed(tally: pl.LazyFrame, by: Sequence[str], named: PartyNames) -> pl.LazyFrame:
    """A tally with a column for each dimension asked for; empty values are `NOTHING`."""
    columns: dict[str, pl.Expr] = {}
    for dimension in by:
        if dimension in BUCKETS:
            days = pl.from_epoch("day", time_unit="d")
            columns[f"__{dimension}"] = days.dt.truncate(BUCKETS[dimension]).cast(pl.Date)
        elif dimension == "buyer_type":
            kinds = named.buyer_type
            kind = pl.col("buyer_id").replace_strict(kinds, default=None, return_dtype=pl.String)
            columns[f"__{dimension}"] = written(kind)
        else:
            columns[f"__{dimension}"] = written(pl.col(column(dimension)).cast(pl.String))
    return tally.with_columns(**columns)


def by(
    tally: pl.LazyFrame, dimensions: Sequence[str], scope: Scope, named: PartyNames
) -> pl.LazyFrame:
    """The table `rates`: one row per value (or combination) of the dimensions.

    Args:
        tally: cells inside the scope, with the columns the dimensions are about.
        dimensions: any of source, buyer, buyer_type, vertical, product, sub_source,
            campaign, state, sold_to, reason_group, day, week, month.
        scope: base and clock.
        named: what ids are called.

    Returns:
        The dimensions (and `source_name`, `buyer_name` beside ids), then RATE_COLUMNS,
        sorted by the dimensions.
    """
    keys = [f"__{dimension}" for dimension in dimensions]
    sums = summed(keyed(tally, dimensions, named), keys)
    table = rated(sums, scope).rename(dict(zip(keys, dimensions, strict=True)))
    columns: list[str] = []
    for dimension in dimensions:
        columns.append(dimension)
        if dimension in NAMED:
            names = getattr(named, dimension)
            name = pl.col(dimension).replace_strict(names, default=None, return_dtype=pl.String)
            table = table.with_columns(pl.coalesce(name, dimension).alias(f"{dimension}_name"))
            columns.append(f"{dimension}_name")
    return finished(table, columns)


def sources(tally: pl.LazyFrame, scope: Scope, named: PartyNames) -> pl.LazyFrame:
    """The table `sources`: `id`, `name`, then RATE_COLUMNS, sorted by id."""
    return by(tally, ["source"], scope, named).rename({"source": "id", "source_name": "name"})


def outcome_mix(tally: pl.LazyFrame, scope: Scope) -> pl.DataFrame:
    """The table `outcome_mix`: each delivery once, by its latest result.

    Returns:
        outcome, outcome_class, deliveries, base, share, low, high. Shares are of
        deliveries with feedback; with another base they are of deliveries, and the
        row `silent` counts those without a word.
    """
    total = summed(tally).collect()
    names = {o: o if o in {"converted", "returned"} else f"is_{o}" for o in MIX}
    counts = {outcome: int(total[measure].item() or 0) for outcome, measure in names.items()}
    of = int(total["feedback"].item() or 0)
    if scope.rate_base != "feedback":
        delivered = int(total["delivered"].item() or 0)
        counts["silent"] = delivered - of
        of = delivered
    frame = pl.DataFrame(
        {"outcome": list(counts), "deliveries": list(counts.values())},
        schema={"outcome": pl.String, "deliveries": pl.Int64},
    ).with_columns(base=pl.lit(of, pl.Int64))
    low, high = wilson(pl.col("deliveries"), pl.col("base"))
    return frame.select(
        "outcome",
        outcome_class=pl.col("outcome").replace_strict(_CLASS, return_dtype=pl.String),
        deliveries="deliveries",
        base="base",
        share=share(pl.col("deliveries"), pl.col("base")),
        low=low,
        high=high,
    )


_CLASS: Final = {
    "converted": "decisive",
    "returned": "decisive",
    **dict.fromkeys(("not_interested", "already_purchased", "bad_info", "duplicate"), "closed"),
    **dict.fromkeys(("no_contact", "contacted", "qualified"), "progress"),
    "detail_only": "detail",
    "silent": "silent",
}
