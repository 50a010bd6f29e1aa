"""Notes on trends: what happened on a day, written where the line is read."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.editions import clock
from dashboard.presentation import formats
from dashboard.presentation.markup import html
from data_access.explained import ExplainedError
from data_access.store import trend_notes

if TYPE_CHECKING:
    from metrics.definitions.scope import Scope


def of(scope: Scope) -> list[dict[str, Any]]:
    """Notes inside the period: those about all, and those about the sources looked at."""
    rows = trend_notes.shown(workspace().store)
    mine = pl.col("source_id").is_null() | pl.col("source_id").is_in(list(scope.source))
    inside = pl.col("day").is_between(scope.first, scope.last)
    return rows.filter(mine, inside).to_dicts()


def as_marks(scope: Scope) -> list[tuple[date, str]]:
    """The same as days with sentences, for figures."""
    return [(row["day"], row["sentence"]) for row in of(scope)]


def show(scope: Scope) -> None:
    """A popover with the notes of the period and a form for a new one."""
    known = of(scope)
    with st.popover(f"Notes ({len(known)})" if known else "Notes", type="tertiary"):
        for row in known:
            _line(row)
        with st.form("new_note", border=False, clear_on_submit=False):
            day = st.date_input("Day", scope.last, format="YYYY-MM-DD")
            sentence = st.text_input(
                "What happened", max_chars=trend_notes.LONGEST, placeholder="New landing page"
            )
            who = st.text_input("Your name", st.session_state.get("who", ""), max_chars=100)
            sent = st.form_submit_button("Keep it")
        if sent and isinstance(day, date):
            _add(day, sentence, who, scope)


def _line(row: dict[str, Any]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        text = f"{formats.day(row['day'])}: {row['sentence']} ({row['who']})"
        st.html(html("texts.how", text=text))
        st.button(
            "Take off",
            key=f"note_{row['note_id']}",
            type="tertiary",
            on_click=_remove,
            args=(row["note_id"],),
        )


def _remove(number: int) -> None:
    who = st.session_state.get("who", "")
    trend_notes.remove(workspace().store, number, who=who, at_us=clock.now_us())


def _add(day: date, sentence: str, who: str, scope: Scope) -> None:
    source = scope.source[0] if len(scope.source) == 1 else None
    try:
        trend_notes.add(
            workspace().store,
            day=day,
            sentence=sentence,
            source_id=source,
            who=who,
            at_us=clock.now_us(),
        )
    except ExplainedError as error:
        st.html(html("texts.notice", text=f"{error}."))
        return
    st.session_state["who"] = who.strip()
    st.rerun()
