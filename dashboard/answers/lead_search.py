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
    """One lead: deliveries (`delivery_lists.DELIVERIES`), timeline (`lead_timeline.EVENTS`).

    `later` counts its facts that are dated after the moment asked for.
    """

    lead_id: str
    deliveries: pl.DataFrame
    events: pl.DataFrame
    later: int = 0


def lead(query: TableQuery, lead_id: str) -> Lead:
    """One lead with all its deliveries and everything said about it by then."""
    shown, as_of = query.shown, query.scope.as_of_us
    facts = fact_reader.read_lead(
        store_rows.store_of(query),
        lead_id,
        version=shown.version,
        zone=query.zone,
        withdrawn=shown.withdrawn,
    )
    counted = facts.counted()
    frames = (counted.attempts, counted.feedback, counted.aliases)
    rows = edition.resolved(*frames, as_of_us=as_of, zone=shown.zone, rules=query.rules)
    listed = delivery_rows.listed(query, rows.sort("dated_us", "buyer_id"))
    known = event_frames.known_by(frames, as_of, shown)
    withdrawn = event_frames.withdrawn_by(_left_out(facts), as_of, shown)
    attempts, feedback = (
        pl.concat(pair, how="diagonal")
        for pair in zip((known.attempts, known.feedback), withdrawn, strict=True)
    )
    events = (attempts, feedback, known.undone, known.idle)
    later = facts.attempts.height + facts.feedback.height - attempts.height - feedback.height
    return Lead(lead_id, listed, lead_timeline.events(*events, shown.named), later)


def _left_out(
    facts: fact_reader.StoredFacts,
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The facts of a lead that do not count, and merged ids."""
    mine = pl.col("batch_id").is_in(list(facts.withdrawn))
    return facts.attempts.filter(mine), facts.feedback.filter(mine), facts.aliases


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
