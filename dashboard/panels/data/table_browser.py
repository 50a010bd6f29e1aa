"""Data → Tables: every table by name, and the chosen one as its files will hold it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl
import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.layout import address, cards
from dashboard.presentation import formats
from dashboard.presentation.markup import html
from dashboard.query import filters
from dashboard.tables.registry import TABLES

if TYPE_CHECKING:
    from markupsafe import Markup

    from dashboard.query.filters import Query
    from dashboard.tables.table import Table

PREVIEWED: Final = 100


def show(query: Query) -> None:
    """The chosen table with columns, files and a preview, above the list of all tables."""
    chosen = address.choice("table", TABLES, "sources")
    table = TABLES[chosen]
    with (
        st.container(border=True, key=f"card_table_{chosen}", gap="small"),
        cards.guarded(table.title),
    ):
        cards.title(table.title, table.sentence)
        rows = _preview(table, query)
        total = formats.quantity(rows.height, "row")
        more = f"the first {PREVIEWED} of {total}" if rows.height > PREVIEWED else total
        how = "Shares are 0 – 1 and money is in cents, as in the files"
        st.html(html("texts.how", text=f"{how}; {more}."))
        days = st.column_config.DateColumn(format="YYYY-MM-DD")
        st.dataframe(
            rows.head(PREVIEWED),
            hide_index=True,
            placeholder=formats.NO_DATA,
            key="preview",
            column_config={name: days for name, kind in rows.schema.items() if kind == pl.Date},
        )
        st.html(cards.downloads(chosen, {}), width="content")
        query_text = filters.query_string(query)
        st.code(f"GET /api/v1/tables/{chosen}?{query_text}".rstrip("?"), language=None)
        with st.expander(formats.quantity(len(table.columns), "column")):
            facts = [(c.name, c.type, c.unit or "", c.definition) for c in table.columns]
            st.html(cards.facts(facts, ("Column", "Type", "Unit", "Meaning")))
    with st.container(border=True, key="card_tables"):
        cards.title("All tables", "The same tables, filters and numbers as on the pages.")
        st.html(_list(chosen))


def _preview(table: Table, query: Query) -> pl.DataFrame:
    """The frame of a table, or the newest rows of a long one."""
    known, scope = workspace(), query.scope
    if table.count:
        return known.deliveries(scope, limit=PREVIEWED)
    rows = pl.concat(known.frames(table.name, scope, by=table.default_by))
    return rows.reverse() if table.kind == "rows" else rows


def _list(chosen: str) -> Markup:
    """Titles that lead to their tables, with what each is about."""
    links = {name: address.link("data", tab="tables", table=name) for name in TABLES}
    return html("tables.all_tables", tables=list(TABLES.values()), links=links, chosen=chosen)
