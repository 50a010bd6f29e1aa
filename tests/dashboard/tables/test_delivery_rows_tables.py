"""Tables of single rows, page by page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
import pytest
from builders import us
from october import OCTOBER

from dashboard.tables import delivery_rows
from metrics.definitions.scope import Rows

if TYPE_CHECKING:
    from dashboard.answers.workspace import Workspace
    from dashboard.tables.table import Table

SOLD = replace(OCTOBER, rows=Rows(converted=True))


def test_the_count_is_that_of_the_rows(shop: Workspace) -> None:
    """With conditions and without."""
    for scope, expected in ((OCTOBER, 120), (SOLD, 12)):
        query = shop.table_query(scope)
        listed = pl.concat(delivery_rows.deliveries(query))
        assert delivery_rows.count(query) == listed.height == expected


def test_pages_are_months_in_the_order_of_time(shop: Workspace) -> None:
    """And within them by time, lead and buyer."""
    both = replace(OCTOBER, first=OCTOBER.first.replace(month=9))
    pages = list(delivery_rows.deliveries(shop.table_query(both)))
    assert [page.height for page in pages] == [100, 120]
    listed = pl.concat(pages)
    assert listed.equals(listed.sort("delivered_at", "lead_id", "buyer_id"))


def test_the_newest_come_first(shop: Workspace) -> None:
    """As many as are asked for."""
    newest = delivery_rows.newest(shop.table_query(OCTOBER), 5)
    assert newest.height == 5
    times = newest["delivered_at"].to_list()
    assert times == sorted(times, reverse=True)


def test_feedback_and_attempts_are_those_behind_the_deliveries(shop: Workspace) -> None:
    """12 sales were told once and delivered once each."""
    query = shop.table_query(SOLD)
    told, tries = (
        pl.concat(pages(query)) for pages in (delivery_rows.feedback, delivery_rows.attempts)
    )
    assert told["outcome"].to_list() == ["converted"] * 12
    assert set(told["lead_id"]) == set(tries["lead_id"])
    assert tries.height == 12


def test_what_changed_since_a_version_leaves_out_the_rest(shop: Workspace) -> None:
    """Since the newest nothing has."""
    newest = shop.edition.version
    now, ever = (
        pl.concat(delivery_rows.feedback(shop.table_query(OCTOBER, changed_since=version)))
        for version in (newest, 0)
    )
    assert now.is_empty()
    assert ever.height == 96
    assert delivery_rows.count(shop.table_query(OCTOBER, changed_since=newest)) == 0


@pytest.mark.parametrize("table", delivery_rows.TABLES, ids=lambda table: table.name)
def test_nothing_is_no_page_or_one_without_rows(shop: Workspace, table: Table) -> None:
    """Before there was anything."""
    empty = replace(OCTOBER, last=OCTOBER.first, as_of_us=us("2026-08-01"))
    assert table.pages is not None
    assert sum(page.height for page in table.pages(shop.table_query(empty))) == 0
