"""Backup and restore: one file for either database, made while the store is in use.

A backup is an SQLite store: of an SQLite store a copy by SQLite's own backup, of a
PostgreSQL store its rows in one consistent view. So it needs no other program, can be
opened and examined like any store, and goes back into either database. It appears under
its name when it is whole; a restore is one transaction.
"""

from __future__ import annotations

import glob
import os
import tempfile
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl
import sqlalchemy as sa
from pysqlite3 import dbapi2 as pysqlite3

from data_access.explained import ExplainedError
from data_access.store import migration, tables
from data_access.store.errors import store_name
from data_access.store.store import OPERATOR, AuditLine, Store

if TYPE_CHECKING:
    from collections.abc import Iterator

ROWS: Final = 20_000
_HEAD: Final = b"SQLite format 3\x00"


class BadBackup(ExplainedError, ValueError):  # noqa: N818 - says what the file is
    """A file that cannot be restored, or a place where none can be written."""


@dataclass(frozen=True, slots=True)
class CopiedRows:
    """What a backup holds or a restore put back: the data version, and rows by table."""

    data_version: int
    rows: dict[str, int]


def backup(store: Store, path: Path) -> CopiedRows:
    """Write the whole store, as it is at this moment, to a file.

    Raises:
        BadBackup: the file is there already, or cannot be written.
    """
    if path.exists():
        message = f"{path} is there already; name a new file, or remove it first"
        raise BadBackup(message)
    if not path.parent.is_dir():
        message = f"{path} cannot be written: there is no folder {path.parent}"
        raise BadBackup(message)
    for leftover in path.parent.glob(f"{glob.escape(path.name)}.*.tmp*"):
        leftover.unlink(missing_ok=True)  # of a backup that was ended
    draft = path.with_name(f"{path.name}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        if store.engine.dialect.name == "sqlite":
            _copy_file(store, draft)
        else:
            _copy_rows(store, draft)
        draft.chmod(0o600)  # it holds every lead
        copied = _sound(store, draft)
        _to_disk(draft)
        draft.replace(path)
    except (OSError, pysqlite3.OperationalError) as error:
        message = f"{path} cannot be written: {error}"
        raise BadBackup(message) from None
    finally:
        for leftover in draft.parent.glob(f"{glob.escape(draft.name)}*"):
            leftover.unlink(missing_ok=True)
    return copied


def _sound(store: Store, draft: Path) -> CopiedRows:
    """What a copy holds; where it does not add up, it is the store that is to be mended."""
    try:
        return examined(draft)
    except BadBackup:
        message = (
            f"the store {store_name(store.engine)} is damaged, and a backup of it would be too: "
            "nothing was written. See what `leadloop doctor` says, and restore the newest backup"
        )
        raise BadBackup(message) from None


def _copy_file(store: Store, draft: Path) -> None:
    """SQLite's own backup: one consistent state, though others write meanwhile."""
    target = pysqlite3.connect(draft)
    try:
        with store.reading() as connection:
            connection.connection.driver_connection.backup(target)  # type: ignore[union-attr]
        target.execute("PRAGMA journal_mode=DELETE")  # one file, complete by itself
    finally:
        target.close()


def _copy_rows(store: Store, draft: Path) -> None:
    draft.touch()  # OSError where nothing can be written
    copy = Store(sa.URL.create("sqlite", database=str(draft)))
    try:
        with store.reading() as source, copy.writing() as target:
            _replace_all(source, copy, target)
        with copy.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        copy.close()
    single = pysqlite3.connect(draft)
    try:
        single.execute("PRAGMA journal_mode=DELETE")
    finally:
        single.close()


def _replace_all(source: sa.Connection, other: Store, target: sa.Connection) -> dict[str, int]:
    """Put every row of one store in place of those of another; returns rows by table."""
    counts: dict[str, int] = {}
    for table in tables.METADATA.sorted_tables:
        target.execute(table.delete())
        counts[table.name] = 0
        for rows in _frames(source, table):
            other.bulk.append(target, table.name, rows)
            counts[table.name] += rows.height
    return counts


def _frames(source: sa.Connection, table: sa.Table) -> Iterator[pl.DataFrame]:
    kinds = {column.name: _kind(column) for column in table.columns}
    query = sa.select(*table.columns).order_by(*table.primary_key.columns)
    found = source.execution_options(yield_per=ROWS).execute(query)
    for some in found.partitions(ROWS):
        yield pl.DataFrame([tuple(row) for row in some], schema=kinds, orient="row")


def _kind(column: sa.Column[object]) -> pl.DataType:
    if isinstance(column.type, tables.StorableText):
        return pl.String()
    return pl.Float64() if isinstance(column.type, sa.Double) else pl.Int64()


def _to_disk(path: Path) -> None:
    for each in (path, path.parent):
        handle = os.open(each, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


# --- restore ---------------------------------------------------------------------------


def restore(store: Store, path: Path, *, replace: bool, at_us: int) -> CopiedRows:
    """Put a backup in place of what a store holds, in one transaction.

    The store gets a new identity, so that no snapshot of what it held before fits it.

    Raises:
        BadBackup: the file is no whole backup, or the store holds facts and `replace` is
            not said.
    """
    with _opened(path) as source_store:
        if not replace and store.data_version() > 0:
            message = (
                f"the store holds {store.data_version():,} facts, and a restore takes their "
                "place; say --replace if that is meant (and back it up first)"
            )
            raise BadBackup(message)
        with source_store.reading() as source, store.writing() as target:
            was = migration.property_of(source, migration.IDENTITY)
            rows = _replace_all(source, store, target)
            migration.set_property(target, migration.IDENTITY, uuid.uuid4().hex)
            detail: dict[str, object] = {"file": path.name, "store_id": was}
            store.audit(target, AuditLine(at_us, OPERATOR, "restore", detail=detail))
            return CopiedRows(store.data_version_in(target), rows)


@contextmanager
def _opened(path: Path) -> Iterator[Store]:
    """A backup as a store: a copy of it, so that opening can bring it up to date."""
    examined(path)
    with tempfile.TemporaryDirectory(prefix="leadloop-restore-") as folder:
        draft = Path(folder) / "backup.sqlite3"
        source, target = pysqlite3.connect(f"file:{_quoted(path)}?mode=ro", uri=True), None
        try:
            target = pysqlite3.connect(draft)
            source.backup(target)
        finally:
            source.close()
            if target is not None:
                target.close()
        copy = Store(sa.URL.create("sqlite", database=str(draft)))
        try:
            yield copy
        finally:
            copy.close()


def _quoted(path: Path) -> str:
    return str(path.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def examined(path: Path) -> CopiedRows:
    """What a file holds, if it is a whole backup; BadBackup says what it is else."""
    try:
        with path.open("rb") as stream:
            head = stream.read(len(_HEAD))
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
        raise BadBackup(message) from None
    if head != _HEAD:
        message = f"{path} is no backup of Leadloop"
        raise BadBackup(message)
    connection = pysqlite3.connect(f"file:{_quoted(path)}?mode=ro", uri=True)
    try:
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
        names = [row[0] for row in connection.execute(_TABLES)]
        rows = {name: _count(connection, name) for name in names}
        version = connection.execute(_VERSION).fetchone()[0]
    except (pysqlite3.DatabaseError, TypeError):
        message = f"{path} is damaged, or no backup of Leadloop"
        raise BadBackup(message) from None
    finally:
        connection.close()
    if revision not in migration.known_revisions():
        message = f"{path} was written by a newer version of Leadloop (tables {revision})"
        raise BadBackup(message)
    facts = sum(rows.get(name, 0) for name, of in tables.COUNTERS.items() if of == "facts")
    if found != "ok" or facts != version:
        message = f"{path} is damaged: {found if found != 'ok' else 'its facts do not add up'}"
        raise BadBackup(message)
    return CopiedRows(version, rows)


_TABLES: Final = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
    "AND name <> 'alembic_version' ORDER BY name"
)
_VERSION: Final = "SELECT value FROM counters WHERE name = 'facts'"


def _count(connection: pysqlite3.Connection, table: str) -> int:
    found: int = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608 - from its own list
    return found
