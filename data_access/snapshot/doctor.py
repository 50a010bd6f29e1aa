"""Is the store whole? Its file, its counts, its unfinished work, each with what to do."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from importlib.metadata import version as installed
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from pysqlite3 import dbapi2 as pysqlite3

from data_access.columns import ANSWERS
from data_access.store import migration, tables
from data_access.store.connections import file_of, free_space
from data_access.store.errors import REPLACED, StoreUnusable, store_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from data_access.store.store import Store

LEAST_FREE: Final = 512 * 1_048_576
"""With less room on the disk than this, imports may soon end."""
_NUMBERED: Final = {
    counter: tuple(name for name, of in tables.COUNTERS.items() if of == counter)
    for counter in tables.COUNTERS.values()
}
"""Each counter with the tables whose rows it numbers, without a gap."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: what was found, and what to do where it is not well."""

    name: str
    well: bool
    found: str
    advice: str = ""


def examine(store: Store) -> list[Check]:
    """Every check of a store, in the order in which to read them."""
    found: list[Check] = []
    for name, look in _LOOKS.items():
        try:
            found += look(store)
        except StoreUnusable as error:  # what can still be looked at is
            found.append(Check(name, well=False, found=str(error)))
    return found


def _versions(store: Store) -> Iterator[Check]:
    with store.reading() as connection:
        revision = migration.revision_of(connection)
        if store.engine.dialect.name == "sqlite":
            database = f"SQLite {pysqlite3.sqlite_version}"
        else:
            database = f"PostgreSQL {connection.exec_driver_sql('SHOW server_version').scalar()}"
    found = (
        f"Leadloop {installed('leadloop')}, tables {revision}, {database}, "
        f"Python {platform.python_version()}, store {store_name(store.engine)}"
    )
    yield Check("versions", True, found)  # noqa: FBT003


def _room(store: Store) -> Iterator[Check]:
    path = file_of(store.engine)
    free = free_space(path) if path is not None else None
    if free is not None:
        advice = "make room on the disk, or move the data directory"
        yield Check("room", free >= LEAST_FREE, f"{free // 1_048_576:,} MB free", advice)


def _whole(store: Store) -> Iterator[Check]:
    wrong = quick_check(store)
    if wrong is not None:
        found = wrong or "SQLite finds no fault in the file"
        yield Check("file", not wrong, found, REPLACED)


def quick_check(store: Store) -> str | None:
    """What SQLite finds wrong with its file; empty where nothing is, None on another database."""
    if store.engine.dialect.name != "sqlite":
        return None
    with store.reading() as connection:
        found = connection.exec_driver_sql("PRAGMA quick_check(3)").scalars().all()
    return "" if list(found) == ["ok"] else "; ".join(str(line) for line in found)


def _counts(store: Store) -> Iterator[Check]:
    """Numbers are given without a gap: the counter, the highest and the rows are the same."""
    with store.reading() as connection:
        for counter, names in _NUMBERED.items():
            told = connection.execute(
                sa.select(tables.counters.c.value).where(tables.counters.c.name == counter)
            ).scalar()
            rows, highest = 0, 0
            for name in names:
                table = tables.METADATA.tables[name]
                number = next(iter(table.primary_key.columns))
                count, top = connection.execute(
                    sa.select(sa.func.count(), sa.func.max(number)).select_from(table)
                ).one()
                rows, highest = rows + count, max(highest, top or 0)
            found = f"{rows:,} rows, the last numbered {highest:,}, counted {told or 0:,}"
            advice = "the store lost rows or was changed by other hands: restore the newest backup"
            yield Check(counter, rows == highest == (told or 0), found, advice)


def _receipts(store: Store) -> Iterator[Check]:
    batches = tables.batches
    total = sum((batches.c[answer] for answer in ANSWERS), start=sa.literal(0))
    with store.reading() as connection:
        count = connection.execute(sa.select(sa.func.count()).select_from(batches)).scalar_one()
        uneven = list(
            connection.execute(
                sa.select(batches.c.batch_id).where(total != batches.c.cursor)
            ).scalars()
        )
        unfinished = list(
            connection.execute(
                sa.select(batches.c.file_name, batches.c.cursor)
                .where(batches.c.finished_us.is_(None))
                .order_by(batches.c.started_us)
            )
        )
    found = f"{count:,}; of each, the five counts add up"
    if uneven:
        found = f"the counts of {len(uneven):,} do not add up, the first is {uneven[0]}"
    advice = "the store was changed by other hands: restore the newest backup"
    yield Check("receipts", not uneven, found, advice)
    begun = "; ".join(f"{name or 'without a name'} after row {at:,}" for name, at in unfinished[:5])
    advice = "run the same import again: it goes on where it stopped"
    yield Check("imports", not unfinished, begun or "none is unfinished", advice)


_LOOKS: Final[dict[str, Callable[[Store], Iterator[Check]]]] = {
    "versions": _versions,
    "room": _room,
    "file": _whole,
    "counts": _counts,
    "receipts": _receipts,
}
"""What is looked at, by the name under which it is said where that cannot be done."""
