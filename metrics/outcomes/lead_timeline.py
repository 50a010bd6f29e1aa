"""The timeline of one lead: offers, reports, what was taken back, what we wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from metrics.outcomes.delivery_lists import INSTANT

if TYPE_CHECKING:
    from metrics.definitions.party_names import PartyNames

EVENTS: Final[dict[str, pl.DataType]] = {
    "at": INSTANT,
    "precision": pl.String(),
    "kind": pl.String(),
    "who": pl.String(),
    "who_id": pl.String(),
    "outcome": pl.String(),
    "outcome_raw": pl.String(),
    "reason": pl.String(),
    "value_cents": pl.Int64(),
    "price_cents": pl.Int64(),
    "delay_seconds": pl.Int64(),
    "reported_at": INSTANT,
    "reported_precision": pl.String(),
    "retracted": pl.Boolean(),
    "retracted_by": pl.String(),
    "without_effect": pl.Boolean(),
    "retracts": pl.String(),
    "replaces": pl.String(),
    "credit_approved": pl.Boolean(),
    "credit_amount_cents": pl.Int64(),
    "phone_answered": pl.Boolean(),
    "spoke_to_lead": pl.Boolean(),
    "right_party": pl.Boolean(),
    "failure_reason": pl.String(),
    "issue": pl.String(),
    "notes": pl.String(),
    "event_id": pl.String(),
    "batch_id": pl.String(),
    "withdrawn_at": INSTANT,
}
"""Columns of a timeline. `kind`: delivered, failed, feedback, retraction or message.

A retraction that changes nothing and says something else is feedback. `at` is when it
happened; `delay_seconds` how much later we were told (null where either time is only a
date); `who` is the buyer, or the source for a message; `without_effect`: a link that names
nothing that it may take back or replace; `withdrawn_at`: since when its import counts no longer.
"""


def events(
    attempts: pl.DataFrame,
    feedback: pl.DataFrame,
    undone: pl.DataFrame,
    idle: pl.DataFrame,
    named: PartyNames,
) -> pl.DataFrame:
    """Everything said about one lead, by (when it happened, when we were told, event id).

    Args:
        attempts: facts with canonical `buyer_id` and their instant `at`.
        feedback: facts with canonical `buyer_id`, and instants `occurred`, `reported`; both
            with `withdrawn_us`, null where they count.
        undone: `seq`, `retracted_by` of what was taken back.
        idle: `seq` of links without effect, and whether they are reports (`counts`).
        named: what buyers and sources are called.
    """
    offers, reports = _offers(attempts), _reports(feedback, undone, idle)
    rows = pl.concat(
        [offers, reports.select(c for c in reports.columns if c in EVENTS or c == "who_id")],
        how="diagonal",
    )
    names = {**named.source, **named.buyer}
    name = pl.col("who_id").replace_strict(names, default=None, return_dtype=pl.String)
    rows = rows.with_columns(who=pl.coalesce(name, "who_id"))
    order = ("at", "reported_at", "event_id", "who_id", "kind")
    rows = rows.sort(*order, nulls_last=True, maintain_order=True)
    return rows.select(
        (pl.col(c) if c in rows.columns else pl.lit(None)).cast(kind).alias(c)
        for c, kind in EVENTS.items()
    )


def _offers(attempts: pl.DataFrame) -> pl.DataFrame:
    """Every try to deliver."""
    return attempts.select(
        at=pl.col("at").cast(INSTANT),
        precision="attempted_precision",
        kind=pl.when(pl.col("succeeded") == 1)
        .then(pl.lit("delivered"))
        .otherwise(pl.lit("failed")),
        who_id="buyer_id",
        price_cents=pl.coalesce("price_cents", "attempted_price_cents"),
        failure_reason="failure_reason",
        event_id="event_id",
        batch_id="batch_id",
        reported_at=pl.col("at").cast(INSTANT),
        withdrawn_at=pl.col("withdrawn_us").cast(INSTANT),
    )


def _reports(feedback: pl.DataFrame, undone: pl.DataFrame, idle: pl.DataFrame) -> pl.DataFrame:
    """Every report and message, with what became of it."""
    message = pl.col("event_type") == "feedback.sent"
    kind = (
        pl.when(message)
        .then(pl.lit("message"))
        .when(pl.col("retracts").is_not_null() & ~pl.col("counts").fill_null(value=False))
        .then(pl.lit("retraction"))
        .otherwise(pl.lit("feedback"))
    )
    exact = (pl.col("occurred_precision") == "instant") & (
        pl.col("reported_precision") == "instant"
    )
    delay = (pl.col("reported") - pl.col("occurred")) // 1_000_000
    rows = feedback.join(undone, on="seq", how="left").join(idle, on="seq", how="left")
    return rows.sort("reporter_id").with_columns(
        at=pl.col("occurred").cast(INSTANT),
        precision="occurred_precision",
        kind=kind,
        who_id=pl.when(message).then("target_id").otherwise("buyer_id"),
        delay_seconds=pl.when(exact & ~pl.col("reported_filled").fill_null(value=False)).then(
            delay
        ),
        reported_at=pl.col("reported").cast(INSTANT),
        retracted=pl.col("retracted_by").is_not_null(),
        without_effect=pl.col("counts").is_not_null(),
        withdrawn_at=pl.col("withdrawn_us").cast(INSTANT),
    )
