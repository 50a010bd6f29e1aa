"""Fair ranking: small samples are pulled towards their peers, mixes of buyers are held fixed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
import scipy

from metrics.definitions.intervals import difference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from metrics.definitions.party_names import PartyNames

    Numbers = NDArray[np.float64]

ALL: Final = "(all)"
LEAST_PEERS: Final = 5
ROUNDS: Final = 60
PULL: Final = 1.0  # one sale as expected, so that no effect is nothing or without end
DRAWS: Final = 2_000
MEANS: Final = 60
CONCENTRATIONS: Final = np.geomspace(2.0, 5_000.0, 30)

RANKING: Final[dict[str, pl.DataType]] = {
    "id": pl.String(),
    "name": pl.String(),
    "peers": pl.String(),
    "converted": pl.Int64(),
    "feedback": pl.Int64(),
    "conversion_rate": pl.Float64(),
    "adjusted_rate": pl.Float64(),
    "adjusted_low": pl.Float64(),
    "adjusted_high": pl.Float64(),
    "rank": pl.Int64(),
    "rank_low": pl.Int64(),
    "rank_high": pl.Int64(),
    "of": pl.Int64(),
    "better_than_average": pl.Float64(),
}


def posterior(
    count: Numbers, of: Numbers, generator: np.random.Generator, draws: int = DRAWS
) -> tuple[Numbers, Numbers, Numbers]:
    """Rates of a group of peers under a beta-binomial with unknown mean and concentration.

    Both are integrated over a grid of their marginal likelihood, with a flat prior on the
    mean and on the spread between peers, 1 / sqrt(concentration), in [2, 5,000] (A. Gelman
    2006, "Prior distributions for variance parameters"); moments would fail with few peers,
    and a prior flat in the logarithm covers only 91 %.

    Returns:
        (draws, peers) of the rates, (draws,) of the group's mean, and of a new peer.
    """
    whole = (count.sum() + 0.5) / (of.sum() + 1.0)
    spread = max(np.sqrt(whole * (1 - whole) / (of.sum() + 1.0)), 0.25 * whole)
    means = np.linspace(max(whole - 4 * spread, 1e-4), min(whole + 4 * spread, 1 - 1e-4), MEANS)
    mean, size = (grid.ravel() for grid in np.meshgrid(means, CONCENTRATIONS))
    a, b = mean * size, (1 - mean) * size
    fit = scipy.special.betaln(a[:, None] + count, b[:, None] + of - count)
    weight = (fit - scipy.special.betaln(a, b)[:, None]).sum(axis=1) - 0.5 * np.log(size)
    weight = np.exp(weight - weight.max())
    picked = generator.choice(len(weight), size=draws, p=weight / weight.sum())
    a, b = a[picked], b[picked]
    rates = generator.beta(a[:, None] + count, b[:, None] + of - count)
    return rates, mean[picked], generator.beta(a, b)


def brackets(rows: Sequence[tuple[float, float, float]]) -> list[tuple[int, int]]:
    """Runs of ranked rows that cannot be told apart, as (first, last) places.

    `rows` are rates with their ranges (rate, low, high) in order. A run holds no two rows
    whose difference leaves 0 out (Newcombe's range); no run lies inside another. Rows that
    differ from all others are in no run.
    """
    found: list[tuple[int, int]] = []
    for first in range(len(rows)):
        last = first
        while last + 1 < len(rows) and all(
            _alike(rows[last + 1], rows[place]) for place in range(first, last + 1)
        ):
            last += 1
        if last > first and not (found and found[-1][1] >= last):
            found.append((first, last))
    return found


def _alike(one: tuple[float, float, float], other: tuple[float, float, float]) -> bool:
    least, most = difference(one, other)
    return least <= 0 <= most


def ranking(
    cells: pl.DataFrame, named: PartyNames, *, seed: int = 0, least: int = 0
) -> pl.DataFrame:
    """The table `ranking`: conversion of feedback, adjusted; sources against their peers.

    Peers are the sources of a vertical (with under five: of all verticals together). What
    buyers explain is taken out first: sales are fitted as source effect x buyer effect
    (S. Osborn 1975, "A multiplicative model for the analysis of vital statistics rates"),
    and a source's rate is restated for the vertical's own mix of buyers. Then rates are
    pulled towards the peers as far as samples are small (`posterior`).

    Args:
        cells: `source`, `vertical`, `buyer`, `feedback`, `converted`: deliveries old
            enough to judge.
        least: feedback below which no range of places is named: with few leads somebody is
            always lucky, and a place is what readers act on.
        named: names of sources.
        seed: of the draws.

    Returns:
        One row per source and vertical (`peers`), sorted by peers and rank: counts, raw
        and adjusted rate with its 95 % range, place by adjusted rate and the range of
        places (both ends 2.5 %; null under `least`), number of peers, and how likely the
        source is better than the middle of its peers (null alone).
    """
    generator = np.random.default_rng(seed)
    told = cells.filter(pl.col("feedback") > 0).sort("vertical", "source", "buyer")
    sizes = told.group_by("vertical").agg(pl.col("source").n_unique())
    small = sizes.filter(pl.col("source") < LEAST_PEERS)["vertical"]
    group = (
        pl.when(pl.col("vertical").is_in(small.implode())).then(pl.lit(ALL)).otherwise("vertical")
    )
    parts = [
        _peers(part, named, generator)
        for part in told.with_columns(peers=group)
        .sort("peers", "source", "vertical", "buyer")
        .partition_by("peers", maintain_order=True)
    ]
    if not parts:
        return pl.DataFrame(schema=RANKING)
    table = pl.concat(parts).sort("peers", "rank", "id")
    enough = pl.col("feedback") >= least
    table = table.with_columns(
        pl.when(enough).then(pl.col(name)).alias(name) for name in ("rank_low", "rank_high")
    )
    return table.select(pl.col(name).cast(kind) for name, kind in RANKING.items())


def _standardised(
    cells: pl.DataFrame, generator: np.random.Generator
) -> tuple[Numbers, Numbers, Numbers]:
    """Sales of each source, the feedback that would give its standardised rate, and draws.

    The draws (draws, sources) are factors on the rate for what is not known of the buyers.

    Both are divided by the spread of pairings around the fit where that exceeds chance
    (quasi-likelihood, R. Wedderburn 1974).

    Alternating maximum likelihood of Poisson main effects; a buyer weighs as much as the
    feedback of all peers at it.
    """
    s = cells["source"].rank("dense").to_numpy().astype(int) - 1
    b = cells["buyer"].rank("dense").to_numpy().astype(int) - 1
    n, x = (cells[c].to_numpy().astype(float) for c in ("feedback", "converted"))
    rows, columns = s.max() + 1, b.max() + 1
    whole = max(x.sum(), 0.5) / n.sum()
    source, buyer = np.full(rows, whole), np.ones(columns)
    mass = np.bincount(b, weights=n, minlength=columns) / n.sum()
    for _ in range(ROUNDS):
        at_source = np.bincount(s, weights=n * buyer[b], minlength=rows)
        source = (np.bincount(s, weights=x, minlength=rows) + PULL * whole) / (at_source + PULL)
        at_buyer = np.bincount(b, weights=n * source[s], minlength=columns)
        buyer = (np.bincount(b, weights=x, minlength=columns) + PULL) / (at_buyer + PULL)
    exposure = np.bincount(s, weights=n * buyer[b], minlength=rows)
    count: Numbers = np.bincount(s, weights=x, minlength=rows).astype(float)
    fit = np.maximum(n * source[s] * buyer[b], 1e-9)
    free = len(n) - rows - columns + 1
    # Pairings that fit worse than chance allows make every source's figure less sure.
    loose = max(1.0, float(((x - fit) ** 2 / fit).sum()) / free) if free > 0 else 1.0
    sold = np.bincount(b, weights=x, minlength=columns) / loose + PULL
    shaken = buyer * generator.gamma(sold, size=(DRAWS, columns)) / sold
    traded = np.zeros((rows, columns))
    np.add.at(traded, (s, b), n)
    whole_mix = (shaken @ mass) / float(mass @ buyer)
    factor = (exposure / np.maximum(shaken @ traded.T, 1e-300)) * whole_mix[:, None]
    return count / loose, exposure / float(mass @ buyer) / loose, factor


def _peers(cells: pl.DataFrame, named: PartyNames, generator: np.random.Generator) -> pl.DataFrame:
    """One group of peers."""
    count, exposure, factor = _standardised(cells, generator)
    rates, _, _ = posterior(count, np.maximum(exposure, count), generator)
    rates = np.minimum(rates * factor, 1.0)
    order = np.argsort(np.argsort(-rates, axis=1), axis=1) + 1
    middle = np.median(rates, axis=1)[:, None]
    mean = rates.mean(axis=0)
    counts = cells.group_by("source").agg(pl.col("converted").sum(), pl.col("feedback").sum())
    low, high = np.quantile(rates, (0.025, 0.975), axis=0)
    rank_low, rank_high = np.quantile(order, (0.025, 0.975), axis=0)
    rank = np.argsort(np.argsort(-mean, kind="stable")) + 1
    better = pl.Series((rates > middle).mean(axis=0)) if len(mean) > 1 else pl.lit(None, pl.Float64)
    return counts.sort("source").with_columns(
        id="source",
        name=pl.col("source").replace(named.source),
        peers=pl.lit(cells["peers"][0]),
        conversion_rate=pl.col("converted") / pl.col("feedback"),
        adjusted_rate=pl.Series(mean),
        adjusted_low=pl.Series(low),
        adjusted_high=pl.Series(high),
        rank=pl.Series(rank),
        rank_low=pl.Series(np.minimum(np.floor(rank_low).astype(int), rank)),
        rank_high=pl.Series(np.maximum(np.ceil(rank_high).astype(int), rank)),
        of=pl.lit(len(mean)),
        better_than_average=better,
    )
