"""Returns are claims: why, what they cost, who has decided, what could have been prevented."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from metrics.definitions.intervals import rated, share
from metrics.outcomes.delivery_lists import delivery_id

if TYPE_CHECKING:
    from metrics.definitions.party_names import PartyNames
    from metrics.definitions.rules import Rules

DAY_US: Final = 86_400_000_000
UNSAID: Final = "(not said)"

REASONS: Final[dict[str, pl.DataType]] = {
    "level": pl.String(),
    "reason_group": pl.String(),
    "reason": pl.String(),
    "returned": pl.Int64(),
    "claims": pl.Int64(),
    "share": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "cumulative": pl.Float64(),
    "price_cents": pl.Int64(),
    "credited_cents": pl.Int64(),
    "uncreditable": pl.Boolean(),
    "uncreditable_share": pl.Float64(),
}


def _returns(outcomes: pl.LazyFrame) -> pl.LazyFrame:
    returned = outcomes.filter(pl.col("returned") == 1)
    return returned.with_columns(
        reason_group=pl.col("reason_group").fill_null(UNSAID),
        reason=pl.col("reason").fill_null(UNSAID),
    )


def return_reasons(outcomes: pl.LazyFrame, rules: Rules) -> pl.DataFrame:
    """The table `return_reasons`: why deliveries were claimed back, in two levels.

    Args:
        outcomes: deliveries of the scope.
        rules: which groups common terms credit.

    Returns:
        Rows of level `group` and of level `reason`, each level by count downwards. `share`
        is of all claims, `cumulative` adds shares up from the top of the level.
        `price_cents` is what was charged for them (0 where no price is known),
        `credited_cents` what was given back. `uncreditable` says that common terms would
        not credit the group, `uncreditable_share` is the share of all claims in such
        groups, the same in every row. A claim without a reason is `(not said)`: creditable
        or not is unknown, so it counts as creditable.
    """
    rows = _returns(outcomes)
    sums = {
        "returned": pl.len().cast(pl.Int64),
        "price_cents": pl.col("price_cents").fill_null(0).sum(),
        "credited_cents": pl.when(pl.col("return_state") == "credited")
        .then(pl.col("credit_approved_cents"))
        .fill_null(0)
        .sum(),
    }
    groups = (
        rows.group_by("reason_group")
        .agg(**sums)
        .with_columns(level=pl.lit("group"), reason=pl.lit(None, pl.String))
    )
    single = (
        rows.group_by("reason_group", "reason").agg(**sums).with_columns(level=pl.lit("reason"))
    )
    columns = ["level", "reason_group", "reason", *sums]
    both = pl.concat([groups.select(columns), single.select(columns)])
    credited = [*rules.claims.credited_groups, UNSAID]
    table = both.sort("level", -pl.col("returned"), "reason_group", "reason").with_columns(
        claims=pl.col("returned").sum().over("level"),
        uncreditable=~pl.col("reason_group").is_in(credited),
    )
    of = pl.col("claims")
    likely = rated("share", pl.col("returned"), of)
    lost = pl.col("returned").filter("uncreditable").sum().over("level")
    table = table.with_columns(
        share=likely["share"],
        low=likely["share_low"],
        high=likely["share_high"],
        cumulative=share(pl.col("returned").cum_sum().over("level"), of),
        uncreditable_share=share(lost, of),
    )
    return _typed(table, REASONS)


TREND: Final[dict[str, pl.DataType]] = {
    "start": pl.Date(),
    "delivered": pl.Int64(),
    "returned": pl.Int64(),
    "return_rate": pl.Float64(),
    "return_low": pl.Float64(),
    "return_high": pl.Float64(),
    "waiting": pl.Int64(),
    "credited": pl.Int64(),
    "refused_claims": pl.Int64(),
    "credit_cents": pl.Int64(),
    "normal_low": pl.Float64(),
    "normal_high": pl.Float64(),
}
Z_LIMIT: Final = 3.0


def returns_trend(trend: pl.DataFrame) -> pl.DataFrame:
    """The table `returns_trend`: return rate per bucket with its normal band.

    Args:
        trend: start, delivered, returned, waiting, credited, refused_claims, credit_cents
            per bucket of time.

    Returns:
        The counts, the rate with its range, and the band in which a bucket of its size
        lies 99.7 % of the time if nothing changed: Laney's p' limits (D. B. Laney 2002,
        "Improved control charts for attributes", Quality Engineering 14), mean +- 3 sigma
        of p widened by the spread the buckets really show; null under 8 buckets with
        deliveries.
    """
    of = pl.col("delivered")
    likely = rated("return", pl.col("returned"), of)
    low, high = laney("returned", "delivered")
    rows = trend.with_columns(
        return_rate=likely["return"],
        return_low=likely["return_low"],
        return_high=likely["return_high"],
        normal_low=low,
        normal_high=high,
    )
    return rows.select(pl.col(name).cast(kind) for name, kind in TREND.items())


LEAST_BUCKETS: Final = 8
SPAN_TO_SIGMA: Final = 1.128
"""Expected moving range of two, in sigmas (d2 of n = 2)."""


def laney(count: str, of: str) -> tuple[pl.Expr, pl.Expr]:
    """Lower and upper p' limits of a rate over rows in order of time."""
    n = pl.when(pl.col(of) > 0).then(pl.col(of).cast(pl.Float64))
    mean = pl.col(count).sum() / n.sum()
    sigma = (mean * (1 - mean) / n).sqrt()
    z = pl.when(sigma > 0).then((pl.col(count) / n - mean) / sigma)
    spread = (z.drop_nulls().diff().abs().mean() / SPAN_TO_SIGMA).clip(1.0)
    enough = (pl.col(of) > 0).sum() >= LEAST_BUCKETS
    width = Z_LIMIT * sigma * spread
    low = pl.when(enough).then((mean - width).clip(0.0, 1.0))
    return low, pl.when(enough).then((mean + width).clip(0.0, 1.0))


