"""Rows dated later than this machine's clock: they are taken, and wait for their time.

A clock that runs behind makes fresh rows look as if they came from tomorrow. To refuse them
would lose good rows for a fault of ours; they count from their own time on, like all facts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from data_access.intake.field_readers import AHEAD_US, LEEWAY_US

if TYPE_CHECKING:
    from collections.abc import Iterable

AHEAD: Final[dict[str, pl.DataType]] = {"line": pl.Int64(), "ahead_us": pl.Int64()}
"""A row is a row that was taken now and waits for its time, and how far off that is."""
_ENTERS: Final = ("attempted", "reported")
"""The times by which an attempt and a feedback enter."""


def is_ahead(stem: str, now_us: int) -> pl.Expr:
    """Whether a time is later than now, whatever clocks differ by and wherever a day begins."""
    leeway = pl.when(pl.col(f"{stem}_precision") == "day").then(AHEAD_US).otherwise(LEEWAY_US)
    return pl.col(f"{stem}_us") > now_us + leeway


def parked(facts: pl.DataFrame, now_us: int) -> pl.DataFrame:
    """Facts with their `status`, where new ones that are ahead wait."""
    [stem] = [name for name in _ENTERS if f"{name}_us" in facts.columns]
    waits = (pl.col("status") == "created") & is_ahead(stem, now_us)
    return facts.with_columns(status=pl.when(waits).then(pl.lit("parked")).otherwise("status"))


def rows(facts: Iterable[pl.DataFrame], now_us: int) -> pl.DataFrame:
    """The rows that wait for their time (`AHEAD`), by line; of two parts the later one counts."""
    found = [
        part.filter(pl.col("status") == "parked", is_ahead(stem, now_us)).select(
            "line", ahead_us=pl.col(f"{stem}_us") - now_us
        )
        for stem, part in zip(_ENTERS, facts, strict=True)
    ]
    return pl.concat(found).group_by("line").agg(pl.col("ahead_us").max()).sort("line")
