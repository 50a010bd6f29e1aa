"""What intake asks the store about rows that come in, by the values that are wanted."""

from __future__ import annotations

from typing import Final

KNOWN_ATTEMPTS: Final = (
    "SELECT a.event_id, a.content_hash, a.batch_id "
    "FROM {wanted} JOIN attempts a ON a.event_id = wanted.value"
)
KNOWN_FEEDBACK: Final = (
    "SELECT f.event_id, f.reporter_id, f.content_hash, f.lead_id, f.buyer_lead_id, f.retracts, "
    "f.batch_id, f.reported_us, f.reported_precision FROM {wanted} "
    "JOIN feedback f ON f.event_id = wanted.value"
)
OFFERED: Final = ("buyer_id", "batch_id", "attempted_precision")
KNOWN_OFFERS: Final = (
    "SELECT {columns}, MIN(a.attempted_us) FROM {{wanted}} "
    "JOIN attempts a ON a.{key} = wanted.value GROUP BY {columns}"
)
REPLACED: Final = (
    "SELECT f.event_id, f.reporter_id, f.lead_id, f.buyer_lead_id, f.retracts, f.replaces, "
    "f.batch_id, f.reported_us, f.reported_precision FROM {wanted} "
    "JOIN feedback f ON f.replaces = wanted.value"
)
NAMED: Final = {
    "source": (("attempts", "source"), ("feedback", "target")),
    "buyer": (("attempts", "buyer"), ("feedback", "reporter")),
}
"""Where a source or a buyer is named: table, and what its columns begin with."""
NAMES: Final = (
    "SELECT DISTINCT t.{party}_id, t.{party}_name FROM {table} t "
    "WHERE t.{party}_id IN (SELECT wanted.value FROM {{wanted}}) "
    "AND t.{party}_name IS NOT NULL"
)
"""Every name of some of them there."""
