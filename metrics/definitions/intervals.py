"""Likely ranges of rates and of their differences, at 95 % everywhere."""

from __future__ import annotations

from typing import Final

import polars as pl

Z95: Final = 1.959963984540054
"""The 0.975 quantile of the standard normal distribution."""


def wilson(count: pl.Expr, of: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Low and high end of the Wilson score interval; null where `of` is 0 or null.

    E. B. Wilson (1927), "Probable inference, the law of succession, and statistical
    inference", JASA 22, 209-212; without continuity correction.

    >>> counted = pl.DataFrame({"sold": [0, 5, 10, 0], "of": [10, 10, 10, 0]})
    >>> low, high = wilson(pl.col("sold"), pl.col("of"))
    >>> ends = counted.select(low=low.round(4), high=high.round(4))
    >>> ends.rows()
    [(0.0, 0.2775), (0.2366, 0.7634), (0.7225, 1.0), (None, None)]
    """
    n = pl.when(of > 0).then(of.cast(pl.Float64))
    share = count.cast(pl.Float64) / n
    square = Z95 * Z95
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = Z95 * (share * (1 - share) / n + square / (4 * n * n)).sqrt() / (1 + square / n)
    low = pl.when(count == 0).then(pl.when(n.is_not_null()).then(0.0)).otherwise(middle - half)
    high = pl.when(count == of).then(pl.when(n.is_not_null()).then(1.0)).otherwise(middle + half)
    return low, high


def share(count: pl.Expr, of: pl.Expr) -> pl.Expr:
    """A rate; null ("no data") where there is nothing to divide by."""
    return count.cast(pl.Float64) / pl.when(of > 0).then(of.cast(pl.Float64))


def rated(name: str, count: pl.Expr, of: pl.Expr) -> dict[str, pl.Expr]:
    """`<name>`, `<name>_low`, `<name>_high`: a rate with its likely range."""
    low, high = wilson(count, of)
    return {name: share(count, of), f"{name}_low": low, f"{name}_high": high}


def difference(
    now: tuple[float, float, float], before: tuple[float, float, float]
) -> tuple[float, float]:
    """Likely range of the difference of two rates given as (rate, low, high).

    R. G. Newcombe (1998), "Interval estimation for the difference between independent
    proportions", Statistics in Medicine 17, 873-890, method 10 (from Wilson ranges).
    """
    rate, low, high = now
    rate0, low0, high0 = before
    change = rate - rate0
    down = ((rate - low) ** 2 + (high0 - rate0) ** 2) ** 0.5
    up = ((high - rate) ** 2 + (rate0 - low0) ** 2) ** 0.5
    return change - down, change + up
