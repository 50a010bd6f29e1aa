"""Numbers over time and against the period before, by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from builders import us

from metrics.definitions.report_calendar import day_number
from metrics.definitions.scope import Scope
from metrics.insights import comparison, rates
from metrics.outcomes.tallies import MEASURES

NOW = us("2026-11-22T12:00:00Z")
EMPTY = pl.DataFrame(schema={"day": pl.Int64, **dict.fromkeys(MEASURES, pl.Int64)})


def scope(first: date, last: date, **said: Any) -> Scope:
    """A question about a period."""
    return Scope(first=first, last=last, as_of_us=NOW, **said)


def cells(**by_day: tuple[int, int, int]) -> pl.LazyFrame:
    """A tally: on days like `oct_05` so many delivered, with feedback, sold."""
    months = {"sep": 9, "oct": 10, "nov": 11}
    rows = []
    for name, (delivered, feedback, sold) in by_day.items():
        month, day = name.split("_")
        counted = {"attempted": delivered, "delivered": delivered, "feedback": feedback}
        at = day_number(date(2026, months[month], int(day)))
        rows.append(dict.fromkeys(MEASURES, 0) | counted | {"converted": sold, "day": at})
    return pl.DataFrame(rows, schema=EMPTY.schema).lazy() if rows else EMPTY.lazy()


def trend(
    tally: pl.LazyFrame, asked: Scope, grain: str, before: pl.LazyFrame | None = None
) -> list[dict[str, Any]]:
    """The table, where deliveries are old enough up to the 20th of October."""
    young_after = day_number(date(2026, 10, 20))
    table = comparison.trend(tally, before, asked, grain=grain, young_after=young_after)
    return table.to_dicts()


OCTOBER = scope(date(2026, 10, 1), date(2026, 10, 31))


def test_weeks_begin_on_mondays_and_those_that_are_cut_say_so() -> None:
    """October 2026 begins on a Thursday and ends on a Saturday."""
    rows = trend(cells(oct_01=(10, 8, 2), oct_05=(20, 10, 1)), OCTOBER, "week")
    assert [row["start"] for row in rows] == [
        date(2026, 9, 28) + timedelta(weeks=week) for week in range(5)
    ]
    assert [row["end"] for row in rows][::4] == [date(2026, 10, 4), date(2026, 10, 31)]
    assert [row["partial"] for row in rows] == [True, False, False, False, True]
    assert [row["delivered"] for row in rows] == [10, 20, 0, 0, 0]
    assert [row["conversion_rate"] for row in rows] == [0.25, 0.1, None, None, None]


def test_young_are_those_that_end_after_the_last_day_that_can_be_judged() -> None:
    """By the clock of deliveries alone."""
    rows = trend(cells(oct_01=(10, 8, 2)), OCTOBER, "week")
    assert [row["young"] for row in rows] == [False, False, False, True, True]
    told = trend(cells(), scope(OCTOBER.first, OCTOBER.last, clock="reported"), "week")
    assert not any(row["young"] for row in told)


def test_a_day_is_compared_with_the_day_as_far_into_the_period_before() -> None:
    """Without a period before there is nothing to compare with."""
    asked = scope(date(2026, 10, 12), date(2026, 10, 14))
    assert asked.previous().first == date(2026, 10, 9)
    now = cells(oct_12=(10, 10, 5), oct_13=(10, 10, 5), oct_14=(10, 10, 5))
    before = cells(oct_09=(10, 10, 1), oct_11=(10, 10, 3))
    rows = trend(now, asked, "day", before)
    assert [row["previous_conversion_rate"] for row in rows] == [0.1, None, 0.3]
    alone = trend(now, asked, "day")
    assert {row["previous_conversion_rate"] for row in alone} == {None}


def test_a_month_is_compared_with_the_month_before() -> None:
    """However many days either has: the 30th of September counts for October."""
    rows = trend(cells(oct_31=(10, 10, 5)), OCTOBER, "month", cells(sep_30=(10, 10, 2)))
    assert [(row["start"], row["previous_conversion_rate"]) for row in rows] == [
        (date(2026, 10, 1), 0.2)
    ]


def side(**said: Any) -> pl.DataFrame:
    """One row of rates where nothing else is known."""
    row = dict.fromkeys(rates.RATE_COLUMNS) | said
    return pl.DataFrame([row], schema=rates.RATE_COLUMNS)


def conversion(rate: float, low: float, high: float) -> dict[str, float]:
    """A conversion with its range."""
    return {"conversion_rate": rate, "conversion_low": low, "conversion_high": high}


def headline(now: pl.DataFrame, before: pl.DataFrame | None) -> dict[str, dict[str, Any]]:
    """The table by key."""
    return {row["key"]: row for row in comparison.headline(now, before).to_dicts()}


@pytest.mark.parametrize(
    ("then", "verdict"),
    [
        (conversion(0.05, 0.04, 0.06), "better"),
        (conversion(0.20, 0.18, 0.22), "worse"),
        (conversion(0.09, 0.05, 0.15), "level"),
    ],
)
def test_a_change_of_a_rate_counts_where_it_lies_outside_its_range(
    then: dict[str, float], verdict: str
) -> None:
    """Conversion of 10 %, likely 9 to 11."""
    row = headline(side(**conversion(0.10, 0.09, 0.11)), side(**then))["conversion_rate"]
    assert row["verdict"] == verdict
    assert row["change"] == pytest.approx(0.10 - then["conversion_rate"])


def test_money_is_level_below_one_percent_and_counts_have_no_better() -> None:
    """Cost is better when it is lower; deliveries are neither."""
    now = side(margin_cents=10_099, net_cents=10_200, cost_cents=9_000, delivered=50)
    before = side(margin_cents=10_000, net_cents=10_000, cost_cents=10_000, delivered=10)
    rows = headline(now, before)
    found = {key: rows[key]["verdict"] for key in ("margin_cents", "net_cents", "delivered")}
    assert found == {"margin_cents": "level", "net_cents": "better", "delivered": None}
    assert rows["delivered"]["change"] == 40


def test_silence_is_no_improvement() -> None:
    """With under four fifths of the feedback rate of before, fewer returns say nothing."""
    better = {"margin_cents": 20_000, "net_cents": 20_000}
    worse = {"margin_cents": 10_000, "net_cents": 10_000}
    told = side(coverage=0.9, **better)
    silent = side(coverage=0.7, **better)
    before = side(coverage=0.9, **worse)
    assert headline(told, before)["margin_cents"]["verdict"] == "better"
    assert headline(silent, before)["margin_cents"]["verdict"] is None
    fallen = headline(side(coverage=0.7, **worse), side(coverage=0.9, **better))
    assert fallen["margin_cents"]["verdict"] == "worse"


def test_without_a_period_before_there_is_no_change() -> None:
    """The numbers themselves are there."""
    row = headline(side(converted=3, conversion_base=30, **conversion(0.1, 0.0, 0.2)), None)
    assert row["conversion_rate"]["numerator"] == 3
    assert row["conversion_rate"]["denominator"] == 30
    assert {one["change"] for one in row.values()} == {None}
    assert {one["verdict"] for one in row.values()} == {None}


@pytest.mark.parametrize(
    ("delivered", "feedback", "sold", "returned", "only"),
    [
        (100, 20, 15, 5, True),
        (100, 20, 15, 4, False),
        (20, 20, 15, 5, False),
        (100, 0, 0, 0, False),
    ],
)
def test_buyers_that_report_nothing_but_ends(
    delivered: int, feedback: int, sold: int, returned: int, *, only: bool
) -> None:
    """Sales and returns are all there is, and not everything is reported on."""
    told = side(delivered=delivered, feedback=feedback, converted=sold, returned=returned)
    assert comparison.only_ends(headline(told, None)) is only


def test_the_three_clocks_date_the_same_deliveries_differently() -> None:
    """Delivered in September, sold and reported in October, by each clock."""
    days = {
        name: day_number(date(2026, month, 15))
        for name, month in (("sep", 9), ("oct", 10), ("nov", 11))
    }
    rows = [
        ("sep", "oct", "oct", 1, 1),
        ("oct", "oct", "nov", 1, 1),
        ("oct", None, None, 0, 0),
        ("oct", "oct", "oct", 1, 0),
    ]
    outcomes = pl.DataFrame(
        [
            {
                "delivered": 1,
                "dated_day": days[dated],
                "occurred_day": days.get(occurred or ""),
                "reported_day": days.get(told or ""),
                "covered": covered,
                "converted": sold,
            }
            for dated, occurred, told, covered, sold in rows
        ]
    )
    table = comparison.clocks(outcomes.lazy(), OCTOBER)
    assert table.rows() == [
        ("delivered", 3, 2, 1, 3, 0, 0),
        ("occurred", 3, 3, 2, 2, 1, 0),
        ("reported", 2, 2, 1, 1, 1, 0),
    ]
