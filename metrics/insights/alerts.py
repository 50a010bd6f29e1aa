"""Unusual changes: series against their own habit and their vertical's same weeks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
import scipy

from metrics.definitions.catalogue import QUALITY_RATES, number
from metrics.definitions.intervals import rated
from metrics.insights.claims import laney

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from metrics.definitions.party_names import PartyNames
    from metrics.definitions.rules import Alerts

    Numbers = NDArray[np.float64]

DAY_US: Final = 86_400_000_000
SERIES: Final = ("vertical", "source_id", "sub_source")
LEAST_PAST: Final = 20.0
"""Expected events in a series' past from which its own habit is known."""
SHRINK: Final = 20.0
SHORTEST: Final = 2
"""So many weeks are tested together at the least: one is too few for a small series."""

ALERTS: Final[dict[str, pl.DataType]] = {
    "kind": pl.String(),
    "source_id": pl.String(),
    "source_name": pl.String(),
    "sub_source": pl.String(),
    "vertical": pl.String(),
    "measure": pl.String(),
    "first_week": pl.Date(),
    "last_week": pl.Date(),
    "count": pl.Int64(),
    "of": pl.Int64(),
    "rate": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "expected_rate": pl.Float64(),
    "difference": pl.Float64(),
    "p_value": pl.Float64(),
    "adjusted_p": pl.Float64(),
    "alert": pl.Boolean(),
    "direction": pl.String(),
}


def weekly(steps: pl.LazyFrame, unknown_day: int, age_days: int) -> pl.DataFrame:
    """Counts per series and delivery week, all at the same age; complete weeks only.

    Args:
        steps: `changes.COLUMNS` inside the filters.
        unknown_day: the first day that is not wholly known.
        age_days: how old each delivery is looked at.

    Returns:
        vertical, source_id, sub_source, `week` (Monday's day number), delivered, feedback,
        contacted, converted, returned as told within the age of each delivery.
    """
    young = pl.col("at_us") - pl.col("dated_us") < age_days * DAY_US
    week = pl.col("dated_day") - (pl.col("dated_day") + 3) % 7
    complete = pl.col("week") + 7 + age_days <= unknown_day
    counts = ("delivered", "feedback", "contacted", "converted", "returned")
    empty = [pl.col(name).fill_null("(none)") for name in SERIES]
    rows = steps.filter(young).with_columns(*empty, week=week).filter(complete)
    found = rows.group_by(*SERIES, "week").agg(pl.col(name).sum() for name in counts)
    return found.sort(*SERIES, "week").collect()


def alerts(weeks: pl.DataFrame, named: PartyNames, rules: Alerts) -> pl.DataFrame:
    """The table `alerts`: every series that was tested, the most surprising first.

    Tested are sources and their sub-sources, over the latest two, three and four complete
    weeks at 7 days of age: a change of three weeks shows best in three weeks. The most
    surprising of these spans counts, its p-value times their number (Bonferroni), and
    `first_week` is where it begins. Expected is the rate of all *other* sources
    of the vertical in the same weeks, so that seasons cancel, times the series' usual
    ratio of odds to it in all earlier weeks, so that a source that was always weak is no alert.
    The two-sided mid-p of a beta-binomial allows for the spread that weeks really show
    and for what is not known of the habit; tested where n·p >= 5; `alert` by Y. Benjamini
    and Y. Hochberg (1995) at q = 0.10 over all series and measures.

    Args:
        weeks: `weekly`.
        named: names of sources.
        rules: the longest span in weeks, q and the least expected.
    """
    if not weeks.height:
        return pl.DataFrame(schema=ALERTS)
    last = int(weeks["week"].max())  # type: ignore[arg-type]
    # What stands out must not make its peers look unusual: it is left out of their reference.
    apart = _every(weeks, last, rules, weeks.clear()).filter(
        pl.col("adjusted_p") <= rules.false_discovery,
        pl.col("p_value") == pl.col("p_value").min().over("vertical", "measure"),
    )
    every = _every(weeks, last, rules, apart)
    below = pl.col("rate") < pl.col("expected_rate")
    likely = rated("rate", pl.col("count"), pl.col("of"))
    table = every.with_columns(
        low=likely["rate_low"],
        high=likely["rate_high"],
        source_name=pl.col("source_id").replace(named.source),
        first_week=pl.col("first").cast(pl.Int32).cast(pl.Date),
        last_week=pl.lit(last).cast(pl.Int32).cast(pl.Date),
        difference=pl.col("rate") - pl.col("expected_rate"),
        direction=pl.when(below).then(pl.lit("below")).otherwise(pl.lit("above")),
    ).with_columns(alert=pl.col("adjusted_p") <= rules.false_discovery)
    table = table.sort("p_value", "kind", "source_id", "sub_source", "measure")
    return table.select(pl.col(name).cast(kind) for name, kind in ALERTS.items())


