"""What pages say when there is nothing to show: why, and what to do."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.layout import address
from dashboard.presentation import formats
from dashboard.presentation.markup import html

if TYPE_CHECKING:
    from markupsafe import Markup

    from dashboard.answers.workspace import Status
    from dashboard.query.filters import Query


def nothing_yet() -> None:
    """The store holds no delivery: offer made-up data or a first import."""
    with st.container(border=True, key="card_nothing_yet"):
        st.html(html("empty_states.look_around"))
        st.code("leadloop demo", language=None)
        st.html(html("empty_states.bring_your_own"))
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
        st.html(html("empty_states.no_rows", period=period, why=why))
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
    st.html(html("empty_states.unavailable", reason=_sentence(told)))


def _sentence(text: str) -> Markup:
    """A sentence as HTML; what is to be typed stands out."""
    return html("empty_states.sentence", pieces=re.split(r"`([^`]+)`", formats.sentence(text)))


def failed(why: str = "") -> None:
    """Something went wrong that nobody foresaw; or `why`, where it is known."""
    st.html(html("empty_states.failed", reason=_sentence(why) if why else None))


def trouble(why: str) -> None:
    """Figures are shown, and something is to be known of them: what stands in their way."""
    st.html(html("texts.notice", text=_sentence(why)))
