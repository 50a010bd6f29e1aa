"""Buyers of October: what they report, what is missing, whom to ask."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from october import OCTOBER, column, rows

from dashboard.tables import buyers

if TYPE_CHECKING:
    from dashboard.answers.workspace import Workspace
    from dashboard.tables.table import Table

NOVEMBER = replace(OCTOBER, last=date(2026, 11, 20))


@pytest.mark.parametrize("table", buyers.TABLES, ids=lambda table: table.name)
def test_every_table_has_the_columns_it_promises(shop: Workspace, table: Table) -> None:
    """In their order and of their types, each with a definition."""
    assert list(shop.table(table.name, OCTOBER).schema.items()) == list(table.schema.items())
    assert all(column.definition for column in table.columns)


def test_each_buyer_by_hand(shop: Workspace) -> None:
    """Acme returns twice as many as Birch from the same sources."""
    acme, birch = rows(shop, "buyers")
    assert (acme["delivered"], acme["feedback"], acme["returned"]) == (60, 48, 4)
    assert (birch["delivered"], birch["feedback"], birch["returned"]) == (60, 48, 2)
    assert acme["median_seconds_to_feedback"] == 4 * 3_600
    assert (acme["strictness"], birch["strictness"]) == (2.0, 0.5)
    assert acme["net_share"] + birch["net_share"] == 1


def test_days_of_silence_are_told_where_the_period_reaches_to_now(shop: Workspace) -> None:
    """A buyer may have reported since about what came later."""
    assert set(column(shop, "buyers", "days_silent")) == {None}
    assert set(column(shop, "overdue_feedback", "days_silent", NOVEMBER)) == {22, 24}


def test_types_are_the_sum_of_their_buyers(shop: Workspace) -> None:
    """Both are of a type that nobody named."""
    [unknown] = rows(shop, "buyer_types")
    assert unknown["buyer_type"] == "(none)"
    assert unknown["converted"] == sum(column(shop, "buyers", "converted"))


def test_what_the_silent_could_hide(shop: Workspace) -> None:
    """3 of 30 sold; 6 are silent."""
    for row in rows(shop, "coverage"):
        assert (row["delivered"], row["silent"], row["converted"]) == (30, 6, 3)
        assert (row["floor"], row["ceiling"]) == (0.1, 0.3)


def test_the_file_for_a_buyer_lists_its_silent_leads_oldest_first(shop: Workspace) -> None:
    """24 of October, with nothing filled in."""
    acme = replace(OCTOBER, buyer=("buy_acme",))
    found = rows(shop, "unanswered", acme)
    assert len(found) == 12
    assert [row["delivered_at"] for row in found] == sorted(row["delivered_at"] for row in found)
    assert {row[name] for row in found for name in ("outcome", "reason", "value", "notes")} == {
        None
    }


def test_whom_to_call_is_drawn_by_the_seed_among_the_silent(shop: Workspace) -> None:
    """So few that all of them are needed; another seed, another order."""
    silent = set(column(shop, "unanswered", "lead_id"))
    one, other = (column(shop, "verification_sample", "lead_id", seed=seed) for seed in (0, 1))
    assert set(one) == set(other) == silent
    assert one != other
    assert one == column(shop, "verification_sample", "lead_id", seed=0)


def test_tables_of_everybody_mean_nothing_by_report(shop: Workspace) -> None:
    """What needs all deliveries is blank, or has no rows."""
    told = replace(OCTOBER, clock="reported")
    assert set(column(shop, "buyers", "delivered", told)) == {None}
    assert sum(column(shop, "buyers", "converted", told)) == 12
    assert rows(shop, "unanswered", told) == []
