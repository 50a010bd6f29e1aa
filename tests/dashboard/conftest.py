"""Fixtures that open pages and books."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pages import SHELL
from streamlit.testing.v1 import AppTest

import dashboard.data
from dashboard.data import Book
from data_access.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from builders import Desk
    from pages import Open


@pytest.fixture
def opened(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens a page of the store that the test fills through `desk`."""
    monkeypatch.setenv("LEADLOOP_DATA_DIR", str(desk.folder))
    dashboard.data.close()

    def page(name: str = "overview", **parameters: str) -> AppTest:
        app = AppTest.from_file(str(SHELL), default_timeout=30)
        app.query_params.update(parameters)
        if name != "overview":
            app.switch_page(f"app_pages/{name}.py")
        return app.run()

    yield page
    dashboard.data.close()


@pytest.fixture
def open_book(desk: Desk) -> Iterator[Callable[[], Book]]:
    """Opens a book of the store that the test fills through `desk`."""
    books: list[Book] = []

    def opened() -> Book:
        books.append(Book(Settings(data_dir=desk.folder)))
        return books[-1]

    yield opened
    for book in books:
        book.store.close()
