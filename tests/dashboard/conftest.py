"""Fixtures that open pages and books."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders import us
from pages import SHELL
from streamlit.testing.v1 import AppTest

import dashboard.answers.workspace
from dashboard.editions import clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from builders import Desk
    from pages import Open


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
