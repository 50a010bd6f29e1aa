"""Days of the report zone by whole numbers, against the standard library."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import narwhals as nw
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.definitions.report_calendar import (
    ReportZone,
    day_number,
    end_of_day_us,
    local_day,
    to_date,
)

FIRST, LAST = 1_262_304_000_000_000, 1_830_297_600_000_000  # 2010 to 2028
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/Sao_Paulo",  # clocks went forward at midnight
    "America/Havana",  # and back to midnight
    "Pacific/Apia",  # left a day out
    "Asia/Kathmandu",
    "Australia/Lord_Howe",  # changes by half an hour
]
BY_NAME = {name: ReportZone.of(name, first_us=FIRST, last_us=LAST) for name in ZONES}
INSTANTS = st.integers(FIRST, LAST)


def _apply(zone: ReportZone, us: list[int], method: str) -> list[int]:
    frame = nw.from_native(pl.DataFrame({"us": us}).lazy())
    made = getattr(zone, method)(nw.col("us"))
    return frame.select(made.alias("x")).to_native().collect()["x"].to_list()


@pytest.mark.parametrize("name", ZONES)
@settings(max_examples=30)
@given(us=st.lists(INSTANTS, min_size=1, max_size=30))
def test_local_days_are_those_of_the_standard_library(name: str, us: list[int]) -> None:
    """Whole seconds and parts of them, across every change of offset."""
    zone = BY_NAME[name]
    days = [to_date(day) for day in _apply(zone, us, "day")]
    assert days == [local_day(moment, name) for moment in us]


@pytest.mark.parametrize("name", ZONES)
@settings(max_examples=30)
@given(days=st.lists(st.dates(date(2010, 1, 3), date(2027, 12, 30)), min_size=1, max_size=30))
def test_a_day_begins_at_its_first_instant(name: str, days: list[date]) -> None:
    """No instant before it has that day, none after it within the day has an earlier one."""
    zone = BY_NAME[name]
    midnights = [day_number(day) * 86_400_000_000 for day in days]
    for day, first in zip(days, _apply(zone, midnights, "first_instant"), strict=True):
        assert first == _first_of(day, name), day


def _first_of(day: date, name: str) -> int:
    """Searched second by second around midnight UTC, in the zone itself."""
    zone = ZoneInfo(name)
    low = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) - 15 * 3600
    high = low + 30 * 3600
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).date() >= day:
            high = middle
        else:
            low = middle
    return high * 1_000_000


def test_a_day_ends_right_before_the_next_begins() -> None:
    """23 hours on the day the clocks go forward."""
    short = end_of_day_us(date(2026, 3, 29), "Europe/Berlin")
    before = end_of_day_us(date(2026, 3, 28), "Europe/Berlin")
    assert short - before == 23 * 3_600_000_000
    assert local_day(short, "Europe/Berlin") == date(2026, 3, 29)
    assert local_day(short + 1, "Europe/Berlin") == date(2026, 3, 29) + timedelta(days=1)
