"""Named periods and the edges of days, cut in the report zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

EARLIEST: Final = date(1970, 1, 1)
LATEST: Final = date(2199, 12, 31)
"""Days outside these are refused: arithmetic on them would leave the calendar."""

CUSTOM: Final = "custom"
DEFAULT: Final = "last_90_days"
LABELS: Final = {
    "today": "Today",
    "last_7_days": "Last 7 days",
    "last_28_days": "Last 28 days",
    "last_30_days": "Last 30 days",
    "last_90_days": "Last 90 days",
    "this_month": "This month",
    "last_month": "Last month",
    "this_quarter": "This quarter",
    "year_to_date": "Year to date",
    "last_12_months": "Last 12 months",
    "all_time": "All time",
    CUSTOM: "Custom dates",
}
PRESETS: Final = tuple(LABELS)


def _back(days: int) -> Callable[[date], tuple[date, date]]:
    return lambda today: (today - timedelta(days=days - 1), today)


def _last_month(today: date) -> tuple[date, date]:
    last = today.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def _last_12_months(today: date) -> tuple[date, date]:
    leap_day = (today.month, today.day) == (2, 29)
    year_ago = today.replace(year=today.year - 1, day=28 if leap_day else today.day)
    return year_ago + timedelta(days=1), today


_DAYS: Final[dict[str, Callable[[date], tuple[date, date]]]] = {
    "today": _back(1),
    "last_7_days": _back(7),
    "last_28_days": _back(28),
    "last_30_days": _back(30),
    "last_90_days": _back(90),
    "this_month": lambda today: (today.replace(day=1), today),
    "last_month": _last_month,
    "this_quarter": lambda today: (
        today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1),
        today,
    ),
    "year_to_date": lambda today: (today.replace(month=1, day=1), today),
    "last_12_months": _last_12_months,
}


def days_of(
    preset: str, *, today: date, first_day: date | None, ended: date | None = None
) -> tuple[date, date]:
    """First and last day of a named period as seen on a day.

    `all_time` begins at `first_day`, the store's first delivery; without one, or when
    the day lies before it, the period is that single day. It reaches to the day, or to the
    one on which the record `ended`.
    """
    if preset == "all_time":
        return min(first_day or today, today), min(ended or today, today)
    return _DAYS[preset](today)


def day_of(instant: datetime, zone: ZoneInfo) -> date:
    """The calendar day of an instant in a zone."""
    return instant.astimezone(zone).date()


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The last microsecond of a day in a zone, as UTC.

    It is one microsecond before the next day's first instant, so days of 23 and 25
    hours, and zones that change their clocks at midnight, come out right.
    """
    tomorrow = day + timedelta(days=1)
    start = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone)
    return start.astimezone(UTC) - timedelta(microseconds=1)


def microseconds(instant: datetime) -> int:
    """Microseconds since 1970 of an aware instant."""
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
