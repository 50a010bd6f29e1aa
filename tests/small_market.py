"""A small made-up market and one month of it, for the laws that its facts keep."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

from data_access.demo import delivery_rows, rate_arrays
from data_access.demo import fates as demo_fates
from data_access.demo import market as demo_market
from data_access.demo.offers import month_sales, months

if TYPE_CHECKING:
    import polars as pl

    from data_access.demo.fates import Fates
    from data_access.demo.market import Market
    from data_access.demo.offers import Month, Sales
    from data_access.demo.rate_arrays import Cells, Volume

SEED: Final = 3
UNTIL: Final = date(2026, 5, 31)
DELIVERIES: Final = 40_000


def draws(seed: int) -> np.random.Generator:
    """Random numbers that are the same every time."""
    return np.random.Generator(np.random.PCG64(seed))


@cache
def who() -> Market:
    """Everybody in the market."""
    return demo_market.market(SEED)


@cache
def rates() -> Cells:
    """The rates of its cells."""
    return rate_arrays.cells(who())


@cache
def expected() -> Volume:
    """Its expected volume by day."""
    return rate_arrays.volume(who(), deliveries=DELIVERIES, until=UNTIL)


@cache
def month() -> Month:
    """The tenth of its months, with about 2,000 deliveries."""
    return months(expected())[9]


@cache
def sales(seed: int = 11) -> Sales:
    """All offers of that month."""
    return month_sales(who(), rates(), expected(), month=month(), rng=draws(seed))


@cache
def ended(seed: int = 12) -> Fates:
    """What became of those offers that arrived."""
    arrived = sales().take(sales().arrived)
    return demo_fates.fates(who(), rates(), expected(), sales=arrived, rng=draws(seed))


@cache
def offered() -> pl.DataFrame:
    """The offers in words."""
    return delivery_rows.offers(who(), sales(), month().key)


@cache
def sold() -> pl.DataFrame:
    """The offer behind each fate, in words."""
    return offered()[np.flatnonzero(sales().arrived)[ended().of]]
