"""When feedback comes: histogram of waits, and what becomes of a delivery by its age."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from data_access.columns import CLOSED, DECISIVE
from metrics.definitions.intervals import Z95, share

if TYPE_CHECKING:
    from collections.abc import Sequence

HOUR: Final = 3_600
DAY: Final = 24 * HOUR
BINS: Final = (
    ("within 1 hour", 0, HOUR),
    ("1 to 24 hours", HOUR, DAY),
    ("1 to 7 days", DAY, 7 * DAY),
    ("7 to 30 days", 7 * DAY, 30 * DAY),
    ("beyond 30 days", 30 * DAY, None),
)
"""Bins of seconds, open below and closed above."""
HOURLESS: Final = "hour unknown"
NONE_YET: Final = "none yet"
EARLY: Final = "before delivery"
"""A report that lies before its delivery is a contradiction and is in no bin."""

TIMES: Final[dict[str, pl.DataType]] = {
    "group": pl.String(),
    "value": pl.String(),
    "bin": pl.String(),
    "deliveries": pl.Int64(),
    "reported": pl.Int64(),
    "share_of_reported": pl.Float64(),
    "delivered": pl.Int64(),
    "share_of_delivered": pl.Float64(),
    "median_seconds_to_feedback": pl.Float64(),
    "median_seconds_to_outcome": pl.Float64(),
    "median_reporting_delay": pl.Float64(),
}


_WAITS: Final = ("seconds_to_feedback", "seconds_to_outcome", "reporting_delay")


def _bin() -> pl.Expr:
    seconds = pl.col("seconds_to_feedback")
    told: pl.Expr = pl.lit(BINS[-1][0])
    for name, _, end in reversed(BINS[:-1]):
        told = pl.when(seconds <= end).then(pl.lit(name)).otherwise(told)
    told = pl.when(seconds < 0).then(pl.lit(EARLY)).otherwise(told)
    told = pl.when(seconds.is_null()).then(pl.lit(HOURLESS)).otherwise(told)
    return pl.when(pl.col("covered") == 0).then(pl.lit(NONE_YET)).otherwise(told)


def time_to_feedback(outcomes: pl.LazyFrame, groups: Sequence[str]) -> pl.DataFrame:
    """The table `time_to_feedback`: deliveries per bin of waiting time.

    Args:
        outcomes: deliveries of the scope, with a column for each group.
        groups: columns to split by, each on its own; `all` is always there.

    Returns:
        group, value, bin, deliveries; `reported` (with a wait that can be told, the base of
        share_of_reported: null for bins outside it), delivered and share_of_delivered;
        medians of the value's deliveries in seconds, null where none can be told.
        A wait of exactly 0 s is in the first bin; negative waits are none.
    """
    reached = outcomes.filter(pl.col("delivered") == 1).with_columns(bin=_bin())
    rows = reached.select(*groups, "bin", *_WAITS).collect().lazy()
    frames = [rows.with_columns(group=pl.lit("all"), value=pl.lit("all"))]
    frames += [
        rows.with_columns(group=pl.lit(g), value=pl.col(g).cast(pl.String).fill_null("(none)"))
        for g in groups
    ]
    keys = ["group", "value"]
    binned = [name for name, _, _ in BINS]
    counted = [f.group_by(*keys, "bin").agg(deliveries=pl.len()) for f in frames]
    timed = [f.group_by(keys).agg(**_medians(binned)) for f in frames]
    counts, medians = pl.concat(pl.collect_all(counted)), pl.concat(pl.collect_all(timed))
    order = pl.DataFrame({"bin": [*binned, HOURLESS, EARLY, NONE_YET]}).with_row_index("nth")
    grid = medians.join(order, how="cross").join(counts, on=[*keys, "bin"], how="left")
    inside = pl.col("bin").is_in(binned)
    table = grid.with_columns(pl.col("deliveries").fill_null(0)).with_columns(
        share_of_reported=pl.when(inside).then(share(pl.col("deliveries"), pl.col("reported"))),
        share_of_delivered=share(pl.col("deliveries"), pl.col("delivered")),
    )
    all_first = (pl.col("group") != "all").alias("__later")
    table = table.sort(all_first, *keys, "nth")
    return table.select(pl.col(name).cast(kind) for name, kind in TIMES.items())


def _medians(binned: list[str]) -> dict[str, pl.Expr]:
    told = pl.col("bin").is_in(binned)
    medians = {f"median_{name}": pl.col(name).filter(pl.col(name) >= 0).median() for name in _WAITS}
    return {"reported": told.sum(), "delivered": pl.len(), **medians}


EVENTS: Final = ("converted", "returned", "closed")
INCIDENCE: Final[dict[str, pl.DataType]] = {
    "value": pl.String(),
    "age_days": pl.Int64(),
    "at_risk": pl.Int64(),
    **{name: pl.Int64() for name in EVENTS},
    "left": pl.Int64(),
    **{f"{name}_incidence": pl.Float64() for name in EVENTS},
    **{f"{name}_{end}": pl.Float64() for name in EVENTS for end in ("low", "high")},
}


def incidence(outcomes: pl.LazyFrame, *, as_of_us: int, by: str | None = None) -> pl.DataFrame:
    """The table `incidence`: which share has ended how, by age (competing risks).

    Cumulative incidence by O. Aalen and S. Johansen (1978, "An empirical transition matrix
    for non-homogeneous Markov chains", Scand. J. Statist. 5); age in whole days from
    delivery to the report of the winning event; events count before censoring at equal
    age; a delivery without an ending is censored at its age as of now.

    Args:
        outcomes: deliveries of the scope.
        as_of_us: until when they were watched.
        by: a column to split by.

    Returns:
        value, age_days, at_risk, endings at that age, `left` (censored at it), the
        incidences up to it, with 95 % ranges (delta method on the log-log scale).
    """
    ending = (
        pl.when(pl.col("outcome").is_in(DECISIVE))
        .then("outcome")
        .when(pl.col("outcome").is_in(CLOSED))
        .then(pl.lit("closed"))
    )
    day_us = 86_400_000_000
    until = pl.when(ending.is_not_null()).then(pl.col("reported_us")).otherwise(as_of_us)
    rows = outcomes.filter(pl.col("delivered") == 1).select(
        value=(pl.col(by).cast(pl.String).fill_null("(none)") if by else pl.lit("all")),
        ending=ending,
        age=((until - pl.col("dated_us")) // day_us).clip(0),
    )
    cells = rows.group_by("value", "age").agg(
        *(pl.col("ending").eq(name).sum().alias(name) for name in EVENTS),
        left=pl.col("ending").is_null().sum(),
    )
    found = cells.collect().sort("value", "age")
    parts = [_incidence(part) for part in found.partition_by("value", maintain_order=True)]
    if not parts:
        return pl.DataFrame(schema=INCIDENCE)
    table = pl.concat(parts).rename({"age": "age_days"})
    return table.select(pl.col(name).cast(kind) for name, kind in INCIDENCE.items())


def _incidence(cells: pl.DataFrame) -> pl.DataFrame:
    """Aalen-Johansen over the ages of one group."""
    endings = cells.select(EVENTS).to_numpy().astype(float)
    gone = endings.sum(axis=1) + cells["left"].to_numpy()
    at_risk = gone[::-1].cumsum()[::-1]
    hazard = endings.sum(axis=1) / at_risk
    before = np.concatenate([[1.0], np.cumprod(1 - hazard)[:-1]])
    reached = np.cumsum(before[:, None] * endings / at_risk[:, None], axis=0)
    spread = _spread(endings, at_risk, before, reached)
    columns: dict[str, np.ndarray] = {"at_risk": at_risk.astype(np.int64)}
    for k, name in enumerate(EVENTS):
        share_ = np.clip(reached[:, k], 0.0, 1.0)
        columns[f"{name}_incidence"] = share_
        with np.errstate(divide="ignore", invalid="ignore"):
            width = np.clip(Z95 * spread[:, k] / (share_ * np.log(share_)), -50, 50)
            low, high = share_ ** np.exp(-width), share_ ** np.exp(width)
        inside = (share_ > 0) & (share_ < 1)
        columns[f"{name}_low"] = np.where(inside, np.minimum(low, high), share_)
        columns[f"{name}_high"] = np.where(inside, np.maximum(low, high), share_)
    return cells.with_columns(**{name: pl.Series(values) for name, values in columns.items()})


def _spread(
    endings: np.ndarray, at_risk: np.ndarray, before: np.ndarray, reached: np.ndarray
) -> np.ndarray:
    """Standard errors of cumulative incidences (Aalen's variance, E. Marubini 1995)."""
    total = endings.sum(axis=1)
    left = np.maximum(at_risk - total, 0.5)
    result = np.zeros_like(reached)
    for k in range(endings.shape[1]):
        own, end = endings[:, k], reached[:, k]
        a = total / (at_risk * left)
        b = before**2 * own * (at_risk - own) / at_risk**3
        c = before * own / at_risk**2
        sums = [np.cumsum(v) for v in (a, a * end, a * end**2, b, c, c * end)]
        variance = (
            end**2 * sums[0] - 2 * end * sums[1] + sums[2] + sums[3] - 2 * (end * sums[4] - sums[5])
        )
        result[:, k] = np.sqrt(np.maximum(variance, 0))
    return result
