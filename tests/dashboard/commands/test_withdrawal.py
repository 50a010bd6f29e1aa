"""`leadloop retract-batch` and `restore-batch`: what they do and say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders import delivered, reported, us
from click.testing import CliRunner

from dashboard.answers.workspace import Workspace
from dashboard.commands import withdrawal
from dashboard.editions import clock
from dashboard.tables import store_rows
from data_access.settings import Settings

if TYPE_CHECKING:
    import click
    from builders import Desk

NOW = "2026-11-23T09:00:00Z"


@pytest.fixture(autouse=True)
def _apart(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store of the test is the one that commands work on, the next morning."""
    monkeypatch.chdir(desk.folder)
    monkeypatch.setenv("LEADLOOP_DATA_DIR", str(desk.folder))
    monkeypatch.setattr(clock, "now_us", lambda: us(NOW))


def run(command: click.Command, *words: str, status: int = 0) -> str:
    """What a command says."""
    done = CliRunner().invoke(command, list(words))
    assert done.exit_code == status, done.output
    return done.output


def delivered_now(desk: Desk) -> int:
    """How many deliveries a workspace counts that is opened anew."""
    workspace = Workspace(Settings(data_dir=desk.folder))
    found = workspace.status().deliveries
    workspace.store.close()
    return found


def test_an_import_goes_and_comes_back(desk: Desk) -> None:
    """Each command says what changed, and how to undo it."""
    desk.take(delivered("L0", "b1", "2026-10-05T09:00:00Z"))
    desk.take(
        delivered("L1", "b1", "2026-10-05T09:00:00Z", price="20.00"),
        delivered("L2", "b1", "2026-10-05T09:00:00Z", price="22.50"),
        reported("L1", "b1", "converted", "2026-10-06T09:00:00Z"),
    )
    batch = desk.batches[1]
    said = run(withdrawal.retract_batch, batch, "--who", "Ann", "--note", "wrong vendor")
    assert said == (
        f"withdrawn {batch}: 2 deliveries for $42.50 and 1 report count no longer. "
        f"`leadloop restore-batch {batch}` puts it back.\n"
    )
    assert delivered_now(desk) == 1
    row = next(r for r in store_rows.batches(desk.store).to_dicts() if r["batch_id"] == batch)
    assert (row["withdrawn_by"], row["withdrawal_note"]) == ("Ann", "wrong vendor")
    assert row["withdrawn_at"].isoformat() == "2026-11-23T09:00:00+00:00"
    said = run(withdrawal.restore_batch, batch)
    assert "2 deliveries for $42.50 and 1 report count again" in said
    assert f"`leadloop retract-batch {batch}` takes it out again" in said
    assert delivered_now(desk) == 3
    assert store_rows.batches(desk.store)["withdrawn_at"].null_count() == 2


def test_what_cannot_be_is_one_sentence(desk: Desk) -> None:
    """With the nearest id, or why; nothing is done."""
    desk.take(delivered("L0", "b1", "2026-10-05T09:00:00Z"))
    [batch] = desk.batches
    assert f"nearest: {batch}" in run(withdrawal.retract_batch, batch[:-2], status=2)
    assert "it counts" in run(withdrawal.restore_batch, batch, status=2)
    assert "Say who you are" in run(withdrawal.retract_batch, batch, "--who", " ", status=2)
    assert desk.store.data_version() == 1
    run(withdrawal.retract_batch, batch)
    assert "is withdrawn already, by operator" in run(withdrawal.retract_batch, batch, status=2)
    assert desk.store.data_version() == 2
