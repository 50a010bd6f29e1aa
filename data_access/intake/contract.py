"""The one frame contract of all channels: text facts in, typed facts or problems out.

A row of the frame that comes in carries a delivery attempt, a feedback, or both; its
columns are text, named by the fields of `columns`, and null where nothing was said.
A row with any problem is refused as a whole, with the first problem found.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import polars as pl

from data_access.columns import (
    ATTEMPT_FIELDS,
    DELIVERY_EVENTS,
    DETAIL_FIELDS,
    FEEDBACK_EVENTS,
    FEEDBACK_FIELDS,
    LEAD_RULE,
    OUTCOMES,
    Field,
    Kind,
    stored_types,
)
from data_access.currencies import DEFAULT, decimals
from data_access.intake.field_readers import amount_text, reading
from data_access.intake.refusals import ALLOWED, PROBLEM

SYNONYMS: Final = {
    "sold": "converted",
    "sale": "converted",
    "won": "converted",
    "closed": "converted",
    "conversion": "converted",
    "return": "returned",
    "refund": "returned",
    "rejected": "returned",
    "no answer": "no_contact",
    "unreachable": "no_contact",
    "spoke": "contacted",
    "reached": "contacted",
    "interested": "qualified",
    "dupe": "duplicate",
    "wrong number": "bad_info",
    "invalid": "bad_info",
}
"""Used only to name the nearest known word, never to accept an unknown one."""

_OF_LEADS: Final = {"id_format": LEAD_RULE}
"""What is allowed of a lead's id, where that is another rule than for ids of our own."""
_EVENT_ID: Final = Field("event_id", Kind.ID)


@dataclass(frozen=True, slots=True)
class CheckedRows:
    """What a frame of rows turned out to be; every line is in facts or in problems."""

    attempts: pl.DataFrame
    feedback: pl.DataFrame
    problems: pl.DataFrame


def check(rows: pl.DataFrame, *, now_us: int, currency: str = DEFAULT) -> CheckedRows:
    """Type every row by contract.

    Args:
        rows: `line` (Int64), `event_id`, `raw` and any fields, all text.
        now_us: the moment of taking in; what is over a day later is refused as `future`.
        currency: of the amounts; it says how many decimals they have.

    Returns:
        Facts whose frames have `line`, `event_id`, `content_hash`, the stored columns
        of their fields and `raw`; and one problem per refused line.
    """
    rows, places = _with_parts(rows), decimals(currency)
    offers = _margin_as_money(rows.filter("is_attempt"), places)
    reports = _filled(rows.filter("is_feedback"))
    attempts, bad_attempts = _typed(offers, ATTEMPT_FIELDS, now_us, places)
    feedback, bad_feedback = _typed(reports, FEEDBACK_FIELDS, now_us, places)
    problems = pl.concat([_row_problems(rows), bad_attempts, bad_feedback])
    problems = problems.unique("line", keep="first", maintain_order=True).sort("line")
    refused = problems.select("line")
    return CheckedRows(
        _identified(
            _with_cost(attempts.join(refused, on="line", how="anti", maintain_order="left"))
        ),
        _identified(feedback.join(refused, on="line", how="anti", maintain_order="left")),
        problems,
    )


def _given(rows: pl.DataFrame, *names: str) -> pl.Expr:
    present = [pl.col(name).is_not_null() for name in names if name in rows.columns]
    return pl.any_horizontal(present) if present else pl.lit(value=False)


SAYING: Final = ("outcome", "retracts", "replaces", "action_requested", *DETAIL_FIELDS[:-1])


def _with_parts(rows: pl.DataFrame) -> pl.DataFrame:
    """Add any missing column and say which parts each row carries."""
    needed = dict.fromkeys(f.name for f in (*ATTEMPT_FIELDS, *FEEDBACK_FIELDS))
    missing = [n for n in ("event_id", "raw", "feedback_type", *needed) if n not in rows.columns]
    rows = rows.with_columns(pl.lit(None, pl.String).alias(name) for name in missing)
    event = pl.col("event_type")
    says = _given(rows, *SAYING, "occurred_at", "reported_at")
    return rows.with_columns(
        is_attempt=event.is_in(DELIVERY_EVENTS).fill_null(value=False)
        | (event.is_null() & pl.col("attempted_at").is_not_null()),
        is_feedback=event.is_in(FEEDBACK_EVENTS).fill_null(value=False)
        | pl.col("feedback_type").is_not_null()
        | (event.is_null() & says),
    )