CLAIMS: Final[dict[str, pl.DataType]] = {
    "delivery_id": pl.String(),
    "lead_id": pl.String(),
    "buyer_id": pl.String(),
    "buyer_name": pl.String(),
    "source_id": pl.String(),
    "source_name": pl.String(),
    "reason_group": pl.String(),
    "reason": pl.String(),
    "return_state": pl.String(),
    "claimed_at": pl.Datetime("us", "UTC"),
    "decided_at": pl.Datetime("us", "UTC"),
    "decide_by": pl.Date(),
    "days_left": pl.Int64(),
    "days_to_decide": pl.Float64(),
    "claimed_late": pl.Boolean(),
    "price_cents": pl.Int64(),
    "credit_requested_cents": pl.Int64(),
    "credit_approved_cents": pl.Int64(),
}


def claims(outcomes: pl.LazyFrame, named: PartyNames, rules: Rules, as_of_day: int) -> pl.DataFrame:
    """The table `claims`: every claim, those waiting first by deadline.

    Returns:
        claimed_at (report of the return), decided_at (null without a stated decision),
        decide_by and days_left for waiting ones (negative: overdue), days_to_decide where
        both times are known, claimed_late: reported after the buyer's return window (null
        where the delivery is only known to the day), amounts in cents.
    """
    terms = rules.claims
    window = {b: int(terms.return_days.of(b)) for b in named.buyer}
    limit = pl.col("buyer_id").replace_strict(
        window, default=int(terms.return_days.of(None)), return_dtype=pl.Int64
    )
    waiting = pl.col("return_state") == "waiting"
    by_day = pl.col("reported_day") + terms.decide_days
    elapsed = pl.col("decision_us") - pl.col("reported_us")
    decided = pl.when(elapsed >= 0).then(elapsed / DAY_US)
    table = _returns(outcomes).with_columns(
        delivery_id=delivery_id(),
        buyer_name=pl.col("buyer_id").replace(named.buyer),
        source_name=pl.col("source_id").replace(named.source),
        claimed_at=pl.col("reported_us").cast(pl.Datetime("us", "UTC")),
        decided_at=pl.col("decision_us").cast(pl.Datetime("us", "UTC")),
        decide_by=pl.when(waiting).then(pl.from_epoch(by_day, time_unit="d").cast(pl.Date)),
        days_left=pl.when(waiting).then(by_day - as_of_day),
        days_to_decide=decided,
        claimed_late=pl.col("reported_day") - pl.col("dated_day") > limit,
    )
    table = table.sort(~waiting, "decide_by", -pl.col("price_cents").fill_null(0), "delivery_id")
    return _typed(table, CLAIMS)


SUMMARY: Final[dict[str, pl.DataType]] = {
    "return_state": pl.String(),
    "claims": pl.Int64(),
    "share": pl.Float64(),
    "price_cents": pl.Int64(),
    "credit_requested_cents": pl.Int64(),
    "credit_approved_cents": pl.Int64(),
    "median_days_to_decide": pl.Float64(),
}
STATES: Final = ("waiting", "credited", "refused")


