"""Rows later than this machine's clock are taken, wait, and count when their time comes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from builders import delivered, failed, reported, us

from dashboard.commands import import_files
from dashboard.editions import clock
from dashboard.panels.data import file_import
from data_access.intake import dated_ahead
from metrics.definitions.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl
    from builders import Desk

    from dashboard.answers.workspace import Workspace

CLOCK = "2026-05-02T09:00:00Z"
"""What this machine says; it is nine in the evening by the clocks of the senders."""
EVENING = "2026-05-02T21:00:00Z"
OFFER = delivered("L1", "B1", EVENING, event_id="d1", price="20.00")
SALE = reported("L1", "B1", "converted", "2026-05-02T21:30:00Z", event_id="s1", value="100")
HEADER = "lead_id,outcome,revenue,contacted_date,notes\n"


@pytest.fixture(autouse=True)
def _behind(any_desk: Desk) -> None:
    """The clock of the desk."""
    any_desk.now = CLOCK


def test_a_row_that_is_ahead_waits_and_is_known(any_desk: Desk) -> None:
    """Five minutes are no difference, a day is taken, a second more is refused."""
    times = ("2026-05-02T09:05:00Z", "2026-05-02T09:05:01Z", "2026-05-03T09:00:00Z")
    late = "2026-05-03T09:00:01Z"
    offers = [delivered(f"L{n}", "B1", at) for n, at in enumerate((*times, late))]
    expected = ["created", "parked", "parked", "rejected"]
    assert any_desk.answers(*offers) == expected
    again = ["duplicate", "duplicate", "duplicate", "rejected"]
    assert any_desk.answers(*offers) == again
    assert [code for _, code, _ in any_desk.refused()] == ["future"]
    assert any_desk.store.data_version() == 3


def test_days_are_ahead_where_they_have_begun_in_no_zone(any_desk: Desk) -> None:
    """At nine the third of May has begun nowhere, and the fourth is 25 hours off at UTC+14."""
    offers = [delivered(f"L{n}", "B1", f"2026-05-0{n}") for n in (2, 3, 4)]
    assert any_desk.answers(*offers) == ["created", "parked", "rejected"]
    any_desk.now = "2026-05-02T10:00:00Z"
    later = [delivered(f"M{n}", "B1", f"2026-05-0{n}") for n in (3, 4, 5)]
    assert any_desk.answers(*later) == ["created", "parked", "rejected"]


def test_what_is_said_of_a_delivery_that_waits_waits_too(any_desk: Desk) -> None:
    """Though its own time has come; once the delivery's has, it need not."""
    early = reported("L1", "B1", "contacted", "2026-05-02T08:00:00Z")
    assert any_desk.answers(OFFER, early) == ["parked", "parked"]
    any_desk.now = "2026-05-02T21:10:00Z"
    assert any_desk.answers({**early, "outcome": "qualified"}) == ["created"]


def test_a_row_of_two_parts_is_new_where_either_is(any_desk: Desk) -> None:
    """It has one answer, and is among those that wait."""
    row = {
        "lead_id": "L1",
        "buyer_id": "B1",
        "reporter_id": "B1",
        "attempted_at": "2026-05-02T08:00:00Z",
        "reported_at": EVENING,
        "outcome": "converted",
    }
    taken = any_desk.take(row)
    assert taken.answers["answer"].to_list() == ["created"]
    assert taken.ahead.rows() == [(1, us(EVENING) - us(CLOCK))]
    assert dict(taken.ahead.schema) == dated_ahead.AHEAD


def at(workspace: Workspace, moment: str, monkeypatch: pytest.MonkeyPatch) -> pl.DataFrame:
    """The rates that are shown when it is that time."""
    monkeypatch.setattr(clock, "now_us", lambda: us(moment))
    workspace.refresh()
    scope = Scope(first=date(2026, 5, 1), last=date(2026, 5, 31), as_of_us=us(moment))
    found = workspace.table("rates", scope)
    again = workspace.edition.resolve(as_of_us=us(moment))
    assert found["attempted"].item() == again.height
    return found.select("attempted", "delivered", "feedback", "converted")


