"""When buyers reported, and their returns beside those of others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from october import OCTOBER, rows

from dashboard.tables import reporting_habits

if TYPE_CHECKING:
    from dashboard.answers.workspace import Workspace
    from dashboard.tables.table import Table


@pytest.mark.parametrize("table", reporting_habits.TABLES, ids=lambda table: table.name)
def test_every_table_has_the_columns_it_promises(shop: Workspace, table: Table) -> None:
    """In their order and of their types, each with a definition."""
    assert list(shop.table(table.name, OCTOBER).schema.items()) == list(table.schema.items())
    assert all(column.definition for column in table.columns)


def test_weeks_of_a_buyer_add_up_to_its_month(shop: Workspace) -> None:
    """60 delivered and 48 received each; only the ends are cut."""
    for buyer in ("buy_acme", "buy_birch"):
        weeks = [row for row in rows(shop, "reporting_weeks") if row["buyer_id"] == buyer]
        assert sum(row["delivered"] for row in weeks) == 60
        assert sum(row["received"] for row in weeks) == 48
        assert [row["partial"] for row in weeks] == [True, False, False, False, True]


def test_a_week_is_normal_within_its_band(shop: Workspace) -> None:
    """Around what the habit lets expect, where there is a habit."""
    known = [row for row in rows(shop, "reporting_weeks") if row["expected"] is not None]
    assert known
    for row in known:
        assert row["normal_low"] <= row["expected"] <= row["normal_high"]


def test_returns_are_held_against_those_of_the_other_buyer(shop: Workspace) -> None:
    """Acme sends 2 of 30 back where Birch sends back 1 of 30; the others stay when one is asked."""
    acme = replace(OCTOBER, buyer=("buy_acme",))
    found = rows(shop, "returns_elsewhere", acme)
    assert {row["buyer_id"] for row in found} == {"buy_acme"}
    for row in found:
        assert (row["returned"], row["delivered"]) == (2, 30)
        assert (row["others_returned"], row["others_delivered"]) == (1, 30)
        assert row["expected_returns"] == 1.0
