"""Step 3, first half: what had been said up to a moment, under canonical ids.

Lazy Narwhals only: the same code runs on Polars and on engines of many machines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import narwhals as nw

if TYPE_CHECKING:
    from collections.abc import Callable

    from metrics.calendar import ReportZone

KEY: Final = ("lead_id", "buyer_id")
RECEIVED: Final = "feedback.received"
DELIVERED: Final = "recipient.delivered"
Frame: TypeAlias = nw.LazyFrame[Any]


LEAD_ATTRIBUTES: Final = ("source_id", "sub_source", "campaign", "vertical", "product", "state")
ATTEMPTS_READ: Final = (
    "event_id",
    "event_type",
    "attempted_us",
    "attempted_precision",
    "lead_id",
    "buyer_id",
    *LEAD_ATTRIBUTES,
    "price_cents",
    "lead_cost_cents",
    "attempted_price_cents",
    "exclusive",
    "buyer_lead_id",
    "failure_category",
    "batch_id",
)
FEEDBACK_READ: Final = (
    "event_id",
    "event_type",
    "lead_id",
    "buyer_lead_id",
    "reporter_id",
    "target_id",
    "target_type",
    "outcome",
    "outcome_raw",
    "reason",
    "value_cents",
    "occurred_us",
    "occurred_precision",
    "reported_us",
    "reported_precision",
    "credit_requested",
    "credit_approved",
    "credit_amount_cents",
    "decided_us",
    "decided_precision",
    "said_delivered_us",
    "said_delivered_precision",
    "said_price_cents",
    "phone_answered",
    "spoke_to_lead",
    "right_party",
    "interest_product",
    "interest_timeline",
    "interest_budget",
    "accuracy_name",
    "accuracy_phone",
    "accuracy_email",
    "accuracy_address",
    "retracts",
    "replaces",
)
"""What resolution reads of each fact; a reader of files need fetch no more."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The snapshot as lazy frames of one engine: what resolution reads.

    `attempts` and `feedback` have the columns of `data_access.columns`; `aliases` has
    kind, entity_id, canonical_id; `reasons` has reason_raw, reason, reason_group.
    """

    attempts: Frame
    feedback: Frame
    aliases: Frame
    reasons: Frame


@dataclass(frozen=True, slots=True)
class Known:
    """Facts up to a moment: attempts, all feedback, and the live part of it."""

    attempts: Frame
    feedback: Frame
    live: Frame
    undone: Frame


def instant(zone: ReportZone, stem: str) -> nw.Expr:
    """When something enters: its instant, or the first of its day in the report zone."""
    us, precision = nw.col(f"{stem}_us"), nw.col(f"{stem}_precision")
    return nw.when(precision == "day").then(zone.first_instant(us)).otherwise(us)


def whole(value: int) -> nw.Expr:
    """A 64-bit constant: engines disagree on the width of a bare one."""
    return nw.lit(value, nw.Int64)


def flag(condition: nw.Expr) -> nw.Expr:
    """A condition as 0 / 1; null is 0."""
    return nw.when(condition).then(whole(1)).otherwise(whole(0))


def is_true(name: str) -> nw.Expr:
    """A nullable boolean as 0 / 1; null is 0."""
    return flag(nw.col(name))


def canonical(frame: Frame, column: str, aliases: Frame, kind: str) -> Frame:
    """Replace merged ids of a column by their canonical ones."""
    mine = aliases.filter(nw.col("kind") == kind).select(
        nw.col("entity_id").alias(column), nw.col("canonical_id").alias("__canonical")
    )
    joined = frame.join(mine, on=column, how="left")
    known = nw.col("__canonical").is_null()
    column_now = nw.when(known).then(nw.col(column)).otherwise(nw.col("__canonical"))
    return joined.with_columns(column_now.alias(column)).drop("__canonical")


def known(
    facts: Facts,
    *,
    as_of_us: int,
    zone: ReportZone,
    keep: Callable[[Frame], Frame] = lambda frame: frame,
) -> Known:
    """What had been said by `as_of_us`; `recorded_at` plays no part.

    `keep` may hold on to frames that are read several times (see `outcomes.resolve`).
    """
    attempts = facts.attempts.with_columns(
        at=instant(zone, "attempted"), buyer_sent_id=nw.col("buyer_id")
    ).filter(nw.col("at") <= as_of_us)
    attempts = canonical(attempts, "buyer_id", facts.aliases, "buyer")
    attempts = canonical(attempts, "source_id", facts.aliases, "source")
    attempts = attempts.with_columns(succeeded=flag(nw.col("event_type") == DELIVERED))
    attempts = keep(attempts)
    feedback = facts.feedback.with_columns(
        occurred=instant(zone, "occurred"),
        reported=instant(zone, "reported"),
        decided=instant(zone, "decided"),
        buyer_id=nw.col("reporter_id"),
    ).filter(nw.col("reported") <= as_of_us)
    feedback = canonical(feedback, "buyer_id", facts.aliases, "buyer")
    feedback = canonical(feedback, "target_id", facts.aliases, "source")
    feedback = keep(_with_lead(feedback, attempts))
    undone = keep(_undone(feedback))
    return Known(attempts, feedback, _live(feedback, attempts, undone), undone)


def _with_lead(feedback: Frame, attempts: Frame) -> Frame:
    """Find the lead of feedback that names only the buyer's own id for it."""
    named = feedback.filter(~nw.col("lead_id").is_null())
    nameless = feedback.filter(nw.col("lead_id").is_null()).drop("lead_id")
    first = (
        nw.col("event_id")
        .cum_count()
        .over("buyer_id", "buyer_lead_id", order_by=["at", "event_id"])
    )
    ids = (
        attempts.filter(~nw.col("buyer_lead_id").is_null())
        .with_columns(nth=first)
        .filter(nw.col("nth") == 1)
        .select("buyer_id", "buyer_lead_id", "lead_id")
    )
    found = nameless.join(ids, on=["buyer_id", "buyer_lead_id"], how="left")
    columns = named.collect_schema().names()
    return nw.concat([named, found.select(columns)], how="vertical")


