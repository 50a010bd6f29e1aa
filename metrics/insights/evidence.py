"""Evidence of a finding: which parts explain a change, and what became of it after a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from metrics.definitions.catalogue import number
from metrics.definitions.intervals import difference, rated, share
from metrics.definitions.report_calendar import day_number

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

SLICES: Final[dict[str, pl.DataType]] = {
    "finding": pl.String(),
    "source_name": pl.String(),
    "measure": pl.String(),
    "dimension": pl.String(),
    "value": pl.String(),
    "count_before": pl.Int64(),
    "of_before": pl.Int64(),
    "rate_before": pl.Float64(),
    "count": pl.Int64(),
    "of": pl.Int64(),
    "rate": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "missing": pl.Float64(),
    "explains": pl.Float64(),
}


MOST_WEEKS: Final = 40
"""The latest so many weeks are shown: more cannot be told apart."""


def slices(
    rows: pl.LazyFrame, dimensions: Mapping[str, pl.Expr], measure: str, first: int
) -> pl.DataFrame:
    """Which parts of a source a change comes from: the table `change_slices` of one finding.

    Args:
        rows: steps of one source within the age of alerts, of complete weeks, with `week`
            (Monday's day number) and the deltas of `steps`.
        dimensions: what to cut by, each as a text column.
        measure: conversion_rate, contact_rate or return_rate.
        first: Monday of the first week looked at; all earlier weeks are "before".

    Returns:
        Per dimension and value the counts before and in these weeks. `missing` is
        of x rate_before - count: how many fewer than at the part's own earlier rate
        (negative: more). `explains` is its share of the sum over the dimension's values;
        null where that sum is 0 or the part was not seen before. Columns of `SLICES`
        from `dimension` on.
    """
    count, of = number(measure).counted()
    late = pl.col("week") >= first
    parts = [
        rows.group_by(value=value.fill_null("(none)"))
        .agg(
            count_before=pl.col(count).filter(~late).sum(),
            of_before=pl.col(of).filter(~late).sum(),
            count=pl.col(count).filter(late).sum(),
            of=pl.col(of).filter(late).sum(),
        )
        .with_columns(dimension=pl.lit(name))
        for name, value in dimensions.items()
    ]
    table = pl.concat(pl.collect_all(parts)).filter(pl.col("of") + pl.col("of_before") > 0)
    before = share(pl.col("count_before"), pl.col("of_before"))
    table = table.with_columns(rate_before=before, **rated("rate", pl.col("count"), pl.col("of")))
    table = table.with_columns(missing=pl.col("of") * pl.col("rate_before") - pl.col("count"))
    whole = pl.col("missing").sum().over("dimension")
    table = table.with_columns(
        explains=pl.when(whole.abs() > 0).then(pl.col("missing") / whole),
        low=pl.col("rate_low"),
        high=pl.col("rate_high"),
    )
    order = ["dimension", -pl.col("explains").fill_null(-1e9), "value"]
    return table.sort(order)


AFTER: Final[dict[str, pl.DataType]] = {
    "count_before": pl.Int64(),
    "of_before": pl.Int64(),
    "rate_before": pl.Float64(),
    "count_after": pl.Int64(),
    "of_after": pl.Int64(),
    "rate_after": pl.Float64(),
    "after_low": pl.Float64(),
    "after_high": pl.Float64(),
    "weeks_after": pl.Int64(),
}
WEEKS: Final = 4


def week_rates(weeks: pl.DataFrame, item: Mapping[str, Any]) -> pl.DataFrame:
    """The weeks of a finding's source or sub-source (`alerts.weekly`), the latest few.

    week, count, of, rate, low, high, `looked` (a week the finding is about), `expected`
    (of those weeks).
    """
    count, of = number(item["measure"]).counted()
    mine = weeks.filter(pl.col("source_id") == item["source_id"])
    if item["sub_source"]:
        mine = mine.filter(pl.col("sub_source") == item["sub_source"])
    sums = mine.group_by("week").agg(count=pl.col(count).sum(), of=pl.col(of).sum())
    week = pl.col("week").cast(pl.Int32).cast(pl.Date)
    table = sums.sort("week").tail(MOST_WEEKS).with_columns(week=week)
    table = table.with_columns(**rated("rate", pl.col("count"), pl.col("of")))
    looked = pl.col("week") >= item["since"]
    return table.rename({"rate_low": "low", "rate_high": "high"}).with_columns(
        looked=looked, expected=pl.when(looked).then(pl.lit(item["expected"], pl.Float64))
    )


def after(weeks: pl.DataFrame, source_id: str, measure: str, decided: date) -> dict[str, Any]:
    """What became of a source after a decision, at the same age on both sides (`AFTER`).

    Before are the four complete weeks before the week of the decision, after the up to
    four complete weeks that follow it, all as told within 14 days of each delivery.
    """
    count, of = number(measure).counted()
    day = day_number(decided)
    monday = day - (day + 3) % 7
    gap = (pl.col("week") - monday) // 7
    mine = weeks.filter(pl.col("source_id") == source_id)
    sides = {"before": gap.is_between(-WEEKS, -1), "after": gap.is_between(1, WEEKS)}
    sums = mine.select(
        *(pl.col(count).filter(side).sum().alias(f"count_{n}") for n, side in sides.items()),
        *(pl.col(of).filter(side).sum().alias(f"of_{n}") for n, side in sides.items()),
        weeks_after=pl.col("week").filter(sides["after"]).n_unique(),
    )
    likely = rated("after", pl.col("count_after"), pl.col("of_after"))
    table = sums.with_columns(
        rate_before=share(pl.col("count_before"), pl.col("of_before")),
        rate_after=likely["after"],
        after_low=likely["after_low"],
        after_high=likely["after_high"],
    )
    return table.select(pl.col(name).cast(kind) for name, kind in AFTER.items()).row(0, named=True)


def became(row: Mapping[str, Any]) -> str:
    """`better`, `worse`, `level` or `early`: a rate after a decision against that before.

    Args:
        row: `AFTER`, with `measure`.

    Returns:
        `early` without a complete week after it or without any case on either side;
        `level` where the likely range of the difference (Newcombe) holds 0.
    """
    if not row["weeks_after"] or not row["of_after"] or not row["of_before"]:
        return "early"
    sides = {}
    for side in ("before", "after"):
        counts = (pl.lit(row[f"count_{side}"]), pl.lit(row[f"of_{side}"]))
        likely = rated("rate", *counts)
        sides[side] = pl.select([value.alias(name) for name, value in likely.items()]).row(0)
    least, most = difference(sides["after"], sides["before"])
    if least <= 0 <= most:
        return "level"
    rose = row["rate_after"] > row["rate_before"]
    return "better" if rose == (number(row["measure"]).better == "higher") else "worse"
