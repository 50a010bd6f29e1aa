"""Single deliveries and events as people get them: names, instants and what is unknown."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from builders import delivered, failed, reported, us

from metrics.definitions.scope import Scope
from metrics.outcomes import delivery_lists

if TYPE_CHECKING:
    from collections.abc import Callable

    from builders import Desk

    from dashboard.answers.workspace import Workspace

SCOPE = Scope(first=date(2026, 10, 1), last=date(2026, 10, 31), as_of_us=us("2026-11-22T12:00:00Z"))


@pytest.fixture
def known(desk: Desk, open_workspace: Callable[[], Workspace]) -> Workspace:
    """A sale that was taken back and told anew, a silent delivery, and a failure."""
    desk.take(
        delivered(
            "L1", "b1", "2026-10-05T09:00:00Z", event_id="d1", buyer_name="Acme", price="20.00"
        ),
        delivered("L2", "b1", "2026-11-02", event_id="d2"),
        delivered("L3", "b1", "2026-10-30T09:00:00Z", event_id="d3", source_id="s1"),
        failed("L4", "b1", "2026-10-06T09:00:00Z", event_id="d4", failure_category="business"),
        reported("L1", "b1", "returned", "2026-10-06T09:00:00Z", event_id="e1"),
        reported("L1", "b1", None, "2026-10-07T09:00:00Z", event_id="e2", retracts="e1"),
        reported(
            "L1",
            "b1",
            "converted",
            "2026-10-08T09:00:00Z",
            event_id="e3",
            occurred_at="2026-10-08T08:00:00Z",
            value="400.00",
        ),
        reported("L9", "b1", "converted", "2026-10-09T09:00:00Z", event_id="e9"),
    )
    return open_workspace()


def by(table: pl.DataFrame, key: str) -> dict[str, dict[str, Any]]:
    """Rows of a table by one of their columns."""
    return {row[key]: row for row in table.to_dicts()}


def test_every_offer_of_the_period_is_one_row_with_the_columns_of_the_contract(
    known: Workspace,
) -> None:
    """What lies outside the period is left out."""
    table = known.deliveries(SCOPE)
    assert dict(table.schema) == delivery_lists.DELIVERIES
    assert set(table["delivery_id"]) == {"L1~b1", "L3~b1", "L4~b1"}


def test_a_sale_is_told_with_its_times_and_its_worth(known: Workspace) -> None:
    """48 days old, told after three days, and named."""
    row = by(known.deliveries(SCOPE), "lead_id")["L1"]
    assert (row["status"], row["outcome"], row["converted"]) == ("delivered", "converted", True)
    assert (row["returned"], row["value_cents"], row["price_cents"]) == (False, 40_000, 2_000)
    assert row["delivered_at"] == datetime(2026, 10, 5, 9, tzinfo=UTC)
    assert (row["delivered_date"], row["age_days"]) == (date(2026, 10, 5), 48)
    assert (row["buyer_name"], row["winning_event_id"]) == ("Acme", "e3")
    assert row["mature"]


def test_of_the_silent_nothing_is_said(known: Workspace) -> None:
    """Neither true nor false, but nothing was claimed back; a source without a name is its id."""
    row = by(known.deliveries(SCOPE), "lead_id")["L3"]
    assert {row[name] for name in ("outcome", "contacted", "converted")} == {None}
    assert row["returned"] is False
    assert (row["mature"], row["age_days"]) == (False, 23)
    assert row["source_name"] == "s1"


def test_what_failed_was_never_delivered(known: Workspace) -> None:
    """It has a time of the attempt and no age."""
    row = by(known.deliveries(SCOPE), "lead_id")["L4"]
    assert (row["status"], row["failure_category"]) == ("failed", "business")
    assert (row["delivered_at"], row["delivered_date"], row["age_days"]) == (None, None, None)
    assert row["attempted_at"] == datetime(2026, 10, 6, 9, tzinfo=UTC)
    assert (row["attempted_precision"], row["delivered_precision"]) == ("instant", None)


def test_a_date_alone_stands_with_its_precision(known: Workspace) -> None:
    """In November, and without an hour."""
    november = Scope(first=date(2026, 11, 1), last=date(2026, 11, 30), as_of_us=SCOPE.as_of_us)
    [row] = known.deliveries(november).to_dicts()
    assert (row["lead_id"], row["delivered_precision"]) == ("L2", "day")
    assert row["delivered_date"] == date(2026, 11, 2)


def test_events_say_what_became_of_them(known: Workspace) -> None:
    """What was taken back by which, what counts, and what reached no delivery."""
    table = known.feedback(SCOPE)
    assert dict(table.schema) == delivery_lists.FEEDBACK_TABLE
    rows = by(table, "event_id")
    assert (rows["e1"]["retracted_by"], rows["e1"]["effective"]) == ("e2", False)
    assert (rows["e3"]["retracted_by"], rows["e3"]["effective"]) == (None, True)
    assert rows["e3"]["occurred_at"] == datetime(2026, 10, 8, 8, tzinfo=UTC)
    assert rows["e3"]["delivery_id"] == "L1~b1"
    assert rows["e9"]["delivery_id"] is None
    assert {row["channel"] for row in rows.values()} == {"test"}


def test_attempts_are_listed_as_they_were_accepted(known: Workspace) -> None:
    """In the order of time."""
    table = pl.concat(known.frames("attempts", SCOPE))
    assert dict(table.schema) == delivery_lists.ATTEMPTS_TABLE
    assert table["event_id"].to_list() == ["d1", "d4", "d3"]
    assert table["attempted_at"].is_sorted()
