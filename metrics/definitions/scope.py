"""What a question covers: period, filters, base, clock and the moment it is asked for."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal

from data_access.columns import NO_SOURCE
from metrics.definitions.report_calendar import days_earlier

Base = Literal["feedback", "delivered", "mature"]
Clock = Literal["delivered", "occurred", "reported"]
Compare = Literal["before", "last_year"]

BASES: Final[tuple[Base, ...]] = ("feedback", "delivered", "mature")
CLOCKS: Final[tuple[Clock, ...]] = ("delivered", "occurred", "reported")
COMPARES: Final[tuple[Compare, ...]] = ("before", "last_year")
NOTHING: Final = NO_SOURCE
"""The filter value that stands for "this attribute is empty"."""

TALLIED: Final = ("source", "buyer", "buyer_type", "vertical", "product")
"""Filters that a prebuilt tally can answer."""
NARROW: Final = ("sub_source", "campaign", "state", "sold_to")
"""Filters that need the outcomes themselves."""
DIMENSIONS: Final = (*TALLIED, *NARROW)

EVER: Final = date(2000, 1, 1)
"""Before anything: no fact may be older."""
MATURE_DAYS: Final = 30
"""Age in days from which a delivery is old enough to judge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Conditions on single deliveries, for lists of leads. None means "any"."""

    outcome: tuple[str, ...] = ()
    reason_group: tuple[str, ...] = ()
    reason: tuple[str, ...] = ()
    status: Literal["delivered", "failed"] | None = None
    feedback: Literal["any", "none"] | None = None
    contacted: bool | None = None
    interested: bool | None = None
    converted: bool | None = None
    returned: bool | None = None
    return_state: tuple[str, ...] = ()
    min_age_days: int | None = None
    max_age_days: int | None = None
    rated: bool | None = None
    contradiction: tuple[str, ...] = ()
    lead: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """One question. Days are inclusive and cut in the report zone; `as_of_us` is UTC.

    A filter is a tuple of values, empty for "all"; `NOTHING` in it selects rows
    where the attribute is empty. `compare` says what `previous` is. What is old enough to
    judge is said as known at `learned_us`, None for as-of: periods that are compared are
    cut off at one age.
    """

    first: date
    last: date
    as_of_us: int
    base: Base = "feedback"
    clock: Clock = "delivered"
    compare: Compare = "before"
    source: tuple[str, ...] = ()
    buyer: tuple[str, ...] = ()
    buyer_type: tuple[str, ...] = ()
    vertical: tuple[str, ...] = ()
    product: tuple[str, ...] = ()
    sub_source: tuple[str, ...] = ()
    campaign: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    sold_to: tuple[str, ...] = ()
    rows: Rows = Rows()
    learned_us: int | None = None

    @property
    def days(self) -> int:
        """Length of the period in days."""
        return (self.last - self.first).days + 1

    @property
    def knowing_us(self) -> int:
        """The moment whose knowledge says what is old enough to judge."""
        return self.as_of_us if self.learned_us is None else self.learned_us

    @property
    def filters(self) -> dict[str, tuple[str, ...]]:
        """The dimension filters that are set."""
        return {name: values for name in DIMENSIONS if (values := getattr(self, name))}

    @property
    def rate_base(self) -> Base:
        """The base in force: other clocks than `delivered` know only feedback."""
        return self.base if self.clock == "delivered" else "feedback"

    @property
    def months_back(self) -> int:
        """How many months `previous` lies back; 0 where it is counted in days.

        Whole months are compared with as many whole months before, a month so far with
        the same days of the month before; with a year ago by the calendar, unless the
        period is of whole weeks: those keep their weekdays, 52 weeks back.
        """
        if self.compare == "last_year":
            return 0 if self.days % 7 == 0 and not self._whole_months else 12
        if self.first.day != 1:
            return 0
        months = _months(self.last) - _months(self.first) + 1
        return months if self._whole_months or months == 1 else 0

    @property
    def _whole_months(self) -> bool:
        return self.first.day == 1 and (self.last + timedelta(days=1)).day == 1

    def previous(self, zone: str = "UTC") -> Scope:
        """The period compared with, as it was known when its last day was as old.

        The moment is at the same hour of the clock in the report zone: a day is not 24 hours
        long where the clock changes, and dates without an hour count from its midnight.

        Deliveries of its last day are exactly as old as those of this period's last day;
        where months differ in length, those of its first day by up to three days.

        >>> march = Scope(first=date(2026, 3, 1), last=date(2026, 3, 31), as_of_us=0)
        >>> before = march.previous()
        >>> before.first.isoformat(), before.last.isoformat()
        ('2026-02-01', '2026-02-28')
        >>> week = Scope(first=date(2026, 3, 9), last=date(2026, 3, 15), as_of_us=0)
        >>> replace(week, compare="last_year").previous().first.isoformat()
        '2025-03-10'
        """
        if self.months_back:
            first = _moved(self.first, -self.months_back)
            last = _moved(self.last, -self.months_back)
            if self._whole_months:
                last = _moved(self.last + timedelta(days=1), -self.months_back) - timedelta(days=1)
        else:
            back = timedelta(days=364 if self.compare == "last_year" else self.days)
            first, last = self.first - back, self.last - back
        apart = (self.last - last).days
        then = days_earlier(self.as_of_us, apart, zone)
        return replace(self, first=first, last=last, as_of_us=then, learned_us=self.knowing_us)


def _months(day: date) -> int:
    return day.year * 12 + day.month - 1


def _moved(day: date, months: int) -> date:
    """The same day of another month, or that month's last day where it has fewer."""
    year, month = divmod(_months(day) + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
