"""Backup and restore: under load, across databases, killed, and what is refused."""

from __future__ import annotations

import threading
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from builders import delivered, postgres_url, reported, us
from hostile_text import KEPT

from data_access.columns import RESTORE, WITHDRAW
from data_access.snapshot import doctor
from data_access.store import backup as copies
from data_access.store import (
    decisions,
    publications,
    store_settings,
    tables,
    trend_notes,
    withdrawals,
)
from data_access.store.backup import BadBackup
from data_access.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from builders import Desk

    from dashboard.answers.workspace import Workspace

NOW = us("2026-11-22T14:05:00Z")


def _filled(desk: Desk) -> None:
    """Something in every table, hostile text included."""
    desk.take(
        *(delivered(f"L{n}", "B1", "2026-05-01T10:00:00Z", price="10.00") for n in range(60)),
        *(
            reported(f"L{n}", "B1", "returned", "2026-05-02T10:00:00Z", notes=text)
            for n, text in enumerate(KEPT)
        ),
        reported("L1", "B1", "odd word", "2026-05-02T10:00:00Z"),
        {"event_type": "recipient.nonsense", "lead_id": "L1"},
    )
    store = desk.store
    zone_and_currency = store_settings.StoreSettings("Europe/Berlin", "EUR")
    store_settings.remember(store, zone_and_currency, at_us=NOW)
    store.set_entity("buyer", "B1", name="Acme", buyer_type="data_buyer", at_us=NOW)
    store.merge("buyer", "b-1", "B1", at_us=NOW)
    decisions.record(
        store, decisions.Decision(finding="claims", state="mine", who="Ada", note="mine"), at_us=NOW
    )
    for action in (WITHDRAW, RESTORE):
        withdrawals.record(store, desk.batches[0], action, at_us=NOW)
    day = date(2026, 5, 1)
    trend_notes.add(store, day=day, sentence="a note", source_id=None, who="Ada", at_us=NOW)
    report = publications.Publication(
        who="Ada",
        kind="monthly",
        title="May",
        first_day=day,
        last_day=day,
        query="",
        as_of_us=NOW,
        data_version=3,
        rules="r",
        figures="{}",
        html="<p>'</p>",
    )
    publications.publish(store, report, at_us=NOW)


