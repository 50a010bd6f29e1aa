"""Single deliveries and single events as lists for people: the contract's columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from data_access.columns import ATTEMPT_FIELDS, FEEDBACK_FIELDS, OUTCOME_CLASS, Kind
from metrics.definitions.report_calendar import day_number, local_day
from metrics.definitions.scope import NOTHING
from metrics.outcomes import contradictions
from metrics.outcomes.selection import NO_DAYS, mature

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from metrics.definitions.party_names import PartyNames
    from metrics.definitions.scope import Scope

INSTANT: Final = pl.Datetime("us", "UTC")
_JOINT: Final = "~"

DELIVERIES: Final[dict[str, pl.DataType]] = {
    "delivery_id": pl.String(),
    "lead_id": pl.String(),
    "buyer_id": pl.String(),
    "buyer_name": pl.String(),
    "buyer_type": pl.String(),
    "buyer_lead_id": pl.String(),
    "source_id": pl.String(),
    "source_name": pl.String(),
    "sub_source": pl.String(),
    "campaign": pl.String(),
    "vertical": pl.String(),
    "product": pl.String(),
    "state": pl.String(),
    "sold_to": pl.Int64(),
    "status": pl.String(),
    "failure_category": pl.String(),
    "attempts": pl.Int64(),
    "attempted_at": INSTANT,
    "delivered_at": INSTANT,
    "delivered_date": pl.Date(),
    "price_cents": pl.Int64(),
    "lead_cost_cents": pl.Int64(),
    "outcome": pl.String(),
    "outcome_class": pl.String(),
    "outcome_raw": pl.String(),
    "reason_group": pl.String(),
    "reason": pl.String(),
    "reason_raw": pl.String(),
    "contacted": pl.Boolean(),
    "converted": pl.Boolean(),
    "returned": pl.Boolean(),
    "return_state": pl.String(),
    "credit_requested_cents": pl.Int64(),
    "credit_approved_cents": pl.Int64(),
    "value_cents": pl.Int64(),
    "occurred_at": INSTANT,
    "occurred_precision": pl.String(),
    "first_reported_at": INSTANT,
    "last_reported_at": INSTANT,
    "seconds_to_feedback": pl.Int64(),
    "age_days": pl.Int64(),
    "mature": pl.Boolean(),
    "feedback_events": pl.Int64(),
    "contradiction": pl.String(),
    "first_batch_id": pl.String(),
    "delivered_precision": pl.String(),
    "attempted_precision": pl.String(),
    "reported_at": INSTANT,
    "reported_precision": pl.String(),
    "seconds_to_outcome": pl.Int64(),
    "reporting_delay": pl.Int64(),
    "exclusive": pl.Boolean(),
    "event_id": pl.String(),
    "winning_event_id": pl.String(),
    "buyer_sent_id": pl.String(),
    "differs": pl.Boolean(),
    "attempted_price_cents": pl.Int64(),
    "attempted_lead_cost_cents": pl.Int64(),
}
"""Columns of the table `deliveries`; only ever added to.

