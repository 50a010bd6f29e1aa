"""Connections to the store: one SQLite library, safe settings, one writer at a time."""

from __future__ import annotations

import logging
import os
import re
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from pysqlite3 import dbapi2 as pysqlite3

from data_access.store.errors import BUSY, StoreBusy, StoreUnusable, in_words, is_busy

if TYPE_CHECKING:
    from collections.abc import Iterator

LOG: Final = logging.getLogger(__name__)
WAL_RESET: Final = (
    "SQLite {version} can lose committed rows in WAL mode (the WAL-reset bug, fixed in "
    "3.51.3, 3.50.7 and 3.44.6). Install pysqlite3 0.6.1 or later, which brings its own."
)
WRITER: Final = {"leadloop_writer": True}
PATIENCE_S: Final = 120.0
"""So long a writer waits for its turn before it gives up with a sentence."""
TURN_S: Final = 5
"""After so long the wait is said once, in the log and on the terminal."""
WRITERS_LOCK: Final = 7_310
"""The advisory lock by which writers take turns on PostgreSQL."""


def wal_is_safe(version: str) -> bool:
    """Whether an SQLite version is free of the WAL-reset bug.

    Affected are 3.7.0 to 3.51.2 except the repaired 3.50.7+ and 3.44.6+ lines.
    """
    major, minor, patch = (int(part) for part in re.findall(r"\d+", f"{version}.0")[:3])
    repaired = {(3, 44): 6, (3, 50): 7}
    if (major, minor) in repaired:
        return patch >= repaired[major, minor]
    return (major, minor, patch) >= (3, 51, 3)


def open_engine(url: str | sa.URL) -> sa.Engine:
    """An engine for the store's URL; StoreUnusable when it cannot be safe."""
    try:
        parsed = sa.make_url(url)
        backend = parsed.get_backend_name()
    except (sa.exc.ArgumentError, ValueError):
        message = "the store's URL cannot be read; use sqlite:///… or postgresql://…"
        raise StoreUnusable(message) from None
    if backend == "postgresql":
        return sa.create_engine(
            parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=8
        )
    if backend != "sqlite":
        message = f"{parsed.drivername!r} is no store; use sqlite:///… or postgresql://…"
        raise StoreUnusable(message)
    if not wal_is_safe(pysqlite3.sqlite_version):
        raise StoreUnusable(WAL_RESET.format(version=pysqlite3.sqlite_version))
    if parsed.database:
        _make_folder(Path(parsed.database).parent)
    engine = sa.create_engine(parsed.set(drivername="sqlite+pysqlite"), module=pysqlite3)
    sa.event.listen(engine, "connect", _set_pragmas)
    sa.event.listen(engine, "begin", _begin)
    if (path := file_of(engine)) is not None:
        _watch(engine, path)
    return engine


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"the store's folder {folder} cannot be made: {error.strerror}"
        raise StoreUnusable(message) from None


def file_of(engine: sa.Engine) -> Path | None:
    """The file of an SQLite store; None for another database, or one in memory."""
    name = engine.url.database if engine.dialect.name == "sqlite" else None
    return Path(name) if name and name != ":memory:" and not name.startswith("file:") else None


def file_identity(path: Path) -> tuple[int, int] | None:
    """What tells a file from another one later put under its name; None without a file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _watch(engine: sa.Engine, path: Path) -> None:
    """A connection is used only as long as the file it is open on lies under that name."""

    def note(_connection: object, record: Any) -> None:  # noqa: ANN401 - a pool's record
        record.info["file"] = file_identity(path)

    def compare(_connection: object, record: Any, _proxy: object) -> None:  # noqa: ANN401
        if record.info.get("file") != file_identity(path):
            message = "the store's file was replaced"
            raise sa.exc.DisconnectionError(message)

    sa.event.listen(engine, "connect", note)
    sa.event.listen(engine, "checkout", compare)


def _set_pragmas(connection: Any, _record: object) -> None:  # noqa: ANN401 - untyped driver
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={TURN_S * 1000}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "cache_size=-131072",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("leadloop_writer")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def writing(engine: sa.Engine, *, patience_s: float = PATIENCE_S) -> Iterator[sa.Connection]:
    """A transaction that writes: one at a time on either database, all of it or nothing.

    It has its turn before it reads, so what it finds stays true until it commits.

    Raises:
        StoreBusy: another writer held the store for longer than `patience_s`.
    """
    with (
        in_words(engine),
        engine.connect().execution_options(**WRITER) as connection,
        _turn(connection, time.monotonic() + patience_s),
    ):
        yield connection


def _turn(connection: sa.Connection, until: float) -> sa.RootTransaction:
    """Wait for the writers' lock, in steps, so that the wait can be said and is bounded."""
    told = False
    while True:
        try:
            transaction = connection.begin()
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{TURN_S}s'")
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS_LOCK})")
                connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
        except sa.exc.OperationalError as error:
            connection.rollback()
            if not is_busy(error):
                raise
            if time.monotonic() >= until:
                raise StoreBusy(BUSY) from None
            if not told:
                LOG.warning("leadloop: waiting for another writer to finish")
                told = True
        else:
            return transaction


def free_space(path: Path) -> int | None:
    """Bytes that can still be written beside a file; None where nobody can tell."""
    try:
        found = os.statvfs(path if path.is_dir() else path.parent)
    except (OSError, AttributeError):
        return None
    return found.f_bavail * found.f_frsize
