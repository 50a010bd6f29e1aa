"""Where delivery weeks will end, and how past forecasts did, on a curve made by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from metrics.definitions.report_calendar import day_number
from metrics.insights import forecast_check
from metrics.insights.maturity import ALL, Curve, Curves

MONDAY = date(2026, 8, 3)
UNKNOWN = day_number(MONDAY + timedelta(weeks=6))
CELLS: dict[str, Any] = {
    **dict.fromkeys(("delivery_week", "age_week", "delivered", "feedback", "converted"), pl.Int64),
    "buyer_id": pl.String,
    "source_id": pl.String,
}


def curves(*developed: float) -> Curves:
    """One segment with these shares at each whole week, a tenth of deliveries sold in the end."""
    shares = np.array(developed)
    size = len(shares)
    one = Curve(
        segment=ALL,
        developed=shares,
        factors=np.ones(size),
        before=np.ones(size),
        after=np.ones(size),
        cohorts=np.full(size, 20),
        deliveries=10_000,
        converted=1_000,
        observed_weeks=20,
        rate=0.1,
        dispersion=1.0,
    )
    return Curves({ALL: one}, {"b": None}, {})


CURVES = curves(0.0, 0.5, 0.8, 1.0, 1.0)


def week(
    number: int, delivered: int, *sold: int, source: str | None = "s1"
) -> list[dict[str, Any]]:
    """Cells of the delivery week so many weeks after the first: sales by week of age."""
    start = day_number(MONDAY + timedelta(weeks=number))
    rest = {"feedback": 0, "buyer_id": "b", "source_id": source, "delivery_week": start}
    first = [{"age_week": 0, "delivered": delivered, "converted": 0, **rest}]
    return first + [
        {"age_week": age, "delivered": 0, "converted": count, **rest}
        for age, count in enumerate(sold)
    ]


def changes(*weeks: list[dict[str, Any]]) -> pl.DataFrame:
    """A change tally."""
    return pl.DataFrame([cell for cells in weeks for cell in cells], schema=CELLS)


def test_a_grown_week_grows_by_the_chain_and_a_young_one_is_blended() -> None:
    """40 of 80 % end at 50; 30 of half and a tenth of 1,000 still to develop at 80."""
    tally = changes(week(3, 1_000, 25, 15), week(4, 1_000, 30), week(1, 1_000, 60, 20, 10))
    table = forecast_check.cohorts(tally, CURVES, UNKNOWN, changes())
    assert dict(table.schema) == forecast_check.COHORTS
    rows = table.to_dicts()
    assert [row["week"] for row in rows] == [
        MONDAY + timedelta(weeks=number) for number in (1, 3, 4)
    ]
    assert [row["age_weeks"] for row in rows] == [4, 2, 1]
    assert [row["expected_final"] for row in rows] == pytest.approx([90.0, 50.0, 80.0])
    assert [row["developed"] for row in rows] == pytest.approx([1.0, 0.8, 0.5])
    assert [row["young"] for row in rows] == [False, False, True]


def test_ranges_hold_the_expectation_and_never_less_than_is_sold() -> None:
    """Nor more than was delivered."""
    tally = changes(week(3, 60, 25, 15), week(5, 50, 0))
    for row in forecast_check.cohorts(tally, CURVES, UNKNOWN, changes()).to_dicts():
        assert row["converted"] <= row["expected_low"] <= row["expected_final"]
        assert row["expected_final"] <= row["expected_high"] <= row["delivered"]
        assert row["still_to_come"] == pytest.approx(row["expected_final"] - row["converted"])


def test_sources_stand_by_what_is_still_to_come() -> None:
    """By name where there is one; without a source under a word of its own."""
    tally = changes(
        week(3, 1_000, 25, 15),
        week(4, 1_000, 30, source="s2"),
        week(4, 100, 5, source=None),
    )
    table = forecast_check.still_to_come(tally, CURVES, UNKNOWN, {"s2": "Oak"}, changes())
    assert table["name"].to_list() == ["Oak", "s1", "(none)"]
    assert table["still_to_come"].to_list() == pytest.approx([50.0, 10.0, 5.0])


def test_a_forecast_is_held_against_what_has_come_once_that_is_nearly_all() -> None:
    """Two weeks ago 40 of 80 %, so 50: 51 came, and a week that is young is not judged."""
    then_day = UNKNOWN - 14
    then = changes(week(1, 1_000, 25, 15), week(2, 1_000, 30), week(4, 1_000))
    now = changes(week(1, 1_000, 25, 15, 11), week(2, 1_000, 30, 90, 50), week(4, 1_000, 3))
    table = forecast_check.backtest({14: (then, CURVES, then_day, changes())}, now, CURVES, UNKNOWN)
    rows = table.to_dicts()
    assert [row["week"] for row in rows] == [MONDAY + timedelta(weeks=n) for n in (1, 2)]
    assert [row["converted_then"] for row in rows] == [40, 30]
    assert [row["expected_final"] for row in rows] == pytest.approx([50.0, 80.0])
    assert [row["converted_now"] for row in rows] == [51, 170]
    assert [row["inside"] for row in rows] == [True, False]
    assert {row["known_on"] for row in rows} == {MONDAY + timedelta(days=7 * 4 - 1)}


def test_a_week_that_is_not_nearly_all_in_is_not_judged() -> None:
    """At 80 % nobody can say whether the forecast was right."""
    slow = curves(0.0, 0.2, 0.4, 0.6, 0.8)
    then = changes(week(1, 1_000, 25))
    table = forecast_check.backtest(
        {14: (then, slow, UNKNOWN - 14, changes())}, then, slow, UNKNOWN
    )
    assert table["inside"].to_list() == [None]


def test_nothing_to_look_back_on_is_a_table_without_rows() -> None:
    """With the columns of every other."""
    table = forecast_check.backtest({}, changes(), CURVES, UNKNOWN)
    assert table.is_empty()
    assert dict(table.schema) == forecast_check.BACKTEST
