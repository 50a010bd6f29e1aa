"""Importing a file: chunk by chunk, each with its receipt in one commit, resumable."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

import polars as pl

from data_access import correction, mapping, receipts
from data_access.columns import ANSWERS
from data_access.contract import PROBLEM
from data_access.engines import WRITER, writing
from data_access.files import BadLine, Chunk, Rows, open_rows
from data_access.intake import Receipt, Taken, take
from data_access.profile import Profile, Sheet, UnknownProfile, load, shipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    import sqlalchemy as sa

    from data_access.store import Batch, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to import and how."""

    path: Path
    profile: str | None = None
    buyer: str | None = None
    validate_only: bool = False
    errors_dir: Path
    now_us: Callable[[], int]
    progress: Callable[[int], None] = lambda _rows: None


@dataclass(frozen=True, slots=True)
class Imported:
    """The five counts of a file, its receipt and, where rows were refused, their file.

    `advice` counts, by code of `links.ALLOWED`, rows taken now whose link will not do what
    it says.
    """

    file_name: str
    profile: str
    batch_id: str
    counts: dict[str, int]
    resumed_at: int
    error_file: Path | None
    advice: dict[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """All rows of the file: the sum of the five counts."""
        return sum(self.counts.values())


_EVENTS: Final = "events"


def import_file(store: Store, order: Order) -> Imported:
    """Import one file; the same order after a kill goes on where it stopped.

    Raises:
        UnreadableFile: the bytes are nothing we read.
        UnknownProfile: no profile fits, or the one named does not.
    """
    profile = load(order.profile) if order.profile else None
    with closing(open_rows(order.path, profile.file if profile else None)) as rows:
        return _import(store, order, rows, *_layout(rows, profile))


def _import(store: Store, order: Order, rows: Rows, profile: Profile, sheet: Sheet) -> Imported:
    """The chunks of an open file, one commit each."""
    pending = correction.Pending(order, rows, profile)
    advice: Counter[str] = Counter()
    with _transactions(store, dry=order.validate_only) as transaction:
        with transaction() as connection:
            batch = _begin(connection, order, profile)
        resumed_at = batch.cursor
        pending.begin(resumed=resumed_at > 0, batch_id=batch.batch_id)
        for chunk in rows.chunks:
            if chunk.end <= batch.cursor:
                order.progress(chunk.end)
                continue
            with transaction() as connection:
                part = _remaining(chunk, batch.cursor)
                now = order.now_us()
                receipt = Receipt(batch.batch_id, now, summary=sheet.summary)
                taken = _take(store, connection, part, profile, sheet, order, receipt)
                pending.add(taken, part)
                advice.update(taken.advice["code"])
                batch = receipts.advance(connection, batch, cursor=chunk.end, counts=taken.counts)
            order.progress(chunk.end)
        with transaction() as connection:
            receipts.finish(connection, batch, at_us=order.now_us())
            store.note(
                connection,
                at_us=order.now_us(),
                actor="operator",
                action="import",
                subject=batch.batch_id,
                detail={"file": order.path.name, "profile": profile.name, **batch.counts},
            )
    error_file = pending.finish(batch.batch_id)
    return Imported(
        order.path.name,
        profile.name,
        batch.batch_id,
        batch.counts,
        resumed_at,
        error_file,
        dict(advice),
    )


def _layout(rows: Rows, profile: Profile | None) -> tuple[Profile, Sheet]:
    """The profile in force and the layout of this file; found by header if none is named."""
    if rows.form == _EVENTS:
        if profile is not None and profile.form != _EVENTS:
            message = f"the file holds JSON events, and profile {profile.name!r} maps flat rows"
            raise UnknownProfile(message)
        return (profile or load(_EVENTS)), Sheet()
    if profile is not None:
        if profile.form == _EVENTS:
            message = f"the file holds flat rows, and profile {profile.name!r} reads JSON events"
            raise UnknownProfile(message)
        return profile, profile.layout(rows.header)
    for candidate in shipped().values():
        if candidate.form == "flat":
            try:
                return candidate, candidate.layout(rows.header)
            except UnknownProfile:
                continue
    columns = ", ".join(rows.header[:8])
    message = f"no shipped profile fits the columns {columns} …; name one with --profile"
    raise UnknownProfile(message)


def _begin(connection: sa.Connection, order: Order, profile: Profile) -> Batch:
    return receipts.begin(
        connection,
        fingerprint=_fingerprint(order, profile),
        channel="file",
        profile=profile.name,
        file_name=order.path.name,
        buyer_id=order.buyer,
        at_us=order.now_us(),
    )


def _fingerprint(order: Order, profile: Profile) -> str:
    digest = blake2b(digest_size=16)
    with order.path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    digest.update(profile.model_dump_json().encode())
    digest.update((order.buyer or "").encode())
    return digest.hexdigest()


@contextmanager
def _transactions(
    store: Store, *, dry: bool
) -> Iterator[Callable[[], AbstractContextManager[sa.Connection]]]:
    """One commit a chunk; for a dry run one transaction that is undone at the end."""
    if not dry:
        yield lambda: writing(store.engine)
        return

    with store.engine.connect().execution_options(**WRITER) as connection:
        connection.begin()

        @contextmanager
        def same() -> Iterator[sa.Connection]:
            yield connection

        try:
            yield same
        finally:
            connection.rollback()


def _remaining(chunk: Chunk, cursor: int) -> Chunk:
    """The records of a chunk that the receipt does not cover yet."""
    size = chunk.rows.height + len(chunk.bad)
    done = cursor - (chunk.end - size)
    if done <= 0:
        return chunk
    lines = sorted([*chunk.rows["line"].to_list(), *(bad.line for bad in chunk.bad)])
    first = lines[done]
    return Chunk(
        chunk.rows.filter(pl.col("line") >= first),
        [bad for bad in chunk.bad if bad.line >= first],
        chunk.end,
    )


def _take(  # noqa: PLR0913, PLR0917 - the steps of a chunk need all of them
    store: Store,
    connection: sa.Connection,
    chunk: Chunk,
    profile: Profile,
    sheet: Sheet,
    order: Order,
    receipt: Receipt,
) -> Taken:
    if profile.form == _EVENTS:
        rows = mapping.with_buyer(chunk.rows, order.buyer)
        found = pl.DataFrame(schema=PROBLEM)
    else:
        mapped = mapping.apply(chunk.rows, profile, sheet, buyer=order.buyer)
        rows, found = mapped.rows, mapped.problems
    early = pl.concat(
        [found.with_columns(raw=pl.lit(None, pl.String)), _cut_problems(chunk.bad)]
    ).unique("line", keep="first", maintain_order=True)
    return take(store, connection, rows, receipt=receipt, problems=early)


def _cut_problems(bad: list[BadLine]) -> pl.DataFrame:
    rows = [
        {"line": b.line, "code": b.code, "value": b.raw[:200], "allowed": b.allowed, "raw": b.raw}
        for b in bad
    ]
    return pl.DataFrame(rows, schema={**PROBLEM, "raw": pl.String()})


def as_json(imported: Imported) -> str:
    """The result of an import as one line of JSON."""
    return json.dumps(
        {
            "file": imported.file_name,
            "profile": imported.profile,
            "batch_id": imported.batch_id,
            "rows": imported.rows,
            **{answer: imported.counts[answer] for answer in ANSWERS},
            "resumed_at": imported.resumed_at,
            "error_file": str(imported.error_file) if imported.error_file else None,
            "advice": imported.advice,
        }
    )
