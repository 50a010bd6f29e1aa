"""What pages say when there is nothing to show: why, and what to do."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.layout import address
from dashboard.presentation import formats

if TYPE_CHECKING:
    from dashboard.answers.workspace import Status
    from dashboard.query.filters import Query


def nothing_yet() -> None:
    """The store holds no delivery: offer made-up data or a first import."""
    with st.container(border=True, key="card_nothing_yet"):
        st.html(
            '<div class="card-title">No deliveries yet</div>'
            '<div class="empty"><strong>Look around first.</strong> The demonstration fills an '
            "empty store with 18 months of made-up leads; delete its data directory to begin "
            "again.</div>"
        )
        st.code("leadloop demo", language=None)
        st.html(
            '<div class="empty"><strong>Or bring your own.</strong> Import a file of deliveries, '
            "then what buyers report. Without a profile the columns are named as our exports "
            "name them.</div>"
        )
        st.code("leadloop import deliveries.csv\nleadloop import feedback.csv", language=None)


def no_rows(query: Query, status: Status) -> None:
    """Nothing was delivered in the period with these filters: say why, offer another."""
    period = formats.period(query.scope.first, query.scope.last)
    last = status.last_day
    filtered = bool(query.scope.filters)
    outside = last is not None and last < query.scope.first
    why = f"The latest delivery was on {formats.day(last)}." if outside else ""
    if status.first_day and query.scope.last < status.first_day:
        why, outside = f"The first delivery was on {formats.day(status.first_day)}.", True
    if not outside and filtered:
        why = "The filters leave nothing of it; taking one away may help."
    with st.container(border=True, key="card_no_rows"):
        st.html(
            f'<div class="card-title">Nothing in {html.escape(period)}</div>'
            f'<div class="empty">No delivery of these days matches. {html.escape(why)}</div>'
        )
        with st.container(horizontal=True, key="actions_no_rows", gap="medium"):
            if last is not None:
                first = last - timedelta(days=89)
                st.button(
                    f"Show {formats.period(first, last)}",
                    on_click=address.change,
                    kwargs={"from": first, "to": last, "as_of": None},
                )
            if filtered:
                st.button(
                    "Take all filters away",
                    on_click=address.change,
                    kwargs=dict.fromkeys(query.scope.filters),
                )


def unavailable(why: str = "") -> None:
    """Nothing can be shown; `why` is a sentence where the reason is known."""
    told = why or "The store did not answer; the reason is in the server's log"
    st.html(
        '<div class="empty"><strong>The data cannot be read at the moment.</strong> '
        f"{_sentence(told)} Reload the page to try again.</div>"
    )


def _sentence(text: str) -> str:
    """A sentence as HTML; what is to be typed stands out."""
    return re.sub(r"`([^`<>]+)`", r"<code>\1</code>", html.escape(formats.sentence(text)))


def failed(why: str = "") -> None:
    """Something went wrong that nobody foresaw; or `why`, where it is known."""
    reason = (
        _sentence(why)
        if why
        else "Something went wrong here; the reason is in the server's log. Reload the page to try "
        "again."
    )
    st.html(
        '<div class="empty"><strong>This page cannot be shown as it should be.</strong> '
        f"{reason}</div>"
    )


def trouble(why: str) -> None:
    """Figures are shown, but newer ones cannot be made, or the store is damaged."""
    st.html(f'<p class="notice">{_sentence(why)}</p>')
