"""Names and Polars types of every frame that crosses a room.

One list of fields per kind of fact is the single source for the SQL tables, the
intake contract, the mapping profiles, the snapshot and the exports. A field has a
*kind*; the kind decides which stored columns it becomes and how text is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import polars as pl

LONGEST_ID: Final = 128  # characters
ID_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$"
ID_RULE: Final = "1 - 128 of A-Z a-z 0-9 . _ : -, beginning with a letter or digit"
LEAD_RULE: Final = f"1 - {LONGEST_ID} characters, none of them a control character"
OPERATOR: Final = "operator"  # who says a feedback.sent and a delivery: the store's own side
NO_SOURCE: Final = "(none)"  # the group of leads without a source; never a real id

DECISIVE: Final = ("converted", "returned")
CLOSED: Final = ("not_interested", "already_purchased", "bad_info", "duplicate")
PROGRESS: Final = ("no_contact", "contacted", "qualified")
DETAIL_ONLY: Final = "detail_only"
OUTCOMES: Final = (*DECISIVE, *CLOSED, *PROGRESS)
OUTCOME_CLASS: Final = {
    **dict.fromkeys(DECISIVE, "decisive"),
    **dict.fromkeys(CLOSED, "closed"),
    **dict.fromkeys(PROGRESS, "progress"),
    DETAIL_ONLY: "detail",
}
BUYER_TYPES: Final = ("live_transfer", "lead_buyer", "data_buyer")
DELIVERY_EVENTS: Final = ("recipient.delivered", "recipient.failed")
FEEDBACK_EVENTS: Final = ("feedback.received", "feedback.sent")
ACCURACY: Final = ("correct", "wrong_person", "invalid", "bounced", "incomplete", "unknown")
FAILURES: Final = ("technical", "business", "authentication")
ANSWERS: Final = ("created", "duplicate", "conflict", "parked", "rejected")


class Kind(StrEnum):
    """How a field is written by senders and stored by us."""

    ID = "id"
    LEAD = "lead"  # a lead's id, as whoever sends it writes it
    NAME = "name"  # of a party
    TEXT = "text"
    NOTE = "note"
    WORD = "word"  # one of a closed list
    MONEY = "money"  # <name>_cents, Int64: the smallest unit of the store's currency
    TIME = "time"  # <name minus _at>_us, Int64 microseconds UTC, and _precision
    INT = "int"
    BOOL = "bool"
    SHARE = "share"  # 0 - 1, also written "65%"
    SCALE = "scale"  # 0 - 10, also written "2/10"
    RATING = "rating"  # 0 - 100
    SPAN = "span"  # whole seconds, also written "4h 14m 36s"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the wire contract: its name, kind and, for words, the list."""

    name: str
    kind: Kind
    words: tuple[str, ...] = ()

    @property
    def stored(self) -> dict[str, pl.DataType]:
        """Stored column names with their Polars types."""
        match self.kind:
            case Kind.MONEY:
                return {f"{self.name}_cents": pl.Int64()}
            case Kind.TIME:
                stem = self.name.removesuffix("_at")
                return {f"{stem}_us": pl.Int64(), f"{stem}_precision": pl.String()}
            case Kind.INT | Kind.SCALE | Kind.SPAN:
                return {self.name: pl.Int64()}
            case Kind.BOOL:
                return {self.name: pl.Boolean()}
            case Kind.SHARE | Kind.RATING:
                return {self.name: pl.Float64()}
            case _:
                return {self.name: pl.String()}


def _f(kind: Kind, *names: str, words: tuple[str, ...] = ()) -> tuple[Field, ...]:
    return tuple(Field(name, kind, words) for name in names)


ATTEMPT_FIELDS: Final[tuple[Field, ...]] = (
    *_f(Kind.WORD, "event_type", words=DELIVERY_EVENTS),
    *_f(Kind.TIME, "attempted_at"),
    *_f(Kind.LEAD, "lead_id"),
    *_f(Kind.ID, "buyer_id"),
    *_f(Kind.NAME, "buyer_name"),
    *_f(Kind.TEXT, "recipient_type"),
    *_f(Kind.WORD, "buyer_type", words=BUYER_TYPES),
    *_f(Kind.ID, "source_id"),
    *_f(Kind.NAME, "source_name"),
    *_f(Kind.TEXT, "sub_source", "campaign", "vertical", "product", "state"),
    *_f(Kind.TIME, "submitted_at"),
    *_f(Kind.MONEY, "price", "margin", "lead_cost", "attempted_price"),
    *_f(Kind.BOOL, "exclusive"),
    *_f(Kind.TEXT, "buyer_lead_id", "method", "buyer_tier"),
    *_f(Kind.INT, "duration_ms", "attempt_number", "total_attempts"),
    *_f(Kind.TIME, "first_attempt_at"),
    *_f(Kind.TEXT, "failure_reason"),
    *_f(Kind.WORD, "failure_category", words=FAILURES),
    *_f(Kind.TEXT, "failure_details"),
    *_f(Kind.BOOL, "retry_eligible"),
)

