"""Connections to the store: one SQLite library, safe settings, real transactions."""

from __future__ import annotations

import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from pysqlite3 import dbapi2 as pysqlite3

if TYPE_CHECKING:
    from collections.abc import Iterator

WAL_RESET: Final = (
    "SQLite {version} can lose committed rows in WAL mode (the WAL-reset bug, fixed in "
    "3.51.3, 3.50.7 and 3.44.6). Install pysqlite3 0.6.1 or later, which brings its own."
)
WRITER: Final = {"leadloop_writer": True}


class StoreUnusable(RuntimeError):  # noqa: N818 - a state of the store, said as such
    """The store cannot be opened safely; the message says why and what to do."""


def wal_is_safe(version: str) -> bool:
    """Whether an SQLite version is free of the WAL-reset bug.

    Affected are 3.7.0 to 3.51.2 except the repaired 3.50.7+ and 3.44.6+ lines.
    """
    major, minor, patch = (int(part) for part in re.findall(r"\d+", f"{version}.0")[:3])
    repaired = {(3, 44): 6, (3, 50): 7}
    if (major, minor) in repaired:
        return patch >= repaired[major, minor]
    return (major, minor, patch) >= (3, 51, 3)


def open_engine(url: str) -> sa.Engine:
    """An engine for the store's URL; StoreUnusable when it cannot be safe."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return sa.create_engine(
            parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=8
        )
    if parsed.get_backend_name() != "sqlite":
        message = f"{parsed.drivername!r} is no store; use sqlite:///… or postgresql://…"
        raise StoreUnusable(message)
    if not wal_is_safe(pysqlite3.sqlite_version):
        raise StoreUnusable(WAL_RESET.format(version=pysqlite3.sqlite_version))
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(parsed.set(drivername="sqlite+pysqlite"), module=pysqlite3)
    sa.event.listen(engine, "connect", _set_pragmas)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _set_pragmas(connection: Any, _record: object) -> None:  # noqa: ANN401 - untyped driver
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "busy_timeout=5000",
        "foreign_keys=ON",
        "cache_size=-131072",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("leadloop_writer")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that writes: takes the write lock at once, commits or undoes all."""
    with engine.connect().execution_options(**WRITER) as connection, connection.begin():
        yield connection
