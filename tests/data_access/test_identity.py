"""A store is known by what it is, not by where it lies: no page ever mixes two of them."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

import pytest
import sqlalchemy as sa
from builders import delivered, reported, us
from pysqlite3 import dbapi2 as pysqlite3

from data_access.store import decisions, migration
from data_access.store.decisions import Decision
from data_access.store.errors import StoreUnusable
from data_access.store.store import Store
from data_access.store.tables import METADATA

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from builders import Desk

    from dashboard.answers.workspace import Workspace


def _leads(workspace: Workspace) -> set[str]:
    workspace.status()
    return set(workspace.edition.outcomes().collect()["lead_id"])


def _emptied(desk: Desk) -> None:
    """Put another, empty store under the same name, as `rm` and the next command do."""
    desk.store.close()
    for ending in ("", "-wal", "-shm"):
        (desk.folder / f"leadloop.sqlite3{ending}").unlink(missing_ok=True)
    desk.store = Store(f"sqlite:///{desk.folder / 'leadloop.sqlite3'}")


def _some(desk: Desk, *leads: str) -> None:
    desk.take(*(delivered(lead, "B1", "2026-05-01T10:00:00Z") for lead in leads))


def test_another_store_under_the_same_name_is_not_mixed_with_the_first(
    desk: Desk, open_workspace: Callable[[], Workspace]
) -> None:
    """A smaller store, an equally large one, a larger one: only its own leads are shown."""
    _some(desk, "old-1", "old-2")
    assert _leads(open_workspace()) == {"old-1", "old-2"}
    for leads in (["a-1"], ["b-1", "b-2"], ["c-1", "c-2", "c-3"]):
        _emptied(desk)
        _some(desk, *leads)
        assert _leads(open_workspace()) == set(leads)


def test_a_server_that_runs_shows_the_new_store_without_being_asked(
    desk: Desk, open_workspace: Callable[[], Workspace]
) -> None:
    """The file is exchanged below an open book, with as many facts as before."""
    _some(desk, "old-1", "old-2")
    workspace = open_workspace()
    assert _leads(workspace) == {"old-1", "old-2"}
    _emptied(desk)
    _some(desk, "new-1", "new-2")
    assert _leads(workspace) == {"new-1", "new-2"}
    assert workspace.search("old-1").height == 0
    assert workspace.search("new-1").height == 1


def test_a_store_that_was_put_back_and_went_on_differently_is_seen(
    desk: Desk, open_workspace: Callable[[], Workspace]
) -> None:
    """Same identity, same number of facts, other facts since the copy."""
    _some(desk, "both")
    aside = desk.folder / "aside.sqlite3"
    source, target = pysqlite3.connect(desk.folder / "leadloop.sqlite3"), None
    target = pysqlite3.connect(aside)
    source.backup(target)
    source.close()
    target.close()
    _some(desk, "first-1", "first-2")
    workspace = open_workspace()
    assert _leads(workspace) == {"both", "first-1", "first-2"}
    desk.store.close()
    for ending in ("-wal", "-shm"):
        (desk.folder / f"leadloop.sqlite3{ending}").unlink(missing_ok=True)
    shutil.move(aside, desk.folder / "leadloop.sqlite3")
    desk.store = Store(f"sqlite:///{desk.folder / 'leadloop.sqlite3'}")
    desk.now = "2026-11-22T15:00:00Z"
    _some(desk, "second-1", "second-2")
    assert _leads(workspace) == _leads(open_workspace()) == {"both", "second-1", "second-2"}


def test_a_store_whose_file_is_gone_is_named_and_not_begun_anew(
    desk: Desk, open_workspace: Callable[[], Workspace]
) -> None:
    """The sentence names the file; no empty file appears in its place."""
    _some(desk, "L1")
    workspace = open_workspace()
    path = desk.folder / "leadloop.sqlite3"
    for ending in ("", "-wal", "-shm"):
        (desk.folder / f"leadloop.sqlite3{ending}").unlink(missing_ok=True)
    with pytest.raises(StoreUnusable, match="is gone"):
        workspace.status()
    assert not path.exists()


def test_a_store_that_was_emptied_by_other_hands_is_said(any_desk: Desk) -> None:
    """Its tables dropped, or its database exchanged for an empty one."""
    _some(any_desk, "L1")
    with any_desk.store.writing() as connection:
        for table in reversed(METADATA.sorted_tables):
            connection.execute(sa.text(f"DROP TABLE {table.name}"))
    with pytest.raises(StoreUnusable, match="none of our tables"):
        any_desk.store.data_version()


def test_a_counter_that_was_set_back_is_said(any_desk: Desk) -> None:
    """Numbers that were given would be given again: refused, and nothing is half done."""
    _some(any_desk, "L1", "L2")
    with any_desk.store.writing() as connection:
        connection.execute(sa.text("UPDATE counters SET value = 0 WHERE name = 'facts'"))
    with pytest.raises(StoreUnusable, match="changed by other hands"):
        _some(any_desk, "L3")
    assert {fact["lead_id"] for fact in any_desk.facts()["attempts"]} == {"L1", "L2"}


def test_two_stores_never_share_an_identity(any_desk: Desk, tmp_path: Path) -> None:
    """And opening one again does not change it."""
    other = Store(f"sqlite:///{tmp_path / 'other.sqlite3'}")
    again = Store(any_desk.store.engine.url.render_as_string(hide_password=False))
    found = []
    for store in (any_desk.store, other, again):
        with store.reading() as connection:
            found.append(migration.property_of(connection, migration.IDENTITY))
        store.close()
    assert found[0] == found[2] != found[1]


def test_lineage_tells_every_fact_and_moment_apart(any_desk: Desk) -> None:
    """Of attempts, feedback, names and merges; a number not given yet has its own."""
    _some(any_desk, "L1")
    any_desk.take(reported("L1", "B1", "converted", "2026-05-02T10:00:00Z"))
    any_desk.store.set_entity("buyer", "B1", name="Acme", buyer_type=None, at_us=us("2026-06-01"))
    any_desk.store.merge("buyer", "b-1", "B1", at_us=us("2026-06-01"))
    found = [any_desk.store.lineage(version) for version in range(6)]
    assert len(set(found)) == 6
    assert found == [any_desk.store.lineage(version) for version in range(6)]


def test_a_clock_that_was_ahead_leaves_nothing_of_tomorrow(
    desk: Desk, open_workspace: Callable[[], Workspace], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An edition made a day ahead is made anew; what is dated after now does not count yet."""
    now = us("2026-11-22T14:05:00Z")
    desk.now = "2026-11-23T14:05:00Z"
    desk.take(
        delivered("L1", "B1", "2026-11-01T10:00:00Z"),
        reported("L1", "B1", "converted", "2026-11-23T12:00:00Z"),
    )
    monkeypatch.setattr("dashboard.editions.clock.now_us", lambda: us("2026-11-23T14:05:00Z"))
    workspace = open_workspace()
    assert workspace.edition.outcomes().collect()["outcome"].to_list() == ["converted"]
    monkeypatch.setattr("dashboard.editions.clock.now_us", lambda: now)
    assert workspace.status().now.isoformat() == "2026-11-22T14:05:00+00:00"
    assert workspace.edition.outcomes().collect()["outcome"].to_list() == [None]
    assert open_workspace().edition.outcomes().collect()["outcome"].to_list() == [None]


