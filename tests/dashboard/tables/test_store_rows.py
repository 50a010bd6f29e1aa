"""Tables about the store itself."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from builders import delivered, reported, us
from october import OCTOBER

from dashboard.tables import store_rows
from data_access.store import decisions, trend_notes

if TYPE_CHECKING:
    from collections.abc import Callable

    from builders import Desk

    from dashboard.answers.workspace import Workspace
    from dashboard.tables.table import Table

NOW = us("2026-11-22T14:05:00Z")


def test_every_import_counts_its_rows(desk: Desk) -> None:
    """One delivery twice, and one that cannot be read."""
    fact = delivered("L1", "b1", "2026-10-05T09:00:00Z", event_id="d1")
    desk.take(fact, fact, {**fact, "event_id": "d2", "price": "twelve"})
    [row] = store_rows.batches(desk.store).to_dicts()
    assert (row["rows_read"], row["created"], row["duplicate"], row["rejected"]) == (3, 1, 1, 1)
    assert (row["status"], row["channel"]) == ("finished", "test")
    assert row["finished_at"] == datetime(2026, 11, 22, 14, 5, tzinfo=UTC)


def test_refused_rows_have_a_number_and_their_time(desk: Desk) -> None:
    """With the value that was found."""
    desk.take(reported("L1", "b1", "sold", "2026-10-05T09:00:00Z"))
    [row] = store_rows.refused(desk.store).to_dicts()
    assert (row["code"], row["field"], row["value"]) == ("unknown_word", "outcome", "sold")
    assert row["refused_id"].startswith("q")
    assert row["recorded_at"] == datetime(2026, 11, 22, 14, 5, tzinfo=UTC)


def test_decisions_stand_newest_first_and_notes_by_day(desk: Desk) -> None:
    """Each with a number of its own."""
    for state in ("mine", "done"):
        told = decisions.Decision(finding="f", state=state, who="Ann", note="", until=None)
        decisions.record(desk.store, told, at_us=NOW)
    assert store_rows.decisions(desk.store)["state"].to_list() == ["done", "mine"]
    for day in (9, 5):
        trend_notes.add(
            desk.store,
            day=date(2026, 10, day),
            sentence=f"On the {day}th",
            source_id=None,
            who="Ann",
            at_us=NOW,
        )
    assert store_rows.trend_notes(desk.store)["day"].to_list() == [
        date(2026, 10, 5),
        date(2026, 10, 9),
    ]


@pytest.mark.parametrize("table", store_rows.TABLES, ids=lambda table: table.name)
def test_an_empty_store_has_tables_without_rows(
    desk: Desk, open_workspace: Callable[[], Workspace], table: Table
) -> None:
    """With the columns they promise; nothing else is asked of them than the store."""
    assert desk.store.data_version() == 0
    assert table.pages is not None
    [page] = table.pages(open_workspace().table_query(OCTOBER))
    assert page.is_empty()
    assert dict(page.schema) == dict(table.schema)
