"""What goes wrong on the way: rows that come twice, differ, belong to nobody, or are bad.

None of it changes a true rate: it only adds rows, after those they are made from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from data_access.demo.event_times import DIRT
from data_access.demo.wire_text import STRANGERS, lead_ids

if TYPE_CHECKING:
    from data_access.demo.rate_arrays import Ints

BAD: Final = 0.0005
_ARRIVED_BADLY: Final = (
    {"price": pl.lit("12,5O")},
    {"attempted_at": pl.col("attempted_at").str.strip_suffix("Z")},
)
_BAD_WORDS: Final = (
    {"outcome": pl.lit("maybe")},
    {"reported_at": pl.col("reported_at").str.strip_suffix("Z")},
    {"value": pl.lit("12,5O")},
    {
        "occurred_at": pl.concat_str(
            (pl.col("occurred_at").str.slice(0, 4).cast(pl.Int64) - 1).cast(pl.String),
            pl.lit("-02-30T09:15:00Z"),
        )
    },
)


def delivered(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Delivery rows with repeats, contradictory repeats and bad rows, in order of time."""
    other = pl.when(pl.col("price").is_not_null()).then(pl.concat_str(pl.lit("1"), pl.col("price")))
    return _in_order([rows, *_twice(rows, {"price": other}, rng), *_bad(rows, _ARRIVED_BADLY, rng)])


def reported(
    rows: pl.DataFrame, rng: np.random.Generator, strangers: Ints, seed: int
) -> pl.DataFrame:
    """Feedback rows likewise, and some about leads that nobody was ever sent."""
    received = rows.filter(pl.col("event_type") == "feedback.received")
    plain = received.filter(pl.col("outcome").is_not_null())
    notes = {"notes": pl.lit("Corrected by hand")}
    return _in_order(
        [
            rows,
            *_twice(plain, notes, rng),
            *_bad(plain, _BAD_WORDS, rng),
            _of_strangers(plain, rng, strangers, seed),
        ]
    )


def _some(rows: pl.DataFrame, share: float, rng: np.random.Generator) -> pl.DataFrame:
    """A share of the rows; the expected number is kept whatever the size."""
    number = int(np.floor(rows.height * share + rng.random()))
    return rows[np.sort(rng.choice(rows.height, min(number, rows.height), replace=False))]


def _twice(
    rows: pl.DataFrame, change: dict[str, pl.Expr], rng: np.random.Generator
) -> list[pl.DataFrame]:
    """Rows that come again as they were, and rows that come again with other content."""
    again = _some(rows, DIRT, rng).with_columns(copy=pl.lit(1))
    differing = _some(rows, DIRT, rng).with_columns(copy=pl.lit(2), **change)
    return [again, differing]


def _bad(
    rows: pl.DataFrame, mistakes: tuple[dict[str, pl.Expr], ...], rng: np.random.Generator
) -> list[pl.DataFrame]:
    """Rows under ids of their own, each with one mistake."""
    share = BAD / len(mistakes)
    return [
        _some(rows, share, rng).with_columns(
            event_id=pl.concat_str("event_id", pl.lit(f"-bad{place}")),
            retracts=pl.lit(None, pl.String),
            replaces=pl.lit(None, pl.String),
            **mistake,
        )
        for place, mistake in enumerate(mistakes)
    ]


def _of_strangers(
    rows: pl.DataFrame, rng: np.random.Generator, strangers: Ints, seed: int
) -> pl.DataFrame:
    number = min(strangers.size, rows.height)
    chosen = rows[rng.choice(rows.height, number, replace=False)]
    unknown = lead_ids(seed, 0, STRANGERS + strangers[:number])
    return chosen.with_columns(
        lead_id=unknown,
        event_id=pl.concat_str(pl.lit("evt_"), unknown.str.slice(5)),
        retracts=pl.lit(None, pl.String),
        replaces=pl.lit(None, pl.String),
    )


def _in_order(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """All rows by time, a repeat after what it repeats."""
    rows = pl.concat(parts, how="diagonal").with_columns(pl.col("copy").fill_null(0))
    return rows.sort("told_at", "event_id", "copy").drop("copy")