FEEDBACK_FIELDS: Final[tuple[Field, ...]] = (
    *_f(Kind.WORD, "event_type", words=FEEDBACK_EVENTS),
    *_f(Kind.LEAD, "lead_id"),
    *_f(Kind.TEXT, "buyer_lead_id"),
    *_f(Kind.ID, "reporter_id"),
    *_f(Kind.NAME, "reporter_name"),
    *_f(Kind.TEXT, "reporter_type"),
    *_f(Kind.ID, "target_id"),
    *_f(Kind.NAME, "target_name"),
    *_f(Kind.TEXT, "target_type"),
    *_f(Kind.WORD, "outcome", words=OUTCOMES),
    *_f(Kind.TEXT, "outcome_raw", "reason"),
    *_f(Kind.MONEY, "value"),
    *_f(Kind.TIME, "occurred_at"),
    *_f(Kind.BOOL, "occurred_filled"),
    *_f(Kind.TIME, "reported_at"),
    *_f(Kind.BOOL, "reported_filled", "credit_requested", "credit_approved"),
    *_f(Kind.MONEY, "credit_amount"),
    *_f(Kind.TIME, "decided_at"),
    *_f(Kind.BOOL, "source_notified"),
    *_f(Kind.INT, "contact_attempts"),
    *_f(Kind.TIME, "last_attempt_at"),
    *_f(Kind.TEXT, "specific_issue", "category", "issue", "frequency"),
    *_f(Kind.SHARE, "frequency_share"),
    *_f(Kind.TEXT, "issue_impact", "action_requested"),
    *_f(Kind.TIME, "said_delivered_at"),
    *_f(Kind.MONEY, "said_price"),
    *_f(Kind.SPAN, "said_seconds_to_feedback"),
    *_f(Kind.INT, "score_change"),
    *_f(Kind.TEXT, "buyer_satisfaction"),
    *_f(Kind.BOOL, "revenue_recognized", "phone_answered", "spoke_to_lead", "right_party"),
    *_f(Kind.SHARE, "contact_share"),
    *_f(Kind.SCALE, "interest_product"),
    *_f(Kind.TEXT, "interest_timeline", "interest_budget"),
    *_f(
        Kind.WORD,
        "accuracy_name",
        "accuracy_phone",
        "accuracy_email",
        "accuracy_address",
        words=ACCURACY,
    ),
    *_f(Kind.ID, "retracts", "replaces"),
    *_f(Kind.TEXT, "agent", "product_type", "close_time"),
    *_f(Kind.RATING, "rating"),
    *_f(Kind.NOTE, "notes"),
)


def stored_types(fields: tuple[Field, ...]) -> dict[str, pl.DataType]:
    """Stored columns of a list of fields, in order, with Polars types."""
    return {name: kind for field in fields for name, kind in field.stored.items()}


_RECEIPT: Final[dict[str, pl.DataType]] = {
    "seq": pl.Int64(),
    "recorded_us": pl.Int64(),
    "batch_id": pl.String(),
    "event_id": pl.String(),
}

ATTEMPTS: Final = {**_RECEIPT, **stored_types(ATTEMPT_FIELDS)}
"""A row is one try to hand one lead to one buyer (`attempts` frame)."""

FEEDBACK: Final = {**_RECEIPT, **stored_types(FEEDBACK_FIELDS)}
"""A row is one feedback event as accepted (`feedback` frame)."""

ALIASES: Final[dict[str, pl.DataType]] = {
    "seq": pl.Int64(),
    "kind": pl.String(),
    "entity_id": pl.String(),
    "canonical_id": pl.String(),
}
"""A row says that one id of a source or buyer is another's."""

ENTITIES: Final[dict[str, pl.DataType]] = {
    "seq": pl.Int64(),
    "kind": pl.String(),
    "entity_id": pl.String(),
    "name": pl.String(),
    "buyer_type": pl.String(),
}
"""A row is what the operator has set for a source or buyer (null: nothing set)."""

WITHDRAW: Final = "withdraw"
RESTORE: Final = "restore"
WITHDRAWALS: Final[dict[str, pl.DataType]] = {
    "seq": pl.Int64(),
    "recorded_us": pl.Int64(),
    "batch_id": pl.String(),
    "action": pl.String(),
}
"""A row says that an import counts no longer (`WITHDRAW`), or that it counts again (`RESTORE`)."""

DETAIL_FIELDS: Final = (
    "phone_answered",
    "spoke_to_lead",
    "right_party",
    "contact_share",
    "interest_product",
    "interest_timeline",
    "interest_budget",
    "accuracy_name",
    "accuracy_phone",
    "accuracy_email",
    "accuracy_address",
    "rating",
    "credit_approved",
    "credit_requested",
    "notes",
)
"""Columns of which at least one makes a feedback without outcome worth keeping."""
