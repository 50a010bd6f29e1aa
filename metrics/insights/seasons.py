"""Seasons: months, quarters, weekdays and hours against the year, with the source mix fixed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import scipy

from metrics.definitions.catalogue import QUALITY_RATES, number
from metrics.definitions.intervals import Z95
from metrics.insights.alerts import benjamini_hochberg

if TYPE_CHECKING:
    from collections.abc import Sequence

TIMES: Final = ("month", "quarter", "weekday", "hour", "season")
FULL_YEAR: Final = 365
FALSE_DISCOVERY: Final = 0.10
SUPPORTED: Final = "supported"
NOT_YET: Final = "not supported by the data yet"
OPPOSITE: Final = "the data say the opposite"

INDEX: Final[dict[str, pl.DataType]] = {
    "measure": pl.String(),
    "deliveries": pl.Int64(),
    "count": pl.Int64(),
    "of": pl.Int64(),
    "rate": pl.Float64(),
    "index": pl.Float64(),
    "index_low": pl.Float64(),
    "index_high": pl.Float64(),
    "p_value": pl.Float64(),
    "adjusted_p": pl.Float64(),
    "verdict": pl.String(),
    "median_hours_to_feedback": pl.Float64(),
}
"""index: rate ÷ the year's rate of the same sources, 1 is usual; null where nothing is known.
verdict: "higher", "lower", or "not supported by the data yet" when the range covers 1, the
adjusted p exceeds 0.10 or under a full year of deliveries is on record."""


def month_table(
    outcomes: pl.LazyFrame, *, whole_year: bool, extra: Sequence[str] = ()
) -> pl.DataFrame:
    """The table `seasonality_month`: calendar month (1 - 12), or split further by `extra`."""
    return _indexed(outcomes, ["month", *extra], whole_year=whole_year)


def quarter_table(outcomes: pl.LazyFrame, *, whole_year: bool) -> pl.DataFrame:
    """The table `seasonality_quarter`: quarter (1 - 4)."""
    return _indexed(outcomes, ["quarter"], whole_year=whole_year)


def hour_table(outcomes: pl.LazyFrame, *, whole_year: bool) -> pl.DataFrame:
    """The table `seasonality_weekday_hour`: weekday (1 Monday - 7) and hour of delivery.

    Deliveries known to the day only are left out.
    """
    timed = outcomes.filter(pl.col("dated_precision") == "instant")
    return _indexed(timed, ["weekday", "hour"], whole_year=whole_year)


def dated(outcomes: pl.LazyFrame, zone: str) -> pl.LazyFrame:
    """Outcomes with month, quarter, weekday and hour of their delivery in the report zone."""
    day = pl.from_epoch("dated_day", time_unit="d").cast(pl.Date)
    local = pl.col("dated_us").cast(pl.Datetime("us", "UTC")).dt.convert_time_zone(zone)
    return outcomes.with_columns(
        month=day.dt.month().cast(pl.Int64),
        quarter=day.dt.quarter().cast(pl.Int64),
        weekday=day.dt.weekday().cast(pl.Int64),
        hour=local.dt.hour().cast(pl.Int64),
    )


def _indexed(outcomes: pl.LazyFrame, keys: list[str], *, whole_year: bool) -> pl.DataFrame:
    """One row per measure and cell of the keys."""
    waits = pl.col("seconds_to_feedback").filter(pl.col("seconds_to_feedback") >= 0)
    speed = outcomes.group_by(keys).agg(
        deliveries=pl.len(), median_hours_to_feedback=waits.median() / 3600
    )
    cells = outcomes.group_by(*keys, "source").agg(
        pl.col(c).sum() for c in ("converted", "contacted", "returned", "covered", "delivered")
    )
    found, around = pl.collect_all([cells, speed])
    groups = [k for k in keys if k not in TIMES]
    parts = [_measure(found, m, keys, groups) for m in QUALITY_RATES]
    rows = pl.concat(parts).join(around, on=keys, how="left", nulls_equal=True)
    known = rows["p_value"].is_not_null()
    adjusted = benjamini_hochberg(rows.filter(known)["p_value"].to_numpy())
    some = rows.filter(known).with_columns(adjusted_p=pl.Series(adjusted, dtype=pl.Float64))
    none = rows.filter(~known).with_columns(adjusted_p=pl.lit(None, pl.Float64))
    clear = (pl.col("adjusted_p") <= FALSE_DISCOVERY) & pl.lit(whole_year)
    clear &= ~pl.lit(1.0).is_between("index_low", "index_high")
    word = pl.when(pl.col("index") > 1).then(pl.lit("higher")).otherwise(pl.lit("lower"))
    table = pl.concat([some, none]).with_columns(
        verdict=pl.when(clear).then(word).otherwise(pl.lit(NOT_YET))
    )
    typed = [pl.col(name).cast(kind) for name, kind in INDEX.items()]
    return table.sort("measure", *keys, nulls_last=True).select(*keys, *typed)


def _measure(cells: pl.DataFrame, measure: str, keys: list[str], groups: list[str]) -> pl.DataFrame:
    """Index of one measure: Σ w·r in the cell ÷ Σ w·r of the year, over the same sources."""
    count, of = number(measure).counted("covered")
    source = [*groups, "source"]
    rows = cells.with_columns(x=pl.col(count), n=pl.col(of)).filter(pl.col("n") > 0)
    rows = rows.with_columns(
        w=pl.col("n").sum().over(source).cast(pl.Float64),
        usual=pl.col("x").sum().over(source) / pl.col("n").sum().over(source),
        r=pl.col("x") / pl.col("n"),
    )
    # What a source shows here is smoothed a little towards its year: 0 of 1 is no certainty.
    smooth = (pl.col("x") + pl.col("usual")) / (pl.col("n") + 1)
    noise = pl.col("w") ** 2 * smooth * (1 - smooth) / pl.col("n")
    sums = rows.group_by(keys).agg(
        count=pl.col("x").sum(),
        of=pl.col("n").sum(),
        seen=(pl.col("w") * pl.col("r")).sum(),
        usual=(pl.col("w") * pl.col("usual")).sum(),
        noise=noise.sum(),
    )
    usual = pl.when(pl.col("usual") > 0).then("usual")
    index = pl.col("seen") / usual
    spread = pl.col("noise").sqrt() / usual
    surprise = ((index - 1).abs() / spread).map_batches(_two_sided, return_dtype=pl.Float64)
    return sums.with_columns(
        measure=pl.lit(measure),
        rate=pl.col("count") / pl.col("of"),
        index=index,
        index_low=(index - Z95 * spread).clip(0),
        index_high=index + Z95 * spread,
        p_value=surprise,
    ).drop("seen", "usual", "noise")


def _two_sided(z: pl.Series) -> pl.Series:
    p: Any = 2 * scipy.special.ndtr(-z.to_numpy())
    return pl.Series(p, dtype=pl.Float64).fill_nan(None)


CLAIMS: Final[dict[str, pl.DataType]] = {
    "season": pl.String(),
    "claim": pl.String(),
    "measure": pl.String(),
    "expected": pl.String(),
    "of": pl.Int64(),
    "index": pl.Float64(),
    "index_low": pl.Float64(),
    "index_high": pl.Float64(),
    "p_value": pl.Float64(),
    "adjusted_p": pl.Float64(),
    "verdict": pl.String(),
}
GUIDE: Final = (
    ("Q4", "Higher contact from October to December", "contact_rate", "higher"),
    ("Q4", "More conversions from October to December", "conversion_rate", "higher"),
    ("Q4", "Faster feedback from October to December", "hours", "lower"),
    ("Q1", "Quality improves from January to March", "conversion_rate", "higher"),
    ("Q1", "Returns decrease from January to March", "return_rate", "lower"),
    ("Summer", "Lower contact from June to August", "contact_rate", "lower"),
    ("Summer", "Later feedback from June to August", "hours", "higher"),
)
MONTHS: Final = {"Q4": (10, 11, 12), "Q1": (1, 2, 3), "Summer": (6, 7, 8)}
LEAST_WAITS: Final = 30


def season_claims(outcomes: pl.LazyFrame, *, whole_year: bool) -> pl.DataFrame:
    """The table `season_claims`: common statements about seasons, tested on this store.

    Each is tested like a cell of the season tables, the season against the whole year;
    speed by the median hours to feedback, season ÷ rest of the year, with the Wilcoxon
    rank-sum test's normal approximation. Verdicts: supported; the data say the opposite;
    not supported by the data yet (the range covers 1, the adjusted p exceeds 0.10, or a
    full year is missing).
    """
    found: dict[tuple[str, str], dict[str, object]] = {}
    for season, months in MONTHS.items():
        inside = pl.col("month").is_in(months)
        marked = outcomes.with_columns(season=pl.when(inside).then(pl.lit(season)))
        rows = _indexed(marked, ["season"], whole_year=whole_year)
        for row in rows.filter(pl.col("season") == season).iter_rows(named=True):
            found[season, row["measure"]] = row
        found[season, "hours"] = _speed(marked, season)
    rows_ = [
        {"season": s, "claim": c, "measure": m, "expected": e, **_figures(found.get((s, m), {}))}
        for s, c, m, e in GUIDE
    ]
    table = pl.DataFrame(rows_, schema=CLAIMS)
    known = table["p_value"].is_not_null()
    adjusted = iter(benjamini_hochberg(table.filter(known)["p_value"].to_numpy()).tolist())
    table = table.with_columns(
        adjusted_p=pl.Series([next(adjusted) if k else None for k in known], dtype=pl.Float64)
    )
    clear = (pl.col("adjusted_p") <= FALSE_DISCOVERY) & pl.lit(whole_year)
    clear &= ~pl.lit(1.0).is_between("index_low", "index_high")
    agrees = (pl.col("index") > 1) == (pl.col("expected") == "higher")
    verdict = pl.when(~clear.fill_null(value=False)).then(pl.lit(NOT_YET))
    verdict_ = verdict.when(agrees).then(pl.lit(SUPPORTED)).otherwise(pl.lit(OPPOSITE))
    return table.with_columns(verdict=verdict_)


def _figures(row: dict[str, object]) -> dict[str, object]:
    names = ("of", "index", "index_low", "index_high", "p_value")
    return {name: row.get(name) for name in names}


def _speed(outcomes: pl.LazyFrame, season: str) -> dict[str, object]:
    """Median wait of the season ÷ that of the rest, with the range of a rank-sum shift."""
    waits = outcomes.filter(pl.col("seconds_to_feedback") > 0).select(
        "season", s=pl.col("seconds_to_feedback").log()
    )
    rows = waits.with_columns(rank=pl.col("s").rank()).collect()
    mine = rows.filter(pl.col("season") == season)
    rest = rows.filter(pl.col("season").is_null())
    n, m = mine.height, rest.height
    if min(n, m) < LEAST_WAITS:
        return {}
    u = float(mine["rank"].sum()) - n * (n + 1) / 2
    z = (u - n * m / 2) / (n * m * (n + m + 1) / 12) ** 0.5
    shift = float(mine["s"].median() or 0.0) - float(rest["s"].median() or 0.0)  # type: ignore[arg-type]
    low, high = None, None  # ranks that do not differ say nothing of a range
    if z:
        spread = Z95 * abs(shift / z)
        low, high = math.exp(shift - spread), math.exp(shift + spread)
    return {
        "of": n,
        "index": math.exp(shift),
        "index_low": low,
        "index_high": high,
        "p_value": float(2 * scipy.special.ndtr(-abs(z))),
    }
