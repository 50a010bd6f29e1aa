"""Receipts and what was refused: the store's answers to "what did you take in?"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl
import sqlalchemy as sa

from data_access.columns import ANSWERS
from data_access.store import tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Batch:
    """A receipt: one file or body taken in, how far, and its five counts."""

    batch_id: str
    cursor: int
    finished: bool
    counts: dict[str, int]


BATCHES: Final[dict[str, pl.DataType]] = {
    "batch_id": pl.String(),
    "channel": pl.String(),
    "profile": pl.String(),
    "file_name": pl.String(),
    "buyer_id": pl.String(),
    "started_us": pl.Int64(),
    "finished_us": pl.Int64(),
    "cursor": pl.Int64(),
    **dict.fromkeys(ANSWERS, pl.Int64()),
}
REFUSED: Final[dict[str, pl.DataType]] = {
    "refused_id": pl.Int64(),
    "batch_id": pl.String(),
    "line": pl.Int64(),
    "answer": pl.String(),
    "code": pl.String(),
    "field": pl.String(),
    "value": pl.String(),
    "allowed": pl.String(),
    "nearest": pl.String(),
    "raw": pl.String(),
    "recorded_us": pl.Int64(),
}


def begin(  # noqa: PLR0913 - the columns of a receipt
    connection: sa.Connection,
    *,
    fingerprint: str,
    channel: str,
    profile: str | None,
    file_name: str | None,
    buyer_id: str | None,
    at_us: int,
) -> Batch:
    """The unfinished receipt of the same file, profile and buyer, else a new one."""
    batches = tables.batches
    query = sa.select(batches).where(batches.c.fingerprint == fingerprint)
    known = list(connection.execute(query).mappings())
    for row in known:
        if row["finished_us"] is None:
            return _batch(row)
    batch_id = f"b-{fingerprint[:10]}-{len(known) + 1}"
    connection.execute(
        batches.insert().values(
            batch_id=batch_id,
            fingerprint=fingerprint,
            channel=channel,
            profile=profile,
            file_name=file_name,
            buyer_id=buyer_id,
            started_us=at_us,
            cursor=0,
            **dict.fromkeys(ANSWERS, 0),
        )
    )
    return Batch(batch_id, 0, False, dict.fromkeys(ANSWERS, 0))  # noqa: FBT003


def _batch(row: sa.RowMapping) -> Batch:
    counts = {answer: int(row[answer]) for answer in ANSWERS}
    return Batch(row["batch_id"], row["cursor"], row["finished_us"] is not None, counts)


def current(connection: sa.Connection, batch_id: str) -> Batch:
    """A receipt as it stands: another process may have moved it on, or closed it."""
    query = sa.select(tables.batches).where(tables.batches.c.batch_id == batch_id)
    return _batch(connection.execute(query).mappings().one())


def finished(connection: sa.Connection, batch_ids: Sequence[str]) -> set[str]:
    """Those of some receipts that are closed."""
    batches = tables.batches
    query = sa.select(batches.c.batch_id).where(
        batches.c.batch_id.in_(batch_ids), batches.c.finished_us.is_not(None)
    )
    return set(connection.execute(query).scalars())


def advance(
    connection: sa.Connection, batch: Batch, *, cursor: int, counts: Mapping[str, int]
) -> Batch:
    """Move a receipt on, in the transaction that keeps the rows."""
    total = {answer: batch.counts[answer] + counts.get(answer, 0) for answer in ANSWERS}
    batches = tables.batches
    connection.execute(
        batches.update().where(batches.c.batch_id == batch.batch_id).values(cursor=cursor, **total)
    )
    return Batch(batch.batch_id, cursor, batch.finished, total)


def finish(connection: sa.Connection, batch: Batch, *, at_us: int) -> bool:
    """Close a receipt; False where another process has closed it already."""
    batches = tables.batches
    statement = batches.update().where(
        batches.c.batch_id == batch.batch_id, batches.c.finished_us.is_(None)
    )
    return connection.execute(statement.values(finished_us=at_us)).rowcount == 1


def all_batches(connection: sa.Connection) -> pl.DataFrame:
    """Every receipt, newest first."""
    batches = tables.batches
    query = sa.select(*(batches.c[name] for name in BATCHES)).order_by(
        batches.c.started_us.desc(), batches.c.batch_id
    )
    return pl.DataFrame([tuple(r) for r in connection.execute(query)], schema=BATCHES, orient="row")


def refused(connection: sa.Connection, batch_id: str | None = None) -> pl.DataFrame:
    """Refused rows with their receipt's file name, newest first."""
    quarantine, batches = tables.quarantine, tables.batches
    columns = [quarantine.c[name] for name in REFUSED]
    query = (
        sa.select(*columns, batches.c.file_name)
        .join(batches, batches.c.batch_id == quarantine.c.batch_id, isouter=True)
        .order_by(quarantine.c.refused_id.desc())
    )
    if batch_id is not None:
        query = query.where(quarantine.c.batch_id == batch_id)
    types = {**REFUSED, "file_name": pl.String()}
    return pl.DataFrame([tuple(r) for r in connection.execute(query)], schema=types, orient="row")
