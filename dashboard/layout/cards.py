"""Cards: a title, how to read it, a figure or its table, and quiet ways on.

A card stands alone: when its data or its figure fails, it says so in one sentence, the
reason goes to the log, and the other cards stand.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from dashboard.layout import address, grids
from dashboard.presentation import formats, theme
from dashboard.presentation.markup import html
from dashboard.tables.registry import TABLES
from data_access.explained import ExplainedError
from metrics.insights.comparison import MOST_REPORTED
from metrics.insights.tiers import LEAST_COVERAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import plotly.graph_objects as go
    import polars as pl
    from markupsafe import Markup

    from dashboard.presentation.theme import Palette
    from dashboard.query.filters import Value

_LOG: Final = logging.getLogger(__name__)
FEW: Final = 30
LITTLE: Final = LEAST_COVERAGE
ARRIVED: Final = 0.9
NEEDS_ALL: Final = (
    "This needs all deliveries. Counted by when results came only those with feedback exist; "
    "How to count leads back."
)
NOTHING: Final = "Nothing to show for this period and these filters."


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a card is called, which table it shows, and where its actions lead.

    `table` is the API's name of the frame with its `options`; `leads` are the row
    conditions of "show the leads", None for no such link.
    """

    key: str
    title: str
    how: str
    columns: tuple[str, ...] = ()
    table: str | None = None
    options: Mapping[str, Value] = field(default_factory=dict)
    leads: Mapping[str, Value] | None = None
    alt: str = ""
    currency: str = "USD"
    zone: str = "UTC"
    empty: str = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What only some cards have: a chip, switches of their own, an answer to clicks."""

    chip: Callable[[pl.DataFrame], str | None] = lambda _: None
    controls: Callable[[], None] | None = None
    on_click: Callable[[str], None] | None = None
    on_row: Callable[[dict[str, Any]], None] | None = None


def colours() -> Palette:
    """The palette of the reader's theme."""
    return theme.palette(st.context.theme.type)


@contextmanager
def guarded(what: str) -> Iterator[None]:
    """Let a part of a page fail alone, with one plain sentence."""
    try:
        yield
    except ExplainedError as error:  # its own sentence says more
        st.html(html("texts.empty", text=formats.sentence(str(error))))
    except Exception:  # noqa: BLE001 - whatever it was, the other cards must stand
        _LOG.exception("%s could not be drawn", what)
        st.html(html("cards.failed", what=what))


def show(
    card: Card,
    frame: Callable[[], pl.DataFrame],
    figure: Callable[[pl.DataFrame, Palette], go.Figure] | None,
    extras: Extras | None = None,
) -> None:
    """Draw a card: data step, then figure step. Without a figure it is a table."""
    extras = extras or Extras()
    frame_of_card = st.container(
        border=True, key=f"card_{card.key}", gap="xsmall", height="stretch"
    )
    with frame_of_card, guarded(card.title):
        rows = frame()
        as_table = head(card, extras, extras.chip(rows), switch=figure is not None)
        if rows.is_empty():
            st.html(html("texts.empty", text=_why_empty(card)))
            return
        if figure is None or as_table:
            _tabulate(card, rows, extras.on_row)
        else:
            _draw(card, figure(rows, colours()), extras.on_click)
        actions(card)


def _why_empty(card: Card) -> str:
    """Why a card shows nothing."""
    table = TABLES[card.table] if card.table else None
    if table and table.whole and address.query().scope.clock != "delivered":
        return NEEDS_ALL
    return card.empty


def chip_of(base: int | None, coverage: float | None, developed: float | None = None) -> str | None:
    """The one reservation worth a chip, the first that applies.

    `developed` is the share of the sales expected in the end that is in by now.
    """
    if base is not None and base < FEW:
        return f"Few leads ({base:,})"
    if coverage is not None and coverage < MOST_REPORTED:
        share = f"{coverage * 100:.0f} %"
        return f"Half reported ({share})" if coverage >= LITTLE else f"Only {share} reported"
    if developed is not None and developed < ARRIVED:
        return f"Still arriving ({developed * 100:.0f} % in)"
    return None


