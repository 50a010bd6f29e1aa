"""What happened in the made-up market: deliveries and feedback as flat frames of text.

The same arguments give the same frames on every machine: each month has random numbers
of its own, nothing depends on the order of a join, and logarithms are cut to seconds.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from data_access.demo import (
    delivery_rows,
    dirt,
    event_times,
    feedback_rows,
    roster,
    source_messages,
)
from data_access.demo.fates import fates
from data_access.demo.market import market
from data_access.demo.offers import DAY, month_sales, months
from data_access.demo.rate_arrays import DAYS, EPOCH, cells, volume
from data_access.demo.wire_text import sayable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data_access.demo.market import Market
    from data_access.demo.offers import Month
    from data_access.demo.rate_arrays import Cells, Ints, Volume

DEFAULT_DELIVERIES: Final = 130_000
FEWEST, MOST = 200, 2_000_000
CHUNK_ROWS: Final = 50_000
STRANGERS: Final = 20


def chunks(
    *, deliveries: int, seed: int, until: date, stories: bool, cut_us: int | None = None
) -> Iterator[pl.DataFrame]:
    """Frames of delivery rows and frames of feedback rows, month by month.

    Args:
        deliveries: successful deliveries aimed at, in 548 days up to and including `until`.
        seed: which market, and which course of events.
        until: the last day.
        stories: whether somebody is out of the ordinary.
        cut_us: nothing later than this (microseconds UTC) has happened yet; the end of
            `until` by default. It changes which rows there are, never what they say.

    Yields:
        Frames of at most 50,000 rows; every column is text, named by a field of
        `columns` or `event_id`, null where nothing is said.

    Raises:
        ValueError: for fewer than 200 or more than 2,000,000 deliveries.
    """
    if not FEWEST <= deliveries <= MOST:
        message = f"deliveries is {deliveries}; allowed are {FEWEST:,} to {MOST:,}"
        raise ValueError(message)
    who = market(seed, stories=stories)
    rates = cells(who)
    expected = volume(who, deliveries=deliveries, until=until)
    end = ((until - EPOCH).days + 1) * DAY - 1
    cut = end if cut_us is None else min(cut_us, end)
    span = [month for month in months(expected) if month.deliveries]
    total = max(1, min(STRANGERS, deliveries // 1000))
    for place, month in enumerate(span):
        strangers = np.arange(total * place // len(span), total * (place + 1) // len(span))
        for rows in _month(who, rates, expected, month=month, strangers=strangers):
            known = rows.filter(pl.col("at") <= cut).drop("at", "told_at")
            yield from (sayable(part) for part in known.iter_slices(CHUNK_ROWS) if part.height)


def _month(
    who: Market, rates: Cells, expected: Volume, *, month: Month, strangers: Ints
) -> Iterator[pl.DataFrame]:
    """All deliveries of a month, then all feedback on them, whenever it came."""
    seeds = np.random.SeedSequence([who.seed, 2, month.key]).spawn(6)
    draws = [np.random.Generator(np.random.PCG64(seed)) for seed in seeds]
    sales = month_sales(who, rates, expected, month=month, rng=draws[0])
    offered = delivery_rows.offers(who, sales, month.key)
    tries = delivery_rows.attempts(who, sales, offered, draws[1])
    yield dirt.delivered(tries.with_columns(told_at="at"), draws[2])
    arrived = np.flatnonzero(sales.arrived)
    known = fates(who, rates, expected, sales=sales.take(arrived), rng=draws[3])
    sold = offered[arrived[known.of]]
    events = event_times.event_times(who, known, draws[4])
    rows = feedback_rows.rows(who, known, sold, events, draws[4])
    passed_on = source_messages.rows(known, sold, draws[4])
    rows = pl.concat([_unsilenced(who, rows, expected), passed_on], how="diagonal")
    yield dirt.reported(rows, draws[5], strangers, who.seed)


def _unsilenced(who: Market, rows: pl.DataFrame, expected: Volume) -> pl.DataFrame:
    """Without what the silent buyer would have said in its last weeks."""
    if not who.stories:
        return rows
    first = expected.first + timedelta(days=DAYS - roster.STORY_DAYS)
    silent = pl.col("reporter_id") == who.buyers[who.buyer(roster.FALLING_SILENT)].buyer_id
    return rows.filter(~(silent & (pl.col("told_at") >= (first - EPOCH).days * DAY)))
