"""Single leads: found by what somebody types, and one of them with its whole story."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dashboard.editions import edition, event_frames
from dashboard.tables import delivery_rows, store_rows
from data_access.snapshot import fact_reader
from data_access.spelling import spelt_name
from metrics.outcomes import lead_timeline

if TYPE_CHECKING:
    from dashboard.editions.table_query import TableQuery
    from data_access.store.store import Store
    from metrics.definitions.party_names import PartyNames


@dataclass(frozen=True, slots=True)
class Lead:
    """One lead: deliveries (`delivery_lists.DELIVERIES`), timeline (`lead_timeline.EVENTS`)."""

    lead_id: str
    deliveries: pl.DataFrame
    events: pl.DataFrame


def lead(query: TableQuery, lead_id: str) -> Lead:
    """One lead with all its deliveries and everything said about it by then."""
    shown, as_of = query.shown, query.scope.as_of_us
    facts = fact_reader.read_lead(
        store_rows.store_of(query), lead_id, version=shown.version, zone=query.zone
    )
    frames = (facts.attempts, facts.feedback, facts.aliases)
    rows = edition.resolved(*frames, as_of_us=as_of, zone=shown.zone, rules=query.rules)
    listed = delivery_rows.listed(query, rows.sort("dated_us", "buyer_id"))
    known = event_frames.known_by(frames, as_of, shown)
    events = (known.attempts, known.feedback, known.undone, known.idle)
    return Lead(lead_id, listed, lead_timeline.events(*events, shown.named))


def search(store: Store, named: PartyNames, text: str) -> pl.DataFrame:
    """Leads, events, sources and buyers by id or name: kind, id, label, lead_id."""
    text, name = text.strip(), spelt_name(text).casefold()
    leads = fact_reader.find(store, text).with_columns(label=pl.col("id"))
    rows = [
        {"kind": kind, "id": key, "label": label, "lead_id": None}
        for kind in ("source", "buyer")
        for key, label in getattr(named, kind).items()
        if text and ((name and name in label.casefold()) or text == key)
    ]
    columns = dict.fromkeys(("kind", "id", "label", "lead_id"), pl.String())
    return pl.concat(
        [leads.select(*columns), pl.DataFrame(rows, schema=columns)], how="vertical"
    ).head(20)
