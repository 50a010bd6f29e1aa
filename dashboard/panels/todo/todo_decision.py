"""What is decided about a finding: the form, and the history that is never overwritten."""

from __future__ import annotations

import html
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.editions import clock
from dashboard.layout import cards
from dashboard.presentation import formats
from dashboard.worklist import todo_items
from data_access.explained import ExplainedError
from data_access.store import decisions
from data_access.store.people import LONGEST_NAME

if TYPE_CHECKING:
    from dashboard.answers.workspace import Status
    from metrics.definitions.scope import Scope

_OFFERED: Final = {
    "new": "Open again",
    "mine": "I take it on",
    "snoozed": "Put off",
    "done": "Done",
    "dismissed": "Dismiss",
}


def form(item: dict[str, Any], status: Status) -> None:
    """The form; what is kept is shown at once."""
    with st.container(border=True, key="card_decision"), cards.guarded("The decision"):
        cards.title("Your decision", _standing(item))
        key = f"decision_{item['finding']}"
        options = {s: label for s, label in todo_items.STATES.items() if s != item["state"]}
        with st.form(key, border=False, clear_on_submit=False):
            state = st.radio(
                "What now", list(options), format_func=_OFFERED.__getitem__, horizontal=True
            )
            until = status.now.date() + timedelta(days=7)
            wait = st.date_input(
                "If put off, until", until, min_value=status.now.date(), format="YYYY-MM-DD"
            )
            note = st.text_area(
                "Note", max_chars=decisions.LONGEST, placeholder="What was done, or why not"
            )
            who = st.text_input(
                "Your name", st.session_state.get("who", ""), max_chars=LONGEST_NAME
            )
            sent = st.form_submit_button("Keep it", type="primary")
        if not sent:
            return
        decision = decisions.Decision(
            finding=item["finding"], state=str(state), who=who, note=note, until=_one_day(wait)
        )
        try:
            todo_items.decide(item, decision, clock.now())
        except ExplainedError as error:
            st.html(f'<p class="notice">{html.escape(str(error))}.</p>')
            return
        st.session_state["who"] = who.strip()
        st.rerun()


def _one_day(value: object) -> date | None:
    return value if isinstance(value, date) else None


def _standing(item: dict[str, Any]) -> str:
    state = item["state"]
    if state == "new":
        return "New: nobody has taken it on."
    until = f" until {formats.day(item['until_day'])}" if item["until_day"] else ""
    return f"{todo_items.STATES[state]}{until}, by {item['who']}."


def history(item: dict[str, Any], scope: Scope) -> None:
    """Every decision, the newest first, and what became of it where it was done."""
    rows = decisions.history(workspace().store, item["finding"]).reverse()
    if rows.is_empty():
        return
    zone = workspace().settings.zone
    with st.container(border=True, key="card_history"), cards.guarded("What was decided"):
        cards.title("What was decided", "Newest first; nothing is ever overwritten.")
        if item["state"] == "done" and (became := todo_items.result(item, scope)):
            st.html(f'<p class="conclusion">{html.escape(became)}</p>')
        lines = [
            f"<li><span class='when'>{html.escape(formats.moment(_at(row), zone))} · "
            f"{html.escape(row['who'])}</span><div class='what'>{todo_items.STATES[row['state']]}"
            f"{_until(row)}</div>"
            f"<div class='more'>{html.escape(row['note'] or '')}</div></li>"
            for row in rows.to_dicts()
        ]
        st.html(f'<ol class="story">{"".join(lines)}</ol>')


def _at(row: dict[str, Any]) -> datetime:
    return formats.instant_of(row["recorded_us"])


def _until(row: dict[str, Any]) -> str:
    return f" until {formats.day(row['until_day'])}" if row["until_day"] else ""
