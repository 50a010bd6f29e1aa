"""The list of deliveries: conditions on rows, how many there are, the first of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl
import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.layout import address, cards, empty_states, grids
from dashboard.layout.row_conditions import AGES, MANY, ONE, conditions
from dashboard.presentation import formats
from dashboard.presentation.markup import html
from dashboard.query import filters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.answers.workspace import Status
    from dashboard.query.filters import Query

_HOW: Final = "One row per lead and buyer, newest first. Tick a row for the lead's story."
_PAGE: Final = 50
_MOST: Final = 1_000
_COLUMNS: Final = (
    *("lead_id", "source_name", "buyer_name", "delivered_at", "offer", "result", "why"),
    *("return_state", "price_cents", "value_cents", "seconds_to_feedback", "age_days"),
)


def show(query: Query, status: Status) -> None:
    """Draw the conditions, the count and the list."""
    with st.container(border=True, key="card_leads"), cards.guarded("The list"):
        matching = workspace().count(query.scope)
        given = conditions(query)
        with st.container(horizontal=True, vertical_alignment="center", key="list_head"):
            noun = ("delivery", "deliveries") if _delivered_only(query) else ("offer", "offers")
            text = formats.quantity(matching, *noun)
            st.html(html("cards.title", text=text), width="content")
            _conditions(query, len(given))
            if given:
                st.button(
                    "Clear conditions",
                    type="tertiary",
                    on_click=address.change,
                    kwargs=dict.fromkeys(filters.ROW_PARAMETERS),
                )
        how = "; ".join(given) or _HOW
        st.html(html("texts.how", text=how))
        if not matching:
            _nothing(query, status, given)
            return
        _rows(query, status, matching)


def _rows(query: Query, status: Status, matching: int) -> None:
    key = f"list_{filters.query_string(query)}"
    limit = st.session_state.get(key, _PAGE)
    rows = workspace().deliveries(query.scope, limit=limit)

    def clicked() -> None:
        place = grids.selected("grid_leads")
        if place is not None:
            address.change(lead=rows["lead_id"][place])

    look = grids.Look(currency=status.currency, zone=status.zone)
    grids.grid(readable(rows), _COLUMNS, key="grid_leads", look=look, on_select=clicked)
    if rows.height < matching and limit < _MOST:
        st.button(
            f"Show more ({rows.height:,} of {matching:,} shown)",
            type="tertiary",
            on_click=st.session_state.__setitem__,
            args=(key, min(limit * 2, _MOST)),
        )
    elif rows.height < matching:
        st.caption(f"The first {rows.height:,} are shown; the files below hold all {matching:,}.")
    st.html(cards.downloads("deliveries", _row_parameters(query)), width="content")


def readable(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with `offer`, `result` and `why` in words, and the price of failed offers too."""
    words = {**formats.OUTCOMES, "": "No word yet"}
    failed = pl.col("status") == "failed"
    return rows.with_columns(
        price_cents=pl.coalesce("price_cents", "attempted_price_cents"),
        offer=pl.when(failed).then(pl.lit("not delivered")).otherwise(pl.lit("delivered")),
        delivered_at=pl.coalesce("delivered_at", "attempted_at"),
        result=pl.when(~failed).then(
            pl.col("outcome").fill_null("").replace_strict(words, default=pl.col("outcome"))
        ),
        why=pl.col("reason").map_elements(formats.reason, return_dtype=pl.String),
    )


def _conditions(query: Query, number: int) -> None:
    with st.popover(f"Conditions ({number})" if number else "Conditions"):
        for name, (title, labels) in MANY.items():
            st.session_state[f"row_{name}"] = list(getattr(query.scope.rows, name))
            st.multiselect(
                title,
                list(labels),
                format_func=labels.__getitem__,
                key=f"row_{name}",
                placeholder="Any",
                on_change=_set,
                args=(name,),
            )
        for name, (title, labels) in ONE.items():
            _one(name, title, labels, getattr(query.scope.rows, name))
        for name, title in AGES.items():
            st.session_state[f"row_{name}"] = getattr(query.scope.rows, name)
            st.number_input(
                title,
                min_value=0,
                max_value=99_999,
                step=1,
                value=None,
                key=f"row_{name}",
                on_change=_set,
                args=(name,),
            )


def _one(name: str, title: str, labels: Mapping[str, str], value: object) -> None:
    st.session_state[f"row_{name}"] = None if value is None else str(value).lower()
    st.selectbox(
        title,
        list(labels),
        index=None,
        format_func=labels.__getitem__,
        key=f"row_{name}",
        placeholder="Any",
        filter_mode=None,
        on_change=_set,
        args=(name,),
    )


def _set(name: str) -> None:
    address.change(**{name: st.session_state[f"row_{name}"]})


def _row_parameters(query: Query) -> dict[str, filters.Value]:
    return {name: getattr(query.scope.rows, name) or None for name in filters.ROW_PARAMETERS} | {
        name: getattr(query.scope.rows, name)
        for name in ("contacted", "interested", "converted", "returned", "rated", *AGES)
    }


def _delivered_only(query: Query) -> bool:
    """Whether the conditions leave only offers that went through."""
    rows = query.scope.rows
    told = (rows.contacted, rows.interested, rows.converted, rows.returned)
    reported = any((rows.outcome, rows.feedback, rows.rated, *told))
    return rows.status == "delivered" or reported or query.scope.base == "mature"


def _nothing(query: Query, status: Status, given: list[str]) -> None:
    if given:
        nothing = "No delivery of the period meets these conditions."
        st.html(html("texts.empty", text=nothing))
    else:
        empty_states.no_rows(query, status)
