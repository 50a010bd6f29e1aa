"""Importing a file: chunk by chunk, each with its receipt in one commit, resumable."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

import polars as pl

from data_access.intake import error_file as correction
from data_access.intake import mapping
from data_access.intake.accept import IntakeResult, Receipt, take
from data_access.intake.field_readers import LEEWAY_US
from data_access.intake.file_reader import BadLine, Chunk, FileRows, UnreadableFile, open_rows
from data_access.intake.import_order import Imported, ImportOrder, RefusedRows, TakenBefore
from data_access.intake.mapping_profile import Profile, Sheet, UnknownProfile, load, shipped
from data_access.intake.party_ids import KnownIds, with_ids
from data_access.intake.refusals import CONFLICT, PROBLEM
from data_access.intake.scratch_store import scratch_store
from data_access.store import import_batches, store_settings
from data_access.store.store import OPERATOR, AuditLine

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa

    from data_access.store.import_batches import Batch
    from data_access.store.store import Store


_EVENTS: Final = "events"


def import_file(store: Store, order: ImportOrder) -> Imported:
    """Import one file; the same order after a kill goes on where it stopped.

    Raises:
        UnreadableFile: the bytes are nothing we read.
        UnknownProfile: no profile fits, or the one named does not.
        StoreBusy: other writers did not let go of the store in time.
        OtherCurrency: the amounts of the store are in another currency than the order's.
    """
    store_settings.check_currency(store, order.currency)
    profile = load(order.profile) if order.profile else None
    with closing(open_rows(order.path, profile.file if profile else None, name=order.name)) as rows:
        try:
            fitting, sheet = _layout(rows, profile)
        except UnknownProfile as error:
            message = f"{order.name}: {error}"
            raise UnknownProfile(message) from None
        if not order.validate_only:
            return _Run(store, order, rows, fitting, sheet, KnownIds(store)).run()
        with scratch_store(store) as scratch:
            return _Run(scratch, order, rows, fitting, sheet, KnownIds(scratch)).run()


@dataclass(frozen=True, slots=True)
class _Run:
    """One import of one open file: its chunks, one commit each."""

    store: Store
    order: ImportOrder
    rows: FileRows
    profile: Profile
    sheet: Sheet
    ids: KnownIds
    advice: Counter[str] = field(default_factory=Counter)
    reasons: dict[tuple[str, str | None], RefusedRows] = field(default_factory=dict)
    ahead_us: list[int] = field(default_factory=list)
    before: Counter[tuple[str, str]] = field(default_factory=Counter)

    def run(self) -> Imported:
        """All chunks, then error file and receipt together: until then it can go on."""
        order = self.order
        pending = correction.Pending(order, self.rows, self.profile)
        with self.store.writing() as connection:
            behind_us = self._behind(connection)
            begun = self._begin(connection)
            left = import_batches.finished(connection, correction.noted(order.errors_dir))
            pending.begin(resumed=begun.cursor > 0, batch_id=begun.batch_id)
        correction.sweep(order.errors_dir, left)
        batch = self._take_chunks(begun, pending)
        error_file = self._close(batch, pending)
        pending.done()
        return Imported(
            order.name,
            self.profile.name,
            batch.batch_id,
            batch.counts,
            begun.cursor,
            error_file,
            dict(self.advice),
            tuple(sorted(self.reasons.values(), key=lambda why: (-why.rows, why.line))),
            len(self.ahead_us),
            max(self.ahead_us, default=0),
            behind_us,
            {
                batch: TakenBefore(self.before[batch, "duplicate"], self.before[batch, CONFLICT])
                for batch in dict.fromkeys(batch for batch, _ in sorted(self.before))
            },
        )

    def _behind(self, connection: sa.Connection) -> int:
        """How far this machine's clock is behind what the store has seen; 0 where it is not."""
        newest = self.store.newest_recorded(connection)
        behind_us = 0 if newest is None else newest - self.order.now_us()
        return behind_us if behind_us > LEEWAY_US else 0

    def _begin(self, connection: sa.Connection) -> Batch:
        return import_batches.begin(
            connection,
            fingerprint=_fingerprint(self.order, self.profile),
            channel="file",
            profile=self.profile.name,
            file_name=self.order.name,
            buyer_id=self.order.buyer,
            at_us=self.order.now_us(),
        )

    def _take_chunks(self, batch: Batch, pending: correction.Pending) -> Batch:
        try:
            for chunk in self.rows.chunks:
                if chunk.end > batch.cursor:
                    batch = self._take_chunk(chunk, batch, pending)
                self.order.progress(chunk.end)
        except UnreadableFile as error:
            if not batch.cursor:
                raise
            message = f"{error}. Its first {batch.cursor:,} rows are taken in"
            raise UnreadableFile(message) from None
        return batch

    def _take_chunk(self, chunk: Chunk, batch: Batch, pending: correction.Pending) -> Batch:
        """A chunk's rows, notes and receipt in one commit.

        Another process may be at the same file: each chunk is taken by one of them.
        """
        with self.store.writing() as connection:
            batch = import_batches.current(connection, batch.batch_id)
            if chunk.end <= batch.cursor:
                return batch
            part = _remaining(chunk, batch.cursor)
            taken = self._take(connection, part, batch.batch_id)
            pending.add(taken, part)
            self._note(taken)
            self._remember(connection)
            return import_batches.advance(connection, batch, cursor=chunk.end, counts=taken.counts)

    def _remember(self, connection: sa.Connection) -> None:
        """Write down in which zone and currency the first facts came."""
        order = self.order
        if order.report_zone is not None:
            given = store_settings.StoreSettings(order.report_zone, order.currency)
            store_settings.remember_in(self.store, connection, given, at_us=order.now_us())

    def _note(self, taken: IntakeResult) -> None:
        """Count what is worth a word: advice by code, refusals by code and field."""
        self.advice.update(taken.advice["code"])
        self.ahead_us.extend(taken.ahead["ahead_us"])
        self.before.update(taken.before.select("batch_id", "status").iter_rows())
        rows = taken.refused.sort("line").select("code", "field", "line", "allowed")
        for code, at_fault, line, allowed in rows.iter_rows():
            known = self.reasons.get((code, at_fault))
            first = known or RefusedRows(code, at_fault, 0, line, allowed)
            self.reasons[code, at_fault] = replace(first, rows=first.rows + 1)

    def _take(self, connection: sa.Connection, chunk: Chunk, batch_id: str) -> IntakeResult:
        order, naming = self.order, self.ids.within(connection)
        receipt = Receipt(
            batch_id, order.now_us(), summary=self.sheet.summary, currency=order.currency
        )
        if self.profile.form == _EVENTS:
            rows, found = with_ids(chunk.rows, order.buyer, naming), pl.DataFrame(schema=PROBLEM)
        else:
            mapped = mapping.apply(
                chunk.rows,
                self.profile,
                self.sheet,
                buyer=order.buyer,
                escaped=self.rows.escaped,
                naming=naming,
                currency=order.currency,
            )
            rows, found = mapped.rows, mapped.problems
        early = pl.concat(
            [found.with_columns(raw=pl.lit(None, pl.String)), _cut_problems(chunk.bad)]
        ).unique("line", keep="first", maintain_order=True)
        return take(self.store, connection, rows, receipt=receipt, problems=early)

    def _close(self, batch: Batch, pending: correction.Pending) -> Path | None:
        """Write the error file and close the receipt, with its line in the audit.

        Another process may be at the same file: one of them does it, in its turn.
        """
        with self.store.writing() as connection:
            at_us = self.order.now_us()
            if not import_batches.finish(connection, batch, at_us=at_us):
                return pending.written()
            error_file = pending.write()
            detail = {"file": self.order.name, "profile": self.profile.name, **batch.counts}
            line = AuditLine(at_us, OPERATOR, "import", batch.batch_id, detail)
            self.store.audit(connection, line)
            return error_file


def _layout(rows: FileRows, profile: Profile | None) -> tuple[Profile, Sheet]:
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
    columns = ", ".join(column[:60] for column in rows.header[:8])
    more = " …" if len(rows.header) > 8 else ""  # noqa: PLR2004
    message = f"no shipped profile fits the columns {columns}{more}; name one with --profile"
    raise UnknownProfile(message)


def _fingerprint(order: ImportOrder, profile: Profile) -> str:
    digest = blake2b(digest_size=16)
    with order.path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    digest.update(profile.model_dump_json().encode())
    digest.update((order.buyer or "").encode())
    return digest.hexdigest()


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


def _cut_problems(bad: list[BadLine]) -> pl.DataFrame:
    rows = [
        {
            "line": b.line,
            "code": b.code,
            "field": b.field,
            "value": b.raw[:200],
            "allowed": b.allowed,
            "raw": b.raw,
        }
        for b in bad
    ]
    return pl.DataFrame(rows, schema={**PROBLEM, "raw": pl.String()})
