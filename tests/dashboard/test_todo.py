"""The to-do list remembers: states, what comes back, what became of it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from builders import delivered, reported
from pages import HOSTILE, marketplace, text

from dashboard.panels.todo import todo_case
from dashboard.worklist import todo_items
from data_access.store import decisions
from metrics.insights.evidence import SLICES
from metrics.insights.findings import FINDINGS

if TYPE_CHECKING:
    from builders import Desk
    from pages import Open
    from streamlit.testing.v1 import AppTest


def links(app: AppTest) -> list[str]:
    """What the links of a page say."""
    return [link.proto.label for link in app.get("page_link")]


TODAY = date(2026, 11, 20)
BERLIN = ZoneInfo("Europe/Berlin")


def found(**said: Any) -> pl.DataFrame:
    """One finding."""
    row = {"finding": "overdue:b1", "kind": "overdue", "sentence": "Acme owes.", "better": False}
    return pl.DataFrame([{**row, "figure": 30.0, **said}], schema=FINDINGS)


def decided(state: str, on: datetime, **said: Any) -> pl.DataFrame:
    """The latest decision on it."""
    us = int(on.timestamp()) * 1_000_000
    row = {
        "decision_id": 1,
        "recorded_us": us,
        "finding": "overdue:b1",
        "state": state,
        "who": "Ann",
    }
    return pl.DataFrame([{**row, **said}], schema=decisions.DECISIONS)


NOVEMBER_10 = datetime(2026, 11, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("decision", "since", "state", "again"),
    [
        ({"state": "mine"}, None, "mine", False),
        ({"state": "snoozed", "until_day": date(2026, 11, 21)}, None, "snoozed", False),
        ({"state": "snoozed", "until_day": date(2026, 11, 20)}, None, "new", False),
        ({"state": "done"}, date(2026, 11, 9), "done", False),
        ({"state": "done"}, date(2026, 11, 10), "done", False),
        ({"state": "done"}, date(2026, 11, 11), "new", True),
        ({"state": "dismissed"}, date(2026, 11, 11), "dismissed", False),
    ],
)
def test_states_follow_the_calendar(
    decision: dict[str, Any], since: date | None, state: str, *, again: bool
) -> None:
    """What was put off comes back on its day; what was done, when it begins anew."""
    latest = decided(decision.pop("state"), NOVEMBER_10, **decision)
    row = todo_items.stated(found(since=since), latest, TODAY, BERLIN).row(0, named=True)
    assert (row["state"], row["again"], row["found"]) == (state, again, True)


def test_what_is_found_no_longer_stays_under_its_decision() -> None:
    """With the sentence of the day it was decided on."""
    figure = json.dumps({"sentence": "Acme owed.", "kind": "overdue", "figure": 30.0})
    latest = decided("done", NOVEMBER_10, figure=figure)
    table = todo_items.stated(found().clear(), latest, TODAY, BERLIN)
    row = table.row(0, named=True)
    assert (row["sentence"], row["state"], row["found"]) == ("Acme owed.", "done", False)
    reopened = decided("new", NOVEMBER_10, figure=figure)
    assert todo_items.stated(found().clear(), reopened, TODAY, BERLIN).is_empty()


@pytest.mark.parametrize(
    ("was", "now", "word"),
    [(30, 0, "gone"), (30, 12, "fewer"), (30, 31, "more"), (3, 3, "as many")],
)
def test_counts_then_and_now(was: float, now: float, word: str) -> None:
    """One sentence, one verdict."""
    said = todo_items.counted_sentence(was, now, date(2026, 11, 10))
    assert said == f"{was} on 10 Nov 2026, {now} now: {word}."


def test_a_part_that_explains_half_and_more_is_named() -> None:
    """And the share is never over 100 %."""
    row = {"dimension": "sub_source", "of": 40, "rate_before": 0.1, "rate": 0.05}
    values = {"quiz": 1.2, "search": -0.2}
    rows = [{**row, "value": name, "explains": share} for name, share in values.items()]
    said = todo_case.explained(pl.DataFrame(rows, schema=SLICES))
    assert said == "Sub-source quiz explains 100 % of it: 10.0 % before, 5.0 % in these weeks."
    spread = pl.DataFrame([{**r, "explains": 0.4} for r in rows], schema=SLICES)
    assert "No single part stands out" in todo_case.explained(spread)


def test_a_claim_is_taken_on_and_the_decision_is_kept(opened: Open, desk: Desk) -> None:
    """From the list to the case, a form, and the same state when it is opened again."""
    desk.take(*marketplace())
    listed = opened("todo")
    assert "Acme: 3 claims over $60.00 wait for an answer" in text(listed)
    assert "1 row not taken" in text(listed)
    case = opened("todo", case="claims:buy_1")
    assert not case.exception
    assert "Show the 3 deliveries" in links(case)
    case.radio[-1].set_value("mine")
    case.text_input[-1].set_value("Ann")
    case.text_area[-1].set_value(HOSTILE)
    case.button[-1].click().run()
    assert not case.exception
    again = text(opened("todo", case="claims:buy_1"))
    assert "Taken on, by Ann" in again
    assert "<img src=x" not in again
    assert decisions.latest(desk.store)["note"].to_list() == [HOSTILE]


def test_a_decision_without_a_name_is_not_kept(opened: Open, desk: Desk) -> None:
    """The page says what is missing."""
    desk.take(*marketplace())
    case = opened("todo", case="claims:buy_1")
    case.button[-1].click().run()
    assert "Say who you are" in text(case)
    assert decisions.history(desk.store).is_empty()


def test_an_unknown_case_falls_back_to_the_list(opened: Open, desk: Desk) -> None:
    """With a line that says so."""
    desk.take(*marketplace())
    said = text(opened("todo", case="overdue:nobody"))
    assert "not there any more" in said
    assert "Claims waiting" in said


def test_every_kind_of_finding_lists_exactly_its_deliveries(opened: Open, desk: Desk) -> None:
    """A contradiction's case counts what its link lists."""
    desk.take(
        delivered("L1", "b1", "2026-11-01T10:00:00Z", price="10.00"),
        reported("L1", "b1", "converted", "2026-11-02T10:00:00Z", occurred_at="2026-10-01"),
    )
    case = opened("todo", case="contradiction:outcome_before_delivery")
    assert "Show the 1 delivery" in links(case)
    listed = opened("leads", contradiction="outcome_before_delivery")
    assert "1 offer" in text(listed) or "1 delivery" in text(listed)


