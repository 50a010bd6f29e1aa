"""When feedback comes and where sales end, of reports that all came after four hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from october import OCTOBER, column, rows

from dashboard.tables import timing
from metrics.insights.timing import NONE_YET

if TYPE_CHECKING:
    from dashboard.answers.workspace import Workspace

TOLD = replace(OCTOBER, clock="reported")


def test_every_delivery_is_in_one_bin(shop: Workspace) -> None:
    """96 in one, 24 without a report yet."""
    found = rows(shop, "time_to_feedback", by=("buyer",))
    found = [row for row in found if row["group"] == "buyer"]
    assert sum(row["deliveries"] for row in found) == 120
    filled = [row for row in found if row["deliveries"] and row["bin"] != NONE_YET]
    assert {row["deliveries"] for row in filled} == {48}
    assert len({row["bin"] for row in filled}) == 1
    assert {row["median_seconds_to_feedback"] for row in filled} == {4 * 3_600.0}


def test_by_report_there_is_nobody_without_one(shop: Workspace) -> None:
    """And no share of deliveries."""
    found = rows(shop, "time_to_feedback", TOLD)
    assert NONE_YET not in {row["bin"] for row in found}
    assert {row["share_of_delivered"] for row in found} == {None}


def test_incidence_ends_where_all_sales_are_in(shop: Workspace) -> None:
    """12 and 6 of 120 on the day of delivery, and none later."""
    found = rows(shop, "incidence")
    assert (found[0]["at_risk"], found[0]["converted"], found[0]["returned"]) == (120, 12, 6)
    assert found[-1]["converted_incidence"] == pytest.approx(0.1)
    assert found[-1]["returned_incidence"] == pytest.approx(0.05)
    split = {row["value"] for row in rows(shop, "incidence", by=("source",))}
    assert split == {"src_elm", "src_oak"}


def test_cohorts_are_the_weeks_of_the_period(shop: Workspace) -> None:
    """12 sales of 120 that are all there is to come."""
    assert sum(column(shop, "cohorts", "delivered")) == 120
    assert sum(column(shop, "cohorts", "converted")) == 12
    assert sum(column(shop, "still_to_come", "still_to_come")) == pytest.approx(0)
    assert {row["name"] for row in rows(shop, "still_to_come")} == {"Oak", "Elm"}


def test_a_backtest_looks_back_as_far_as_it_says(shop: Workspace) -> None:
    """To what was wholly known a fortnight and a month ago."""
    today = OCTOBER.as_of_us
    for row in rows(shop, "backtest"):
        then = today // timing.DAY_US - row["days_ago"]
        assert row["known_on"].toordinal() - 719_163 == then - 1
        assert row["week"] + timedelta(days=6) <= row["known_on"]
        assert row["converted_then"] <= row["converted_now"]


def test_ages_grow_week_by_week_to_what_is_seen(shop: Workspace) -> None:
    """Shares that never fall where no sale is taken back."""
    ages = [row for row in rows(shop, "maturity") if row["segment"] == "(all)"]
    assert [row["age_weeks"] for row in ages] == sorted(row["age_weeks"] for row in ages)
    shares = [row["developed"] for row in ages]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)
