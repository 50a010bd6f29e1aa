"""What stands in the way of right figures is said on pages, by the API and by health."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from builders import delivered
from pages import text
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from dashboard.answers.workspace import workspace
from dashboard.api import health, tables_api, warm_up
from dashboard.editions import current_edition
from data_access.snapshot import doctor

if TYPE_CHECKING:
    from builders import Desk
    from pages import Open


@pytest.fixture
def looking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Health looks anew, and what could not be written is tried again at once."""
    monkeypatch.setattr(health, "_LOOKING", health.HealthCheck())
    monkeypatch.setattr(current_edition, "RETRY_US", 0)


def _asked(path: str) -> Any:
    with TestClient(Starlette(routes=[Mount("/api", routes=tables_api.routes)])) as client:
        return client.get(f"/api/v1/{path}")


@pytest.mark.usefixtures("looking")
def test_a_snapshot_that_cannot_be_written_is_said_and_heals(desk: Desk, opened: Open) -> None:
    """While there is nothing to show; and it is made as soon as it can be written."""
    desk.take(delivered("L1", "B1", "2026-11-20T10:00:00Z"))
    folder = desk.folder / "snapshot"
    folder.write_text("a file in its place")
    page = opened()
    assert not page.exception
    assert "cannot be written" in text(page)
    for path in ("health", "tables/sources.csv"):
        answer = _asked(path)
        assert (answer.status_code, "cannot be written" in answer.json()["error"]) == (503, True)
    folder.unlink()
    assert "cannot be" not in text(opened())
    assert _asked("health").json()["status"] == "ok"


@pytest.mark.usefixtures("looking")
def test_older_figures_stay_with_the_reason_above_them(
    desk: Desk, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the disk is full; health is not ok; then newer ones come by themselves."""
    desk.take(delivered("L1", "B1", "2026-11-20T10:00:00Z"))
    assert "Data to" in text(opened())
    desk.take(delivered("L2", "B1", "2026-11-21T10:00:00Z"))

    def full(*_args: object, **_kinds: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("polars.DataFrame.write_parquet", full)
        workspace().refresh()
        page = opened()
        assert not page.exception
        assert "No space left on device" in text(page)
        assert "1 deliver" in text(page)
        answer = _asked("health")
        assert (answer.status_code, answer.json()["status"]) == (503, "trouble")
        assert answer.json()["deliveries"] == 1
    assert "No space left" not in text(opened())
    assert _asked("health").json()["deliveries"] == 2


@pytest.mark.usefixtures("looking")
def test_a_damaged_store_is_said_on_every_page(
    desk: Desk, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the look at the start finds."""
    desk.take(delivered("L1", "B1", "2026-11-20T10:00:00Z"))
    opened()
    warm_up.look_over()
    assert workspace().damage is None
    monkeypatch.setattr(doctor, "quick_check", lambda _store: "row 7 missing from index")
    warm_up.look_over()
    for name in ("overview", "returns"):
        told = text(opened(name))
        assert "row 7 missing from index" in told
        assert "restore the newest backup" in told
    assert _asked("health").status_code == 503


@pytest.mark.usefixtures("looking")
def test_a_store_that_is_gone_is_said(desk: Desk, opened: Open) -> None:
    """The page names its file and shows nothing else; so do API and health."""
    desk.take(delivered("L1", "B1", "2026-11-20T10:00:00Z"))
    opened()
    for ending in ("", "-wal", "-shm"):
        (desk.folder / f"leadloop.sqlite3{ending}").unlink(missing_ok=True)
    page = opened()
    assert not page.exception
    assert "is gone" in text(page)
    for path in ("health", "tables/sources.csv"):
        assert "is gone" in _asked(path).json()["error"]
    assert not (desk.folder / "leadloop.sqlite3").exists()
