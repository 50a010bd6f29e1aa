"""The quality score: components, points, marks, how sure it is, what moved it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
import scipy

from metrics.definitions.intervals import share
from metrics.definitions.rules import Score

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from metrics.definitions.party_names import PartyNames

COMPONENTS: Final = ("delivery", "contact", "conversion", "return")
DEFAULT: Final = Score()
DRAWS: Final = 2_000
CHUNK: Final = 500


def quality_score(
    *,
    delivery: float | None,
    contact: float | None,
    conversion: float | None,
    returns: float | None,
    rules: Score = DEFAULT,
) -> float | None:
    """Points 0 - 100, unrounded, of four shares 0 - 1; None when a share is None.

    `25·delivery + 25·min(1, contact/0.85) + 30·min(1, conversion/0.20) + 20·(1 − return)`
    with the default rules: the guide's weights, with targets that give its examples.
    """
    if delivery is None or contact is None or conversion is None or returns is None:
        return None
    return (
        rules.delivery_points * delivery
        + rules.contact_points * min(1.0, contact / rules.contact_target)
        + rules.conversion_points * min(1.0, conversion / rules.conversion_target)
        + rules.return_points * (1.0 - returns)
    )


def _points(rules: Score) -> dict[str, pl.Expr]:
    """Points of each component, from `<component>_rate` columns."""
    contact = (pl.col("contact_rate") / rules.contact_target).clip(upper_bound=1.0)
    conversion = (pl.col("conversion_rate") / rules.conversion_target).clip(upper_bound=1.0)
    return {
        "delivery_points": rules.delivery_points * pl.col("delivery_rate"),
        "contact_points": rules.contact_points * contact,
        "conversion_points": rules.conversion_points * conversion,
        "return_points": rules.return_points * (1.0 - pl.col("return_rate")),
    }


SCORES: Final[dict[str, pl.DataType]] = {
    "id": pl.String(),
    "name": pl.String(),
    "attempted": pl.Int64(),
    "delivered": pl.Int64(),
    "feedback": pl.Int64(),
    **{f"{name}_rate": pl.Float64() for name in COMPONENTS},
    **{f"{name}_points": pl.Float64() for name in COMPONENTS},
    **{f"{name}_mark": pl.Boolean() for name in COMPONENTS},
    "score": pl.Float64(),
    "score_low": pl.Float64(),
    "score_high": pl.Float64(),
}
_PARTS: Final = ("failed", "silent", "sold", "back_spoken", "back", "spoken", "unreached")
"""Each offer is in one: the exclusive mix that the score is a function of."""


def components(outcomes: pl.LazyFrame) -> pl.LazyFrame:
    """Counts and shares that make the score, per `source`.

    attempted, delivered, feedback and `_PARTS`; `<component>_rate`: delivered ÷ attempted,
    contacted and converted ÷ feedback, returned ÷ delivered; null where there is nothing
    to divide by.
    """
    covered, spoke = pl.col("covered") == 1, pl.col("contacted") == 1
    sold, back = pl.col("converted") == 1, pl.col("returned") == 1
    parts = outcomes.group_by("source").agg(
        failed=(pl.col("delivered") == 0).sum(),
        silent=((pl.col("delivered") == 1) & ~covered).sum(),
        sold=sold.sum(),
        back_spoken=(back & spoke).sum(),
        back=(back & ~spoke).sum(),
        spoken=(covered & spoke & ~sold & ~back).sum(),
        unreached=(covered & ~spoke & ~sold & ~back).sum(),
        contacted=(covered & spoke).sum(),
    )
    whole = parts.with_columns(
        attempted=pl.sum_horizontal(_PARTS),
        delivered=pl.sum_horizontal(_PARTS[1:]),
        feedback=pl.sum_horizontal(_PARTS[2:]),
    )
    return whole.with_columns(
        delivery_rate=share(pl.col("delivered"), pl.col("attempted")),
        contact_rate=share(pl.col("contacted"), pl.col("feedback")),
        conversion_rate=share(pl.col("sold"), pl.col("feedback")),
        return_rate=share(pl.col("back_spoken") + pl.col("back"), pl.col("delivered")),
    )


def scores(
    outcomes: pl.LazyFrame, named: PartyNames, rules: Score, *, seed: int = 0
) -> pl.DataFrame:
    """The table `scores`: one row per source, best first.

    Args:
        outcomes: offers of the scope with `source`.
        named: names of sources.
        rules: weights, targets and marks.
        seed: of the draws behind the range.

    Returns:
        Shares, points and marks of each component (a mark is true where the share is at
        least its threshold, returns at most), the total 0 - 100 unrounded, and the 95 %
        range of the total under a Dirichlet posterior of the exclusive mix (prior 1/7
        each), which reaches to the total itself where that is the most or the least there
        can be. Null where a component is.
    """
    rows = components(outcomes).with_columns(**_points(rules)).collect()
    points = [f"{name}_points" for name in COMPONENTS]
    low, high = _ranges(rows, rules, seed)
    table = rows.sort("source").with_columns(
        id="source",
        name=pl.col("source").replace(named.source),
        delivery_mark=pl.col("delivery_rate") >= rules.delivery_mark,
        contact_mark=pl.col("contact_rate") >= rules.contact_mark,
        conversion_mark=pl.col("conversion_rate") >= rules.conversion_mark,
        return_mark=pl.col("return_rate") <= rules.return_mark,
        score=pl.sum_horizontal(points, ignore_nulls=False),
        score_low=low,
        score_high=high,
    )
    known = pl.col("score").is_not_null()
    table = table.with_columns(
        score_low=pl.when(known).then(pl.min_horizontal("score_low", "score")),
        score_high=pl.when(known).then(pl.max_horizontal("score_high", "score")),
    )
    table = table.sort(["score", "id"], descending=[True, False], nulls_last=True)
    return table.select(pl.col(name).cast(kind) for name, kind in SCORES.items())


def _ranges(rows: pl.DataFrame, rules: Score, seed: int) -> tuple[pl.Series, pl.Series]:
    """2.5 % and 97.5 % quantiles of the total, sources in order of their id."""
    counts = rows.sort("source").select(_PARTS).to_numpy().astype(float)
    generator = np.random.default_rng(seed)
    ends = [
        np.quantile(_totals(generator, part, rules), (0.025, 0.975), axis=0)
        for part in np.array_split(counts, max(1, -(-len(counts) // CHUNK)))
    ]
    both = np.concatenate(ends, axis=1) if len(counts) else np.zeros((2, 0))
    return pl.Series(both[0], dtype=pl.Float64), pl.Series(both[1], dtype=pl.Float64)


def _totals(
    generator: np.random.Generator, counts: NDArray[np.float64], rules: Score
) -> NDArray[np.float64]:
    """Draws of the total: (DRAWS, sources)."""
    prior = 1 / len(_PARTS)
    draws = generator.gamma(counts + prior, size=(DRAWS, *counts.shape))
    failed, silent, sold, back_spoken, back, spoken, unreached = np.moveaxis(draws, 2, 0)
    told = sold + back_spoken + back + spoken + unreached
    delivered = np.maximum(told + silent, 1e-300)
    told = np.maximum(told, 1e-300)
    contact = (sold + back_spoken + spoken) / told
    return np.asarray(
        rules.delivery_points * delivered / (delivered + failed)
        + rules.contact_points * np.minimum(1, contact / rules.contact_target)
        + rules.conversion_points * np.minimum(1, sold / told / rules.conversion_target)
        + rules.return_points * (1 - (back + back_spoken) / delivered)
    )


CHANGES: Final[dict[str, pl.DataType]] = {
    "id": pl.String(),
    "name": pl.String(),
    "component": pl.String(),
    "count_before": pl.Int64(),
    "of_before": pl.Int64(),
    "rate_before": pl.Float64(),
    "count_now": pl.Int64(),
    "of_now": pl.Int64(),
    "rate_now": pl.Float64(),
    "points_before": pl.Float64(),
    "points_now": pl.Float64(),
    "change": pl.Float64(),
    "score_change": pl.Float64(),
    "moved_most": pl.Boolean(),
}
_COUNTED: Final = {
    "delivery": (pl.col("delivered"), pl.col("attempted")),
    "contact": (pl.col("contacted"), pl.col("feedback")),
    "conversion": (pl.col("sold"), pl.col("feedback")),
    "return": (pl.col("back_spoken") + pl.col("back"), pl.col("delivered")),
}


def score_changes(
    now: pl.LazyFrame, before: pl.LazyFrame | None, named: PartyNames, rules: Score
) -> pl.DataFrame:
    """The table `score_changes`: which component moved each source's score, and by what.

    Args:
        now: offers of the scope with `source`.
        before: offers of the period before as known at the same age; None for none.
        named: names of sources.
        rules: weights and targets.

    Returns:
        One row per source and component: the counts behind the share then and now, points
        then and now, their change, the change of the total, and whether this component
        moved most (ties: the first). Sources with a score in both periods only; the
        largest change of the total first.
    """
    if before is None:
        return pl.DataFrame(schema=CHANGES)
    sides = [_long(frame, rules) for frame in (before, now)]
    keys = ["source", "component"]
    both = (
        sides[0]
        .join(sides[1], on=keys, suffix="_now", how="inner")
        .with_columns(change=pl.col("points_now") - pl.col("points"))
    )
    total = pl.col("change").sum().over("source")
    complete = pl.col("change").is_not_null().all().over("source")
    size = pl.col("change").abs()
    table = both.filter(complete).with_columns(
        id="source",
        name=pl.col("source").replace(named.source),
        score_change=total,
        moved_most=(size == size.max().over("source")) & (size > 0),
    )
    ahead = pl.col("score_change").abs()
    nth = pl.col("component").replace_strict({n: k for k, n in enumerate(COMPONENTS)})
    table = table.sort(-ahead, "id", nth).rename(
        {
            "count": "count_before",
            "of": "of_before",
            "rate": "rate_before",
            "points": "points_before",
        }
    )
    return table.select(pl.col(name).cast(kind) for name, kind in CHANGES.items())


def _long(outcomes: pl.LazyFrame, rules: Score) -> pl.DataFrame:
    rows = components(outcomes).with_columns(**_points(rules)).collect()
    parts = [
        rows.select(
            "source",
            component=pl.lit(name),
            count=count,
            of=of,
            rate=pl.col(f"{name}_rate"),
            points=pl.col(f"{name}_points"),
        )
        for name, (count, of) in _COUNTED.items()
    ]
    return pl.concat(parts, how="vertical_relaxed")


STABILITY: Final[dict[str, pl.DataType]] = {
    "component": pl.String(),
    "weight_change": pl.Float64(),
    "weight": pl.Float64(),
    "tau": pl.Float64(),
    "sources": pl.Int64(),
    "moved": pl.Int64(),
    "furthest": pl.Int64(),
}
NUDGE: Final = 0.2


def rank_stability(every: pl.DataFrame, rules: Score) -> pl.DataFrame:
    """The table `rank_stability`: does the order of sources hang on the weights?

    Args:
        every: `SCORES`.
        rules: the weights.

    Returns:
        For each component's weight 20 % up and down (the others scaled so that all add to
        the same sum): Kendall's tau-b of the new order against the present one, how many
        sources change place and the furthest move. tau is null under two sources.
    """
    known = every.drop_nulls("score")
    weights = {name: getattr(rules, f"{name}_points") for name in COMPONENTS}
    shares = {n: known[f"{n}_points"].to_numpy() / (w or 1.0) for n, w in weights.items()}
    whole = sum(weights.values())
    base = known["score"].to_numpy()
    rows = []
    for name, weight in weights.items():
        for change in (-NUDGE, NUDGE):
            one = weight * (1 + change)
            rest = (whole - one) / (whole - weight) if whole > weight else 0.0
            total = sum(s * (one if n == name else weights[n] * rest) for n, s in shares.items())
            rows.append((name, change, one, *_moves(base, np.asarray(total))))
    return pl.DataFrame(rows, schema=STABILITY, orient="row")


def _moves(
    base: NDArray[np.float64], total: NDArray[np.float64]
) -> tuple[float | None, int, int, int]:
    if len(base) < 2:  # noqa: PLR2004 - an order needs two
        return None, len(base), 0, 0
    places = [
        np.argsort(np.argsort(-np.round(values, 9), kind="stable")) for values in (base, total)
    ]
    moved = np.abs(places[0] - places[1])
    tau = float(scipy.stats.kendalltau(base, total).statistic)
    return (None if np.isnan(tau) else tau), len(base), int((moved > 0).sum()), int(moved.max())
