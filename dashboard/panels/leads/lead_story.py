"""One lead: where it stands with each buyer, and its story in plain sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.layout import address, cards
from dashboard.presentation import formats
from dashboard.presentation.markup import html
from metrics.outcomes.contradictions import CODES

if TYPE_CHECKING:
    import polars as pl
    from markupsafe import Markup

    from dashboard.answers.workspace import Status
    from metrics.definitions.scope import Scope

_GOOD: Final = {"converted"}
_BAD: Final = {"returned"}
_NOTES: Final = 400
_NEWER: Final = "Newer facts have arrived, and it may be among them: New data – show it, above."
_NOTHING: Final = "No delivery and no feedback has this lead id."
_LATER: Final = "Everything about this lead is dated later; it counts from its own time on."
_IDLE: Final = {
    "retraction": "We know of no report of theirs about this lead under that id: nothing changed.",
    "feedback": "It names no earlier report of theirs about this lead that it may take back or "
    "replace, so it counts by itself.",
}
"""What a link without effect comes to, by the kind of event that carries it."""


def show(lead_id: str, scope: Scope, status: Status) -> None:
    """Draw the lead's card, or say that there is none of that id."""
    with st.container(border=True, key="card_lead"), cards.guarded("This lead"):
        with st.container(horizontal=True, vertical_alignment="center", key="lead_head"):
            st.html(html("cards.title", text=f"Lead {lead_id}"), width="content")
            st.button(
                "Back to the list", type="tertiary", on_click=address.change, kwargs={"lead": None}
            )
        lead = workspace().lead(lead_id, scope)
        if lead.deliveries.is_empty() and lead.events.is_empty():
            more = f" {_NEWER}" if status.stale else ""
            st.html(html("texts.empty", text=f"{_LATER if lead.later else _NOTHING}{more}"))
            return
        st.html(_offers(lead.deliveries, status.currency))
        st.html(story(lead.events, ZoneInfo(status.zone), status.currency))


def _offered(row: dict[str, Any]) -> int | None:
    """The price of a delivery, or of an offer that did not go through."""
    delivered = row["price_cents"]
    price: int | None = row["attempted_price_cents"] if delivered is None else delivered
    return price


def _offers(deliveries: pl.DataFrame, currency: str) -> Markup:
    rows: list[tuple[str, ...]] = [
        (
            row["buyer_name"] or row["buyer_id"],
            "delivered" if row["status"] == "delivered" else "did not go through",
            formats.outcome(row["outcome"]) if row["outcome"] else "No word yet",
            formats.reason(row["reason"]),
            formats.money(_offered(row), currency),
            formats.duration(row["seconds_to_feedback"]),
        )
        for row in deliveries.iter_rows(named=True)
    ]
    first = deliveries.row(0, named=True) if deliveries.height else {}
    known = ("source_name", "sub_source", "campaign", "vertical", "product", "state")
    about = " · ".join(str(first[name]) for name in known if first.get(name))
    heads = ("Buyer", "Offer", "Result", "Reason", "Price", "Time to feedback")
    table = cards.facts(rows, heads, (4, 5))
    return html("lead.offers", about=about, table=table, notices=_contradicted(deliveries))


def _contradicted(deliveries: pl.DataFrame) -> list[str]:
    """What cannot be true together, offer by offer; below the table, where it has room."""
    lines = [
        (row["buyer_name"] or row["buyer_id"], contradictions(row.get("contradiction")))
        for row in deliveries.iter_rows(named=True)
    ]
    several = deliveries.height > 1
    return [f"{who}: {text}" if several else text for who, text in lines if text]


def contradictions(codes: str | None) -> str:
    """The sentences of contradiction codes."""
    return " ".join(CODES.get(code, code) for code in (codes or "").split())