def _row_problems(rows: pl.DataFrame) -> pl.DataFrame:
    """What is wrong with a row as a whole, whatever its fields say."""
    event = pl.col("event_type")
    known = event.is_null() | event.is_in([*DELIVERY_EVENTS, *FEEDBACK_EVENTS])
    kind = pl.coalesce("feedback_type", "event_type").fill_null("feedback.received")
    refused = (
        rows.with_columns(feedback_event=kind)
        .select(
            "line",
            code=_row_code(rows, known),
            field=pl.lit(None, pl.String),
            value=pl.when(~known).then(event),
        )
        .filter(pl.col("code").is_not_null())
    )
    nearest = _nearest(refused, [*DELIVERY_EVENTS, *FEEDBACK_EVENTS])
    return refused.with_columns(
        allowed=pl.col("code").replace_strict(ALLOWED, default=None, return_dtype=pl.String),
        nearest=nearest,
    ).select(*PROBLEM)


def _row_code(rows: pl.DataFrame, known: pl.Expr) -> pl.Expr:
    """The first thing that is wrong with a row, as a code; null where nothing is."""
    attempt, feedback = pl.col("is_attempt"), pl.col("is_feedback")
    no_lead = pl.col("lead_id").is_null() & (attempt | pl.col("buyer_lead_id").is_null())
    no_buyer = (attempt & pl.col("buyer_id").is_null()) | (
        feedback & pl.col("reporter_id").is_null()
    )
    no_time = (attempt & pl.col("attempted_at").is_null()) | (
        feedback & pl.col("occurred_at").is_null() & pl.col("reported_at").is_null()
    )
    silent = feedback & (pl.col("feedback_event") != "feedback.sent") & ~_given(rows, *SAYING)
    both = pl.col("retracts").is_not_null() & pl.col("replaces").is_not_null()
    return (
        pl.when(~known)
        .then(pl.lit("unknown_event"))
        .when(~attempt & ~feedback)
        .then(pl.lit("nothing_said"))
        .when(no_lead)
        .then(pl.lit("lead_missing"))
        .when(no_buyer)
        .then(pl.lit("buyer_missing"))
        .when(no_time)
        .then(pl.lit("missing_time"))
        .when(silent)
        .then(pl.lit("nothing_said"))
        .when(both)
        .then(pl.lit("retracts_and_replaces"))
        .when(pl.coalesce("retracts", "replaces") == pl.col("event_id"))
        .then(pl.lit("links_to_itself"))
    )


def _filled(rows: pl.DataFrame) -> pl.DataFrame:
    """Feedback rows with their event type, and one clock taken from the other."""
    occurred, reported = pl.col("occurred_at"), pl.col("reported_at")
    return rows.with_columns(
        event_type=pl.when(pl.col("event_type").is_in(FEEDBACK_EVENTS))
        .then("event_type")
        .otherwise(pl.col("feedback_type").fill_null("feedback.received")),
        occurred_at=pl.coalesce(occurred, reported),
        reported_at=pl.coalesce(reported, occurred),
        occurred_filled=pl.when(occurred.is_null())
        .then(pl.lit("true"))
        .otherwise("occurred_filled"),
        reported_filled=pl.when(reported.is_null())
        .then(pl.lit("true"))
        .otherwise("reported_filled"),
    )