def test_a_suggestion_lists_exactly_the_deliveries_it_counts(opened: Open, desk: Desk) -> None:
    """Sixty of a source inside the rating window; ten more too old for it, ten too young."""
    facts = []
    for number in range(80):
        # Old enough from 30 days on, rated for 90 more: from 25 July to 23 October.
        day = "2026-09-10" if number < 60 else "2026-06-01" if number < 70 else "2026-11-10"
        lead = f"L{number}"
        facts.append(delivered(lead, "b1", f"{day}T10:00:00Z", source_id="src_a", price="10.00"))
        facts.append(reported(lead, "b1", "returned", f"{day}T12:00:00Z"))
    for number in range(200):
        source = f"src_{'bcde'[number % 4]}"
        lead = f"M{number}"
        facts.append(delivered(lead, "b1", "2026-09-12T10:00:00Z", source_id=source))
        facts.append(reported(lead, "b1", "contacted", "2026-09-13T12:00:00Z"))
    desk.take(*facts)
    case = opened("todo", case="suggestion:high_returns:src_a")
    assert "of 60 claimed back" in text(case)
    assert "Show the 60 deliveries counted" in links(case)
    listed = opened("leads", period="all_time", source="src_a", rated="true")
    assert "60 deliveries" in text(listed)


@pytest.mark.parametrize(
    ("measure", "feedback"),
    [("return_rate", None), ("conversion_rate", "any"), ("contact_rate", "any")],
)
def test_a_suggestion_about_reports_lists_only_what_was_reported(
    measure: str, feedback: str | None
) -> None:
    """Returns are of deliveries, the other rates of feedback."""
    item = {"kind": "suggestion", "source_id": "s1", "buyer_id": None, "measure": measure}
    wanted = todo_case.conditions(item, TODAY)
    assert wanted is not None
    assert wanted.get("feedback") == feedback