def _every(weeks: pl.DataFrame, last: int, rules: Alerts, apart: pl.DataFrame) -> pl.DataFrame:
    """All series and measures that can be tested; `apart` is in nobody's reference."""
    spans = range(min(SHORTEST, rules.weeks), rules.weeks + 1)
    parts = []
    for measure in QUALITY_RATES:
        out = apart.filter(measure=measure) if "measure" in apart.columns else apart
        pool = weeks.join(out, on=["vertical", "source_id"], how="anti")
        for kind in ("source", "sub_source"):
            beside = _beside(_series(weeks, kind), pool, measure)
            names = {"kind": pl.lit(kind), "measure": pl.lit(measure)}
            for span in spans:
                first = last - 7 * (span - 1)
                tested = _tested(beside, first, rules)
                parts.append(tested.with_columns(**names, first=pl.lit(first)))
    key = ["kind", *SERIES, "measure"]
    every = pl.concat(parts).filter(pl.col("p_value").is_not_null())
    best = every.sort(*key, "p_value", "first").unique(key, keep="first", maintain_order=True)
    best = best.with_columns(p_value=(pl.col("p_value") * len(spans)).clip(upper_bound=1.0))
    adjusted = benjamini_hochberg(best["p_value"].to_numpy())
    return best.with_columns(adjusted_p=pl.Series(adjusted, dtype=pl.Float64))