def _typed(
    rows: pl.DataFrame, fields: tuple[Field, ...], now_us: int, places: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Stored columns of every row, and the first problem of each row that has one."""
    if fields is ATTEMPT_FIELDS:
        rows = rows.with_columns(pl.col("event_type").fill_null(DELIVERY_EVENTS[0]))
    filled = [field for field in fields if rows[field.name].null_count() < rows.height]
    readings = {field.name: reading(field, now_us=now_us, places=places) for field in filled}
    identity = reading(_EVENT_ID, now_us=now_us, places=places)
    codes = rows.select(
        pl.when(pl.col(name).is_not_null()).then(read.code).alias(name)
        for name, read in {_EVENT_ID.name: identity, **readings}.items()
    )
    types = stored_types(fields)
    columns = {name: expr for read in readings.values() for name, expr in read.columns.items()}
    typed = rows.select(
        "line",
        "event_id",
        "raw",
        *(
            (columns[name] if name in columns else pl.lit(None))
            .cast(kind, strict=False)
            .alias(name)
            for name, kind in types.items()
        ),
    )
    return typed, _field_problems(rows, codes, fields)


def _field_problems(
    rows: pl.DataFrame, codes: pl.DataFrame, fields: tuple[Field, ...]
) -> pl.DataFrame:
    """One problem per row and bad field, in the order of the fields."""
    words = {field.name: field.words for field in (_EVENT_ID, *fields)}
    parts = [pl.DataFrame(schema=PROBLEM)]
    sent = rows["event_type"] == "feedback.sent"
    for name in codes.columns:
        bad = codes[name].is_not_null()
        if name == "outcome":
            bad = bad & ~sent  # what we tell a source has its own words
        if not bad.any():
            continue
        part = pl.DataFrame(
            {"line": rows["line"], "code": codes[name], "value": rows[name].str.slice(0, 200)}
        ).filter(bad)
        known = {**ALLOWED, **(_OF_LEADS if name == "lead_id" else {})}
        allowed = pl.col("code").replace_strict(known, default=None, return_dtype=pl.String)
        if words[name]:
            allowed = pl.lit(", ".join(words[name]))
        part = part.with_columns(
            field=pl.lit(name), allowed=allowed, nearest=_nearest(part, words[name])
        )
        parts.append(part.select(*PROBLEM))
    return pl.concat(parts)


def _nearest(problems: pl.DataFrame, words: list[str] | tuple[str, ...]) -> pl.Series:
    """The known word closest to each bad value, or null."""
    found: dict[str, str | None] = {}
    for value in problems["value"].drop_nulls().unique():
        plain = value.strip().lower()
        close = difflib.get_close_matches(plain, words, n=1, cutoff=0.6)
        if not close and words == OUTCOMES:
            meant = difflib.get_close_matches(plain, SYNONYMS, n=1, cutoff=0.7)
            close = [SYNONYMS[meant[0]]] if meant else []
        found[value] = close[0] if close and words else None
    return problems["value"].replace_strict(found, default=None, return_dtype=pl.String)


def _margin_as_money(rows: pl.DataFrame, places: int) -> pl.DataFrame:
    """Write a margin given in percent of the price as money, to the nearest smallest unit."""
    share = pl.col("margin").str.extract(r"^\s*(-?[0-9]{1,3}(?:\.[0-9]{1,4})?)\s*%\s*$", 1)
    money = (
        share.cast(pl.Float64, strict=False) / 100 * pl.col("price").cast(pl.Float64, strict=False)
    )
    cents = (money * 10**places).round(mode="half_away_from_zero").cast(pl.Int64, strict=False)
    text = amount_text(cents.cast(pl.String), places)
    return rows.with_columns(margin=pl.when(share.is_not_null()).then(text).otherwise("margin"))


def _with_cost(attempts: pl.DataFrame) -> pl.DataFrame:
    """Lead cost where only price and margin were said: cost = price − margin."""
    implied = pl.col("price_cents") - pl.col("margin_cents")
    return attempts.with_columns(lead_cost_cents=pl.coalesce("lead_cost_cents", implied))


def _identified(facts: pl.DataFrame) -> pl.DataFrame:
    """Add `content_hash`, and an `event_id` made of it where the sender gave none.

    The hash is over the event type and every canonical column, by name, null left out:
    neither file nor line is in it, and a column added later changes no old hash.
    """
    columns = [c for c in facts.columns if c not in {"line", "event_id", "raw"}]
    said = [c for c in columns if facts[c].null_count() < facts.height]
    parts = [
        pl.when(pl.col(c).is_not_null())
        .then(pl.concat_str(pl.lit(f"{c}="), pl.col(c).cast(pl.String), pl.lit("\x1f")))
        .otherwise(pl.lit(""))
        for c in said
    ]
    texts = facts.select(pl.concat_str(parts).alias("t"))["t"] if parts else pl.Series("t", [""])
    hashes = [blake2b(text.encode(), digest_size=16).hexdigest() for text in texts]
    if not facts.height:
        hashes = []
    facts = facts.with_columns(content_hash=pl.Series(hashes, dtype=pl.String))
    return facts.with_columns(
        event_id=pl.coalesce("event_id", pl.concat_str(pl.lit("h"), "content_hash"))
    )
