"""The page's address is its state: what it asks for is read from it and written to it.

No widget is bound to the address by Streamlit itself: a bound list with labels would
write the labels, and names are neither unique nor what the API takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.presentation import formats
from dashboard.query import filters, periods
from dashboard.tables.registry import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable

OTHER: Final = (
    *("tab", "table", "metric", "grain", "group", "split", "shift", "sort"),
    *("kind", "case", "month", "week", "day", "q"),
)
"""Parameters that belong to single pages: which tab, which figure, a search."""
_NEXT: Final = "go_to_next"
_QUERY_STATE: Final = "address_asked"
_SEEN: Final = "address_seen"


def query() -> filters.Query:
    """What the address asks for; read once a run, for many links ask for it."""
    params = {name: st.query_params.get_all(name) for name in st.query_params}
    before: tuple[dict[str, list[str]], filters.Query] | None = st.session_state.get(_QUERY_STATE)
    if before and before[0] == params:
        return before[1]
    found = _read(params)
    st.session_state[_QUERY_STATE] = (params, found)
    return found


def _read(params: dict[str, list[str]]) -> filters.Query:
    return workspace().read(params, other=(*OTHER, "embed", "embed_options"))


def query_with(**changes: filters.Value) -> filters.Query:
    """What a link with these changes asks for: `target` read back."""
    return _read(target(**changes))


def settle() -> None:
    """Begin a run: read the address anew, and tell it the browser when it changed.

    A link to the page one is already on brings its parameters here without changing the
    address bar; where the bar agrees this does nothing.
    """
    st.session_state.pop(_QUERY_STATE, None)
    now = {name: st.query_params.get_all(name) for name in st.query_params}
    if st.session_state.get(_SEEN, now) != now:
        st.query_params.from_dict(now)
    st.session_state[_SEEN] = now


def choice(name: str, allowed: Iterable[str], default: str) -> str:
    """A parameter of the page's own; anything not allowed is the default."""
    value = st.query_params.get(name, default)
    return value if value in allowed else default


def change(**changes: filters.Value) -> None:
    """Rewrite the address, for callbacks: the rerun that follows reads it."""
    own = {name: st.query_params[name] for name in OTHER if name in st.query_params}
    st.query_params.from_dict(_grouped(filters.parameters(query(), **{**own, **changes})))


def target(**changes: filters.Value) -> dict[str, list[str]]:
    """Parameters for a link to a page: the filters, without conditions on rows.

    Never none at all: Streamlit takes a link without parameters to the page one is on
    for no change, so the default period stands in.
    """
    dropped = dict.fromkeys(filters.ROW_PARAMETERS)
    pairs = filters.parameters(query(), **{**dropped, **changes})
    return _grouped(pairs or [("period", periods.DEFAULT)])


def link(page: str, **changes: filters.Value) -> str:
    """A relative link to a page with the filters, for HTML."""
    query_text = _query(changes)
    return f"{page}?{query_text}" if query_text else page


def table_link(table: str, kind: str, **changes: filters.Value) -> str:
    """A relative link to a table of the API with the page's figures: csv, xlsx, parquet, json."""
    path = f"api/v1/tables/{table}" + ("" if kind == "json" else f".{kind}")
    if TABLES[table].kind == "receipts":
        return path
    return f"{path}?{filters.query_string(query(), **{**frozen(), **changes})}"


def report_link(kind: str, form: str) -> str:
    """A relative link to a report with the filters and the page's figures, as html or pdf."""
    query_text = _query(frozen())
    path = f"api/v1/reports/{kind}.{form}"
    return f"{path}?{query_text}" if query_text else path


def frozen() -> dict[str, filters.Value]:
    """The parameters that hold what the page shows for good: days, moment, data version."""
    asked, status = query(), workspace().status()
    return {
        "from": asked.scope.first,
        "to": asked.scope.last,
        "as_of": formats.instant_of(asked.scope.as_of_us),
        "data_version": status.data_version,
    }


def go_next(page: str, **changes: filters.Value) -> None:
    """Go to another page when the script runs next, for callbacks."""
    st.session_state[_NEXT] = (page, target(**changes))


def pending() -> tuple[str, dict[str, list[str]]] | None:
    """Where a callback wanted to go."""
    goal: tuple[str, dict[str, list[str]]] | None = st.session_state.pop(_NEXT, None)
    return goal


def _query(changes: dict[str, filters.Value]) -> str:
    return filters.query_string(query(), **{**dict.fromkeys(filters.ROW_PARAMETERS), **changes})


def _grouped(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Pairs by name: Streamlit keeps only the last of repeated pairs."""
    grouped: dict[str, list[str]] = {}
    for name, value in pairs:
        grouped.setdefault(name, []).append(value)
    return grouped
