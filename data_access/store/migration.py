"""The store's tables: brought to this version's form, or refused where they are newer.

Opening a store only reads; the writers' lock is asked for where a migration is due.
"""

from __future__ import annotations

import uuid
from importlib.metadata import version as installed
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from data_access.store import tables
from data_access.store.connections import writing
from data_access.store.errors import StoreUnusable, in_words, store_name

COUNTERS: Final = tuple(dict.fromkeys(tables.COUNTERS.values()))
IDENTITY: Final = "store_id"
MADE_BY: Final = "leadloop_version"


def prepare(engine: sa.Engine) -> None:
    """Migrate the tables where they are older; do nothing where they are as they should be.

    Raises:
        StoreUnusable: the database cannot be reached, is none of ours, or is newer.
    """
    config = alembic_config()
    with in_words(engine):
        if not _is_current(engine, config):
            with writing(engine) as connection:
                if revision_of(connection) != newest_revision():
                    config.attributes["connection"] = connection
                    command.upgrade(config, "head")
                _first_rows(connection)


def alembic_config() -> Config:
    """Where the migrations are."""
    config = Config()
    here = str(Path(__file__).parent / "migrations").replace("%", "%%")  # read as a template
    config.set_main_option("script_location", here)
    config.set_main_option("path_separator", "os")
    return config


def newest_revision() -> str:
    """The revision of the tables that this version of Leadloop works with."""
    return str(ScriptDirectory.from_config(alembic_config()).get_current_head())


def known_revisions() -> set[str]:
    """Every revision this version can bring up to date."""
    return {
        script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions()
    }


def revision_of(connection: sa.Connection) -> str | None:
    """The revision of a store's tables; None where nothing was made yet."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.exec_driver_sql(
        "SELECT version_num FROM alembic_version"
    ).scalar()
    return found


def _is_current(engine: sa.Engine, config: Config) -> bool:
    newest = str(ScriptDirectory.from_config(config).get_current_head())
    with engine.connect() as connection, connection.begin():
        revision = revision_of(connection)
        if revision is not None and revision not in known_revisions():
            told = sa.inspect(connection).has_table(tables.properties.name)
            made_by = (property_of(connection, MADE_BY) if told else None) or "of a newer version"
            message = (
                f"the store {store_name(engine)} was written by Leadloop {made_by} (tables "
                f"{revision}); this is {installed('leadloop')}, which knows them up to {newest}. "
                "Install that version or a later one, or restore an older backup elsewhere"
            )
            raise StoreUnusable(message)
        return revision == newest


def _first_rows(connection: sa.Connection) -> None:
    """Counters at nothing, the store's identity, and who made the tables."""
    counted = set(connection.execute(sa.select(tables.counters.c.name)).scalars())
    if missing := [name for name in COUNTERS if name not in counted]:
        rows = [{"name": name, "value": 0} for name in missing]
        connection.execute(tables.counters.insert(), rows)
    if property_of(connection, IDENTITY) is None:
        set_property(connection, IDENTITY, uuid.uuid4().hex)
    set_property(connection, MADE_BY, installed("leadloop"))


def property_of(connection: sa.Connection, name: str) -> str | None:
    """What the store says of itself under a name; None where it says nothing."""
    known = tables.properties
    query = sa.select(known.c.value).where(known.c.name == name)
    found: str | None = connection.execute(query).scalar()
    return found


def set_property(connection: sa.Connection, name: str, value: str) -> None:
    """Let the store say something of itself."""
    known = tables.properties
    changed = connection.execute(known.update().where(known.c.name == name).values(value=value))
    if not changed.rowcount:
        connection.execute(known.insert().values(name=name, value=value))