def test_it_counts_by_itself_when_its_time_comes(
    desk: Desk, open_workspace: Callable[[], Workspace], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The delivery at nine in the evening, the sale half an hour later, until it is taken back."""
    desk.now = CLOCK
    back = reported("L1", "B1", None, "2026-05-02T22:00:00Z", event_id="r1", retracts="s1")
    other = failed("L2", "B1", "2026-05-02T08:00:00Z")
    assert desk.answers(OFFER, SALE, back, other) == ["parked", "parked", "parked", "created"]
    workspace = open_workspace()
    seen = {
        moment: at(workspace, f"2026-05-02T{moment}:00Z", monkeypatch).row(0)
        for moment in ("09:00", "20:59", "21:00", "21:29", "21:30", "21:59", "22:00")
    }
    assert seen == {
        "09:00": (1, 0, 0, 0),
        "20:59": (1, 0, 0, 0),
        "21:00": (2, 1, 0, 0),
        "21:29": (2, 1, 0, 0),
        "21:30": (2, 1, 1, 1),
        "21:59": (2, 1, 1, 1),
        "22:00": (2, 1, 0, 0),
    }


def test_an_import_says_how_far_its_rows_are_ahead(any_desk: Desk) -> None:
    """In a sentence of the command, of its JSON and of the page."""
    any_desk.take(delivered("L1", "B1", "2026-05-01"), delivered("L2", "B1", "2026-05-01"))
    any_desk.now = "2026-05-02T09:00:00Z"
    rows = "L1,converted,10.00,2026-05-03T01:30:00Z,\nL2,converted,10.00,2026-05-02T11:00:00Z,\n"
    done = any_desk.load(any_desk.write("ahead.csv", HEADER + rows), buyer="B1")
    assert (done.counts["parked"], done.ahead, done.behind_us) == (2, 2, 0)
    sentence = (
        "2 rows are dated up to 16 h 30 m ahead of this machine's clock; each counts from its "
        "own time on."
    )
    assert sentence in import_files.as_json(done)
    assert sentence.replace("'", "&#x27;") in file_import.outcome_html(done, validate_only=False)
    again = any_desk.load(any_desk.write("again.csv", HEADER + rows), buyer="B1")
    assert (again.counts["duplicate"], again.ahead) == (2, 0)


@pytest.mark.parametrize("validate_only", [True, False])
def test_a_clock_that_is_behind_the_store_is_said(any_desk: Desk, *, validate_only: bool) -> None:
    """By more than clocks differ; the rows are taken all the same, and none is lost."""
    any_desk.now = "2026-05-02T12:00:00Z"
    any_desk.take(delivered("L1", "B1", "2026-05-01T09:00:00Z"))
    path = any_desk.write("late.csv", HEADER + "L1,converted,10.00,2026-05-02T11:00:00Z,\n")
    for now, behind in (("2026-05-02T11:55:00Z", 0), (CLOCK, 3 * 3_600_000_000)):
        any_desk.now = now
        done = any_desk.load(path, buyer="B1", validate_only=validate_only)
        assert done.behind_us == behind
        said = import_files.as_json(done)
        assert ("clock is 3 h behind the newest time in the store" in said) == bool(behind)
    assert done.refused == 0


def test_facts_recorded_by_a_clock_that_went_back_lose_nothing(
    desk: Desk, open_workspace: Callable[[], Workspace], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numbers tell the order of facts, not their clocks; an edition of later is made anew."""
    monkeypatch.setattr(clock, "now_us", lambda: us(desk.now))
    desk.now = "2026-05-02T12:00:00Z"
    desk.take(delivered("L1", "B1", "2026-05-01T09:00:00Z"))
    workspace = open_workspace()
    assert workspace.status().deliveries == 1
    version = workspace.edition.version
    desk.now = CLOCK
    desk.take(delivered("L2", "B1", "2026-05-01T09:00:00Z"))
    assert workspace.status().data_version == version + 1
    assert workspace.status().deliveries == 2
    scope = Scope(first=date(2026, 5, 1), last=date(2026, 5, 31), as_of_us=us(CLOCK))
    then = workspace.table("rates", scope, data_version=version)
    assert then["delivered"].item() == 1
