"""What a database says went wrong, in words for the operator."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import psycopg
import sqlalchemy as sa
from pysqlite3 import dbapi2 as pysqlite3

from data_access.explained import ExplainedError

if TYPE_CHECKING:
    from collections.abc import Iterator


class StoreUnusable(ExplainedError, RuntimeError):  # noqa: N818 - a state of the store, said as such
    """The store cannot be used as it is; the message says why and what to do."""


class StoreDamaged(StoreUnusable):
    """The store's file is not what was written, or no store at all."""


class StoreBusy(StoreUnusable):
    """Another writer did not let go of the store in time."""


BUSY: Final = (
    "the store is busy: another command or server has been writing to it for too long. Try "
    "again when it is done; nothing was changed"
)
REPLACED: Final = (
    "stop writing to it, move it aside with the files beside it (-wal, -shm), and put the newest "
    "backup in its place with `leadloop restore FILE`"
)
"""What to do about a damaged file: a backup does not go into one."""
_CHANGED: Final = (
    "was changed by other hands, or is damaged ({}). Stop writing to it, copy it aside, and "
    "restore the newest backup"
)
_DAMAGED: Final = f"is damaged: {REPLACED}"
_FULL: Final = "cannot grow: the disk is full. Nothing was lost; make room and try again"
_SQLITE: Final = {
    8: "cannot be written: it, or its folder, is read-only",
    10: "cannot be read or written: the disk is full, or reports an error",
    11: _DAMAGED,
    13: _FULL,
    14: "cannot be opened: its folder or the file itself may not be read and written",
    26: _DAMAGED.replace("is damaged", "is damaged, or no SQLite file at all"),
}
"""Sentences by SQLite's primary result codes."""
_CONSTRAINT: Final = 19
_SQLITE_BUSY: Final = frozenset({5, 6})
_LOCK_TIMEOUT: Final = "55P03"
_EXCHANGED: Final = (
    "holds none of our tables any more: it was emptied, dropped or exchanged. Start the product "
    "again to begin an empty store there, or restore a backup"
)
_DISK_FULL: Final = "53100"
_MISSING: Final = frozenset({"42P01", "42703"})  # a table, a column
_LACKING: Final = ("no such table", "no such column", "has no column named")


def is_busy(error: BaseException) -> bool:
    """Whether a database only says that another has its turn."""
    original = getattr(error, "orig", error)
    code = getattr(original, "sqlite_errorcode", None)
    if isinstance(code, int):
        return code & 0xFF in _SQLITE_BUSY
    return getattr(original, "sqlstate", None) == _LOCK_TIMEOUT


@contextmanager
def in_words(engine: sa.Engine) -> Iterator[None]:
    """Turn what the operator can mend into StoreUnusable; let our own mistakes through."""
    try:
        yield
    except (UnicodeDecodeError, sa.exc.NoResultFound) as error:  # of names, of counters
        message = f"the store {store_name(engine)} {_CHANGED.format('what it holds of itself')}"
        raise StoreUnusable(message) from error
    except (sa.exc.DBAPIError, pysqlite3.Error, psycopg.Error) as error:
        if is_busy(error):
            raise StoreBusy(BUSY) from error
        why = _why(getattr(error, "orig", None) or error)
        if why is None:
            raise
        message = f"the store {store_name(engine)} {why}"
        raise (StoreDamaged if REPLACED in why else StoreUnusable)(message) from error


def store_name(engine: sa.Engine) -> str:
    """What to call a store in a message: its file, or its address without the password."""
    url = engine.url
    if engine.dialect.name == "sqlite":
        return url.database or "in memory"
    return url.set(drivername=url.get_backend_name(), password=None).render_as_string()


def _why(error: BaseException) -> str | None:
    code = getattr(error, "sqlite_errorcode", None)
    message = first_line(error)
    if isinstance(code, int):
        return _of_sqlite(code & 0xFF, message)
    if getattr(error, "sqlstate", None) in _MISSING:
        return _lacking(message)
    if isinstance(error, psycopg.IntegrityError):  # writers take turns, so it is not a race
        return _CHANGED.format(message)
    if isinstance(error, psycopg.OperationalError):
        return _FULL if error.sqlstate == _DISK_FULL else f"did not answer: {message}"
    return None


def _of_sqlite(code: int, message: str) -> str | None:
    if message.startswith("Could not decode"):  # and its text is nobody's business
        return _DAMAGED
    if any(text in message for text in _LACKING):
        return _lacking(message)
    return _CHANGED.format(message) if code == _CONSTRAINT else _SQLITE.get(code)


def _lacking(message: str) -> str:
    """All tables were taken away where the one that is asked first is; else some part was."""
    return _EXCHANGED if "counters" in message else _CHANGED.format(message)


def first_line(error: BaseException) -> str:
    """The first line of what a database said."""
    return str(error).strip().partition("\n")[0]
