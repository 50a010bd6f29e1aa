"""`leadloop backup`, `restore` and `doctor`: the store kept safe, and looked at."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from dashboard.commands.command_base import Command

if TYPE_CHECKING:
    from data_access.settings import Settings
    from data_access.snapshot.doctor import Check
    from data_access.store.backup import CopiedRows
    from data_access.store.store import Store

_OWN: Final = ("counters", "properties", "store_settings")  # the store's own, nobody's rows
UNWELL: Final = 1
"""Exit status of `doctor` where something wants mending."""


def _counted(copied: CopiedRows) -> str:
    told = {name: n for name, n in copied.rows.items() if n and name not in _OWN}
    rows = ", ".join(f"{count:,} {name}" for name, count in told.items())
    return f"data version {copied.data_version:,}: {rows or 'no rows'}"


@click.command(cls=Command)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write the whole store to FILE, also while it is in use.

    FILE is one file for SQLite and PostgreSQL alike; it goes back into either.
    """
    from data_access.settings import Settings
    from data_access.store import backup as copies
    from data_access.store.store import Store

    store = Store(Settings().url)
    try:
        click.echo(f"{file}: {_counted(copies.backup(store, file))}")
    finally:
        store.close()


@click.command(cls=Command)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Put it in place of the facts the store holds.")
def restore(file: Path, *, replace: bool) -> None:
    """Put a backup into the store, in one step: all of it, or nothing.

    A server that is running shows the restored figures by itself.
    """
    from dashboard.editions import clock
    from data_access.settings import Settings
    from data_access.store import backup as copies
    from data_access.store.store import Store

    store = Store(Settings().url)
    try:
        done = copies.restore(store, file, replace=replace, at_us=clock.now_us())
        click.echo(f"restored from {file}: {_counted(done)}")
    finally:
        store.close()


@click.command(cls=Command)
def doctor() -> None:
    """Look at versions, store, counts, unfinished imports and snapshot; say what to do."""
    from data_access.settings import Settings

    found = _examined(Settings())
    for check in found:
        click.echo(f"{'well' if check.well else 'MEND'}  {check.name}: {check.found}")
        if not check.well and check.advice:
            click.echo(f"      {check.advice}")
    unwell = sum(not check.well for check in found)
    click.echo("all is well" if not unwell else f"{unwell} of {len(found)} want mending")
    sys.exit(UNWELL if unwell else 0)


def _examined(settings: Settings) -> list[Check]:
    from data_access.snapshot import doctor as checks
    from data_access.store.errors import StoreDamaged, StoreUnusable
    from data_access.store.store import Store

    try:
        store = Store(settings.url)
    except StoreDamaged as error:  # the one thing that nothing else can be said beside
        return [checks.Check("store", well=False, found=str(error))]
    try:
        found = checks.examine(store)
        with suppress(StoreUnusable):  # said above
            found += [_settings(store, settings), _snapshot(store, settings)]
        return found
    finally:
        store.close()


def _settings(store: Store, settings: Settings) -> Check:
    """Whether zone and currency are those that the store remembers."""
    from data_access.snapshot import doctor as checks
    from data_access.store import store_settings

    given = store_settings.StoreSettings(settings.report_zone, settings.currency)
    sentence = store_settings.difference(store_settings.remembered(store), given)
    now = f"{given.report_zone}, {given.currency}"
    return checks.Check("settings", well=sentence is None, found=sentence or now)


def _snapshot(store: Store, settings: Settings) -> Check:
    """Whether the snapshot can be written, and whether it fits the store."""
    from dashboard.editions import builder, clock
    from dashboard.editions.rules_in_force import in_force
    from data_access.snapshot import doctor as checks
    from data_access.snapshot.parquet_versions import ParquetVersions, SnapshotUnwritable

    versions = ParquetVersions(settings.data_dir / "snapshot")
    try:
        with versions.writing():
            pass
    except SnapshotUnwritable as error:
        return checks.Check("snapshot", well=False, found=str(error))
    edition = builder.standing(
        store,
        versions,
        zone=settings.report_zone,
        now_us=clock.now_us(),
        rules=in_force(settings),
    )
    if edition is None:
        return checks.Check("snapshot", well=True, found="none that fits: it is made when asked")
    behind = store.data_version() - edition.version
    found = f"version {edition.version:,}, " + (f"{behind:,} facts behind" if behind else "newest")
    return checks.Check("snapshot", well=True, found=found)
