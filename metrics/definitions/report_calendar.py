"""Days of the report zone by whole-number arithmetic, the same on every engine.

An instant is microseconds UTC; a day is whole days since 1970-01-01 in the zone. The
zone's changes of offset are a few steps, so a local day needs no time-zone function.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import narwhals as nw

DAY_US: Final = 86_400_000_000
_EPOCH: Final = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Whole days since 1970-01-01.

    >>> day_number(date(1970, 1, 2)), to_date(day_number(date(2026, 11, 25)))
    (1, datetime.date(2026, 11, 25))
    """
    return (day - _EPOCH).days


def to_date(number: int) -> date:
    """The date of a day number."""
    return _EPOCH + timedelta(days=number)


@dataclass(frozen=True, slots=True)
class ReportZone:
    """The zone in which days are cut: its first offset and each later change of it."""

    name: str
    base_us: int
    steps: tuple[tuple[int, int, int], ...]
    """(instant of the change, offset before, offset after), microseconds, in order."""

    @classmethod
    def of(cls, name: str, *, first_us: int, last_us: int) -> ReportZone:
        """The zone for instants in a span; outside it the nearest offset holds."""
        zone = ZoneInfo(name)
        first, last = first_us - 2 * DAY_US, last_us + 2 * DAY_US
        base = _offset(zone, first)
        steps = []
        at, before = first, base
        while at < last:
            following = min(at + 7 * DAY_US, last)
            after = _offset(zone, following)
            if after != before:
                change = _change(zone, at, following)
                steps.append((change, before, after))
            at, before = following, after
        return cls(name, base, tuple(steps))

    def offset(self, us: nw.Expr) -> nw.Expr:
        """Offset from UTC of instants, microseconds."""
        offset = nw.lit(self.base_us, nw.Int64)
        for change, before, after in self.steps:
            offset = offset + nw.when(us >= change).then(
                nw.lit(after - before, nw.Int64)
            ).otherwise(nw.lit(0, nw.Int64))
        return offset

    def day(self, us: nw.Expr) -> nw.Expr:
        """Local day numbers of instants."""
        return (us + self.offset(us)) // DAY_US

    def first_instant(self, midnight_us: nw.Expr) -> nw.Expr:
        """First instant of local days that are given as if midnight were UTC.

        A change counts for a local time only once both its old and its new clock have
        passed it; that gives the end of a gap at midnight and the first of two midnights.
        """
        offset = nw.lit(self.base_us, nw.Int64)
        for change, before, after in self.steps:
            passed = midnight_us >= change + max(before, after)
            offset = offset + nw.when(passed).then(nw.lit(after - before, nw.Int64)).otherwise(
                nw.lit(0, nw.Int64)
            )
        return midnight_us - offset


def _offset(zone: ZoneInfo, us: int) -> int:
    moment = datetime.fromtimestamp(us // 1_000_000, UTC).astimezone(zone)
    delta = moment.utcoffset()
    return 0 if delta is None else int(delta.total_seconds()) * 1_000_000


def _change(zone: ZoneInfo, low: int, high: int) -> int:
    """The second at which the offset changes inside (low, high]."""
    before = _offset(zone, low)
    low_s, high_s = low // 1_000_000, high // 1_000_000
    while high_s - low_s > 1:
        middle = (low_s + high_s) // 2
        if _offset(zone, middle * 1_000_000) == before:
            low_s = middle
        else:
            high_s = middle
    return high_s * 1_000_000


def end_of_day_us(day: date, zone: str) -> int:
    """The last microsecond of a day in a zone."""
    following = datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(zone))
    return round(following.timestamp()) * 1_000_000 - 1


def days_earlier(us: int, days: int, zone: str) -> int:
    """The same hour of the clock in a zone, so many days before.

    Summer time ended in Berlin on 25 October 2026: that day had 25 hours.

    >>> noon = int(datetime(2026, 10, 25, 12, tzinfo=ZoneInfo("Europe/Berlin")).timestamp())
    >>> (noon * 1_000_000 - days_earlier(noon * 1_000_000, 1, "Europe/Berlin")) / 3_600_000_000
    25.0
    """
    local = datetime.fromtimestamp(us // 1_000_000, ZoneInfo(zone)) - timedelta(days=days)
    return round(local.timestamp()) * 1_000_000 + us % 1_000_000


def local_day(us: int, zone: str) -> date:
    """The day of an instant in a zone.

    >>> local_day(0, "UTC"), local_day(0, "America/New_York")
    (datetime.date(1970, 1, 1), datetime.date(1969, 12, 31))
    """
    return datetime.fromtimestamp(us // 1_000_000, UTC).astimezone(ZoneInfo(zone)).date()
