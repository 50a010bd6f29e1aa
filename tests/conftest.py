"""Fixtures that most tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from builders import Desk, postgres_url
from hypothesis import HealthCheck, Phase, settings

from dashboard.answers.workspace import Workspace
from data_access.settings import Settings
from data_access.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

settings.register_profile(
    "leadloop",
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("leadloop")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """An empty SQLite store."""
    store = Store(f"sqlite:///{tmp_path / 'leadloop.sqlite3'}")
    yield Desk(store, tmp_path)
    store.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """An empty store on each database."""
    if request.param == "sqlite":
        store = Store(f"sqlite:///{tmp_path / 'leadloop.sqlite3'}")
        yield Desk(store, tmp_path)
        store.close()
        return
    with postgres_url() as url:
        store = Store(url)
        yield Desk(store, tmp_path)
        store.close()


@pytest.fixture
def open_workspace(desk: Desk) -> Iterator[Callable[[], Workspace]]:
    """Opens a book of the store that the test fills through `desk`."""
    books: list[Workspace] = []

    def opened() -> Workspace:
        books.append(Workspace(Settings(data_dir=desk.folder)))
        return books[-1]

    yield opened
    for workspace in books:
        workspace.store.close()


RECOUNTS: Final = frozenset(
    {
        *("test_oracle.py", "test_history.py", "test_engines.py", "test_withdrawn_imports.py"),
        *("test_link_orders.py", "test_intake_orders.py", "test_kept_copies.py", "test_fuzz.py"),
        *("test_kill.py", "test_kill_phases.py", "test_writers.py", "test_recounted_pages.py"),
    }
)
"""They go through again and again what other tests go through once: noting each line costs
two fifths of their time and would find nothing."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Coverage is measured by all tests but those that recount."""
    for item in items:
        if item.path.name in RECOUNTS or "browser" in item.path.parts:
            item.add_marker(pytest.mark.no_cover)
