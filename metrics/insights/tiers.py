"""Tiers: by conversion over a fixed window of deliveries old enough to judge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
import scipy

from metrics.definitions.intervals import rated

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from metrics.definitions.party_names import PartyNames
    from metrics.definitions.rules import Tiers

NAMES: Final = ("Poor", "Watch", "Good", "Excellent")
PRIOR: Final = 0.5  # Jeffreys
MOST: Final = 100_000
LEAST_COVERAGE: Final = 0.4
"""So large a part of the deliveries must have been reported on before quality is judged."""

TIERS: Final[dict[str, pl.DataType]] = {
    "id": pl.String(),
    "name": pl.String(),
    "converted": pl.Int64(),
    "feedback": pl.Int64(),
    "conversion_rate": pl.Float64(),
    "conversion_low": pl.Float64(),
    "conversion_high": pl.Float64(),
    "rate_tier": pl.String(),
    "tier": pl.String(),
    "probability": pl.Float64(),
    **{f"p_{name.lower()}": pl.Float64() for name in NAMES},
    "needed": pl.Int64(),
}


def rate_tier(rate: pl.Expr, rules: Tiers) -> pl.Expr:
    """The tier of a conversion of feedback: above 12 %, 8 - 12, 5 - 8, below 5 (defaults).

    Exactly 12 and 8 % are Good, exactly 5 % Watch; null for null.
    """
    found = pl.when(rate > rules.excellent_above).then(pl.lit("Excellent"))
    found_good = found.when(rate >= rules.good_from).then(pl.lit("Good"))
    return (
        found_good.when(rate >= rules.watch_from)
        .then(pl.lit("Watch"))
        .when(rate.is_not_null())
        .then(pl.lit("Poor"))
    )


def probabilities(
    count: NDArray[np.float64], of: NDArray[np.float64], rules: Tiers
) -> NDArray[np.float64]:
    """P(Poor), P(Watch), P(Good), P(Excellent): Beta posterior under Jeffreys' prior."""
    edges = np.array([rules.watch_from, rules.good_from, rules.excellent_above])
    a, b = count + PRIOR, of - count + PRIOR
    below = scipy.special.betainc(a[:, None], b[:, None], edges[None, :])
    whole = np.hstack([np.zeros((len(a), 1)), below, np.ones((len(a), 1))])
    return np.diff(whole, axis=1)


def tiers(
    outcomes: pl.LazyFrame, named: PartyNames, rules: Tiers, *, least: int = 0
) -> pl.DataFrame:
    """The table `tiers`: one row per source, by id.

    Args:
        outcomes: deliveries of the rating window with `source`.
        named: names of sources.
        rules: edges, and how sure a tier must be.
        least: feedback below which no tier is named, however sure it looks: of many small
            sources one is always lucky.

    Returns:
        converted, feedback and their rate with range; `rate_tier` by the rate alone;
        `tier` where its probability is at least 80 %, two neighbours ("Good or Watch")
        where they are together, else, or with under `least` feedback, "too few leads (41 of
        about 400 needed)"; the
        probability of what is named (null for none), of each tier; `needed`: feedback at
        which the present rate would make one tier sure, null beyond 100,000.
    """
    covered = outcomes.filter(pl.col("covered") == 1)
    told = covered.group_by("source").agg(
        converted=pl.col("converted").sum(), feedback=pl.len().cast(pl.Int64)
    )
    silent = outcomes.select("source").unique()
    rows = silent.join(told, on="source", how="left").with_columns(
        pl.col("converted").fill_null(0), pl.col("feedback").fill_null(0)
    )
    found = rows.sort("source").collect()
    count = found["converted"].to_numpy().astype(float)
    of = found["feedback"].to_numpy().astype(float)
    chances = probabilities(count, of, rules)
    verdicts = [
        _verdict(chance, c, n, rules, least)
        for chance, c, n in zip(chances, count, of, strict=True)
    ]
    likely = rated("conversion", pl.col("converted"), pl.col("feedback"))
    table = found.with_columns(
        id="source",
        name=pl.col("source").replace(named.source),
        conversion_rate=likely["conversion"],
        conversion_low=likely["conversion_low"],
        conversion_high=likely["conversion_high"],
        tier=pl.Series([v[0] for v in verdicts], dtype=pl.String),
        probability=pl.Series([v[1] for v in verdicts], dtype=pl.Float64),
        needed=pl.Series([v[2] for v in verdicts], dtype=pl.Int64),
        **{f"p_{n.lower()}": pl.Series(chances[:, k]) for k, n in enumerate(NAMES)},
    ).with_columns(rate_tier=rate_tier(pl.col("conversion_rate"), rules))
    return table.select(pl.col(name).cast(kind) for name, kind in TIERS.items())


def _verdict(
    chances: NDArray[np.float64], count: float, of: float, rules: Tiers, least: int
) -> tuple[str, float | None, int | None]:
    best = int(np.argmax(chances))
    needed = _needed(count, of, rules)
    if of < least:
        needed = None if needed is None else max(needed, least)
        return _too_few(of, needed), None, needed
    if chances[best] >= rules.sure:
        return NAMES[best], float(chances[best]), int(of)
    pairs = chances[:-1] + chances[1:]
    pair = int(np.argmax(pairs))
    if pairs[pair] >= rules.sure:
        return f"{NAMES[pair + 1]} or {NAMES[pair]}", float(pairs[pair]), needed
    return _too_few(of, needed), None, needed


def _too_few(of: float, needed: int | None) -> str:
    about = f"about {needed:,}" if needed is not None else "many more"
    return f"too few leads ({int(of):,} of {about} needed)"


def _needed(count: float, of: float, rules: Tiers) -> int | None:
    """Feedback at which the present (prior-smoothed) rate would make one tier sure."""
    rate = (count + PRIOR) / (of + 2 * PRIOR)
    sizes = np.unique(np.geomspace(max(of, 10), MOST, 80).astype(int)).astype(float)
    if not len(sizes):
        return None
    sure = probabilities(sizes * rate, sizes, rules).max(axis=1) >= rules.sure
    return _rounded(int(sizes[int(np.argmax(sure))])) if sure.any() else None


def _rounded(size: int) -> int:
    """Up to two figures: an estimate should look like one."""
    unit: int = 10 ** max(len(str(size)) - 2, 0)
    return int(-(-size // unit) * unit)