def _series(weeks: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Weeks of sources, or of sub-sources of sources that have several."""
    if kind == "source":
        keys = ["vertical", "source_id", "week"]
        counts = ("delivered", "feedback", "contacted", "converted", "returned")
        whole = weeks.group_by(keys).agg(pl.col(name).sum() for name in counts)
        return whole.with_columns(sub_source=pl.lit(None, pl.String))
    several = pl.col("sub_source").n_unique().over("vertical", "source_id") > 1
    return weeks.filter(several)


def _beside(series: pl.DataFrame, pool: pl.DataFrame, measure: str) -> pl.DataFrame:
    """One measure of each series and week beside that of all others of its vertical.

    Returns:
        SERIES, week; x of n; of the others `ox` of `on`, their rate q; e = n·q.
    """
    count, of = number(measure).counted()
    per = pool.group_by("vertical", "source_id", "week").agg(
        mine_x=pl.col(count).sum(), mine_n=pl.col(of).sum()
    )
    whole = per.group_by("vertical", "week").agg(
        whole_x=pl.col("mine_x").sum(), whole_n=pl.col("mine_n").sum()
    )
    rows = (
        series.lazy()
        .select(*SERIES, "week", x=pl.col(count), n=pl.col(of))
        .join(whole.lazy(), on=["vertical", "week"], how="inner")
        .join(per.lazy(), on=["vertical", "source_id", "week"], how="left")
        .with_columns(
            ox=pl.col("whole_x") - pl.col("mine_x").fill_null(0),
            on=pl.col("whole_n") - pl.col("mine_n").fill_null(0),
        )
        .filter(pl.col("on") > 0, pl.col("n") > 0)
        .with_columns(q=pl.col("ox") / pl.col("on"))
        .with_columns(e=pl.col("n") * pl.col("q"))
    )
    return rows.collect()


def _tested(beside: pl.DataFrame, first: int, rules: Alerts) -> pl.DataFrame:
    """The weeks from `first` on against all before: counts, expectation and p-value."""
    rows = beside.with_columns(past=pl.col("week") < first)
    sums = rows.group_by(SERIES).agg(
        *(pl.col(c).filter("past").sum().alias(f"{c}_past") for c in ("x", "n", "e")),
        *(
            pl.col(c).filter(~pl.col("past")).sum().alias(f"{c}_now")
            for c in ("x", "n", "e", "ox", "on")
        ),
    )
    known = (pl.col("e_past") >= LEAST_PAST) & (pl.col("n_now") > 0)
    usual = pl.col("e_past") / pl.col("n_past")
    past = {c: pl.col(f"{c}_past") + SHRINK for c in ("x", "e")}
    trials = pl.col("n_past") + SHRINK / usual
    odds = {c: count / (trials - count).clip(lower_bound=0.5) for c, count in past.items()}
    sums = sums.filter(known).with_columns(ratio=odds["x"] / odds["e"], usual=usual)
    earlier = rows.filter("past").join(sums, on=SERIES, nulls_equal=True)
    return _judged(sums, _overdispersion(earlier), rules)


def _expected(rate: pl.Expr) -> pl.Expr:
    """The others' rate moved by the series' usual ratio of odds to it (column `ratio`)."""
    odds = pl.col("ratio") * rate / (1 - rate).clip(lower_bound=1e-9)
    return odds / (1 + odds)


def _overdispersion(past: pl.DataFrame) -> float:
    """Correlation within a week that makes past weeks spread as they do; 0 at the least."""
    rows = past.with_columns(p=_expected(pl.col("q")))
    rows = rows.with_columns(m=pl.col("n") * pl.col("p")).filter(pl.col("m") >= 1)
    if not rows.height:
        return 0.0
    m, n, p, q = rows["m"], rows["n"], rows["p"], rows["q"]
    others = (m * (1 - p)) ** 2 / (rows["ox"] * (1 - q)).clip(0.5)  # the others' own chance
    chance = m * (1 - p).clip(0.05) + others
    excess = float(((rows["x"] - m) ** 2 - chance).sum())
    return max(0.0, excess / max(float((m * (1 - p) * (n - 1)).sum()), 1.0))


def _judged(sums: pl.DataFrame, rho: float, rules: Alerts) -> pl.DataFrame:
    """Mid-p of each series; what is not known of habit and others widens the law.

    An odds ratio from x of n has a relative variance of 1 / (x (1 - x / n)); carried over to
    a rate p it adds p (1 - p) times that to the correlation of the beta-binomial.
    """
    table = sums.with_columns(p=_expected(pl.col("e_now") / pl.col("n_now")))
    x, n = (table[c].to_numpy().astype(float) for c in ("x_now", "n_now"))
    expected = np.clip(table["p"].to_numpy(), 1e-6, 1 - 1e-6)
    others, of = table["ox_now"].to_numpy(), table["on_now"].to_numpy()
    habit = (table["e_past"].to_numpy() + SHRINK) * (1 - table["usual"].to_numpy())
    unsure = 1 / np.maximum(habit, 0.5) + 1 / np.maximum(others * (1 - others / of), 0.5)
    share = np.clip(rho + unsure * expected * (1 - expected), 1e-9, 0.5)
    p = midp(x, n, expected, 1 / share - 1)
    p = np.where(n * expected >= rules.least_expected, p, np.nan)
    return table.select(
        *SERIES,
        count="x_now",
        of="n_now",
        rate=pl.Series(x / n),
        expected_rate=pl.Series(expected),
        p_value=pl.Series(p).fill_nan(None),
    )


def midp(count: Numbers, of: Numbers, mean: Numbers, concentration: Numbers) -> Numbers:
    """Two-sided mid-p of a count under a beta-binomial: twice the smaller tail, at most 1."""
    law = scipy.stats.betabinom(of, mean * concentration, (1 - mean) * concentration)
    half = 0.5 * law.pmf(count)
    lower, upper = law.cdf(count) - half, law.sf(count) + half
    return np.asarray(np.minimum(1.0, 2 * np.minimum(lower, upper)))


def benjamini_hochberg(p: Numbers) -> Numbers:
    """Adjusted p-values (Benjamini & Hochberg 1995), in the order given."""
    if not len(p):
        return p
    order = np.argsort(p)
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    adjusted = np.minimum.accumulate(scaled[::-1])[::-1]
    result = np.empty_like(adjusted)
    result[order] = np.minimum(adjusted, 1.0)
    return result


CHARTS: Final[dict[str, pl.DataType]] = {
    "source_id": pl.String(),
    "source_name": pl.String(),
    "week": pl.Date(),
    "converted": pl.Int64(),
    "feedback": pl.Int64(),
    "conversion_rate": pl.Float64(),
    "mean": pl.Float64(),
    "p_low": pl.Float64(),
    "p_high": pl.Float64(),
    "ewma": pl.Float64(),
    "ewma_low": pl.Float64(),
    "ewma_high": pl.Float64(),
    "outside": pl.Boolean(),
}


def control_charts(weeks: pl.DataFrame, named: PartyNames, rules: Alerts) -> pl.DataFrame:
    """The table `control_charts`: weekly conversion at the age of alerts with its limits.

    Laney's p' limits (2002) and an exponentially weighted mean with weight 0.2 and 3-sigma
    limits (S. Roberts 1959). For watching: these limits do not control how often some
    series of many is outside by chance; `alerts` does.
    """
    rows = (
        _series(weeks, "source")
        .filter(pl.col("feedback") > 0)
        .sort("source_id", "vertical", "week")
    )
    keys = ["source_id", "vertical"]
    n = pl.col("feedback").cast(pl.Float64)
    rate = pl.col("converted") / n
    mean = pl.col("converted").sum() / n.sum()
    low, high = laney("converted", "feedback")
    weight = rules.ewma_weight
    age = pl.int_range(1, pl.len() + 1)
    sigma = (mean * (1 - mean) / n.mean()).sqrt()
    width = 3 * sigma * (weight / (2 - weight) * (1 - (1 - weight) ** (2 * age))).sqrt()
    smooth = rate.ewm_mean(alpha=weight, adjust=False)
    table = rows.with_columns(
        source_name=pl.col("source_id").replace(named.source),
        week=pl.col("week").cast(pl.Int32).cast(pl.Date),
        conversion_rate=rate,
        mean=mean.over(keys),
        p_low=low.over(keys),
        p_high=high.over(keys),
        ewma=smooth.over(keys),
        ewma_low=(mean - width).clip(0).over(keys),
        ewma_high=(mean + width).clip(upper_bound=1).over(keys),
    )
    outside = ~pl.col("conversion_rate").is_between("p_low", "p_high")
    return table.with_columns(outside=outside).select(
        pl.col(name).cast(kind) for name, kind in CHARTS.items()
    )
