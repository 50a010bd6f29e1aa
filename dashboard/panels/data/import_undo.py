"""Data → Imports: an import taken out of every figure or put back, after a look at the change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard.answers import withdrawing
from dashboard.answers.workspace import workspace
from dashboard.layout import cards, held_figures
from dashboard.presentation import formats, withdrawal_texts
from dashboard.presentation.markup import html
from dashboard.tables import store_rows
from data_access.columns import RESTORE, WITHDRAW
from data_access.explained import ExplainedError
from data_access.store.people import LONGEST_NAME
from data_access.store.withdrawals import LONGEST

if TYPE_CHECKING:
    from dashboard.answers.workspace import Status

_DONE: Final = "import_undone"
_VERBS: Final = {
    WITHDRAW: ("Withdraw this import", "Yes, withdraw it", "Withdrawn"),
    RESTORE: ("Restore this import", "Yes, restore it", "Restored"),
}
"""What is on the button, on that of the confirmation, and what is said when it is done."""
_ABOUT: Final = (
    "Its facts stay in the store and count no longer, from now on: figures as of an earlier moment "
    "keep their answer. It can be restored at any time."
)


def show(status: Status) -> None:
    """Choose an import, see what would change, and confirm."""
    finished = store_rows.batches(workspace().store).filter(status="finished")
    if finished.is_empty():
        return
    with st.container(border=True, key="card_undo"), cards.guarded("Undo an import"):
        cards.title("Undo an import", _ABOUT)
        if text := st.session_state.pop(_DONE, None):
            st.html(html("texts.conclusion", text=text))
        rows = {row["batch_id"]: row for row in finished.iter_rows(named=True)}
        zone = ZoneInfo(status.zone)
        chosen = st.selectbox(
            "Which import",
            list(rows),
            format_func=lambda batch: _label(rows[batch], zone),
            index=None,
            key="undo_which",
            placeholder="Choose an import",
        )
        if chosen:
            _one(rows[chosen], zone, status.currency)


def _label(row: dict[str, Any], zone: ZoneInfo) -> str:
    name = row["file_name"] or row["channel"]
    gone = ", withdrawn" if row["withdrawn_at"] is not None else ""
    return f"{name}, {formats.moment(row['started_at'], zone)} ({row['batch_id']}{gone})"


def _one(row: dict[str, Any], zone: ZoneInfo, currency: str) -> None:
    """How it stands with one import, and the button; pressed, the confirmation."""
    batch = row["batch_id"]
    action = WITHDRAW if row["withdrawn_at"] is None else RESTORE
    if action == RESTORE:
        why = f": {row['withdrawal_note']}" if row["withdrawal_note"] else "."
        since = formats.moment(row["withdrawn_at"], zone)
        st.html(html("texts.how", text=f"Withdrawn {since} by {row['withdrawn_by']}{why}"))
    asks = f"undo_asks_{batch}_{action}"
    if not st.session_state.get(asks):
        st.button(
            _VERBS[action][0],
            key=f"undo_{batch}",
            on_click=st.session_state.__setitem__,
            args=(asks, True),
        )
        return
    try:
        found = withdrawing.would_change(workspace(), batch, action)
    except ExplainedError as error:
        st.html(html("texts.notice", text=formats.sentence(str(error))))
        return
    numbers = (found.deliveries, found.reports, found.price_cents)
    text = f"If you go on: {withdrawal_texts.effect(*numbers, currency)}"
    st.html(html("texts.conclusion", text=text))
    _confirm(batch, action, asks)


def _confirm(batch: str, action: str, asks: str) -> None:
    """Who, why, and yes or no."""
    with st.form(f"undo_form_{batch}", border=False):
        note = st.text_input("Why", max_chars=LONGEST, placeholder="Optional")
        who = st.text_input("Your name", st.session_state.get("who", ""), max_chars=LONGEST_NAME)
        with st.container(horizontal=True):
            yes = st.form_submit_button(_VERBS[action][1], type="primary")
            no = st.form_submit_button("No, leave it")
    if no:
        st.session_state[asks] = False
        st.rerun()
    if not yes:
        return
    try:
        withdrawing.carry_out(workspace(), batch, action, who=who, note=note)
    except ExplainedError as error:
        st.html(html("texts.notice", text=formats.sentence(str(error))))
        return
    held_figures.renew()
    st.session_state[asks] = False
    st.session_state["who"] = who.strip()
    st.session_state[_DONE] = f"{_VERBS[action][2]}: {batch}."
    st.rerun()
