"""The line at the top of every page: title, search, freshness, copy link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.layout import address, held_figures
from dashboard.presentation import formats
from dashboard.presentation.markup import html
from dashboard.query import filters
from dashboard.query.parameters import LONGEST

if TYPE_CHECKING:
    from dashboard.answers.workspace import Status

_LOOK_EVERY: Final = 20  # seconds


def show(title: str, status: Status) -> None:
    """Draw the line."""
    with st.container(horizontal=True, vertical_alignment="center", key="header", gap="medium"):
        st.title(title, anchor=False, width="content")
        st.space("stretch")
        if status.empty:
            return
        _search()
        with st.container(width="content", key="freshness"):
            _freshness()
        _copy_link()


def _search() -> None:
    st.session_state["search"] = st.query_params.get("q", "")
    st.text_input(
        "Search",
        key="search",
        type="search",
        placeholder="Search lead, event, source, buyer",
        label_visibility="collapsed",
        width=260,
        on_change=_search_for,
    )


def _search_for() -> None:
    text = st.session_state["search"].strip()[:LONGEST]
    address.go_next("leads", q=text or None)


@st.fragment(run_every=_LOOK_EVERY)
def _freshness() -> None:
    """Looks for newer facts by itself; the rest of the page stays as it is until asked."""
    status = workspace().status()
    zone = ZoneInfo(status.zone)
    if status.stale and st.button(
        "New data – show it",
        type="primary",
        help="Newer facts have arrived. Figures change only when you ask for it.",
    ):
        held_figures.renew()
        st.rerun(scope="app")
    newest, as_of = (formats.moment(at, zone, year=False) for at in (status.newest, status.now))
    hint = f"{status.deliveries:,} deliveries; data version {status.data_version}"
    stamp = f"Data to {newest} · as of {as_of}"
    st.html(html("texts.fresh", text=stamp, hint=hint), width="content")


def _copy_link() -> None:
    with st.popover("Copy link", type="tertiary"):
        base = _address()
        query = address.query()
        own = {name: st.query_params[name] for name in address.OTHER if name in st.query_params}
        live: dict[str, filters.Value] = {"data_version": None, **own}
        st.caption("This page with its filters. It always shows the latest data.")
        st.code(_url(base, filters.parameters(query, **live)), language=None)
        st.caption("The same with just these figures. They will not move, whatever comes in.")
        frozen = {**address.frozen(), **own}
        st.code(_url(base, filters.parameters(query, **frozen)), language=None)


def _address() -> str:
    """Where this page is: under the public URL, where there is one."""
    here = (st.context.url or "").split("?")[0]
    here = here if here.count("/") > 2 else f"{here}/"  # noqa: PLR2004 - the two of https://
    known = workspace().settings.base_url
    return f"{known}/{here.rpartition('/')[2]}" if known else here


def _url(base: str, pairs: list[tuple[str, str]]) -> str:
    return f"{base}?{urlencode(pairs)}" if pairs else base
