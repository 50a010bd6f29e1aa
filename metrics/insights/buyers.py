"""Buyers: how much and how fast they report, what they sell and return."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from metrics.definitions.intervals import rated, share

if TYPE_CHECKING:
    from metrics.definitions.party_names import PartyNames

QUARTER_HOUR_US: Final = 900_000_000

BUYERS: Final[dict[str, pl.DataType]] = {
    "id": pl.String(),
    "name": pl.String(),
    "buyer_type": pl.String(),
    "delivered": pl.Int64(),
    "feedback": pl.Int64(),
    "coverage": pl.Float64(),
    "coverage_low": pl.Float64(),
    "coverage_high": pl.Float64(),
    "median_seconds_to_feedback": pl.Float64(),
    "last_reported_at": pl.Datetime("us", "UTC"),
    "contacted": pl.Int64(),
    "contact_rate": pl.Float64(),
    "converted": pl.Int64(),
    "conversion_rate": pl.Float64(),
    "conversion_low": pl.Float64(),
    "conversion_high": pl.Float64(),
    "returned": pl.Int64(),
    "return_rate": pl.Float64(),
    "return_low": pl.Float64(),
    "return_high": pl.Float64(),
    "net_cents": pl.Int64(),
    "net_share": pl.Float64(),
    "value_cents": pl.Int64(),
    "key_figure": pl.String(),
    "key_value": pl.Float64(),
    "overdue": pl.Float64(),
    "overdue_low": pl.Float64(),
    "days_silent": pl.Int64(),
    "strictness": pl.Float64(),
    "strictness_low": pl.Float64(),
    "strictness_high": pl.Float64(),
}
_MISSING: Final = ("overdue", "overdue_low", "days_silent")
_STRICT: Final = ("strictness", "strictness_low", "strictness_high")
FIGURES: Final = {
    "live_transfer": "spoken to within 15 minutes",
    "lead_buyer": "interested or sold, of feedback",
    "data_buyer": "buyer's sales ÷ net revenue",
}


def _counted() -> dict[str, pl.Expr]:
    delivered, covered = pl.col("delivered") == 1, pl.col("covered") == 1
    quick = pl.col("first_contact_us") - pl.col("dated_us") <= QUARTER_HOUR_US
    keen = (pl.col("ever_qualified") == 1) | (pl.col("converted") == 1)
    waits = pl.col("seconds_to_feedback")
    credit = pl.col("credit_approved_cents").filter(delivered).fill_null(0).sum()
    return {
        "attempted": pl.len().cast(pl.Int64),
        "delivered": delivered.sum().cast(pl.Int64),
        "feedback": covered.sum().cast(pl.Int64),
        "median_seconds_to_feedback": waits.filter(waits >= 0).median(),
        "last_reported_at": pl.col("last_reported_us").max().cast(pl.Datetime("us", "UTC")),
        "contacted": (pl.col("contacted") == 1).sum().cast(pl.Int64),
        "converted": pl.col("converted").sum(),
        "returned": pl.col("returned").sum(),
        "net_cents": pl.col("price_cents").filter(delivered).fill_null(0).sum() - credit,
        "value_cents": pl.col("value_cents").fill_null(0).sum(),
        "quick": (quick & delivered).sum().cast(pl.Int64),
        "keen": (keen & covered).sum().cast(pl.Int64),
    }


def _finished(rows: pl.LazyFrame) -> pl.LazyFrame:
    of, delivered = pl.col("feedback"), pl.col("delivered")
    net = pl.col("net_cents")
    kind = pl.col("buyer_type")
    roi = pl.when(net > 0).then(pl.col("value_cents") / net)
    value = (
        pl.when(kind == "live_transfer")
        .then(share(pl.col("quick"), delivered))
        .when(kind == "lead_buyer")
        .then(share(pl.col("keen"), of))
        .when(kind == "data_buyer")
        .then(roi)
    )
    total = net.sum()
    return rows.with_columns(
        **rated("coverage", of, delivered),
        **rated("conversion", pl.col("converted"), of),
        **rated("return", pl.col("returned"), delivered),
        contact_rate=share(pl.col("contacted"), of),
        net_share=pl.when(total > 0).then(net / total),
        key_figure=kind.replace_strict(FIGURES, default=None, return_dtype=pl.String),
        key_value=value,
    ).with_columns(conversion_rate="conversion", return_rate="return")


def buyers(
    outcomes: pl.LazyFrame, missing: pl.DataFrame, strict: pl.DataFrame, named: PartyNames
) -> pl.DataFrame:
    """The table `buyers`: one row per buyer, by net revenue downwards.

    Rates of contact and conversion are of feedback, returns of deliveries. The key figure
    depends on the type: live transfer, share of deliveries reported as spoken to within
    15 minutes; lead buyer, ever interested or sold ÷ feedback; data buyer, the buyer's
    sales ÷ what it paid net. Null where there is nothing to divide by.

    Args:
        outcomes: offers of the scope with `buyer` and `buyer_type`.
        missing: the table `overdue_feedback`.
        strict: the table `buyer_strictness`, of all buyers.
        named: names.
    """
    rows = _finished(outcomes.group_by("buyer", "buyer_type").agg(**_counted()))
    table = rows.with_columns(id="buyer", name=pl.col("buyer").replace(named.buyer))
    for frame, columns in ((missing, _MISSING), (strict, _STRICT)):
        habits = frame.lazy().select(pl.col("buyer_id").alias("id"), *columns)
        table = table.join(habits, on="id", how="left")
    return _typed(table.sort(-pl.col("net_cents"), "id"), BUYERS)


TYPES: Final = {
    name: kind
    for name, kind in BUYERS.items()
    if name not in {"id", "name", "last_reported_at", *_MISSING, *_STRICT}
}


def buyer_types(outcomes: pl.LazyFrame) -> pl.DataFrame:
    """The table `buyer_types`: the same per type of buyer, each with its own key figure."""
    rows = _finished(outcomes.group_by("buyer_type").agg(**_counted()))
    return _typed(rows.sort("buyer_type"), TYPES)


COVERAGE: Final[dict[str, pl.DataType]] = {
    "buyer_id": pl.String(),
    "buyer_name": pl.String(),
    "source_id": pl.String(),
    "source_name": pl.String(),
    "delivered": pl.Int64(),
    "feedback": pl.Int64(),
    "silent": pl.Int64(),
    "coverage": pl.Float64(),
    "coverage_low": pl.Float64(),
    "coverage_high": pl.Float64(),
    "converted": pl.Int64(),
    "floor": pl.Float64(),
    "ceiling": pl.Float64(),
    "open_ceiling": pl.Float64(),
}


def coverage(tally: pl.DataFrame, named: PartyNames) -> pl.DataFrame:
    """The table `coverage`: feedback per buyer and source, and what silence could hide.

    floor = sales ÷ deliveries (no silent one sold), ceiling = (sales + silent) ÷
    deliveries (all of them sold), open ceiling adds those still in progress. Null without
    deliveries.

    Args:
        tally: `source`, `buyer`, `delivered`, `feedback`, `converted`, `is_no_contact`,
            `is_contacted`, `is_qualified`.
        named: names.
    """
    n = pl.col("delivered")
    silent = n - pl.col("feedback")
    open_ = pl.sum_horizontal("is_no_contact", "is_contacted", "is_qualified")
    table = tally.lazy().with_columns(
        **rated("coverage", pl.col("feedback"), n),
        silent=silent,
        buyer_id="buyer",
        source_id="source",
        buyer_name=pl.col("buyer").replace(named.buyer),
        source_name=pl.col("source").replace(named.source),
        floor=share(pl.col("converted"), n),
        ceiling=share(pl.col("converted") + silent, n),
        open_ceiling=share(pl.col("converted") + silent + open_, n),
    )
    return _typed(table.sort("buyer_id", "source_id"), COVERAGE)


def _typed(table: pl.LazyFrame, schema: dict[str, pl.DataType]) -> pl.DataFrame:
    return table.select(pl.col(name).cast(kind) for name, kind in schema.items()).collect()
