"""What a period is compared with, by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from builders import delivered, reported, us

from dashboard.answers.workspace import Workspace
from data_access.settings import Settings
from metrics.definitions.scope import Compare, Scope

if TYPE_CHECKING:
    from builders import Desk

DAY_US = 86_400_000_000
AS_OF = 1_790_000_000_000_000


@pytest.mark.parametrize(
    ("compare", "period", "expected"),
    [
        # any number of days: as many right before
        ("before", ("2026-11-19", "2026-11-25"), ("2026-11-12", "2026-11-18")),
        ("before", ("2026-08-28", "2026-11-25"), ("2026-05-30", "2026-08-27")),
        # whole months: the months before, however long they are
        ("before", ("2026-10-01", "2026-10-31"), ("2026-09-01", "2026-09-30")),
        ("before", ("2026-03-01", "2026-03-31"), ("2026-02-01", "2026-02-28")),
        ("before", ("2026-07-01", "2026-09-30"), ("2026-04-01", "2026-06-30")),
        ("before", ("2026-01-01", "2026-02-28"), ("2025-11-01", "2025-12-31")),
        # a month so far: the same days of the month before
        ("before", ("2026-11-01", "2026-11-25"), ("2026-10-01", "2026-10-25")),
        ("before", ("2026-03-01", "2026-03-30"), ("2026-02-01", "2026-02-28")),
        # whole weeks keep their weekdays
        ("last_year", ("2026-11-19", "2026-11-25"), ("2025-11-20", "2025-11-26")),
        ("last_year", ("2026-10-29", "2026-11-25"), ("2025-10-30", "2025-11-26")),
        # all else goes by the calendar
        ("last_year", ("2026-10-01", "2026-10-31"), ("2025-10-01", "2025-10-31")),
        ("last_year", ("2025-02-01", "2025-02-28"), ("2024-02-01", "2024-02-29")),
        ("last_year", ("2024-02-29", "2024-03-01"), ("2023-02-28", "2023-03-01")),
        ("last_year", ("2026-08-28", "2026-11-25"), ("2025-08-28", "2025-11-25")),
    ],
)
def test_the_period_compared_with(
    compare: Compare, period: tuple[str, str], expected: tuple[str, str]
) -> None:
    """Its days, and an as-of at which its last day was exactly as old."""
    first, last = map(date.fromisoformat, period)
    scope = Scope(first=first, last=last, as_of_us=AS_OF, compare=compare)
    found = scope.previous()
    assert (found.first.isoformat(), found.last.isoformat()) == expected
    assert AS_OF - found.as_of_us == (last - found.last).days * DAY_US
    if compare == "last_year" and scope.days % 7 == 0 and not scope.months_back:
        assert found.first.weekday() == first.weekday()


@pytest.mark.parametrize(
    ("zone", "now", "then"),
    [
        # New York leaves summer time on 1 November: 12:00 is 17:00 UTC after, 16:00 before
        ("America/New_York", "2026-11-04T17:00:00Z", "2026-10-28T16:00:00Z"),
        ("Europe/Berlin", "2026-03-31T10:00:00Z", "2026-03-24T11:00:00Z"),
        ("UTC", "2026-11-04T17:00:00Z", "2026-10-28T17:00:00Z"),
    ],
)
def test_the_moment_compared_with_is_at_the_same_hour_of_the_clock(
    zone: str, now: str, then: str
) -> None:
    """A week across a change of the clock is an hour longer or shorter."""
    as_of = us(now)
    last = date.fromisoformat(now[:10])
    week = Scope(first=last - timedelta(days=6), last=last, as_of_us=as_of + 123)
    assert week.previous(zone).as_of_us == us(then) + 123


def test_a_market_that_never_changes_is_level_across_a_change_of_the_clock(desk: Desk) -> None:
    """Ten deliveries a day, all reported three days later, by date alone, in New York."""
    start = date(2026, 9, 1)
    facts = []
    for day in range(63):
        on = start + timedelta(days=day)
        for nth in range(10):
            lead = f"L{day}-{nth}"
            facts.append(delivered(lead, "b1", on.isoformat()))
            told = on + timedelta(days=3)
            facts.append(reported(lead, "b1", "contacted", told.isoformat()))
    desk.now = "2026-11-10T12:00:00Z"
    desk.take(*facts)
    settings = Settings(data_dir=desk.folder, report_zone="America/New_York")
    workspace = Workspace(settings)
    last = date(2026, 11, 2)
    for moment in ("2026-11-03T17:00:00Z", "2026-11-04T04:30:00Z"):  # 12:00 and 23:30 there
        scope = Scope(first=last - timedelta(days=6), last=last, as_of_us=us(moment))
        [row] = workspace.table("headline", scope).filter(key="coverage").to_dicts()
        assert row["value"] == row["previous"] == pytest.approx(5 / 7)
    workspace.store.close()
