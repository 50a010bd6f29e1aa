"""One buyer's habits: reports week by week, and returns beside what others return."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from metrics.definitions.intervals import Z95, rated, share
from metrics.definitions.report_calendar import to_date
from metrics.insights.overdue_feedback import DELAY_DAYS, LEAST_HISTORY, delay_curve

if TYPE_CHECKING:
    from metrics.definitions.party_names import PartyNames

WEEK: Final = 7
WEEKS: Final[dict[str, pl.DataType]] = {
    "buyer_id": pl.String(),
    "buyer_name": pl.String(),
    "start": pl.Date(),
    "end": pl.Date(),
    "partial": pl.Boolean(),
    "delivered": pl.Int64(),
    "received": pl.Int64(),
    "expected": pl.Float64(),
    "normal_low": pl.Float64(),
    "normal_high": pl.Float64(),
}


def reporting_weeks(
    deliveries: pl.DataFrame, days: tuple[int, int], cut: int, as_of_day: int, named: PartyNames
) -> pl.DataFrame:
    """The table `reporting_weeks`: first reports that came in each week, and the usual number.

    A buyer's habit is the share of its deliveries up to `cut` that had a first report
    within so many local days (0 - 60), from those old enough to have been seen that long.
    Expected in a week is the sum over all its deliveries of the chance that the first
    report falls into it; the normal range is ± 1.96 standard deviations of that sum. Null
    where the habit rests on under 50 deliveries.

    Args:
        deliveries: all of these buyers: `buyer`, `dated_day`, `reported_day` (null: none).
        days: first and last day of the period, day numbers.
        cut: the last day whose deliveries show the habit.
        as_of_day: the last day that is known.
        named: names of buyers.

    Returns:
        One row per buyer and week (from Monday) of the period; `partial`: the period or
        as-of cuts it.
    """
    first, last = days[0], min(days[1], as_of_day)
    mondays = range(first - (first + 3) % WEEK, last + 1, WEEK)
    spans = [(max(day, first), min(day + WEEK - 1, last)) for day in mondays]
    rows = []
    for (buyer,), part in sorted(deliveries.partition_by("buyer", as_dict=True).items()):
        curve = _curve(part.filter(pl.col("dated_day") <= cut), as_of_day)
        for start, end in spans:
            rows.append(
                {
                    "buyer_id": buyer,
                    "buyer_name": named.buyer.get(str(buyer), str(buyer)),
                    "start": to_date(start),
                    "end": to_date(end),
                    "partial": end - start + 1 < WEEK or end >= as_of_day,
                    "delivered": int(part["dated_day"].is_between(start, end).sum()),
                    "received": int(part["reported_day"].is_between(start, end).sum() or 0),
                    **_expected(part["dated_day"].to_numpy(), curve, start, end),
                }
            )
    return pl.DataFrame(rows, schema=WEEKS)


def _curve(history: pl.DataFrame, as_of_day: int) -> np.ndarray | None:
    """Share reported within each whole number of days; None under 50 deliveries."""
    if history.height < LEAST_HISTORY:
        return None
    curve = delay_curve(
        as_of_day - history["dated_day"], history["reported_day"] - history["dated_day"]
    )
    return np.concatenate([[0.0], curve])


def _expected(
    dated: np.ndarray, curve: np.ndarray | None, start: int, end: int
) -> dict[str, float]:
    """Reports expected from `start` to `end`, with their normal range."""
    if curve is None:
        return {}
    by_end, before = (
        curve[np.clip(day - dated + 1, 0, DELAY_DAYS + 1)] for day in (end, start - 1)
    )
    chances = by_end - before
    expected = float(chances.sum())
    width = Z95 * float(np.sqrt((chances * (1 - chances)).sum()))
    low = max(expected - width, 0.0)
    return {"expected": expected, "normal_low": low, "normal_high": expected + width}


ELSEWHERE: Final[dict[str, pl.DataType]] = {
    "buyer_id": pl.String(),
    "buyer_name": pl.String(),
    "source_id": pl.String(),
    "source_name": pl.String(),
    "delivered": pl.Int64(),
    "returned": pl.Int64(),
    "return_rate": pl.Float64(),
    "return_low": pl.Float64(),
    "return_high": pl.Float64(),
    "others_delivered": pl.Int64(),
    "others_returned": pl.Int64(),
    "others_rate": pl.Float64(),
    "expected_returns": pl.Float64(),
}


def returns_elsewhere(
    cells: pl.DataFrame, buyers: tuple[str, ...], named: PartyNames
) -> pl.DataFrame:
    """The table `returns_elsewhere`: per source, what a buyer returns and what others do.

    Args:
        cells: `source`, `buyer`, `delivered`, `returned` of all buyers.
        buyers: the buyers wanted; none for all.
        named: names of sources and buyers.

    Returns:
        One row per buyer and source, by buyer and deliveries downwards. `others_rate` and
        `expected_returns` (deliveries × others_rate) are null where nobody else gets the
        source's leads.
    """
    n, r = pl.col("delivered"), pl.col("returned")
    rows = cells.with_columns(
        buyer_id="buyer",
        buyer_name=pl.col("buyer").replace(named.buyer),
        source_id="source",
        source_name=pl.col("source").replace(named.source),
        **{f"return_{end}": value for end, value in _ends(r, n).items()},
        others_delivered=n.sum().over("source") - n,
        others_returned=r.sum().over("source") - r,
    ).with_columns(others_rate=share(pl.col("others_returned"), pl.col("others_delivered")))
    rows = rows.with_columns(expected_returns=n * pl.col("others_rate")).filter(n > 0)
    if buyers:
        rows = rows.filter(pl.col("buyer").is_in(buyers))
    rows = rows.sort("buyer_id", -n, "source_id")
    return rows.select(pl.col(name).cast(kind) for name, kind in ELSEWHERE.items())


def _ends(count: pl.Expr, of: pl.Expr) -> dict[str, pl.Expr]:
    likely = rated("return", count, of)
    return {
        "rate": likely["return"],
        "low": likely["return_low"],
        "high": likely["return_high"],
    }
