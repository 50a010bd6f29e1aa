"""The tables of the store, made from the one list of fields in `columns`.

Types are those a STRICT SQLite table takes and PostgreSQL has too: whole numbers,
text, doubles. Instants are microseconds UTC, money counts the smallest unit of the currency
(cents of a dollar), booleans are 0 / 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl
import sqlalchemy as sa

from data_access.columns import ATTEMPT_FIELDS, FEEDBACK_FIELDS, Field, stored_types
from data_access.store.storable_text import storable

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import Dialect

METADATA: Final = sa.MetaData()


class StorableText(sa.types.TypeDecorator[str]):
    """A text column: whatever a statement writes to it passes `storable`."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Text on its way to the driver."""
        return None if value is None else storable(value)


WHOLE: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REAL: Final[sa.Double[float]] = sa.Double().with_variant(sa.REAL(), "sqlite")


def _type(kind: pl.DataType) -> sa.types.TypeEngine[Any]:
    if kind == pl.String:
        return StorableText()
    if kind == pl.Float64:
        return REAL
    return WHOLE


def _typed(fields: tuple[Field, ...], required: frozenset[str]) -> list[sa.Column[Any]]:
    return [
        sa.Column(name, _type(kind), nullable=name not in required)
        for name, kind in stored_types(fields).items()
    ]


def _text(name: str, *, nullable: bool = True) -> sa.Column[str]:
    return sa.Column(name, StorableText(), nullable=nullable)


def _whole(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, WHOLE, nullable=nullable)


def _key(name: str) -> sa.Column[int]:
    return sa.Column(name, WHOLE, primary_key=True, autoincrement=False)


def _receipt() -> list[sa.Column[Any]]:
    return [
        _key("seq"),
        _whole("recorded_us"),
        _text("batch_id", nullable=False),
        _text("event_id", nullable=False),
        _text("content_hash", nullable=False),
    ]


attempts: Final = sa.Table(
    "attempts",
    METADATA,
    *_receipt(),
    *_typed(
        ATTEMPT_FIELDS,
        frozenset({"event_type", "attempted_us", "attempted_precision", "lead_id", "buyer_id"}),
    ),
    _text("raw"),
    sa.Index("attempts_event", "event_id", unique=True),
    sa.Index("attempts_lead", "lead_id"),
    sqlite_strict=True,
)

feedback: Final = sa.Table(
    "feedback",
    METADATA,
    *_receipt(),
    *_typed(
        FEEDBACK_FIELDS,
        frozenset(
            {
                "event_type",
                "reporter_id",
                "occurred_us",
                "occurred_precision",
                "reported_us",
                "reported_precision",
            }
        ),
    ),
    _text("raw"),
    sa.Index("feedback_event", "event_id", "reporter_id", unique=True),
    sa.Index("feedback_lead", "lead_id"),
    sqlite_strict=True,
)
sa.Index(
    "attempts_buyer_lead",
    attempts.c.buyer_lead_id,
    sqlite_where=attempts.c.buyer_lead_id.is_not(None),
    postgresql_where=attempts.c.buyer_lead_id.is_not(None),
)
sa.Index(
    "feedback_buyer_lead",
    feedback.c.buyer_lead_id,
    sqlite_where=feedback.c.lead_id.is_(None),
    postgresql_where=feedback.c.lead_id.is_(None),
)
sa.Index(
    "feedback_links",
    feedback.c.replaces,
    sqlite_where=feedback.c.replaces.is_not(None),
    postgresql_where=feedback.c.replaces.is_not(None),
)

entities: Final = sa.Table(
    "entities",
    METADATA,
    _key("seq"),
    _whole("recorded_us"),
    _text("kind", nullable=False),
    _text("entity_id", nullable=False),
    _text("name"),
    _text("buyer_type"),
    sqlite_strict=True,
)
"""What the operator has set for a source or buyer; the latest row of an id counts."""

aliases: Final = sa.Table(
    "aliases",
    METADATA,
    _key("seq"),
    _whole("recorded_us"),
    _text("kind", nullable=False),
    _text("entity_id", nullable=False),
    _text("canonical_id", nullable=False),
    sa.UniqueConstraint("kind", "entity_id", name="aliases_once"),
    sqlite_strict=True,
)

withdrawals: Final = sa.Table(
    "withdrawals",
    METADATA,
    _key("seq"),
    _whole("recorded_us"),
    _text("batch_id", nullable=False),
    _text("action", nullable=False),
    _text("who", nullable=False),
    _text("note"),
    sqlite_strict=True,
)
"""An import taken out of every figure from then on, or put back; its facts stay as they are."""

