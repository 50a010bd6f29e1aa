"""Seasons are known by a whole year: the period that is looked at does not matter."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from october import OCTOBER, rows

from dashboard.tables import seasons

if TYPE_CHECKING:
    from dashboard.answers.workspace import Workspace
    from dashboard.tables.table import Table

DAY = replace(OCTOBER, first=date(2026, 10, 5), last=date(2026, 10, 5))


@pytest.mark.parametrize("table", seasons.TABLES, ids=lambda table: table.name)
def test_the_period_does_not_matter(shop: Workspace, table: Table) -> None:
    """But the columns are those promised."""
    found = shop.table(table.name, OCTOBER)
    assert found.height > 0
    assert dict(found.schema) == dict(table.schema)
    assert shop.table(table.name, DAY).equals(found, null_equal=True)


def test_months_are_those_of_deliveries_old_enough(shop: Workspace) -> None:
    """All of September, and of October what is 30 days old on the 20th of November."""
    found = {
        row["month"]: row["deliveries"]
        for row in rows(shop, "seasonality_month")
        if (row["vertical"], row["measure"]) == ("(all)", "return_rate")
    }
    grown = sum(n % 28 + 1 <= 21 for n in range(120))
    assert found == {9: 100, 10: grown}


def test_quarters_and_hours_add_up_to_the_same(shop: Workspace) -> None:
    """Everything is delivered at nine."""
    for name in ("seasonality_quarter", "seasonality_weekday_hour"):
        counted = [row for row in rows(shop, name) if row["measure"] == "return_rate"]
        months = rows(shop, "seasonality_month")
        whole = [row for row in months if row["vertical"] == "(all)"]
        assert sum(row["deliveries"] for row in counted) == sum(
            row["deliveries"] for row in whole if row["measure"] == "return_rate"
        )
    assert {row["hour"] for row in rows(shop, "seasonality_weekday_hour")} == {9}


def test_two_months_support_no_claim_about_a_season(shop: Workspace) -> None:
    """All waits are the same four hours: a ratio of one, and no range to tell."""
    found = rows(shop, "season_claims")
    assert {row["verdict"] for row in found} == {"not supported by the data yet"}
    numbers = [row[name] for row in found for name in ("index", "index_low", "index_high")]
    assert all(math.isfinite(number) for number in numbers if number is not None)
    waits = [row for row in found if row["measure"] == "hours" and row["of"]]
    assert {(row["index"], row["index_low"], row["p_value"]) for row in waits} == {(1.0, None, 1.0)}
