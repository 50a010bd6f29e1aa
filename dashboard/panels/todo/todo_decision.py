"""What is decided about a finding: the form, and the history that is never overwritten."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.editions import clock
from dashboard.layout import cards
from dashboard.presentation import formats
from dashboard.presentation.markup import html
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
            st.html(html("texts.notice", text=f"{error}."))
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
            st.html(html("texts.conclusion", text=became))
        lines = [
            {
                "when": f"{formats.moment(_at(row), zone)} · {row['who']}",
                "what": f"{todo_items.STATES[row['state']]}{_until(row)}",
                "more": row["note"] or "",
            }
            for row in rows.to_dicts()
        ]
        st.html(html("findings.history", decisions=lines))


def _at(row: dict[str, Any]) -> datetime:
    return formats.instant_of(row["recorded_us"])


def _until(row: dict[str, Any]) -> str:
    return f" until {formats.day(row['until_day'])}" if row["until_day"] else ""
