"""Step 3: deliveries and feedback -> one row per delivery, as of a moment.

Definitions: a delivery is (lead, buyer); it is delivered if any attempt succeeded, at
the earliest success. Its outcome is the latest decisive event by (occurred, reported,
event id), else the latest closed one, else the furthest progress, else `detail_only`.
Lazy Narwhals only; money is cents, times are microseconds UTC, flags are 0 / 1.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import narwhals as nw

from data_access.columns import CLOSED, DECISIVE, DETAIL_ONLY, PROGRESS
from metrics.outcomes import contradictions, details
from metrics.outcomes.details import DETAILS
from metrics.outcomes.known_facts import (
    ATTEMPTS_READ,
    FEEDBACK_READ,
    KEY,
    LEAD_ATTRIBUTES,
    Facts,
    Frame,
    Known,
    flag,
    is_true,
    known,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from metrics.definitions.report_calendar import ReportZone

CONTACT_IMPLIED: Final = (
    "contacted",
    "qualified",
    "converted",
    "not_interested",
    "already_purchased",
)
_CLOSED_RANK: Final = 20
_RANK: Final = {
    **dict.fromkeys(DECISIVE, 30),
    **dict.fromkeys(CLOSED, _CLOSED_RANK),
    **{outcome: 10 + step for step, outcome in enumerate(PROGRESS)},
}


def _as_it_is(frame: Frame) -> Frame:
    return frame


def resolve(
    facts: Facts, *, as_of_us: int, zone: ReportZone, keep: Callable[[Frame], Frame] = _as_it_is
) -> Frame:
    """One row per delivery (delivered or failed) as known at `as_of_us`.

    `keep` may hold on to a frame that several later ones are made from (collect it,
    cache it, whatever the engine does best).

    Returns a lazy frame with the columns of `COLUMNS`, in no order. Outcome columns
    are null without live feedback; `value_cents` unless converted; `price_cents` where
    the sender said none; `reason*` where the winning event gives none.
    """
    facts = replace(
        facts,
        attempts=facts.attempts.select(*ATTEMPTS_READ),
        feedback=facts.feedback.select(*FEEDBACK_READ),
    )
    said = known(facts, as_of_us=as_of_us, zone=zone, keep=keep)
    offers = keep(deliveries(said.attempts))
    traits = keep(attributes(said.attempts))
    events = keep(_events(said.live, offers, facts.reasons, zone))
    rows = offers.join(sold_to(offers), on="lead_id", how="left")
    rows = rows.join(traits, on="lead_id", how="left")
    rows = rows.join(_winners(events), on=list(KEY), how="left")
    rows = rows.join(_summary(events), on=list(KEY), how="left")
    rows = rows.join(_decisions(events, as_of_us), on=list(KEY), how="left")
    rows = rows.join(contradictions.flags(said, events, offers, traits), on=list(KEY), how="left")
    rows = rows.join(details.latest(events), on=list(KEY), how="left")
    return _finished(rows, zone)


def deliveries(attempts: Frame) -> Frame:
    """The earliest success of each (lead, buyer), or its first failure."""
    attempts = attempts.with_columns(missed=1 - nw.col("succeeded"))
    nth = nw.col("event_id").cum_count().over(*KEY, order_by=["missed", "at", "event_id"])
    chosen = attempts.with_columns(nth=nth).filter(nw.col("nth") == 1)
    counted = attempts.group_by(*KEY).agg(
        attempts=nw.len(),
        successes=nw.col("succeeded").sum(),
        attempted_at=nw.col("at").min(),
    )
    offered = nw.coalesce(nw.col("attempted_price_cents"), nw.col("price_cents"))
    price = nw.when(nw.col("succeeded") == 1).then(nw.col("price_cents")).otherwise(offered)
    chosen = chosen.select(
        *KEY,
        "buyer_sent_id",
        "buyer_lead_id",
        "event_id",
        "failure_category",
        "lead_cost_cents",
        "exclusive",
        nw.col("succeeded").alias("delivered"),
        nw.col("at").alias("dated_us"),
        nw.col("attempted_precision").alias("dated_precision"),
        price.alias("price_cents"),
        nw.col("batch_id").alias("first_batch_id"),
    )
    return chosen.join(counted, on=list(KEY), how="left")


def sold_to(offers: Frame) -> Frame:
    """How many buyers took each lead."""
    return offers.group_by("lead_id").agg(sold_to=nw.col("delivered").sum())


def attributes(attempts: Frame) -> Frame:
    """Attributes of each lead: the earliest that was said, and whether others disagree."""
    span = [
        (nw.col(name).min().alias(f"{name}_min"), nw.col(name).max().alias(f"{name}_max"))
        for name in LEAD_ATTRIBUTES
    ]
    spans = attempts.group_by("lead_id").agg(*(expr for pair in span for expr in pair))
    differing = [
        (nw.col(f"{name}_min") != nw.col(f"{name}_max")).fill_null(value=False)
        for name in LEAD_ATTRIBUTES
    ]
    spans = spans.with_columns(disagree=flag(nw.any_horizontal(*differing, ignore_nulls=True)))
    agreed = spans.filter(nw.col("disagree") == 0).select(
        "lead_id", "disagree", *(nw.col(f"{name}_max").alias(name) for name in LEAD_ATTRIBUTES)
    )
    torn = spans.filter(nw.col("disagree") == 1).select("lead_id", "disagree")
    ordered = attempts.join(torn, on="lead_id", how="inner").with_columns(
        nw.col(name).cum_count().over("lead_id", order_by=["at", "event_id"]).alias(f"{name}_nth")
        for name in LEAD_ATTRIBUTES
    )
    first = ordered.with_columns(
        nw.when(nw.col(f"{name}_nth") == 1).then(nw.col(name)).alias(name)
        for name in LEAD_ATTRIBUTES
    )
    earliest = first.group_by("lead_id", "disagree").agg(
        nw.col(name).max() for name in LEAD_ATTRIBUTES
    )
    columns = ["lead_id", "disagree", *LEAD_ATTRIBUTES]
    return nw.concat([agreed.select(columns), earliest.select(columns)], how="vertical")


def _events(live: Frame, offers: Frame, reasons: Frame, zone: ReportZone) -> Frame:
    """Live events beside their delivery, with rank, reason and what each implies."""
    of = offers.select(
        *KEY,
        nw.col("dated_us").alias("delivered_us"),
        nw.col("dated_precision").alias("delivered_precision"),
        nw.col("price_cents").alias("delivery_price"),
    )
    events = live.join(of, on=list(KEY), how="inner")
    events = events.rename({"reason": "reason_raw"}).join(reasons, on="reason_raw", how="left")
    return worded(events).with_columns(
        occurred_day=zone.day(nw.col("occurred")),
        reported_day=zone.day(nw.col("reported")),
        delivered_day=zone.day(nw.col("delivered_us")),
    )


def worded(events: Frame) -> Frame:
    """Events with `word` (their outcome), its `rank`, and `spoke`: a conversation is implied."""
    word = nw.col("outcome").fill_null(DETAIL_ONLY)
    spoke = is_true("phone_answered") * is_true("spoke_to_lead")
    implied = nw.when(word.is_in(list(CONTACT_IMPLIED))).then(whole(1)).otherwise(spoke)
    rank = word.replace_strict(list(_RANK), list(_RANK.values()), default=0, return_dtype=nw.Int64)
    return events.with_columns(word=word, rank=rank, spoke=implied)


def ranked(events: Frame) -> Frame:
    """Events with the columns by which they are ordered to find the one that decides."""
    return events.with_columns(
        rank_of_class=nw.col("rank") // 10,
        progress=nw.when(nw.col("rank") < _CLOSED_RANK).then(nw.col("rank")).otherwise(whole(0)),
    )


def _winners(events: Frame) -> Frame:
    """The event that decides each delivery."""
    order = ["rank_of_class", "progress", "occurred", "reported", "event_id", "reporter_id"]
    nth = nw.col("event_id").cum_count(reverse=True).over(*KEY, order_by=order)
    won = ranked(events).with_columns(nth=nth).filter(nw.col("nth") == 1)
    converted = nw.col("word") == "converted"
    return won.select(
        *KEY,
        nw.col("word").alias("outcome"),
        "outcome_raw",
        "reason_raw",
        "reason",
        "reason_group",
        nw.col("occurred").alias("occurred_us"),
        "occurred_precision",
        nw.col("occurred_day"),
        nw.col("reported").alias("reported_us"),
        "reported_precision",
        nw.col("reported_day"),
        nw.when(converted).then(nw.col("value_cents")).alias("value_cents"),
        nw.col("event_id").alias("winning_event_id"),
        nw.col("credit_requested").alias("asked_credit"),
    )


def _summary(events: Frame) -> Frame:
    """What all live events of a delivery say together.

    First and last report carry their precision in the lowest bit of twice the instant.
    """
    coded = nw.col("reported") * 2 + flag(nw.col("reported_precision") == "day")
    flagged = events.with_columns(
        coded=coded,
        contact_us=nw.when(nw.col("spoke") == 1).then(nw.col("reported")),
        is_qualified=flag(nw.col("word") == "qualified"),
    )
    return flagged.group_by(*KEY).agg(
        feedback_events=nw.len(),
        contacted=nw.col("spoke").max(),
        ever_qualified=nw.col("is_qualified").max(),
        first_coded=nw.col("coded").min(),
        first_contact_us=nw.col("contact_us").min(),
        last_reported_us=nw.col("reported").max(),
    )


def _decisions(events: Frame, as_of_us: int) -> Frame:
    """The latest decision on a claim: it is dated by `decided_at`, else by its report."""
    decided = events.filter(~nw.col("credit_approved").is_null()).with_columns(
        decision_us=nw.coalesce(nw.col("decided"), nw.col("reported"))
    )
    decided = decided.filter(nw.col("decision_us") <= as_of_us)
    order = ["decision_us", "reported", "event_id", "reporter_id"]
    nth = nw.col("event_id").cum_count(reverse=True).over(*KEY, order_by=order)
    amount = nw.coalesce(nw.col("credit_amount_cents"), nw.col("delivery_price"))
    return (
        decided.with_columns(nth=nth)
        .filter(nw.col("nth") == 1)
        .select(
            *KEY,
            approved=is_true("credit_approved"),
            granted=nw.when(nw.col("credit_approved")).then(amount),
            decision_us=nw.when(~nw.col("decided").is_null()).then(nw.col("decision_us")),
        )
    )


def _finished(rows: Frame, zone: ReportZone) -> Frame:
    """Flags without nulls, the state of claims, the durations, the days."""
    covered = flag(nw.col("feedback_events") > 0)
    rows = rows.with_columns(
        covered=covered,
        returned=flag(nw.col("outcome") == "returned"),
        converted=flag(nw.col("outcome") == "converted"),
        first_reported_us=nw.col("first_coded") // 2,
        first_hourless=nw.col("first_coded") % 2,
        dated_day=zone.day(nw.col("dated_us")),
    )
    is_return = nw.col("returned") == 1
    state = (
        nw.when(is_return & nw.col("approved").is_null())
        .then(nw.lit("waiting"))
        .when(is_return & (nw.col("approved") == 1))
        .then(nw.lit("credited"))
        .when(is_return)
        .then(nw.lit("refused"))
    )
    unasked = (~nw.col("asked_credit")).fill_null(value=False)
    timed = (nw.col("dated_precision") == "instant") & (nw.col("delivered") == 1)
    first = (nw.col("first_reported_us") - nw.col("dated_us")) // 1_000_000
    happened = (nw.col("occurred_us") - nw.col("dated_us")) // 1_000_000
    told = (nw.col("reported_us") - nw.col("occurred_us")) // 1_000_000
    exact = nw.col("occurred_precision") == "instant"
    return rows.with_columns(
        return_state=state,
        credit_requested_cents=nw.when(is_return & ~unasked).then(nw.col("price_cents")),
        credit_approved_cents=nw.when(nw.col("delivered") == 1).then(nw.col("granted")),
        seconds_to_feedback=nw.when(timed & (nw.col("first_hourless") == 0)).then(first),
        seconds_to_outcome=nw.when(timed & exact).then(happened),
        reporting_delay=nw.when(exact & (nw.col("reported_precision") == "instant")).then(told),
        feedback_events=nw.col("feedback_events").fill_null(0),
        contacted=nw.col("contacted").fill_null(0),
        ever_qualified=nw.col("ever_qualified").fill_null(0),
        contradiction_mask=nw.col("contradiction_mask").fill_null(0),
        differs=nw.col("differs").fill_null(0),
    ).select(*COLUMNS)


COLUMNS: Final = (
    "lead_id",
    "buyer_id",
    "buyer_sent_id",
    "buyer_lead_id",
    "event_id",
    *LEAD_ATTRIBUTES,
    "sold_to",
    "exclusive",
    "delivered",
    "failure_category",
    "attempts",
    "attempted_at",
    "dated_us",
    "dated_precision",
    "dated_day",
    "price_cents",
    "lead_cost_cents",
    "outcome",
    "outcome_raw",
    "reason_group",
    "reason",
    "reason_raw",
    "covered",
    "contacted",
    "ever_qualified",
    "converted",
    "returned",
    "return_state",
    "credit_requested_cents",
    "credit_approved_cents",
    "decision_us",
    "value_cents",
    "occurred_us",
    "occurred_precision",
    "occurred_day",
    "reported_us",
    "reported_precision",
    "reported_day",
    "first_reported_us",
    "last_reported_us",
    "seconds_to_feedback",
    "seconds_to_outcome",
    "reporting_delay",
    "first_contact_us",
    "feedback_events",
    "winning_event_id",
    "contradiction_mask",
    "differs",
    "first_batch_id",
    *DETAILS,
)
"""Columns of `outcomes`: a row is a delivery, delivered or failed."""

__all__ = ["COLUMNS", "LEAD_ATTRIBUTES", "Facts", "Known", "resolve"]
