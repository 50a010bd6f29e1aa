"""A server that warms up: what is worked out beforehand is what the pages ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders import delivered

from dashboard import question, warming
from dashboard.table import Table

if TYPE_CHECKING:
    from builders import Desk
    from pages import Open


@pytest.mark.parametrize(("page", "name"), [("todo", "findings"), ("reports", "monthly")])
def test_pages_find_what_was_warmed(
    desk: Desk, opened: Open, monkeypatch: pytest.MonkeyPatch, page: str, name: str
) -> None:
    """After warming up nothing of it is worked out again."""
    desk.take(delivered("L1", "B1", "2026-10-14T09:00:00Z", price="10.00"))
    question.table.cache_clear()
    warming.warm()
    made: list[str] = []
    asked = Table.asked

    def counted(self: Table, of: question.Question) -> object:
        made.append(self.name)
        return asked(self, of)

    monkeypatch.setattr(Table, "asked", counted)
    assert not opened(page).exception
    assert name not in made
    question.table.cache_clear()
    assert not opened(page).exception
    assert name in made


def test_a_store_that_cannot_be_read_is_left_to_the_page(
    opened: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Warming up never stops a server; the log says why."""
    assert opened is not None
    monkeypatch.setattr(warming, "book", lambda: 1 / 0)
    warming.warm()
    assert "could not warm up" in caplog.text
