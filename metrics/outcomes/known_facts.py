"""Step 3, first half: what had been said up to a moment, under canonical ids.

Lazy Narwhals only: the same code runs on Polars and on engines of many machines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import narwhals as nw

from data_access.columns import DETAIL_FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from metrics.definitions.report_calendar import ReportZone

KEY: Final = ("lead_id", "buyer_id")
EVENT: Final = (*KEY, "event_id", "reporter_id")
"""What tells one event from all others: merged ids of a buyer may share an event id."""
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
SAYING: Final = ("outcome", *DETAIL_FIELDS[:-1])
"""Columns that make a report; a note alone explains something else."""
_OTHERS: Final = (
    "event_id",
    "event_type",
    "lead_id",
    "lead_since_us",
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
    "contact_share",
    "interest_product",
    "interest_timeline",
    "interest_budget",
    "accuracy_name",
    "accuracy_phone",
    "accuracy_email",
    "accuracy_address",
    "rating",
    "retracts",
    "replaces",
)
FEEDBACK_READ: Final = tuple(dict.fromkeys((*_OTHERS, *SAYING)))
"""What resolution reads of each fact; a reader of files need fetch no more."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The snapshot as lazy frames of one engine: what resolution reads.

    `attempts` and `feedback` have the columns of `data_access.columns`, feedback under the
    buyer's own id its lead and from when on that is known (`lead_since_us`); `aliases` has
    kind, entity_id, canonical_id; `reasons` has reason_raw, reason, reason_group.
    """

    attempts: Frame
    feedback: Frame
    aliases: Frame
    reasons: Frame


@dataclass(frozen=True, slots=True)
class Links:
    """What retractions and replacements do, judged from the facts alone.

    `undone`: events taken back (`EVENT`), with the first link that did (`retracted_by`).
    `idle`: links that act on nothing. `replaced_twice`: events that several replace (`EVENT`).
    """

    undone: Frame
    idle: Frame
    replaced_twice: Frame


@dataclass(frozen=True, slots=True)
class Known:
    """Facts up to a moment: attempts, all feedback, what its links do.

    `standing` are reports that nothing took back, `live` those of them whose delivery had
    succeeded.
    """

    attempts: Frame
    feedback: Frame
    links: Links
    standing: Frame
    live: Frame


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
    feedback = keep(_with_lead(feedback, as_of_us))
    received = feedback.filter(nw.col("event_type") == RECEIVED, ~nw.col("lead_id").is_null())
    links = _judged(received, keep)
    standing = keep(_standing(received, links))
    return Known(attempts, feedback, links, standing, _live(standing, attempts))


def _with_lead(feedback: Frame, as_of_us: int) -> Frame:
    """Without the lead of feedback under an id that no attempt had named by then."""
    unknown = (nw.col("lead_since_us") > as_of_us).fill_null(value=False)
    return feedback.with_columns(lead_id=nw.when(~unknown).then(nw.col("lead_id")))


def _judged(received: Frame, keep: Callable[[Frame], Frame]) -> Links:
    """Which events links act on.

    A link acts only on an event of the same buyer about the same lead that is no retraction:
    a retraction is final. A replacement acts on earlier events only, by (reported, event id),
    so there are no circles. Order of arrival plays no part.
    """
    target = nw.coalesce(nw.col("retracts"), nw.col("replaces"))
    links = keep(received.with_columns(target=target).filter(~nw.col("target").is_null()))
    reports = received.filter(nw.col("retracts").is_null()).select(
        *KEY,
        nw.col("event_id").alias("target"),
        nw.col("reporter_id").alias("target_reporter"),
        nw.col("reported").alias("target_reported"),
    )
    met = links.select(*EVENT, "reported", "target", "retracts", "replaces").join(
        reports, on=[*KEY, "target"], how="inner"
    )
    earlier = (nw.col("target_reported") < nw.col("reported")) | (
        (nw.col("target_reported") == nw.col("reported")) & (nw.col("target") < nw.col("event_id"))
    )
    acting = keep(met.filter(~nw.col("retracts").is_null() | earlier))
    idle = keep(links.join(acting.select(*EVENT), on=list(EVENT), how="anti"))
    return Links(keep(_undone(acting)), idle, _replaced_twice(acting))


_TARGET: Final = (*KEY, "target", "target_reporter")
_AS_EVENT: Final = {"target": "event_id", "target_reporter": "reporter_id"}


def _undone(acting: Frame) -> Frame:
    """Events taken back, with the first link that acts on each by (reported, event id)."""
    order = ["reported", "event_id", "reporter_id"]
    nth = nw.col("event_id").cum_count().over(*_TARGET, order_by=order)
    first = acting.with_columns(nth=nth).filter(nw.col("nth") == 1)
    return first.select(*_TARGET, nw.col("event_id").alias("retracted_by")).rename(_AS_EVENT)


def _replaced_twice(acting: Frame) -> Frame:
    replacing = acting.filter(~nw.col("replaces").is_null())
    counted = replacing.group_by(*_TARGET).agg(replacements=nw.len())
    return counted.filter(nw.col("replacements") > 1).select(*_TARGET).rename(_AS_EVENT)


def _standing(received: Frame, links: Links) -> Frame:
    """Reports that nothing took back.

    A retraction is none, unless it aims at another retraction and says something else: what
    it says besides is a report. One whose target is not known of this buyer and lead waits.
    """
    reports = received.filter(nw.col("retracts").is_null())
    standing = reports.join(links.undone.select(*EVENT), on=list(EVENT), how="anti")
    says = nw.any_horizontal(*(~nw.col(name).is_null() for name in SAYING), ignore_nulls=True)
    final = received.filter(~nw.col("retracts").is_null()).select(
        *KEY, nw.col("event_id").alias("target")
    )
    saying = links.idle.filter(says, ~nw.col("retracts").is_null()).join(
        final, on=[*KEY, "target"], how="semi"
    )
    columns = received.collect_schema().names()
    return nw.concat([standing.select(columns), saying.select(columns)], how="vertical")


def _live(standing: Frame, attempts: Frame) -> Frame:
    """Standing reports about a delivery that had succeeded."""
    reached = attempts.filter(nw.col("succeeded") == 1).select(*KEY).unique()
    return standing.join(reached, on=list(KEY), how="semi")