def _rows(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but what a restore adds: its line in the audit, its identity."""
    found = {}
    with store.reading() as connection:
        for table in tables.METADATA.sorted_tables:
            rows = [tuple(row) for row in connection.execute(sa.select(table))]
            found[table.name] = sorted(rows, key=repr)
    found["audit"] = [row for row in found["audit"] if "restore" not in row]
    found["counters"] = [row for row in found["counters"] if row[0] != "audit"]
    found["properties"] = [row for row in found["properties"] if row[0] != "store_id"]
    return found


def test_a_backup_goes_back_into_either_database(any_desk: Desk, tmp_path: Path) -> None:
    """SQLite and PostgreSQL in, SQLite and PostgreSQL out: every row of every table."""
    _filled(any_desk)
    before = _rows(any_desk.store)
    assert all(before.values()), "a table without rows would show nothing"
    file = tmp_path / "store.backup"
    copied = copies.backup(any_desk.store, file)
    assert copied.data_version == any_desk.store.data_version()
    assert copied.rows["feedback"] == len(before["feedback"])
    assert file.stat().st_mode & 0o077 == 0, "a backup holds every lead"
    assert [path.name for path in tmp_path.glob("store.backup*")] == ["store.backup"]
    with postgres_url() as url:
        for target in (f"sqlite:///{tmp_path / 'elsewhere.sqlite3'}", url):
            other = Store(target)
            copies.restore(other, file, replace=False, at_us=NOW)
            assert _rows(other) == before
            assert all(check.well for check in doctor.examine(other) if check.name != "room")
            other.close()


def test_a_backup_under_load_is_one_consistent_state(any_desk: Desk, tmp_path: Path) -> None:
    """While two writers go on: every backup adds up, and holds a beginning of the facts."""
    stop = threading.Event()

    def write(buyer: str) -> None:
        store = Store(any_desk.store.engine.url.render_as_string(hide_password=False))
        desk = type(any_desk)(store, any_desk.folder)
        n = 0
        while not stop.is_set():
            n += 1
            facts = (delivered(f"L{n}-{k}", buyer, "2026-05-01T10:00:00Z") for k in range(20))
            desk.take(*facts)
        store.close()

    writers = [threading.Thread(target=write, args=(buyer,)) for buyer in ("B1", "B2")]
    for writer in writers:
        writer.start()
    try:
        versions = [copies.backup(any_desk.store, tmp_path / f"{n}").data_version for n in range(4)]
    finally:
        stop.set()
        for writer in writers:
            writer.join(timeout=30)
    assert versions == sorted(versions)
    assert all(version % 20 == 0 for version in versions), "half of a batch is in none"
    whole = _rows(any_desk.store)["attempts"]
    other = Store(f"sqlite:///{tmp_path / 'elsewhere.sqlite3'}")
    copies.restore(other, tmp_path / "3", replace=False, at_us=NOW)
    known = set(whole)
    assert all(row in known for row in _rows(other)["attempts"])
    assert other.data_version() == versions[3]
    other.close()


def test_figures_are_equal_after_a_restore_and_follow_it_at_once(
    desk: Desk, open_workspace: Callable[[], Workspace], tmp_path: Path
) -> None:
    """A server that runs shows the restored figures, though as many facts came meanwhile."""
    _filled(desk)
    workspace = open_workspace()
    before = workspace.status().deliveries
    copies.backup(desk.store, tmp_path / "file")
    desk.take(*(delivered(f"new-{n}", "B1", "2026-05-01T10:00:00Z") for n in range(5)))
    workspace.refresh()
    assert workspace.status().deliveries == before + 5
    copies.restore(desk.store, tmp_path / "file", replace=True, at_us=NOW)
    assert workspace.status().deliveries == before
    desk.take(*(delivered(f"other-{n}", "B1", "2026-05-01T10:00:00Z") for n in range(5)))
    workspace.refresh()
    leads = set(workspace.edition.outcomes().collect()["lead_id"])
    assert "other-1" in leads
    assert "new-1" not in leads


def test_what_is_no_backup_is_refused_by_name(any_desk: Desk, tmp_path: Path) -> None:
    """Nothing is changed: text, an emptied or cut file, a flipped bit, facts in the way."""
    _filled(any_desk)
    good = tmp_path / "good"
    copies.backup(any_desk.store, good)
    with pytest.raises(BadBackup, match="there already"):
        copies.backup(any_desk.store, good)
    with pytest.raises(BadBackup, match="--replace"):
        copies.restore(any_desk.store, good, replace=False, at_us=NOW)
    with pytest.raises(BadBackup, match="cannot be written"):
        copies.backup(any_desk.store, tmp_path / "no" / "such" / "folder")
    content = good.read_bytes()
    hurt = bytearray(content)
    hurt[len(hurt) // 2 : len(hurt) // 2 + 3000] = b"\x5a" * 3000
    for name, bad in {
        "text": b"not a database",
        "empty": b"",
        "cut": content[: len(content) // 3],
        "hurt": bytes(hurt),
        "missing": None,
    }.items():
        path = tmp_path / name
        if bad is not None:
            path.write_bytes(bad)
        before = _rows(any_desk.store)
        with pytest.raises(BadBackup, match=name):
            copies.restore(any_desk.store, path, replace=True, at_us=NOW)
        assert _rows(any_desk.store) == before


def test_the_doctor_finds_what_does_not_add_up(any_desk: Desk) -> None:
    """Each kind of harm by its name, with what to do."""
    _filled(any_desk)
    assert [check.name for check in doctor.examine(any_desk.store) if not check.well] == []
    with any_desk.store.writing() as connection:
        connection.execute(sa.text("DELETE FROM feedback WHERE seq = 61"))
        connection.execute(sa.text("UPDATE batches SET created = created + 1, finished_us = NULL"))
        connection.execute(sa.text("UPDATE counters SET value = 9 WHERE name = 'quarantine'"))
    wrong = {check.name: check for check in doctor.examine(any_desk.store) if not check.well}
    assert sorted(wrong) == ["facts", "imports", "quarantine", "receipts"]
    assert all(check.advice for check in wrong.values())
    assert "run the same import again" in wrong["imports"].advice


def test_the_doctor_of_a_damaged_file_says_what_can_still_be_said(desk: Desk) -> None:
    """Every other check is made, and no advice leads back to the doctor."""
    _filled(desk)
    path = desk.store.engine.url.database
    assert path is not None
    with desk.store.reading() as connection:
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'quarantine'"
        page = connection.exec_driver_sql(query).scalar_one()
        size = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
    desk.store.close()
    with Path(path).open("r+b") as stream:
        stream.seek((page - 1) * size)
        stream.write(b"\xff" * size)
    found = doctor.examine(Store(f"sqlite:///{path}"))
    wrong = {check.name: check for check in found if not check.well}
    assert "versions" not in wrong
    assert wrong
    for check in wrong.values():
        assert "leadloop doctor" not in check.found + check.advice
    assert any("leadloop restore FILE" in c.found + c.advice for c in wrong.values())


@pytest.mark.parametrize("name", ["a?b=1.bak", "50%41#.bak", "it's.bak"])
def test_a_backup_may_have_any_name(any_desk: Desk, name: str) -> None:
    """Nothing appears beside it, and it goes back."""
    any_desk.take(delivered("L1", "B1", "2026-05-01T10:00:00Z"))
    folder = any_desk.folder / "kept"
    folder.mkdir()
    copies.backup(any_desk.store, folder / name)
    assert [path.name for path in folder.iterdir()] == [name]
    assert copies.restore(any_desk.store, folder / name, replace=True, at_us=NOW).data_version == 1


def test_no_backup_is_made_of_a_store_that_does_not_add_up(any_desk: Desk) -> None:
    """The sentence names the store, not a draft that is gone."""
    any_desk.take(delivered("L1", "B1", "2026-05-01T10:00:00Z"))
    with any_desk.store.writing() as connection:
        connection.execute(tables.counters.update().values(value=7))
    path = any_desk.folder / "b"
    with pytest.raises(BadBackup, match=r"the store .* is damaged.*doctor"):
        copies.backup(any_desk.store, path)
    assert not path.exists()