def summary(every: pl.DataFrame) -> pl.DataFrame:
    """The table `claims_summary`: claimed, waiting, credited, refused; with amounts.

    Args:
        every: `CLAIMS`.

    Returns:
        A row `claimed` for all, then one per state, with counts (0 where there are none),
        shares of all, sums in cents and the median of days to decide (null where unknown).
    """
    sums = {
        "claims": pl.len(),
        "price_cents": pl.col("price_cents").sum(),
        "credit_requested_cents": pl.col("credit_requested_cents").sum(),
        "credit_approved_cents": pl.col("credit_approved_cents").sum(),
        "median_days_to_decide": pl.col("days_to_decide").median(),
    }
    whole = every.select(return_state=pl.lit("claimed"), **sums).head(1)
    states = pl.DataFrame({"return_state": STATES})
    per = states.join(
        every.group_by("return_state").agg(**sums),
        on="return_state",
        how="left",
        maintain_order="left",
    )
    both = pl.concat([whole, per], how="vertical_relaxed")
    money = ("claims", "price_cents", "credit_requested_cents", "credit_approved_cents")
    filled = both.with_columns(pl.col(name).fill_null(0) for name in money)
    table = filled.with_columns(share=share(pl.col("claims"), pl.lit(every.height)))
    return table.select(pl.col(name).cast(kind) for name, kind in SUMMARY.items())


AVOIDABLE: Final[dict[str, pl.DataType]] = {
    "reason_group": pl.String(),
    "check": pl.String(),
    "returned": pl.Int64(),
    "credited": pl.Int64(),
    "credit_cents": pl.Int64(),
    "caught_share": pl.Float64(),
    "saved_cents": pl.Int64(),
    "checked": pl.Int64(),
    "check_cost_cents": pl.Int64(),
    "avoidable_cents": pl.Int64(),
}
CHECKS: Final = {
    "contactability": "Dial or look up the phone number and the mailbox before delivery.",
    "identity": "Compare name, address and device; drop test entries.",
    "duplicate": "Look the person up in what the buyer had in the last 90 days.",
    "targeting": "Check area, product and age against the buyer's order.",
    "consent": "Keep and show the proof of consent.",
}


def avoidable_returns(outcomes: pl.LazyFrame, rules: Rules) -> pl.DataFrame:
    """The table `avoidable_returns`: what a check before delivery would have saved.

    Returns:
        Per reason group that a check exists for: claims, those credited and their credits,
        the share such a check catches and its price for every delivery of the scope (both
        from the rules), and what is left: credits caught less the price of all checks
        (negative where the check costs more than it saves); best first.
    """
    totals = outcomes.select(checked=(pl.col("delivered") == 1).sum()).collect()
    delivered = int(totals["checked"].item())
    is_credited = pl.col("return_state") == "credited"
    credit = pl.col("credit_approved_cents").filter(is_credited).fill_null(0).sum()
    found = (
        _returns(outcomes)
        .group_by("reason_group")
        .agg(returned=pl.len(), credited=is_credited.sum(), credit_cents=credit)
    )
    terms = rules.claims
    checks = pl.DataFrame(
        [
            (group, check, terms.check_catches.of(group), terms.check_cost_cents.of(group))
            for group, check in CHECKS.items()
        ],
        schema={
            "reason_group": pl.String,
            "check": pl.String,
            "caught_share": pl.Float64,
            "cost": pl.Float64,
        },
        orient="row",
    )
    table = (
        checks.lazy()
        .join(found, on="reason_group", how="left")
        .with_columns(
            *(pl.col(n).fill_null(0) for n in ("returned", "credited", "credit_cents")),
            checked=pl.lit(delivered),
            check_cost_cents=(pl.col("cost") * delivered).round(),
        )
    )
    saved = (pl.col("credit_cents") * pl.col("caught_share")).round()
    table = table.with_columns(
        saved_cents=saved, avoidable_cents=saved - pl.col("check_cost_cents")
    )
    return _typed(table.sort(-pl.col("avoidable_cents"), "reason_group"), AVOIDABLE)


def _typed(table: pl.LazyFrame, schema: dict[str, pl.DataType]) -> pl.DataFrame:
    return table.select(pl.col(name).cast(kind) for name, kind in schema.items()).collect()
