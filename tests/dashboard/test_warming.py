"""A server that warms up: what is worked out beforehand is what the pages ask."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from builders import delivered

from dashboard.api import warm_up
from dashboard.editions import builder, table_query
from dashboard.tables import registry
from dashboard.tables.table import Table
from data_access.store.errors import StoreUnusable

if TYPE_CHECKING:
    from collections.abc import Callable

    from builders import Desk
    from pages import Open

    from dashboard.answers.workspace import Workspace
    from dashboard.editions.edition import Edition


@pytest.mark.parametrize(("page", "name"), [("todo", "findings"), ("reports", "monthly")])
def test_pages_find_what_was_warmed(
    desk: Desk, opened: Open, monkeypatch: pytest.MonkeyPatch, page: str, name: str
) -> None:
    """After warming up nothing of it is worked out again."""
    desk.take(delivered("L1", "B1", "2026-10-14T09:00:00Z", price="10.00"))
    registry.table.cache_clear()
    warm_up.warm()
    made: list[str] = []
    query = Table.frame

    def counted(self: Table, of: table_query.TableQuery) -> object:
        made.append(self.name)
        return query(self, of)

    monkeypatch.setattr(Table, "frame", counted)
    assert not opened(page).exception
    assert name not in made
    registry.table.cache_clear()
    assert not opened(page).exception
    assert name in made


def test_a_store_that_cannot_be_read_is_left_to_the_page(
    opened: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Warming up never stops a server; the log says why."""
    assert opened is not None
    monkeypatch.setattr(warm_up, "workspace", lambda: 1 / 0)
    warm_up.warm()
    assert "could not warm up" in caplog.text


def test_an_error_in_our_own_words_is_one_line_of_the_log(
    opened: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """No traceback for what the operator can mend."""
    assert opened is not None

    def damaged() -> Workspace:
        message = "the store is damaged"
        raise StoreUnusable(message)

    monkeypatch.setattr(warm_up, "workspace", damaged)
    warm_up.warm()
    warm_up.look_over()
    assert [record.getMessage() for record in caplog.records] == [
        "leadloop: the store is damaged"
    ] * 2
    assert not any(record.exc_info for record in caplog.records)


def test_two_who_come_at_once_are_shown_one_edition(
    desk: Desk, open_workspace: Callable[[], Workspace], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second waits for the first; two editions would keep their answers apart."""
    desk.take(delivered("L1", "B1", "2026-10-14T09:00:00Z"))
    workspace, build, made = open_workspace(), builder.build, []

    def slow(*args: Any, **options: Any) -> Edition:
        time.sleep(0.2)
        made.append(build(*args, **options))
        return made[-1]

    monkeypatch.setattr(builder, "build", slow)
    with ThreadPoolExecutor(2) as pool:
        shown = list(pool.map(lambda _: workspace.edition, range(2)))
    assert [each.whole for each in shown] == [made[0], made[0]]
    assert len(made) == 1
