"""Volumes, rates and money of two months worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from october import OCTOBER, column, rows

from dashboard.tables import volumes

if TYPE_CHECKING:
    from dashboard.answers.workspace import Workspace
    from dashboard.tables.table import Table


@pytest.mark.parametrize("table", volumes.TABLES, ids=lambda table: table.name)
def test_every_table_has_the_columns_it_promises(shop: Workspace, table: Table) -> None:
    """In their order and of their types."""
    assert list(shop.table(table.name, OCTOBER).schema.items()) == list(table.schema.items())


def test_sources_share_the_month_evenly(shop: Workspace) -> None:
    """60 deliveries of $20 at $12 each, 6 sales of 48 told."""
    for row in rows(shop, "sources"):
        assert (row["delivered"], row["feedback"], row["converted"]) == (60, 48, 6)
        assert row["conversion_rate"] == 0.125
        assert (row["net_cents"], row["margin_cents"]) == (120_000, 48_000)


def test_rates_split_by_buyer_add_up_to_the_whole(shop: Workspace) -> None:
    """4 and 2 returns are the 6 of all."""
    assert dict(zip(column(shop, "rates", "buyer", by=("buyer",)),
                    column(shop, "rates", "returned", by=("buyer",)), strict=True)) == {
        "buy_acme": 4, "buy_birch": 2,
    }  # fmt: skip
    [whole] = rows(shop, "rates")
    assert (whole["returned"], whole["delivered"]) == (6, 120)


def test_months_stand_in_order(shop: Workspace) -> None:
    """September and October; the month before is beside the later one."""
    both = replace(OCTOBER, first=date(2026, 9, 1))
    assert column(shop, "trend", "delivered", both, grain="month") == [100, 120]
    [october] = rows(shop, "trend", grain="month")
    assert october["previous_conversion_rate"] == 0.125


def test_every_delivery_stands_once_by_its_result(shop: Workspace) -> None:
    """Out of all deliveries the silent are one of the results."""
    mix = rows(shop, "outcome_mix", replace(OCTOBER, base="delivered"))
    found = {row["outcome"]: row["deliveries"] for row in mix if row["deliveries"]}
    assert found == {
        "converted": 12, "returned": 6, "contacted": 30, "no_contact": 48, "silent": 24,
    }  # fmt: skip
    assert sum(row["share"] for row in mix) == pytest.approx(1)


def test_the_headline_holds_october_against_september(shop: Workspace) -> None:
    """Margin $960 after $800 is better, conversion is level."""
    found = {row["key"]: row for row in rows(shop, "headline")}
    assert (found["margin_cents"]["value"], found["margin_cents"]["previous"]) == (96_000, 80_000)
    assert found["margin_cents"]["verdict"] == "better"
    assert found["conversion_rate"]["verdict"] == "level"


def test_by_report_only_what_is_reported_is_counted(shop: Workspace) -> None:
    """96 by the day of the report, of which nothing is known but what was told."""
    told = replace(OCTOBER, clock="reported")
    assert column(shop, "clocks", "deliveries") == [120, 96, 96]
    [row] = rows(shop, "rates", told)
    assert (row["feedback"], row["delivered"], row["return_rate"]) == (96, None, None)
