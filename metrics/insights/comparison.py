"""Over time and against the period before, both at the same age."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import polars as pl

from metrics.definitions.catalogue import RATES, number
from metrics.definitions.intervals import difference
from metrics.definitions.report_calendar import day_number, to_date
from metrics.insights import rates
from metrics.outcomes.tallies import DAY_OF, MEASURES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from metrics.definitions.scope import Scope

MONEY: Final = (
    "gross_cents",
    "credit_cents",
    "net_cents",
    "cost_cents",
    "margin_cents",
    "value_cents",
)
COUNTS: Final = ("attempted", "delivered", "feedback")
SILENT: Final = 0.8
"""With less than this part of the feedback rate of before, buyers have fallen silent."""
FLATTERED: Final = ("return_rate", "credit_cents", "net_cents", "margin_cents")
"""Numbers that look better when nobody reports: a claim nobody sends is no claim."""
MOST_REPORTED: Final = 0.6
"""From this feedback rate on, what the silent could hide is not said."""
LEVEL_SHARE: Final = 0.01
"""Money that moved by less than this share of itself is called level."""

Better = Literal["first", "second", "level", "nothing", "no data"]

HEADLINE: Final[dict[str, pl.DataType]] = {
    "key": pl.String(),
    "value": pl.Float64(),
    "numerator": pl.Int64(),
    "denominator": pl.Int64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "previous": pl.Float64(),
    "previous_low": pl.Float64(),
    "previous_high": pl.Float64(),
    "change": pl.Float64(),
    "verdict": pl.String(),
}


def trend(
    tally: pl.LazyFrame,
    before: pl.LazyFrame | None,
    scope: Scope,
    *,
    grain: str,
    young_after: int,
) -> pl.DataFrame:
    """The table `trend`: one row per bucket of time.

    Args:
        tally: cells of the scope.
        before: cells of the previous period as known at the same age; None for none.
        scope: period, base and clock.
        grain: day, week (from Monday) or month.
        young_after: the last day (number) whose deliveries are all old enough to judge.

    Returns:
        start, end (dates, both inclusive), partial (cut by the period or by as-of),
        young (by `delivered`: not all of it old enough to judge), RATE_COLUMNS, and
        previous_<rate> for each of RATES: the bucket of the period compared with
        (by month: the month as many months back, else the day as far from the period's
        first day), null where there is none.
    """
    bounds = _spans(scope, grain)
    now = _buckets(tally, scope, grain, bounds, shift=pl.col("day"))
    table = bounds.join(now, on="start", how="left", maintain_order="left")
    young = pl.col("end") > to_date(young_after)
    table = table.with_columns(young=young & pl.lit(scope.clock == "delivered"))
    if before is None:
        earlier = [pl.lit(None, pl.Float64).alias(f"previous_{name}") for name in RATES]
        return table.with_columns(earlier)
    shift = pl.col("day") + (scope.first - scope.previous().first).days
    if grain == "month" and scope.months_back:
        moved = pl.from_epoch("day", time_unit="d").dt.offset_by(f"{scope.months_back}mo")
        shift = moved.to_physical()
    past = _buckets(before, scope, grain, bounds, shift=shift)
    past = past.select("start", *(pl.col(n).alias(f"previous_{n}") for n in RATES))
    return table.join(past, on="start", how="left", maintain_order="left")


def _buckets(
    tally: pl.LazyFrame, scope: Scope, grain: str, bounds: pl.DataFrame, *, shift: pl.Expr
) -> pl.DataFrame:
    """Rates per bucket; one without any offer counts 0 and has no rates.

    `shift` is the day under which a cell is counted, as a day number.
    """
    days = pl.from_epoch(shift, time_unit="d")
    start = days.dt.truncate(rates.BUCKETS[grain]).cast(pl.Date)
    sums = rates.summed(tally.with_columns(start=start), ["start"])
    every = bounds.lazy().select("start").join(sums, on="start", how="left")
    counted = every.with_columns(pl.col(measure).fill_null(0) for measure in MEASURES)
    return rates.finished(rates.rated(counted, scope), ["start"]).collect()


def _spans(scope: Scope, grain: str) -> pl.DataFrame:
    """Every bucket of the period, with or without deliveries."""
    every = rates.BUCKETS[grain]
    days = pl.date_range(scope.first, scope.last, eager=True).alias("day")
    whole = pl.DataFrame({"day": days}).with_columns(start=pl.col("day").dt.truncate(every))
    spans = whole.group_by("start").agg(first=pl.col("day").min(), end=pl.col("day").max())
    full = pl.col("start").dt.offset_by(every).dt.offset_by("-1d")
    cut = (pl.col("first") > pl.col("start")) | (pl.col("end") < full)
    return spans.sort("start").select("start", "end", partial=cut)


def headline(now: pl.DataFrame, before: pl.DataFrame | None) -> pl.DataFrame:
    """The table `headline`: each number with its change against the period before.

    Args:
        now: one row of RATE_COLUMNS for the scope.
        before: the same for the previous period at the same age; None for none.

    Returns:
        key, value (rate 0 - 1, cents or count), numerator, denominator, low, high,
        previous, previous_low, previous_high, change, verdict: better, worse or level
        (a rate's change inside its likely range, money that moved under 1 %); null
        where better-when is neither or either value is missing, and instead of "better"
        for returns, credits, net revenue and margin when feedback has fallen to under 80 %
        of the rate before: what nobody reports is no improvement.
    """
    rows = [_rate_row(key, now, before) for key in RATES]
    rows += [_plain_row(key, now, before) for key in (*COUNTS, *MONEY)]
    told, then = (_cell(side, "coverage") for side in (now, before))
    if told is not None and then is not None and told < SILENT * then:
        for row in rows:
            if row["key"] in FLATTERED and row["verdict"] == "better":
                row["verdict"] = None
    return pl.DataFrame(rows, schema=HEADLINE)


def only_ends(headline: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether buyers report nothing but sales and returns: rates of feedback then say nothing.

    `headline` has the rows of the table by key. What nobody reports of the others is not known.
    """
    told, of = (headline[key]["value"] or 0 for key in ("feedback", "delivered"))
    ends = sum(headline[key]["numerator"] or 0 for key in ("conversion_rate", "return_rate"))
    return 0 < told < of and ends == told


def better_of_two(one: Mapping[str, Any], other: Mapping[str, Any], key: str) -> Better:
    """Which of two rows is better at a rate, as far as chance lets anybody tell.

    Args:
        one: a row with the rate, its likely range and its numerator (see the catalogue).
        other: another such row.
        key: a rate of the catalogue.

    Returns:
        `first` or `second` where the likely range of the difference leaves out zero (Newcombe
        1998, method 10), else `level`; `nothing` where neither counts one, `no data` where a
        rate is null.
    """
    entry = number(key)
    sides = [tuple(row[n] for n in (key, entry.low, entry.high)) for row in (one, other)]
    if any(value is None for side in sides for value in side):
        return "no data"
    if not any(row[str(entry.counts)] for row in (one, other)):
        return "nothing"
    least, most = difference(sides[0], sides[1])
    if least <= 0 <= most:
        return "level"
    return "first" if (sides[0][0] > sides[1][0]) == (entry.better == "higher") else "second"


def silence_bounds(headline: Mapping[str, Mapping[str, Any]]) -> tuple[float, float] | None:
    """Conversion if none of the unreported had sold, and if all had; None where most reported.

    Only of a conversion out of feedback: out of deliveries the silent are in it already.
    `headline` has the rows of the table by key.
    """
    told, sold = headline.get("coverage"), headline.get("conversion_rate")
    if not told or not sold or told["value"] is None or sold["numerator"] is None:
        return None
    if told["value"] >= MOST_REPORTED or sold["denominator"] != told["numerator"]:
        return None
    delivered, silent = told["denominator"], told["denominator"] - told["numerator"]
    return sold["numerator"] / delivered, (sold["numerator"] + silent) / delivered


def _cell(frame: pl.DataFrame | None, name: str) -> float | None:
    if frame is None or not frame.height:
        return None
    value = frame[name].item()
    return None if value is None else float(value)


def _count(frame: pl.DataFrame, name: str) -> int | None:
    value = _cell(frame, name)
    return None if value is None else int(value)


def _rate_row(key: str, now: pl.DataFrame, before: pl.DataFrame | None) -> dict[str, object]:
    entry = number(key)
    names = (key, entry.low, entry.high)
    value, low, high = (_cell(now, name) for name in names)
    previous, low0, high0 = (_cell(before, name) for name in names)
    count, of = str(entry.counts), str(entry.denominator)
    change, verdict = None, None
    if None not in (value, low, high, previous, low0, high0):
        assert value is not None and low is not None and high is not None  # noqa: S101, PT018
        assert previous is not None and low0 is not None and high0 is not None  # noqa: S101, PT018
        change = value - previous
        least, most = difference((value, low, high), (previous, low0, high0))
        verdict = _verdict(key, change, level=least <= 0 <= most)
    return {
        "key": key,
        "value": value,
        "numerator": _count(now, count),
        "denominator": _count(now, of),
        "low": low,
        "high": high,
        "previous": previous,
        "previous_low": low0,
        "previous_high": high0,
        "change": change,
        "verdict": verdict,
    }


def _plain_row(key: str, now: pl.DataFrame, before: pl.DataFrame | None) -> dict[str, object]:
    value, previous = _cell(now, key), _cell(before, key)
    change = None if value is None or previous is None else value - previous
    verdict = None
    if change is not None and previous is not None:
        verdict = _verdict(key, change, level=abs(change) < LEVEL_SHARE * max(abs(previous), 1))
    return {"key": key, "value": value, "previous": previous, "change": change, "verdict": verdict}


def _verdict(key: str, change: float, *, level: bool) -> str | None:
    better = number(key).better
    if better == "neither":
        return None
    if level:
        return "level"
    return "better" if (change > 0) == (better == "higher") else "worse"


CLOCKS_TABLE: Final[dict[str, pl.DataType]] = {
    "clock": pl.String(),
    "deliveries": pl.Int64(),
    "feedback": pl.Int64(),
    "converted": pl.Int64(),
    "delivered_in_period": pl.Int64(),
    "delivered_before": pl.Int64(),
    "delivered_after": pl.Int64(),
}


def clocks(outcomes: pl.LazyFrame, scope: Scope) -> pl.DataFrame:
    """The table `clocks`: why the three ways to count give different totals.

    Args:
        outcomes: deliveries inside the filters, of any day.
        scope: the period.

    Returns:
        One row per clock: deliveries that it dates inside the period (by `occurred` and
        `reported` only those with feedback), how many of them have feedback and are
        sales, and when they were delivered: inside the period, before it or after it.
    """
    first, last = day_number(scope.first), day_number(scope.last)
    dated = pl.col("dated_day")
    rows = []
    for clock, day in DAY_OF.items():
        mine = outcomes.filter(pl.col(day).is_between(first, last), pl.col("delivered") == 1)
        if clock != "delivered":
            mine = mine.filter(pl.col("covered") == 1)
        counted = mine.select(
            clock=pl.lit(clock),
            deliveries=pl.len(),
            feedback=pl.col("covered").sum(),
            converted=pl.col("converted").sum(),
            delivered_in_period=dated.is_between(first, last).sum(),
            delivered_before=(dated < first).sum(),
            delivered_after=(dated > last).sum(),
        )
        rows.append(counted)
    table = pl.concat(pl.collect_all(rows))
    return table.select(pl.col(name).cast(kind) for name, kind in CLOCKS_TABLE.items())


__all__ = ["CLOCKS_TABLE", "HEADLINE", "RATES", "clocks", "headline", "only_ends", "trend"]
