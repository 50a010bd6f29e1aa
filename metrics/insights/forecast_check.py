"""Cohorts with their expected end, what is still to come, and how past forecasts did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from metrics.definitions.report_calendar import to_date
from metrics.insights import expected_final, maturity

if TYPE_CHECKING:
    from metrics.insights.maturity import Curves

COHORTS: Final[dict[str, pl.DataType]] = {
    "week": pl.Date(),
    "age_weeks": pl.Int64(),
    **expected_final.EXPECTED,
    "young": pl.Boolean(),
}
STILL: Final[dict[str, pl.DataType]] = {
    "id": pl.String(),
    "name": pl.String(),
    **expected_final.EXPECTED,
}
BACKTEST: Final[dict[str, pl.DataType]] = {
    "days_ago": pl.Int64(),
    "known_on": pl.Date(),
    "week": pl.Date(),
    "delivered": pl.Int64(),
    "converted_then": pl.Int64(),
    "expected_final": pl.Float64(),
    "expected_low": pl.Float64(),
    "expected_high": pl.Float64(),
    "converted_now": pl.Int64(),
    "developed_now": pl.Float64(),
    "inside": pl.Boolean(),
}
LOOKS_BACK: Final = (14, 30)


def cohorts(
    changes: pl.DataFrame, found: Curves, unknown_day: int, history: pl.DataFrame
) -> pl.DataFrame:
    """The table `cohorts`: one row per delivery week of the scope, with its expected end.

    `young` is true below 60 % developed: the week is drawn as not yet telling.
    """
    rows = expected_final.expected(changes, found, unknown_day, ["delivery_week"], history)
    table = rows.with_columns(
        week=pl.from_epoch("delivery_week", time_unit="d").cast(pl.Date),
        age_weeks=((unknown_day - pl.col("delivery_week") - 7) // 7).clip(0),
        young=pl.col("developed").fill_null(0.0) < maturity.YOUNG_SHARE,
    )
    return table.select(pl.col(name).cast(kind) for name, kind in COHORTS.items())


def still_to_come(
    changes: pl.DataFrame,
    found: Curves,
    unknown_day: int,
    names: dict[str, str],
    history: pl.DataFrame,
) -> pl.DataFrame:
    """The table `still_to_come`: per source, sales so far and in the end, most to come first."""
    rows = expected_final.expected(changes, found, unknown_day, ["source_id"], history)
    key = pl.col("source_id").fill_null("(none)")
    table = rows.with_columns(id=key, name=key.replace(names))
    table = table.sort(["still_to_come", "id"], descending=[True, False], nulls_last=True)
    return table.select(pl.col(name).cast(kind) for name, kind in STILL.items())


def backtest(
    then: dict[int, tuple[pl.DataFrame, Curves, int, pl.DataFrame]],
    changes: pl.DataFrame,
    found: Curves,
    unknown_day: int,
) -> pl.DataFrame:
    """The table `backtest`: what was forecast some days ago against what has come.

    Args:
        then: days ago -> (change tally as known then, curves of then, first unknown day,
            change tally of all days as known then).
        changes: the change tally as known now, of the same deliveries.
        found: curves of now.
        unknown_day: the first day that is not wholly known now.

    Returns:
        One row per look back and delivery week over by then: sales known then, the end expected
        then with its range, sales known now, how complete the week is now, and `inside`:
        whether what has come lies in the range (null while the week is under 90 %
        complete).
    """
    now = expected_final.expected(changes, found, unknown_day, ["delivery_week"]).select(
        "delivery_week", converted_now="converted", developed_now="developed"
    )
    parts = []
    for days, (earlier, curves, day, history) in then.items():
        rows = expected_final.expected(earlier, curves, day, ["delivery_week"], history)
        joined = rows.filter(pl.col("delivery_week") + 7 <= day).join(
            now, on="delivery_week", how="left"
        )
        within = pl.col("converted_now").is_between(
            pl.col("expected_low").floor(), pl.col("expected_high").ceil()
        )
        complete = pl.col("developed_now") >= maturity.MATURE_SHARE
        parts.append(
            joined.with_columns(
                days_ago=pl.lit(days),
                known_on=pl.lit(to_date(day - 1)),
                week=pl.from_epoch("delivery_week", time_unit="d").cast(pl.Date),
                converted_then="converted",
                inside=pl.when(complete).then(within),
            )
        )
    if not parts:
        return pl.DataFrame(schema=BACKTEST)
    table = pl.concat(parts).sort("days_ago", "week")
    return table.select(pl.col(name).cast(kind) for name, kind in BACKTEST.items())
