"""Habits of single buyers, worked out by hand."""

from datetime import date

import polars as pl
import pytest

from metrics.definitions.party_names import PartyNames
from metrics.definitions.report_calendar import day_number
from metrics.insights import reporting_habits

NAMED = PartyNames(source={"s": "Kite"}, buyer={"b": "Acme"}, buyer_type={})
MONDAY = day_number(date(2026, 10, 5))


def told(days: list[int], reported: list[int | None]) -> pl.DataFrame:
    """Deliveries of the buyer b on these days, with the day of their first report."""
    return pl.DataFrame(
        {"buyer": ["b"] * len(days), "dated_day": days, "reported_day": reported},
        schema={"buyer": pl.String, "dated_day": pl.Int64, "reported_day": pl.Int64},
    )


def test_expected_reports_follow_the_buyers_own_delays() -> None:
    """Half come the same day, a quarter a day later, a quarter never."""
    past = [MONDAY - 100] * 100
    answers = [MONDAY - 100] * 50 + [MONDAY - 99] * 25 + [None] * 25
    # 40 deliveries on the Sunday: 20 reports that day, 10 on the Monday after.
    sunday = MONDAY + 6
    frame = told([*past, *[sunday] * 40], [*answers, *[sunday] * 40])
    rows = reporting_habits.reporting_weeks(
        frame, (MONDAY, MONDAY + 13), MONDAY - 1, MONDAY + 30, NAMED
    )
    assert rows["start"].to_list() == [date(2026, 10, 5), date(2026, 10, 12)]
    assert rows["delivered"].to_list() == [40, 0]
    assert rows["received"].to_list() == [40, 0]
    assert rows["expected"].to_list() == [pytest.approx(20.0), pytest.approx(10.0)]
    # 40 chances of a half: standard deviation √(40·¼).
    assert rows["normal_high"][0] == pytest.approx(20 + 1.959964 * 10**0.5)
    assert rows["partial"].to_list() == [False, False]


def test_a_week_that_is_not_over_is_cut() -> None:
    """The period reaches beyond what is known."""
    frame = told([MONDAY], [None])
    rows = reporting_habits.reporting_weeks(
        frame, (MONDAY + 1, MONDAY + 20), MONDAY, MONDAY + 8, NAMED
    )
    assert rows["partial"].to_list() == [True, True]
    assert rows["end"].to_list() == [date(2026, 10, 11), date(2026, 10, 13)]
    assert rows["delivered"].to_list() == [0, 0]


def test_a_short_history_expects_nothing() -> None:
    """Under fifty deliveries there is no habit."""
    frame = told([MONDAY - 10] * 49, [MONDAY] * 49)
    rows = reporting_habits.reporting_weeks(
        frame, (MONDAY, MONDAY + 6), MONDAY - 1, MONDAY + 30, NAMED
    )
    assert rows["received"].to_list() == [49]
    assert rows["expected"].to_list() == [None]


def test_returns_are_compared_with_others_of_the_same_source() -> None:
    """The buyer's own returns are not in what it is compared with."""
    cells = pl.DataFrame(
        {
            "source": ["s", "s", "s", "t"],
            "buyer": ["b", "c", "d", "b"],
            "delivered": [50, 60, 40, 10],
            "returned": [10, 3, 2, 1],
        }
    )
    rows = reporting_habits.returns_elsewhere(cells, ("b",), NAMED)
    assert rows["source_name"].to_list() == ["Kite", "t"]
    assert rows["return_rate"].to_list() == [0.2, 0.1]
    assert rows["others_delivered"].to_list() == [100, 0]
    assert rows["others_rate"].to_list() == [0.05, None]
    assert rows["expected_returns"].to_list() == [2.5, None]
    assert reporting_habits.returns_elsewhere(cells, (), NAMED).height == 4
