"""How complete young deliveries are, and where their sales will end: the chain ladder.

Cohorts are delivery weeks; an age is so many whole weeks from delivery to *report*. The
factor from age j to j + 1 is the sum of sales at j + 1 over the sum at j, of the cohorts
that have been seen that long (T. Mack 1993, "Distribution-free calculation of the standard
error of chain ladder reserve estimates", ASTIN Bulletin 23). There is no tail beyond the
oldest age seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from metrics.definitions.scope import MATURE_DAYS
from metrics.insights.reporting_start import begun, witnessed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

ALL: Final = "(all)"
MATURE_SHARE: Final = 0.9
YOUNG_SHARE: Final = 0.6
LEAST_WEEKS: Final = 12
LEAST_SALES: Final = 100
LEAST_CELL: Final = 0.5
FLAT_SHARE: Final = 0.98
LAST_WEEKS: Final = 4


@dataclass(frozen=True)
class Curve:
    """How much of the final sales is in at each age, for one segment.

    `developed[j]` is the share at j whole weeks, `factors[j]` leads from j to j + 1;
    `before` and `after` are the sums the factor was made of, over `cohorts[j]` weeks.
    `rate` is the share of deliveries that sell in the end, None without grown cohorts.
    `dispersion` is how many times as much the weeks scatter as chance alone would have them.
    """

    segment: str
    developed: Numbers
    factors: Numbers
    before: Numbers
    after: Numbers
    cohorts: Numbers
    deliveries: int
    converted: int
    observed_weeks: int
    rate: float | None
    dispersion: float

    def at(self, age: int) -> float:
        """Share developed at an age; 0 before the first whole week, the last one beyond."""
        if age <= 0 or not len(self.developed):
            return 0.0
        return float(self.developed[min(age, len(self.developed) - 1)])

    @property
    def open_after(self) -> int | None:
        """The oldest age seen in whole weeks, where sales still come in then; else None.

        Where over 2 % of those seen came in its last four weeks, more come later than any seen.
        """
        oldest = len(self.developed) - 2
        rises = oldest > 0 and self.at(max(oldest - LAST_WEEKS, 0)) < FLAT_SHARE
        return oldest if rises else None

    @property
    def mature_days(self) -> int:
        """Age from which a delivery is old enough to judge."""
        if self.observed_weeks < LEAST_WEEKS or self.rate is None:
            return MATURE_DAYS
        ages = np.flatnonzero(self.developed >= MATURE_SHARE)
        return 7 * int(ages[0]) if len(ages) else MATURE_DAYS


@dataclass(frozen=True)
class Curves:
    """The curve of each buyer type that has sales enough, and the one of all.

    `since` names the buyers whose reports began late, with the Monday they began on.
    """

    by_segment: Mapping[str, Curve]
    types: Mapping[str, str | None]
    since: Mapping[str, int]

    def segment(self, buyer: str) -> str:
        """The segment a buyer belongs to."""
        kind = self.types.get(buyer)
        return kind if kind is not None and kind in self.by_segment else ALL

    def of(self, buyer: str) -> Curve:
        """The curve that a buyer's deliveries follow."""
        return self.by_segment[self.segment(buyer)]

    @property
    def mature_days(self) -> dict[str, int]:
        """Age from which deliveries of each buyer are old enough to judge, in days."""
        return {buyer: self.of(buyer).mature_days for buyer in self.types}


