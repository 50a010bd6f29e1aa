"""Every table of Data, the API and `leadloop export`, by name."""

from __future__ import annotations

import difflib
from typing import Final

import polars as pl

from dashboard.tables import (
    alerts,
    buyers,
    claims,
    fair_comparison,
    findings,
    packs,
    quality,
    reporting_habits,
    scores,
    seasons,
    suggestions,
    timing,
    volumes,
)
from dashboard.tables.table import Column, Table, column
from data_access.store import import_batches
from metrics.outcomes import delivery_lists

SCHEMA_VERSION: Final = 1
GRAINS: Final = ("day", "week", "month")
DIMENSIONS: Final = (
    "source",
    "sub_source",
    "campaign",
    "buyer",
    "buyer_type",
    "vertical",
    "product",
    "state",
    "sold_to",
    "reason_group",
    *GRAINS,
)
"""What `rates` can be split by; several at once."""

_BATCHES: Final[dict[str, pl.DataType]] = {
    **{
        n: k
        for n, k in import_batches.BATCHES.items()
        if n not in {"started_us", "finished_us", "cursor"}
    },
    "status": pl.String(),
    "started_at": delivery_lists.INSTANT,
    "finished_at": delivery_lists.INSTANT,
    "rows_read": pl.Int64(),
}
_REFUSED: Final[dict[str, pl.DataType]] = {
    **import_batches.REFUSED,
    "refused_id": pl.String(),
    "file_name": pl.String(),
    "recorded_at": delivery_lists.INSTANT,
}
_REFUSED.pop("recorded_us")
_DECISIONS: Final[dict[str, pl.DataType]] = {
    "decision_id": pl.String(),
    "decided_at": delivery_lists.INSTANT,
    "finding": pl.String(),
    "state": pl.String(),
    "until_day": pl.Date(),
    "who": pl.String(),
    "note": pl.String(),
    "figure": pl.String(),
}
_TREND_NOTES: Final[dict[str, pl.DataType]] = {
    "note_id": pl.String(),
    "day": pl.Date(),
    "sentence": pl.String(),
    "source_id": pl.String(),
    "who": pl.String(),
    "recorded_at": delivery_lists.INSTANT,
}

_ALL: Final = (
    *volumes.TABLES,
    *quality.TABLES,
    *claims.TABLES,
    *scores.TABLES,
    *buyers.TABLES,
    *reporting_habits.TABLES,
    *fair_comparison.TABLES,
    *timing.TABLES,
    *seasons.TABLES,
    *alerts.TABLES,
    *suggestions.TABLES,
    *findings.TABLES,
    *packs.TABLES,
    Table(
        "deliveries",
        "Deliveries",
        "One row per offer of a lead to a buyer, with its outcome.",
        delivery_lists.DELIVERIES,
        "rows",
    ),
    Table(
        "feedback",
        "Feedback",
        "Every event as accepted, and what became of it.",
        delivery_lists.FEEDBACK_TABLE,
        "rows",
    ),
    Table(
        "attempts",
        "Attempts",
        "Every try to deliver, as accepted.",
        delivery_lists.ATTEMPTS_TABLE,
        "rows",
    ),
    Table("batches", "Imports", "Every file taken in, with its five counts.", _BATCHES, "receipts"),
    Table(
        "refused", "Refused rows", "Every row that was not taken, and why.", _REFUSED, "receipts"
    ),
    Table(
        "decisions",
        "What was decided",
        "Every decision on a finding, newest first; nothing is overwritten.",
        _DECISIONS,
        "receipts",
        notes=(
            ("decision_id", "The decision."),
            ("decided_at", "When it was made."),
            ("finding", "About which finding; the name is that of the table findings."),
            ("state", "new, mine, snoozed, done or dismissed."),
            ("until_day", "Until when it may wait, where it is snoozed."),
            ("who", "Who decided."),
            ("note", "What was done, or why not."),
            ("figure", "What the finding said on that day, as JSON."),
        ),
    ),
    Table(
        "trend_notes",
        "Notes on trends",
        "Days with a sentence, shown on trends.",
        _TREND_NOTES,
        "receipts",
        notes=(
            ("note_id", "The note."),
            ("day", "The day it stands at."),
            ("sentence", "What happened."),
            ("source_id", "The source it is about; empty for all."),
            ("who", "Who wrote it."),
            ("recorded_at", "When it was written."),
        ),
    ),
)
TABLES: Final = {table.name: table for table in _ALL}


def nearest(name: str) -> str | None:
    """The table whose name is closest to an unknown one."""
    found = difflib.get_close_matches(name, TABLES, n=1)
    return found[0] if found else None


__all__ = [
    "DIMENSIONS",
    "GRAINS",
    "SCHEMA_VERSION",
    "TABLES",
    "Column",
    "Table",
    "column",
    "nearest",
]
