"""A store of the release before: brought up to date, it gives the numbers that it gave."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from builders import us
from october import OCTOBER
from report_market import two_months

import data_access.store.migrations
from dashboard.answers.workspace import Workspace
from data_access.columns import WITHDRAW
from data_access.settings import Settings
from data_access.store import migration, withdrawals
from data_access.store.connections import writing
from data_access.store.store import Store
from data_access.store.tables import METADATA

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl
    from builders import Desk

BEFORE = "0004"
"""The tables of the release before imports could be withdrawn."""
ASKED = ("sources", "rates", "headline", "trend", "outcome_mix", "findings")


def numbers(folder: Path, url: str) -> dict[str, list[dict[str, object]]]:
    """Some tables of a store, from a snapshot of their own."""
    workspace = Workspace(Settings(data_dir=folder, database_url=url))
    scope = replace(OCTOBER, as_of_us=us("2026-11-20T12:00:00Z"))
    found: dict[str, list[dict[str, object]]] = {}
    for name in ASKED:
        pages: list[pl.DataFrame] = list(workspace.frames(name, scope))
        found[name] = [row for page in pages for row in page.to_dicts()]
    workspace.store.close()
    return found


def set_back(desk: Desk) -> None:
    """Give a store the tables of the release before, with its facts in them."""
    config = Config()
    folder = next(iter(data_access.store.migrations.__path__))
    config.set_main_option("script_location", folder)
    config.set_main_option("path_separator", "os")
    with writing(desk.store.engine) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, BEFORE)


def test_a_store_of_the_release_before_keeps_all_its_numbers(any_desk: Desk) -> None:
    """Opened by this one it has the table more, nothing is withdrawn, and no figure moves."""
    any_desk.take(*two_months())
    url = any_desk.store.engine.url.render_as_string(hide_password=False)
    said, version = numbers(any_desk.folder / "one", url), any_desk.store.data_version()
    set_back(any_desk)
    assert not sa.inspect(any_desk.store.engine).has_table("withdrawals")
    again = Store(url)
    with again.reading() as connection:
        assert migration.revision_of(connection) == migration.newest_revision()
        assert set(METADATA.tables) <= set(sa.inspect(connection).get_table_names())
        assert withdrawals.history(connection).is_empty()
    assert again.data_version() == version
    assert numbers(any_desk.folder / "two", url) == said
    number = withdrawals.record(
        again, any_desk.batches[0], WITHDRAW, at_us=us("2026-11-20T11:00:00Z")
    )
    assert number == version + 1
    assert numbers(any_desk.folder / "three", url)["sources"] == []
    again.close()
