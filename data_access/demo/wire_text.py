"""Numbers and codes as the text a sender would write: ids, times, money, words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data_access.demo.rate_arrays import Floats, Ints

_HEX: Final = [f"{value:04x}" for value in range(1 << 16)]
_MASK: Final = (1 << 64) - 1
STRANGERS: Final = 1 << 20  # lead numbers from here on were never sold


def lead_ids(seed: int, month: int, numbers: Ints) -> pl.Series:
    """`lead_` and 16 characters, different for every number of every month of a seed.

    SplitMix64's mixing (Steele, Lea & Flood 2014) maps 64 bits one to one.
    """
    start = np.uint64(_mixed(seed))
    key = numbers.astype(np.uint64) + np.uint64(month << 24)
    key = key ^ start
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        key = (key ^ (key >> np.uint64(shift))) * np.uint64(factor)
    key ^= key >> np.uint64(31)
    words = pl.Series("hex", _HEX)
    parts = [
        words.gather(((key >> np.uint64(shift)) & np.uint64(0xFFFF)).astype(np.int64))
        for shift in (48, 32, 16, 0)
    ]
    frame = pl.DataFrame({str(place): part for place, part in enumerate(parts)})
    return frame.select(lead_id=pl.concat_str(pl.lit("lead_"), pl.all()))["lead_id"]


def _mixed(seed: int) -> int:
    mixed = (seed + 1) * 0x9E3779B97F4A7C15 & _MASK
    return (mixed ^ (mixed >> 32)) * 0xD6E8FEB86659FD93 & _MASK


def words(choices: Sequence[str | None], places: Ints) -> pl.Series:
    """The chosen word of each row."""
    return pl.Series("word", choices, dtype=pl.String).gather(places)


def times(column: str) -> pl.Expr:
    """Microseconds UTC as RFC 3339."""
    return pl.col(column).cast(pl.Datetime("us")).dt.to_string("%Y-%m-%dT%H:%M:%S%.6fZ")


def money(cents: pl.Expr) -> pl.Expr:
    """Cents as decimal text; null stays null."""
    whole, rest = (cents // 100).cast(pl.String), (cents % 100).cast(pl.String).str.zfill(2)
    return pl.concat_str(whole, pl.lit("."), rest)


def flags(condition: pl.Expr) -> pl.Expr:
    """A condition as true or false; null stays null."""
    yes, no = pl.lit("true"), pl.lit("false")
    return pl.when(condition).then(yes).when(~condition).then(no)


def some(chance: Floats, share: float | Floats) -> pl.Series:
    """Which rows a share of chances hits."""
    return pl.Series("some", chance < share)


def sayable(rows: pl.DataFrame) -> pl.DataFrame:
    """The columns that say anything."""
    return rows[[name for name in rows.columns if rows[name].null_count() < rows.height]]
