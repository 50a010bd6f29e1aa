"""What a table is: its columns with their definitions, what it can be asked, who makes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import polars as pl

from metrics.catalogue import BY_KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dashboard.question import Question


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    name: str
    type: str
    unit: str
    definition: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table of Data, the API and `leadloop export`.

    `kind`: `numbers` follow filters and counting, `rows` also list single deliveries
    and may be long, `receipts` are about the store and take no filters. `notes` defines
    columns that no other table has.
    """

    name: str
    title: str
    sentence: str
    schema: Mapping[str, pl.DataType]
    kind: Literal["numbers", "rows", "receipts"]
    options: tuple[str, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    make: Callable[[Question], pl.DataFrame] | None = None
    """From a question to the frame of `schema`; None for rows and receipts."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """Columns with type, unit and definition."""
        return tuple(column(name, kind, dict(self.notes)) for name, kind in self.schema.items())


_TYPES: Final = {
    pl.String: "text",
    pl.Int64: "whole number",
    pl.Float64: "number",
    pl.Boolean: "true / false",
    pl.Date: "date",
    pl.Datetime: "instant, UTC",
}
_PLAIN: Final = {
    "id": "The source's id; (none) for leads without a source.",
    "name": "What it is called.",
    "contact_base": "What contact is a share of.",
    "conversion_base": "What conversion is a share of.",
    "cost_known_share": "Share of deliveries whose lead cost is known.",
    "start": "First day of the bucket.",
    "end": "Last day of the bucket inside the period.",
    "partial": "The bucket is cut by the period.",
    "young": "Not all of it is old enough to judge.",
    "outcome": "The latest result.",
    "outcome_class": "decisive, closed, progress, detail or silent.",
    "outcome_raw": "The sender's own word, where it was another.",
    "deliveries": "Deliveries counted.",
    "base": "What the share is of.",
    "share": "Deliveries ÷ base.",
    "low": "Lower end of the likely range (95 %).",
    "high": "Upper end of the likely range (95 %).",
    "clock": "Which time dates a delivery.",
    "delivered_in_period": "Of these, delivered inside the period.",
    "delivered_before": "Of these, delivered before the period.",
    "delivered_after": "Of these, delivered after the period.",
    "delivery_id": "Lead and buyer, joined by ~.",
    "lead_id": "The enquiry.",
    "buyer_id": "The buyer, after merges.",
    "buyer_sent_id": "The buyer's id as it was sent.",
    "reporter_id": "Who reported, as sent.",
    "status": "delivered or failed.",
    "attempts": "How often it was tried.",
    "age_days": "Days from delivery to As known on.",
    "contradiction": "Codes of contradictions, blank-separated.",
    "differs": "The buyer names another price or time of the delivery than we know.",
    "effective": "The event counts as of the moment asked for.",
    "retracted_by": "The event that took it back.",
    "price_cents": "Price of the delivery.",
    "lead_cost_cents": "Paid to the source.",
    "sold_to": "How many buyers took the lead.",
    "source_id": "The source's id.",
    "source_name": "What the source is called.",
    "buyer_name": "What the buyer is called.",
    "buyer_type": "live_transfer, lead_buyer or data_buyer.",
    "buyer_lead_id": "The buyer's own id for the lead.",
    "vertical": "Line of business.",
    "sub_source": "Refinement of the source: a landing page, a sub-id.",
    "campaign": "Campaign of the lead.",
    "product": "Refinement of the vertical.",
    "state": "The lead's region.",
    "reason_group": "Group of the reason, of the latest result.",
    "reason": "Reason, mapped from the sender's words.",
    "reason_raw": "The reason in the sender's words.",
    "return_state": "waiting, credited or refused.",
    "credit_requested_cents": "Credit the buyer asks for.",
    "credit_approved_cents": "Credit given by the latest decision.",
    "occurred_at": "When the outcome happened.",
    "reported_at": "When we were told.",
    "recorded_at": "When the store took it.",
    "delivered_at": "When it was delivered.",
    "attempted_at": "When it was first tried.",
    "event_id": "The event's id.",
    "key": "Which number.",
    "value": "The number: a share 0 - 1, cents or a count.",
    "numerator": "Deliveries counted.",
    "denominator": "What they are a share of.",
    "previous": "The same one period earlier, at the same age.",
    "change": "value − previous.",
    "verdict": "better, worse or level.",
    "category": "What the message is about.",
    "issue": "What was wrong.",
    "action_requested": "What was asked for.",
}


def column(name: str, kind: pl.DataType, notes: Mapping[str, str] | None = None) -> Column:
    """A column described: by the catalogue where the number is in it."""
    stem = name.removeprefix("previous_")
    entry = BY_KEY.get(stem)
    definition = entry.definition if entry else _PLAIN.get(name, "")
    definition = (notes or {}).get(name, definition)
    if entry and stem != name:
        definition = f"{entry.label} one period earlier, at the same age."
    for end, word in (("_low", "Lower"), ("_high", "Upper")):
        if name.endswith(end) and not definition:
            definition = f"{word} end of the likely range (95 %)."
    return Column(name, _TYPES[kind.base_type()], _unit(name, kind), definition)


def _unit(name: str, kind: pl.DataType) -> str:
    if name.endswith("_cents"):
        return "cents"
    if name.startswith("seconds_") or name.endswith(("_delay", "_seconds")):
        return "seconds"
    if kind == pl.Float64:
        return "0 - 1"
    return ""