def _undone(feedback: Frame) -> Frame:
    """Events taken back: lead_id, buyer_id, event_id, `retracted_by` (the first), `undone_us`.

    A retraction counts from the same buyer and lead only, from its own time on.
    """
    target = nw.coalesce(nw.col("retracts"), nw.col("replaces"))
    links = (
        feedback.with_columns(target=target)
        .filter(
            nw.col("event_type") == RECEIVED,
            ~nw.col("lead_id").is_null(),
            ~nw.col("target").is_null(),
        )
        .select(
            *KEY,
            nw.col("target").alias("event_id"),
            nw.col("event_id").alias("retracted_by"),
            nw.col("reported"),
        )
    )
    same = [*KEY, "event_id"]
    nth = nw.col("retracted_by").cum_count().over(*same, order_by=["reported", "retracted_by"])
    first = links.with_columns(nth=nth).filter(nw.col("nth") == 1)
    return first.select(*same, "retracted_by", nw.col("reported").alias("undone_us"))


def _live(feedback: Frame, attempts: Frame, undone: Frame) -> Frame:
    """Received, not taken back, and about a delivery that had succeeded.

    A retraction is no feedback itself and cannot be undone; a replacement takes the
    other back and stands in its place.
    """
    standing = feedback.filter(
        nw.col("event_type") == RECEIVED,
        ~nw.col("lead_id").is_null(),
        nw.col("retracts").is_null(),
    ).join(undone, on=[*KEY, "event_id"], how="anti")
    reached = attempts.filter(nw.col("succeeded") == 1).select(*KEY).unique()
    return standing.join(reached, on=list(KEY), how="semi")