def title(text: str, how: str, chip: str | None = None) -> None:
    """A card's title with its chip, and how to read it."""
    st.html(html("cards.titled", text=text, how=how, chip=chip))


def actions(card: Card) -> None:
    """The card's quiet footer: leads, files, API."""
    if card.table is None and card.leads is None:
        return
    with st.container(
        horizontal=True, vertical_alignment="center", key=f"actions_{card.key}", gap="medium"
    ):
        if card.leads is not None:
            leads = address.target(**card.leads)
            st.page_link("app_pages/leads.py", label="Show the leads", query_params=leads)
        if card.table is not None:
            st.html(downloads(card.table, card.options), width="content")


def downloads(table: str, options: Mapping[str, Value]) -> Markup:
    """Links to a table as files and in the API, as HTML."""
    files = [
        (label, address.table_link(table, kind, **options))
        for kind, label in (("csv", "CSV"), ("xlsx", "XLSX"), ("parquet", "Parquet"))
    ]
    return html("cards.downloads", files=files, api=address.table_link(table, "json", **options))


def facts(
    rows: Sequence[tuple[str, ...]], heads: tuple[str, ...] = (), numbers: tuple[int, ...] = ()
) -> Markup:
    """A small table as HTML; `numbers` are right-aligned columns."""
    return html("cards.facts", rows=rows, heads=heads, numbers=numbers)


def _has(name: str, rows: pl.DataFrame) -> bool:
    return name in rows.columns or (
        name.endswith("_range") and f"{name.removesuffix('_range')}_low" in rows.columns
    )


def head(card: Card, extras: Extras, chip: str | None, *, switch: bool) -> bool:
    """Title with the card's switches, how to read it; whether the table is wanted."""
    view: str | None = "Table"
    with st.container(horizontal=True, vertical_alignment="center", key=f"head_{card.key}"):
        st.html(html("cards.title", text=card.title, chip=chip), width="content")
        st.space("stretch")
        if extras.controls:
            extras.controls()
        if switch:
            view = st.segmented_control(
                "View",
                ["Chart", "Table"],
                default="Chart",
                required=True,
                key=f"view_{card.key}",
                label_visibility="collapsed",
            )
    st.html(html("texts.how", text=card.how))
    return view == "Table"


def _tabulate(
    card: Card, rows: pl.DataFrame, on_row: Callable[[dict[str, Any]], None] | None
) -> None:
    key = f"grid_{card.key}"

    def clicked() -> None:
        place = grids.selected(key)
        if place is not None and on_row:
            on_row(rows.row(place, named=True))

    columns = [name for name in card.columns or rows.columns if _has(name, rows)]
    look = grids.Look(currency=card.currency, zone=card.zone, meanings=meanings(card))
    grids.grid(rows, columns, key=key, look=look, on_select=clicked if on_row else None)


def meanings(card: Card) -> dict[str, str]:
    """What the columns of a card's table mean."""
    columns = TABLES[card.table].own_columns if card.table else ()
    return {column.name: column.definition for column in columns}


def _draw(card: Card, figure: go.Figure, on_click: Callable[[str], None] | None) -> None:
    key = f"figure_{card.key}"

    def clicked() -> None:
        state = st.session_state.get(key)  # a figure that is gone may still say something
        points = state["selection"]["points"] if state else []
        if points and on_click and "customdata" in points[0]:
            on_click(_first(points[0]["customdata"]))

    st.plotly_chart(
        figure,
        key=key,
        width="stretch",
        theme=None,
        config=theme.config(card.key),
        on_select=clicked if on_click else "ignore",
        selection_mode="points",
        alt=card.alt or f"{card.title}. {card.how}",
    )


def _first(value: object) -> str:
    return str(value[0] if isinstance(value, list | tuple) else value)