Price and cost are of deliveries, those of offers that failed stand apart, so that sums are
right. contacted and converted are null without feedback, so that means are of feedback;
returned is false there, for return rates are of deliveries, and null for failed offers.
`contradiction` lists the
codes, blank-separated; `differs` says that the buyer names another price or time for
the delivery than we know; a precision of `day` means that only the date is known.
"""


def delivery_id() -> pl.Expr:
    """The id of a delivery: its lead, `~`, its buyer, with `%` and `~` inside of them encoded.

    So two deliveries never share one, and both parts can be read back.
    """
    parts = (encoded(pl.col(name), _JOINT) for name in ("lead_id", "buyer_id"))
    return pl.concat_str(*parts, separator=_JOINT)


def encoded(text: pl.Expr, sign: str) -> pl.Expr:
    """Text that can stand in a list joined by a sign: that sign and `%` percent-encoded."""
    return text.str.replace_all("%", "%25", literal=True).str.replace_all(
        sign, f"%{ord(sign):02X}", literal=True
    )


def instant(column: str) -> pl.Expr:
    """Microseconds as a UTC instant."""
    return pl.col(column).cast(INSTANT)


def deliveries(
    outcomes: pl.DataFrame,
    scope: Scope,
    named: PartyNames,
    *,
    zone: str,
    mature_days: Mapping[str, int] = NO_DAYS,
) -> pl.DataFrame:
    """Outcomes as the table `deliveries` (`DELIVERIES`), in the order they come.

    `mature_days` says per buyer from which age on deliveries are old enough to judge.
    """
    delivered, covered = pl.col("delivered") == 1, pl.col("covered") == 1
    today = day_number(local_day(scope.as_of_us, zone))
    age = today - pl.col("dated_day")
    mask = pl.col("contradiction_mask")
    texts = {
        m: " ".join(contradictions.decode(m)) or None
        for m in outcomes["contradiction_mask"].unique()
    }
    columns: dict[str, pl.Expr] = {
        "delivery_id": delivery_id(),
        "buyer_name": _named("buyer_id", named.buyer),
        "buyer_type": pl.col("buyer_id").replace_strict(
            named.buyer_type, default=None, return_dtype=pl.String
        ),
        "source_name": _named("source_id", named.source),
        "status": pl.when(delivered).then(pl.lit("delivered")).otherwise(pl.lit("failed")),
        "attempted_at": instant("attempted_at"),
        "delivered_at": pl.when(delivered).then(instant("dated_us")),
        "delivered_date": pl.when(delivered).then(pl.from_epoch("dated_day", time_unit="d")),
        "outcome_class": pl.col("outcome").replace_strict(
            OUTCOME_CLASS, default=None, return_dtype=pl.String
        ),
        **_means_and_sums(delivered, covered),
        "occurred_at": instant("occurred_us"),
        "reported_at": instant("reported_us"),
        "first_reported_at": instant("first_reported_us"),
        "last_reported_at": instant("last_reported_us"),
        "age_days": pl.when(delivered).then(age),
        "mature": pl.when(delivered).then(mature(today, mature_days)),
        "contradiction": mask.replace_strict(texts, return_dtype=pl.String),
        "delivered_precision": pl.when(delivered).then("dated_precision"),
        "attempted_precision": pl.when(~delivered).then("dated_precision"),
        "differs": pl.when(covered).then(pl.col("differs") == 1),
    }
    listed = outcomes.with_columns(**columns)
    return listed.select(pl.col(name).cast(kind) for name, kind in DELIVERIES.items())


def _means_and_sums(delivered: pl.Expr, covered: pl.Expr) -> dict[str, pl.Expr]:
    """Columns of which a plain mean or sum is the rate or the total that is meant."""
    return {
        "contacted": pl.when(covered).then(pl.col("contacted") == 1),
        "converted": pl.when(covered).then(pl.col("converted") == 1),
        "returned": pl.when(delivered).then((pl.col("returned") == 1).fill_null(value=False)),
        "price_cents": pl.when(delivered).then("price_cents"),
        "lead_cost_cents": pl.when(delivered).then("lead_cost_cents"),
        "attempted_price_cents": pl.when(~delivered).then("price_cents"),
        "attempted_lead_cost_cents": pl.when(~delivered).then("lead_cost_cents"),
    }


def _named(column: str, names: dict[str, str]) -> pl.Expr:
    name = pl.col(column).replace_strict(names, default=None, return_dtype=pl.String)
    return pl.coalesce(name, column)


def _typed_fields(skip: set[str], fields: Iterable[object]) -> dict[str, pl.DataType]:
    columns: dict[str, pl.DataType] = {}
    for field in (*ATTEMPT_FIELDS, *FEEDBACK_FIELDS):
        if field in fields and field.kind is Kind.TIME:
            stem = field.name.removesuffix("_at")
            columns |= {field.name: INSTANT, f"{stem}_precision": pl.String()}
        elif field in fields:
            columns |= field.stored
    return {name: kind for name, kind in columns.items() if name not in skip}


FEEDBACK_FIRST: Final[dict[str, pl.DataType]] = {
    "feedback_id": pl.String(),
    "event_id": pl.String(),
    "event_type": pl.String(),
    "delivery_id": pl.String(),
    "lead_id": pl.String(),
    "buyer_id": pl.String(),
    "reporter_id": pl.String(),
    "outcome": pl.String(),
    "outcome_raw": pl.String(),
    "reason": pl.String(),
    "value_cents": pl.Int64(),
    "occurred_at": INSTANT,
    "occurred_precision": pl.String(),
    "reported_at": INSTANT,
    "recorded_at": INSTANT,
    "retracts": pl.String(),
    "replaces": pl.String(),
    "retracted_by": pl.String(),
    "effective": pl.Boolean(),
}
FEEDBACK_TABLE: Final[dict[str, pl.DataType]] = {
    **FEEDBACK_FIRST,
    **_typed_fields(set(FEEDBACK_FIRST), FEEDBACK_FIELDS),
    "channel": pl.String(),
    "batch_id": pl.String(),
    "withdrawn_at": INSTANT,
}
"""Columns of the table `feedback`: every event as accepted, plus what became of it.