def triangle(
    changes: pl.DataFrame, as_of_day: int, measure: str = "converted"
) -> tuple[Numbers, NDArray[np.int64], Numbers]:
    """Sales of each cohort by age, how long each was seen, and its deliveries.

    Args:
        changes: `delivery_week`, `age_week`, `delivered` and the measure, up to as-of.
        as_of_day: the first day that is not wholly known.
        measure: what is counted.

    Returns:
        sums[i, j]: of cohort i within j whole weeks of each delivery; ages[i]: whole weeks
        that all of cohort i has reached; deliveries[i].
    """
    weeks = changes["delivery_week"].unique().sort()
    if not len(weeks):
        return np.zeros((0, 1)), np.zeros(0, np.int64), np.zeros(0)
    first, last = int(weeks.min()), int(weeks.max())  # type: ignore[arg-type]
    rows = (last - first) // 7 + 1
    ages = (as_of_day - (first + 7 * np.arange(rows)) - 7) // 7
    width = max(int(ages.max()), 0) + 1
    cells = np.zeros((rows, width + 1))
    deliveries = np.zeros(rows)
    at = ((changes["delivery_week"] - first) // 7).to_numpy()
    age = changes["age_week"].clip(0, width - 1).to_numpy()
    np.add.at(cells, (at, age + 1), changes[measure].to_numpy())
    np.add.at(deliveries, at, changes["delivered"].to_numpy())
    return np.cumsum(cells, axis=1)[:, :width], np.maximum(ages, 0), deliveries


def curve(changes: pl.DataFrame, as_of_day: int, segment: str = ALL) -> Curve:
    """The development of sales in one segment (columns as for `triangle`)."""
    sums, ages, deliveries = triangle(changes, as_of_day)
    width = sums.shape[1]
    before, after, cohorts = np.zeros(width), np.zeros(width), np.zeros(width)
    for j in range(1, width - 1):
        seen = (ages >= j + 1) & (deliveries > 0)
        before[j], after[j] = sums[seen, j].sum(), sums[seen, j + 1].sum()
        cohorts[j] = seen.sum()
    factors = np.ones(width)
    grown = before > 0
    factors[grown] = after[grown] / before[grown]
    factors[(before <= 0) & (after > 0)] = np.inf
    developed = _developed(factors)
    full = (developed[np.minimum(ages, width - 1)] >= MATURE_SHARE) & (ages > 0)
    rate = None
    if deliveries[full].sum() > 0:
        share = developed[np.minimum(ages[full], width - 1)]
        reached = sums[full, np.minimum(ages[full], width - 1)] / share
        rate = float(min(reached.sum() / deliveries[full].sum(), 1.0))
    return Curve(
        segment=segment,
        developed=developed,
        factors=factors,
        before=before,
        after=after,
        cohorts=cohorts,
        deliveries=int(deliveries.sum()),
        converted=int(changes["converted"].sum()),
        observed_weeks=int(((ages > 0) & (deliveries > 0)).sum()),
        rate=rate,
        dispersion=_dispersion(sums, ages, developed),
    )


def _dispersion(sums: Numbers, ages: NDArray[np.int64], developed: Numbers) -> float:
    """Pearson's chi-square per degree of freedom of new sales by week and age; 1 at the least.

    Sales of a week are expected in the proportions of the curve (A. Renshaw, R. Verrall 1998,
    "A stochastic model underlying the chain-ladder technique"); cells with hardly any
    expected are left out, they tell little and scatter much.
    """
    last = np.minimum(ages, len(developed) - 1)
    final = sums[np.arange(len(sums)), last] / np.maximum(developed[last], 1e-9)
    expected = final[:, None] * np.diff(np.clip(developed, 0, 1))
    came = np.diff(sums, axis=1)
    counted = (np.arange(1, len(developed)) <= last[:, None]) & (expected >= LEAST_CELL)
    free = counted.sum() - counted.any(axis=1).sum() - counted.any(axis=0).sum() + 1
    if free <= 0:
        return 1.0
    surprise = (came - expected)[counted] ** 2 / expected[counted]
    return max(1.0, float(surprise.sum() / free))


def _developed(factors: Numbers) -> Numbers:
    """Share at each age: one over the product of all later factors; 0 at age 0."""
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        later = np.cumprod(factors[::-1])[::-1]
        developed = np.where(np.isfinite(later) & (later > 0), 1.0 / later, 0.0)
    developed[0] = 0.0
    return developed


def curves(changes: pl.DataFrame, as_of_day: int, types: Mapping[str, str | None]) -> Curves:
    """Curves of all buyer types with at least 100 sales, and of everything together.

    Learned from the deliveries that were `reporting_start.witnessed`.

    Args:
        changes: the change tally (`changes.CHANGE_CELL`) up to as-of.
        as_of_day: the first day that is not wholly known.
        types: the type of each buyer.
    """
    since = begun(changes)
    changes = witnessed(changes, since)
    found = {ALL: curve(changes, as_of_day)}
    kinds = changes["buyer_id"].replace_strict(types, default=None, return_dtype=pl.String)
    for kind in sorted(set(kinds.drop_nulls())):
        mine = changes.filter(kinds == kind)
        if mine["converted"].sum() >= LEAST_SALES:
            found[kind] = curve(mine, as_of_day, kind)
    nameless = dict.fromkeys(changes["buyer_id"].drop_nulls().unique().sort())
    return Curves(found, {**nameless, **types}, since)


MATURITY: Final[dict[str, pl.DataType]] = {
    "segment": pl.String(),
    "age_weeks": pl.Int64(),
    "cohorts": pl.Int64(),
    "before": pl.Int64(),
    "after": pl.Int64(),
    "factor": pl.Float64(),
    "developed": pl.Float64(),
    "mature_days": pl.Int64(),
}


def table(found: Curves) -> pl.DataFrame:
    """The table `maturity`: one row per segment and age in whole weeks.

    `factor` leads from this age to the next (null where no sale stood before it),
    `developed` is the share of the final sales normally in at this age, `mature_days`
    the segment's cut-off.
    """
    rows = [
        {
            "segment": one.segment,
            "age_weeks": j,
            "cohorts": int(one.cohorts[j]),
            "before": int(one.before[j]),
            "after": int(one.after[j]),
            "factor": float(one.factors[j]) if one.before[j] > 0 else None,
            "developed": float(one.developed[j]),
            "mature_days": one.mature_days,
        }
        for one in found.by_segment.values()
        for j in range(1, len(one.developed))
        if one.deliveries
    ]
    return pl.DataFrame(rows, schema=MATURITY)
