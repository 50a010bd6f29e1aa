"""What a period is compared with, by hand."""

from __future__ import annotations

from datetime import date

import pytest

from metrics.scope import Compare, Scope

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