`effective` is true where the event counts as of the moment asked for; `retracted_by`
names the event that took it back, and `withdrawn_at` says since when its import counts no
longer (null where it counts). Only-date times stand at midnight UTC.
"""

ATTEMPTS_TABLE: Final[dict[str, pl.DataType]] = {
    "attempt_id": pl.String(),
    "event_id": pl.String(),
    **_typed_fields(set(), ATTEMPT_FIELDS),
    "recorded_at": INSTANT,
    "batch_id": pl.String(),
    "withdrawn_at": INSTANT,
}
"""Columns of the table `attempts`: every try to deliver, as accepted.

`withdrawn_at` says since when its import counts no longer; null where it counts.
"""


def _instants(fields: Iterable[object]) -> dict[str, pl.Expr]:
    return {
        field.name: instant(f"{field.name.removesuffix('_at')}_us")
        for field in (*ATTEMPT_FIELDS, *FEEDBACK_FIELDS)
        if field in fields and field.kind is Kind.TIME
    }


def feedback(
    events: pl.DataFrame,
    live: pl.DataFrame,
    undone: pl.DataFrame,
    channels: dict[str, str],
) -> pl.DataFrame:
    """Events as the table `feedback`, by (reported, feedback id).

    Args:
        events: feedback facts with canonical `buyer_id`, and `reached` (their lead went
            to that buyer); `withdrawn_us` where their import counts no longer.
        live: `seq` of the events in force.
        undone: `seq` and `retracted_by` of events taken back.
        channels: channel of each batch.
    """
    rows = events.join(undone, on="seq", how="left", maintain_order="left")
    rows = rows.sort("reported_us", "seq").with_columns(
        feedback_id=pl.concat_str(pl.lit("f"), "seq"),
        delivery_id=pl.when("reached").then(delivery_id()),
        recorded_at=instant("recorded_us"),
        effective=pl.col("seq").is_in(live["seq"].implode()),
        channel=pl.col("batch_id").replace_strict(channels, default=None, return_dtype=pl.String),
        withdrawn_at=instant("withdrawn_us"),
        **_instants(FEEDBACK_FIELDS),
    )
    return rows.select(pl.col(name).cast(kind) for name, kind in FEEDBACK_TABLE.items())


def attempts(facts: pl.DataFrame) -> pl.DataFrame:
    """Attempts as the table `attempts`, by (time, attempt id).

    `facts` has `withdrawn_us` where their import counts no longer.
    """
    rows = facts.sort("attempted_us", "seq").with_columns(
        attempt_id=pl.concat_str(pl.lit("a"), "seq"),
        recorded_at=instant("recorded_us"),
        withdrawn_at=instant("withdrawn_us"),
        **_instants(ATTEMPT_FIELDS),
    )
    return rows.select(pl.col(name).cast(kind) for name, kind in ATTEMPTS_TABLE.items())


__all__ = [
    "ATTEMPTS_TABLE",
    "DELIVERIES",
    "FEEDBACK_TABLE",
    "NOTHING",
    "attempts",
    "deliveries",
    "feedback",
]
