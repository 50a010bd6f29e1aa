"""Contradictions as cases, and what was said to sources with what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from metrics.definitions.intervals import share
from metrics.outcomes import contradictions
from metrics.outcomes.delivery_lists import delivery_id

if TYPE_CHECKING:
    from metrics.definitions.party_names import PartyNames

INSTANT: Final = pl.Datetime("us", "UTC")
CASES: Final[dict[str, pl.DataType]] = {
    "code": pl.String(),
    "what": pl.String(),
    "delivery_id": pl.String(),
    "lead_id": pl.String(),
    "buyer_id": pl.String(),
    "buyer_name": pl.String(),
    "source_id": pl.String(),
    "source_name": pl.String(),
    "outcome": pl.String(),
    "price_cents": pl.Int64(),
    "value_cents": pl.Int64(),
    "reported_at": INSTANT,
}


def cases(outcomes: pl.LazyFrame, named: PartyNames) -> pl.DataFrame:
    """The table `contradictions`: one row per delivery and contradiction, by price downwards."""
    mask = pl.col("contradiction_mask")
    wrong = outcomes.filter(mask > 0)
    parts = [
        wrong.filter(mask.and_(contradictions.bit(code)) != 0).with_columns(
            code=pl.lit(code), what=pl.lit(sentence)
        )
        for code, sentence in contradictions.CODES.items()
    ]
    table = pl.concat(parts).with_columns(
        delivery_id=delivery_id(),
        buyer_name=pl.col("buyer_id").replace(named.buyer),
        source_name=pl.col("source_id").replace(named.source),
        reported_at=pl.col("last_reported_us").cast(INSTANT),
    )
    order = ["code", -pl.col("price_cents").fill_null(0), "delivery_id"]
    typed = [pl.col(name).cast(kind) for name, kind in CASES.items()]
    return table.sort(order).select(typed).collect()


MESSAGES: Final[dict[str, pl.DataType]] = {
    "event_id": pl.String(),
    "sent_at": INSTANT,
    "target_id": pl.String(),
    "target_name": pl.String(),
    "category": pl.String(),
    "issue": pl.String(),
    "action_requested": pl.String(),
    "lead_id": pl.String(),
    "measure": pl.String(),
    "count_before": pl.Int64(),
    "of_before": pl.Int64(),
    "rate_before": pl.Float64(),
    "count_after": pl.Int64(),
    "of_after": pl.Int64(),
    "rate_after": pl.Float64(),
    "weeks": pl.Int64(),
}
WEEKS: Final = 4
DAY_US: Final = 86_400_000_000


def source_messages(sent: pl.DataFrame, weeks: pl.DataFrame, named: PartyNames) -> pl.DataFrame:
    """The table `source_messages`: what was said to whom, and the return rate around it.

    Before and after are the four complete weeks on each side of the message's own week,
    as told within 14 days of each delivery, so that both sides are equally old.

    Args:
        sent: `feedback.sent` facts with canonical `target_id`: event_id, reported_us,
            target_id, target_name, category, issue, action_requested, lead_id.
        weeks: `alerts.weekly`.
        named: names of sources.

    Returns:
        The newest first; `weeks` counts complete weeks after (0 - 4); rates are null
        without deliveries on that side. A message whose target sent no lead stays listed.
    """
    day = pl.col("reported_us") // DAY_US
    rows = sent.with_columns(at=day - (day + 3) % 7)
    counts = weeks.group_by("source_id", "week").agg(pl.col("returned", "delivered").sum())
    near = rows.select("event_id", "at", source_id="target_id").join(counts, on="source_id")
    gap = (pl.col("week") - pl.col("at")) // 7
    before, after = gap.is_between(-WEEKS, -1), gap.is_between(1, WEEKS)
    sums = near.group_by("event_id").agg(
        count_before=pl.col("returned").filter(before).sum(),
        of_before=pl.col("delivered").filter(before).sum(),
        count_after=pl.col("returned").filter(after).sum(),
        of_after=pl.col("delivered").filter(after).sum(),
        weeks=pl.col("week").filter(after).n_unique(),
    )
    name = pl.col("target_id").replace_strict(named.source, default=None, return_dtype=pl.String)
    numbers = ("count_before", "of_before", "count_after", "of_after", "weeks")
    table = (
        rows.join(sums, on="event_id", how="left")
        .with_columns(
            *(pl.col(n).fill_null(0) for n in numbers),
            sent_at=pl.col("reported_us").cast(INSTANT),
            target_name=pl.coalesce(name, "target_name", "target_id"),
            measure=pl.lit("return_rate"),
        )
        .with_columns(
            rate_before=share(pl.col("count_before"), pl.col("of_before")),
            rate_after=share(pl.col("count_after"), pl.col("of_after")),
        )
    )
    table = table.sort(["sent_at", "event_id"], descending=[True, False])
    return table.select(pl.col(n).cast(kind) for n, kind in MESSAGES.items())
