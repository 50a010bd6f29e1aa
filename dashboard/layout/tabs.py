"""Tabs of a page, kept in the address; only the tab that is looked at does its work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from dashboard.layout import address

if TYPE_CHECKING:
    from collections.abc import Mapping

_OF_ONE_TAB: Final = ("metric", "grain", "group", "split")
"""Choices that mean something else in another tab."""


def chosen(titles: Mapping[str, str]) -> str:
    """Draw the row of tabs and say which one is asked for; the first is the default."""
    first = next(iter(titles))
    now = address.choice("tab", titles, first)
    st.session_state["own_tab"] = now
    st.segmented_control(
        "What to look at",
        list(titles),
        format_func=titles.__getitem__,
        key="own_tab",
        required=True,
        label_visibility="collapsed",
        on_change=_go,
        args=(first,),
    )
    return now


def _go(first: str) -> None:
    tab = st.session_state["own_tab"]
    address.change(**dict.fromkeys(_OF_ONE_TAB), tab=None if tab == first else tab)