def story(events: pl.DataFrame, zone: ZoneInfo, currency: str) -> Markup:
    """Events in their order as an HTML list; what was taken back is struck through."""
    events_told = [
        {
            "tone": " ".join(filter(None, (_tone(row), "gone" if _is_gone(row) else ""))),
            "when": _when(row, zone),
            "what": sentence(row, currency),
            "more": [
                text
                for text in (_details(row, currency), _withdrawn(row, zone), _note(row))
                if text
            ],
        }
        for row in events.iter_rows(named=True)
    ]
    return html("lead.story", events=events_told)


def sentence(row: dict[str, Any], currency: str) -> str:
    """What happened, as somebody would tell it."""
    who, kind = row["who"] or "The buyer", row["kind"]
    price = row["price_cents"]
    if kind == "delivered":
        return f"Delivered to {who}" + (f" for {formats.money(price, currency)}." if price else ".")
    if kind == "failed":
        return f"The offer to {who} did not go through{_because(row['failure_reason'])}."
    if kind == "retraction" and row["without_effect"]:
        return f"{who} meant to take a report back{_because(row['reason'])}."
    if kind == "retraction":
        return f"{who} took an earlier report back{_because(row['reason'])}."
    if kind == "message":
        return f"We told {who}: {_result(row, currency)}{_because(row['reason'])}."
    return f"{who}: {_result(row, currency)}{_because(row['reason'])}."


def _because(reason: str | None) -> str:
    return f" – {reason.replace('_', ' ')}" if reason else ""


def _result(row: dict[str, Any], currency: str) -> str:
    outcome, value = row["outcome"], row["value_cents"]
    text = formats.outcome(outcome).lower() if outcome else "no result, only details"
    return f"{text} worth {formats.money(value, currency)}" if value else text


def _details(row: dict[str, Any], currency: str) -> str:
    """What else the report says, and what became of it."""
    said = []
    if row["phone_answered"] is not None:
        said.append("The phone was answered." if row["phone_answered"] else "Nobody answered.")
    if row["spoke_to_lead"]:
        said.append("They spoke to the person.")
    if row["credit_approved"] is not None:
        amount = row["credit_amount_cents"]
        of = f" of {formats.money(amount, currency)}" if amount else ""
        said.append(f"Credit{of} {'approved' if row['credit_approved'] else 'refused'}.")
    if row["without_effect"]:
        said.append(_IDLE[row["kind"]])
    elif row["replaces"]:
        said.append("It replaces an earlier report.")
    delay = row["delay_seconds"]
    if delay is not None and delay < 0:
        said.append(f"Reported {formats.duration(-delay)} before it is said to have happened.")
    elif delay:
        said.append(f"Told us {formats.duration(delay)} after it happened.")
    if row["retracted"]:
        said.append("Taken back or replaced later; it no longer counts.")
    return " ".join(said)


def _is_gone(row: dict[str, Any]) -> bool:
    """Whether it counts no longer: taken back, or its import withdrawn."""
    return bool(row["retracted"]) or row["withdrawn_at"] is not None


def _withdrawn(row: dict[str, Any], zone: ZoneInfo) -> str:
    """That it came with an import that counts no longer."""
    if row["withdrawn_at"] is None:
        return ""
    since = formats.moment(row["withdrawn_at"], zone)
    return f"Its import ({row['batch_id']}) was withdrawn on {since}: it does not count."


def _note(row: dict[str, Any]) -> str:
    text = " ".join((row["notes"] or row["issue"] or "").split())
    return f"“{text if len(text) <= _NOTES else text[:_NOTES] + '…'}”" if text else ""


def _when(row: dict[str, Any], zone: ZoneInfo) -> str:
    if row["at"] is None:
        return "time unknown"
    if row["precision"] == "day":
        return f"{formats.day(row['at'].astimezone(zone).date())}, time of day unknown"
    return formats.moment(row["at"], zone)


def _tone(row: dict[str, Any]) -> str:
    outcome = row["outcome"]
    if _is_gone(row):
        return ""
    if outcome in _GOOD or outcome in _BAD:
        return "good" if outcome in _GOOD else "bad"
    return "subject" if row["kind"] == "delivered" else ""
