"""Scores and tiers of two equal sources."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from october import OCTOBER, column, rows

from dashboard.tables import scores

if TYPE_CHECKING:
    from dashboard.answers.workspace import Workspace
    from dashboard.tables.table import Table


@pytest.mark.parametrize("table", scores.TABLES, ids=lambda table: table.name)
def test_every_table_has_the_columns_it_promises(shop: Workspace, table: Table) -> None:
    """In their order and of their types, each with a definition."""
    assert list(shop.table(table.name, OCTOBER).schema.items()) == list(table.schema.items())
    assert all(column.definition for column in table.columns)


def test_points_follow_from_the_rates(shop: Workspace) -> None:
    """25 + 25 × 0.4375 ÷ 0.85 + 30 × 0.125 ÷ 0.20 + 20 × 0.95 of each."""
    for row in rows(shop, "scores"):
        assert row["score"] == pytest.approx(25 + 25 * 0.4375 / 0.85 + 30 * 0.625 + 20 * 0.95)
        assert row["score_low"] < row["score"] < row["score_high"]


def test_a_change_of_score_is_the_sum_of_its_parts(shop: Workspace) -> None:
    """September against October, part by part; one of them moved most."""
    for source in ("src_elm", "src_oak"):
        parts = [row for row in rows(shop, "score_changes") if row["id"] == source]
        assert [row["component"] for row in parts] == [
            *("delivery", "contact", "conversion", "return"),
        ]
        total = sum(row["change"] for row in parts)
        assert parts[0]["score_change"] == pytest.approx(total)
        assert sum(row["moved_most"] for row in parts) == 1


def test_tiers_do_not_heed_the_period(shop: Workspace) -> None:
    """Of all deliveries of the window that are old enough, whatever is looked at."""
    day = replace(OCTOBER, first=date(2026, 10, 5), last=date(2026, 10, 5))
    assert rows(shop, "tiers", day) == rows(shop, "tiers")
    assert column(shop, "tiers", "converted") == [11, 11]
    for row in rows(shop, "tiers"):
        chances = [row[f"p_{tier}"] for tier in ("poor", "watch", "good", "excellent")]
        assert sum(chances) == pytest.approx(1)


def test_there_is_no_score_by_other_clocks(shop: Workspace) -> None:
    """All of it would be unknown."""
    told = replace(OCTOBER, clock="reported")
    assert rows(shop, "scores", told) == []
    assert {row["rate_before"] for row in rows(shop, "score_changes", told)} <= {None}
