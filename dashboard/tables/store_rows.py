"""Tables about the store itself: what came in, what was refused, decided and noted.

They are read anew each time, for they are small, and take no filters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from dashboard.tables.table import Table
from data_access.columns import WITHDRAW
from data_access.store import decisions as stored_decisions
from data_access.store import import_batches, withdrawals
from data_access.store import trend_notes as stored_notes
from metrics.outcomes import delivery_lists

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dashboard.editions.table_query import TableQuery
    from data_access.store.store import Store

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
    "withdrawn_at": delivery_lists.INSTANT,
    "withdrawn_by": pl.String(),
    "withdrawal_note": pl.String(),
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


def batches(store: Store) -> pl.DataFrame:
    """Imports with their five counts, newest first, and whether they count."""
    with store.reading() as connection:
        rows = import_batches.all_batches(connection)
        said = withdrawals.history(connection)
    last = said.unique("batch_id", keep="last", maintain_order=True).filter(action=WITHDRAW)
    gone = last.select(
        "batch_id",
        withdrawn_at=delivery_lists.instant("recorded_us"),
        withdrawn_by="who",
        withdrawal_note="note",
    )
    rows = rows.join(gone, on="batch_id", how="left", maintain_order="left")
    return rows.with_columns(
        status=pl.when(pl.col("finished_us").is_null())
        .then(pl.lit("unfinished"))
        .otherwise(pl.lit("finished")),
        started_at=delivery_lists.instant("started_us"),
        finished_at=delivery_lists.instant("finished_us"),
        rows_read=pl.sum_horizontal("created", "duplicate", "conflict", "parked", "rejected"),
    ).drop("started_us", "finished_us", "cursor")


def refused(store: Store) -> pl.DataFrame:
    """Rows that were refused, newest first."""
    with store.reading() as connection:
        rows = import_batches.refused(connection)
    return rows.with_columns(
        refused_id=pl.concat_str(pl.lit("q"), "refused_id"),
        recorded_at=delivery_lists.instant("recorded_us"),
    ).drop("recorded_us")


def decisions(store: Store) -> pl.DataFrame:
    """Every decision on a finding, newest first."""
    rows = stored_decisions.history(store).reverse()
    return rows.with_columns(
        decision_id=pl.concat_str(pl.lit("w"), "decision_id"),
        decided_at=delivery_lists.instant("recorded_us"),
    )


def trend_notes(store: Store) -> pl.DataFrame:
    """Notes that stand on trends, by day."""
    return stored_notes.shown(store).with_columns(
        note_id=pl.concat_str(pl.lit("n"), "note_id"),
        recorded_at=delivery_lists.instant("recorded_us"),
    )


def store_of(query: TableQuery) -> Store:
    """The store that a query brings; ValueError where it brings none."""
    if query.store is None:
        message = "tables about the store itself need the store"
        raise ValueError(message)
    return query.store


def _whole(
    read: Callable[[Store], pl.DataFrame], schema: dict[str, pl.DataType]
) -> Callable[[TableQuery], Iterator[pl.DataFrame]]:
    """A table of the query's store in one frame, whatever else is asked."""

    def pages(query: TableQuery) -> Iterator[pl.DataFrame]:
        yield read(store_of(query)).select(*schema)

    return pages


TABLES: Final = (
    Table(
        "batches",
        "Imports",
        "Every file taken in, with its five counts, and whether it still counts.",
        _BATCHES,
        "receipts",
        notes=(
            ("withdrawn_by", "Who withdrew it."),
            ("withdrawal_note", "Why it was withdrawn."),
        ),
        page="data",
        pages=_whole(batches, _BATCHES),
    ),
    Table(
        "refused",
        "Refused rows",
        "Every row that was not taken, and why.",
        _REFUSED,
        "receipts",
        page="data",
        pages=_whole(refused, _REFUSED),
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
        page="todo",
        pages=_whole(decisions, _DECISIONS),
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
        pages=_whole(trend_notes, _TREND_NOTES),
    ),
)
