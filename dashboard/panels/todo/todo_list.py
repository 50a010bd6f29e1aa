"""The to-do list: one list by money at stake, in four heaps by what was decided."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import streamlit as st

from dashboard.layout import address, cards, tabs
from dashboard.panels.shared import shared_cards
from dashboard.presentation import formats
from dashboard.presentation.markup import html
from dashboard.tables.findings import RECENT_DAYS
from dashboard.worklist import todo_items

if TYPE_CHECKING:
    from markupsafe import Markup

    from dashboard.answers.workspace import Status
    from metrics.definitions.scope import Scope

HEAPS: Final = {
    "open": ("Open", ("new", "mine")),
    "snoozed": ("Snoozed", ("snoozed",)),
    "done": ("Done", ("done",)),
    "dismissed": ("Dismissed", ("dismissed",)),
}
_ALL: Final = "all"
_FIRST: Final = 15
_EMPTY: Final = {
    "open": "Nothing wants a decision: no unusual change, no claim waiting, nobody overdue.",
    "snoozed": "Nothing is put off.",
    "done": "Nothing is noted as done yet. What you note stays here, with what became of it.",
    "dismissed": "Nothing was dismissed.",
}


def show(scope: Scope, status: Status) -> None:
    """Draw the list under its heaps and kinds."""
    items = todo_items.items(scope)
    heap = _heap(items)
    kind = address.choice("kind", todo_items.KINDS, _ALL)
    rows = items.filter(pl.col("state").is_in(HEAPS[heap][1]))
    chosen = rows if kind == _ALL else rows.filter(pl.col("kind") == kind)
    with st.container(border=True, key="card_todo"):
        with st.container(horizontal=True, vertical_alignment="center", key="head_todo"):
            cards.title(
                HEAPS[heap][0],
                "What is wrong first, by the money at stake; then what could be won. "
                "The period above does not matter here; filters do.",
            )
            st.space("stretch")
            shared_cards.switch("kind", kind, {_ALL: "All kinds", **todo_items.KINDS}, width=180)
        if chosen.is_empty():
            st.html(html("texts.empty", text=nothing(heap, scope, status)))
            return
        limit = chosen.height if st.session_state.get("todo_all") else _FIRST
        shown = chosen.head(limit).to_dicts()
        st.html(listing(shown, scope, status.currency, results=heap == "done"))
        if chosen.height > limit:
            st.button(
                f"Show all {chosen.height}",
                type="tertiary",
                on_click=st.session_state.__setitem__,
                args=("todo_all", True),
            )
        st.html(cards.downloads("findings", {}), width="content")


def nothing(heap: str, scope: Scope, status: Status) -> str:
    """Why a heap is empty; without a recent delivery there was nothing to look at."""
    today = formats.instant_of(scope.as_of_us).date()
    if heap == "open" and status.last_day and (today - status.last_day).days > RECENT_DAYS:
        return (
            f"Nothing was delivered in the last {RECENT_DAYS} days, so there is nothing to find. "
            f"The latest delivery was on {formats.day(status.last_day)}; As known on, in How to "
            "count, goes back to any day."
        )
    return _EMPTY[heap]


def _heap(items: pl.DataFrame) -> str:
    """The heap looked at, chosen among all with how much lies on each."""
    counts = dict(items.group_by("state").len().iter_rows())
    labels = {
        name: f"{title} ({sum(counts.get(state, 0) for state in states)})"
        for name, (title, states) in HEAPS.items()
    }
    return tabs.chosen(labels)


def listing(
    rows: list[dict[str, Any]], scope: Scope, currency: str, *, results: bool = False
) -> Markup:
    """Findings as HTML, each a link to its case."""
    lines = [_line(row, scope, currency, results=results) for row in rows]
    return html("findings.listing", findings=lines)


def _line(row: dict[str, Any], scope: Scope, currency: str, *, results: bool) -> dict[str, str]:
    said = [_decided(row)]
    if results:
        said.append(todo_items.result(row, scope) or "")
    tone = "good" if row["better"] else "bad" if row["kind"] in {"change", "overdue"} else "plain"
    return {
        "tone": tone,
        "link": address.link("todo", case=row["finding"]),
        "kind": todo_items.KINDS[row["kind"]],
        "sentence": _grouped(row["sentence"]),
        "amount": formats.money(row["money_cents"], currency) if row["money_cents"] else "",
        "more": " ".join(filter(None, said)),
    }


def _grouped(text: str) -> str:
    """Text whose figures and units do not part at the end of a line."""
    return re.sub(r"(?<=\d) (?=%|pp\b)", "\u00a0", text)


def _decided(row: dict[str, Any]) -> str:
    """Who decided what, in a few words."""
    if row["again"]:
        return f"Found again after {row['who']} noted it as done."
    if row["state"] == "new":
        return ""
    words = {
        "mine": f"{row['who']} has taken it on.",
        "snoozed": f"{row['who']} put it off until {formats.day(row['until_day'])}.",
        "done": f"{row['who']} noted it as done.",
        "dismissed": f"{row['who']} dismissed it.",
    }
    note = f" {row['note']}" if row["note"] else ""
    gone = "" if row["found"] else " It is not found any more."
    return f"{words[row['state']]}{note}{gone}"
