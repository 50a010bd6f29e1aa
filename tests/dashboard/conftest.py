"""Fixtures that open pages and books."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders import Desk, us
from pages import SHELL
from report_market import two_months
from streamlit.testing.v1 import AppTest

import dashboard.answers.workspace
from dashboard.editions import clock
from data_access.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pages import Open

    from dashboard.answers.workspace import Workspace


@pytest.fixture
def opened(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens a page of the store that the test fills through `desk`, at the desk's hour."""
    monkeypatch.setenv("LEADLOOP_DATA_DIR", str(desk.folder))
    monkeypatch.setattr(clock, "now_us", lambda: us(desk.now))
    dashboard.answers.workspace.close()

    def page(name: str = "overview", **parameters: str | list[str]) -> AppTest:
        app = AppTest.from_file(str(SHELL), default_timeout=30)
        app.query_params.update(parameters)
        if name != "overview":
            app.switch_page(f"app_pages/{name}.py")
        return app.run()

    yield page
    dashboard.answers.workspace.close()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The workspace of pages over the two months of `report_market`, to be read only."""
    folder = tmp_path_factory.mktemp("shop")
    store = Store(f"sqlite:///{folder / 'leadloop.sqlite3'}")
    Desk(store, folder).take(*two_months())
    store.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEADLOOP_DATA_DIR", str(folder))
        patch.setattr(clock, "now_us", lambda: us("2026-11-20T12:00:00Z"))
        dashboard.answers.workspace.close()
        yield dashboard.answers.workspace.workspace()
        dashboard.answers.workspace.close()