batches: Final = sa.Table(
    "batches",
    METADATA,
    sa.Column("batch_id", StorableText(), primary_key=True),
    _text("fingerprint", nullable=False),
    _text("channel", nullable=False),
    _text("profile"),
    _text("file_name"),
    _text("buyer_id"),
    _whole("started_us"),
    _whole("finished_us", nullable=True),
    _whole("cursor"),
    *(_whole(answer) for answer in ("created", "duplicate", "conflict", "parked", "rejected")),
    sa.Index("batches_fingerprint", "fingerprint"),
    sqlite_strict=True,
)

quarantine: Final = sa.Table(
    "quarantine",
    METADATA,
    _key("refused_id"),
    _text("fingerprint", nullable=False),
    _whole("recorded_us"),
    _text("batch_id", nullable=False),
    _whole("line"),
    _text("answer", nullable=False),
    _text("code", nullable=False),
    _text("field"),
    _text("value"),
    _text("allowed"),
    _text("nearest"),
    _text("raw"),
    sa.Index("quarantine_once", "fingerprint", unique=True),
    sqlite_strict=True,
)

audit: Final = sa.Table(
    "audit",
    METADATA,
    _key("audit_id"),
    _whole("recorded_us"),
    _text("actor", nullable=False),
    _text("action", nullable=False),
    _text("subject"),
    _text("detail"),
    sqlite_strict=True,
)

decisions: Final = sa.Table(
    "decisions",
    METADATA,
    _key("decision_id"),
    _whole("recorded_us"),
    _text("finding", nullable=False),
    _text("state", nullable=False),
    _text("until_day"),
    _text("who", nullable=False),
    _text("note"),
    _text("figure"),
    sa.Index("decisions_finding", "finding"),
    sqlite_strict=True,
)
"""What somebody decided about a finding; the latest row of a finding is its state."""

trend_notes: Final = sa.Table(
    "trend_notes",
    METADATA,
    _key("note_id"),
    _whole("recorded_us"),
    _text("day", nullable=False),
    _text("sentence", nullable=False),
    _text("source_id"),
    _text("who", nullable=False),
    _whole("removed_us", nullable=True),
    sqlite_strict=True,
)
"""A date and a sentence on trends: of one source, or of all."""

publications: Final = sa.Table(
    "publications",
    METADATA,
    _key("publication_id"),
    _whole("recorded_us"),
    _text("who", nullable=False),
    _text("kind", nullable=False),
    _text("title", nullable=False),
    _text("first_day", nullable=False),
    _text("last_day", nullable=False),
    _text("query", nullable=False),
    _whole("as_of_us"),
    _whole("data_version"),
    _text("rules", nullable=False),
    _text("figures", nullable=False),
    _text("html", nullable=False),
    sqlite_strict=True,
)
"""A report as it was given out: as-of and data version frozen, its file kept."""

store_settings: Final = sa.Table(
    "store_settings",
    METADATA,
    _key("setting_id"),
    _whole("recorded_us"),
    _text("report_zone", nullable=False),
    _text("currency", nullable=False),
    _text("who", nullable=False),
    sqlite_strict=True,
)
"""In which zone days are cut and in which currency amounts are; the latest row is in force."""

counters: Final = sa.Table(
    "counters",
    METADATA,
    sa.Column("name", StorableText(), primary_key=True),
    _whole("value"),
    sqlite_strict=True,
)
"""`facts` is the data version: the last sequence number given to a fact.

A writer moves its counter first and holds the row until it commits, so numbers
become visible in order and none is skipped: "everything up to N" has one meaning.
"""

properties: Final = sa.Table(
    "properties",
    METADATA,
    sa.Column("name", StorableText(), primary_key=True),
    _text("value", nullable=False),
    sqlite_strict=True,
)
"""What the store says of itself: `store_id`, made once; `leadloop_version` of its tables."""

COUNTERS: Final = {
    **dict.fromkeys(("attempts", "feedback", "entities", "aliases", "withdrawals"), "facts"),
    "quarantine": "quarantine",
    "audit": "audit",
    "decisions": "decisions",
    "trend_notes": "trend_notes",
    "publications": "publications",
    "store_settings": "store_settings",
}
"""Which counter numbers the rows of a table, without a gap: those of facts share one."""
