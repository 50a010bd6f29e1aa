"""Data → Tables: the chosen table, and the list of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pages import PERIOD, marketplace, text

from dashboard.panels.data import table_browser
from dashboard.tables.registry import TABLES

if TYPE_CHECKING:
    from builders import Desk
    from pages import Open


@pytest.mark.parametrize("name", ["sources", "deliveries", "batches"])
def test_a_table_of_each_kind_is_shown_with_its_address(
    desk: Desk, opened: Open, name: str
) -> None:
    """As its files will hold it; its own rows at most so many."""
    desk.take(*marketplace())
    page = opened("data", tab="tables", table=name, **PERIOD)
    assert not page.exception
    shown = page.dataframe[0].value
    assert 0 < len(shown) <= table_browser.PREVIEWED
    assert {column.name for column in TABLES[name].columns} <= set(shown.columns)
    assert any(block.value.startswith(f"GET /api/v1/tables/{name}") for block in page.code)


def test_the_list_names_every_table_and_leads_to_it(desk: Desk, opened: Open) -> None:
    """The chosen one, a default for an unknown name, is no link."""
    desk.take(*marketplace())
    page = opened("data", tab="tables", table="nonsense", **PERIOD)
    said = text(page)
    assert f"<b>{TABLES['sources'].title}</b>" in said
    for name, table in TABLES.items():
        assert f"<code>{name}</code>" in said
        assert (f"table={name}&amp;" in said or f'table={name}"' in said) == (
            table is not TABLES["sources"]
        )
