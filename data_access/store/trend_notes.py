"""Notes on trends: a day and a sentence, about one source or about all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl
import sqlalchemy as sa

from data_access.explained import ExplainedError
from data_access.store import tables
from data_access.store.people import checked_name
from data_access.store.store import OPERATOR, AuditLine

if TYPE_CHECKING:
    from datetime import date

    from data_access.store.store import Store

LONGEST: Final = 200
"""So many characters a sentence may have: it stands beside a line."""
NOTES: Final[dict[str, pl.DataType]] = {
    "note_id": pl.Int64(),
    "recorded_us": pl.Int64(),
    "day": pl.Date(),
    "sentence": pl.String(),
    "source_id": pl.String(),
    "who": pl.String(),
}


class BadNote(ExplainedError, ValueError):  # noqa: N818 - it says what is wrong
    """A note that cannot be kept; the message says why."""


def add(  # noqa: PLR0913 - the columns of a note
    store: Store, *, day: date, sentence: str, source_id: str | None, who: str, at_us: int
) -> int:
    """Keep a note, with its line in the audit; returns its number."""
    sentence, who = " ".join(sentence.split()), checked_name(who)
    if not sentence:
        message = "A note needs a sentence"
        raise BadNote(message)
    if len(sentence) > LONGEST or "\x00" in sentence:
        message = f"A note may have {LONGEST} characters that can be stored"
        raise BadNote(message)
    said = {"day": day.isoformat(), "sentence": sentence}
    line = AuditLine(at_us, who, "add_trend_note", source_id, said)
    with store.writing() as connection:
        row = {**said, "source_id": source_id, "who": who}
        return store.append_with_audit(connection, tables.trend_notes, row, line)


def remove(store: Store, number: int, *, who: str, at_us: int) -> None:
    """Take a note off the trends; it stays in the store."""
    notes = tables.trend_notes
    with store.writing() as connection:
        connection.execute(notes.update().where(notes.c.note_id == number).values(removed_us=at_us))
        actor = who.strip() or OPERATOR
        store.audit(connection, AuditLine(at_us, actor, "remove_trend_note", str(number)))


def shown(store: Store) -> pl.DataFrame:
    """Notes that are not taken off (`NOTES`), by day."""
    notes = tables.trend_notes
    query = (
        sa.select(*(notes.c[name] for name in NOTES))
        .where(notes.c.removed_us.is_(None))
        .order_by(notes.c.day, notes.c.note_id)
    )
    with store.reading() as connection:
        rows = [tuple(row) for row in connection.execute(query)]
    frame = pl.DataFrame(rows, schema={**NOTES, "day": pl.String()}, orient="row")
    return frame.with_columns(pl.col("day").str.to_date())