def test_a_store_of_a_newer_version_says_which(any_desk: Desk) -> None:
    """One sentence: what wrote it, what this is; nothing is changed."""
    with any_desk.store.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0999'"))
        migration.set_property(connection, migration.MADE_BY, "7.1.0")
    url = any_desk.store.engine.url.render_as_string(hide_password=False)
    with pytest.raises(StoreUnusable, match=r"Leadloop 7\.1\.0 \(tables 0999\); this is 0"):
        Store(url)


BEFORE: Final = (
    "DROP TABLE withdrawals",
    "DROP TABLE store_settings",
    "DELETE FROM counters WHERE name = 'store_settings'",
    "DROP TABLE properties",
    "DROP INDEX decisions_finding",
    "ALTER TABLE decisions RENAME TO work",
    "ALTER TABLE work RENAME COLUMN decision_id TO work_id",
    "CREATE INDEX work_finding ON work (finding)",
    "ALTER TABLE trend_notes RENAME TO annotations",
    "ALTER TABLE annotations RENAME COLUMN note_id TO annotation_id",
    "UPDATE counters SET name = 'work' WHERE name = 'decisions'",
    "UPDATE counters SET name = 'annotations' WHERE name = 'trend_notes'",
    "UPDATE alembic_version SET version_num = '0002'",
)
"""From the tables of now to those of some versions before."""


def test_a_store_of_an_older_version_is_brought_up_to_date(any_desk: Desk) -> None:
    """Its facts and decisions stay; it gets its identity, once; numbers go on."""
    _some(any_desk, "L1")
    mine = Decision(finding="overdue:b1", state="mine", who="Ann")
    assert decisions.record(any_desk.store, mine, at_us=1) == 1
    with any_desk.store.writing() as connection:
        for statement in BEFORE:
            connection.execute(sa.text(statement))
    url = any_desk.store.engine.url.render_as_string(hide_password=False)
    first, second = Store(url), Store(url)
    assert first.data_version() == 1
    assert first.lineage(1) == second.lineage(1)
    assert decisions.history(first)["who"].to_list() == ["Ann"]
    assert decisions.record(second, mine, at_us=2) == 2
    first.close()
    second.close()
