"""Decisions and notes on trends, on both databases: appended, audited, never overwritten."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from data_access.store import decisions, trend_notes
from data_access.store.decisions import BadDecision, Decision
from data_access.store.people import BadName

if TYPE_CHECKING:
    from builders import Desk


def decide(desk: Desk, state: str, at_us: int, **said: Any) -> int:
    """One decision of Ann's on a finding."""
    said = {"finding": "overdue:b1", "who": "Ann", **said}
    return decisions.record(desk.store, Decision(state=state, **said), at_us=at_us)


def test_the_latest_decision_is_the_state_and_none_is_lost(any_desk: Desk) -> None:
    """Taken on, put off, done: three rows, the last one counts."""
    decide(any_desk, "mine", 1)
    decide(any_desk, "snoozed", 2, until=date(2026, 12, 1), note="asked them")
    decide(any_desk, "done", 3, note="  called ", figure={"figure": 12.0, "sentence": "x"})
    decide(any_desk, "mine", 4, finding="claims:b2")
    rows = decisions.history(any_desk.store, "overdue:b1").to_dicts()
    assert [row["state"] for row in rows] == ["mine", "snoozed", "done"]
    assert rows[1]["until_day"] == date(2026, 12, 1)
    assert (rows[2]["note"], json.loads(rows[2]["figure"])["figure"]) == ("called", 12.0)
    latest = decisions.latest(any_desk.store)
    states = dict(latest.select("finding", "state").iter_rows())
    assert states == {"overdue:b1": "done", "claims:b2": "mine"}


def test_a_decision_moves_no_data_version_and_is_audited(any_desk: Desk) -> None:
    """It is no fact about leads; who did it stands in the audit."""
    decide(any_desk, "dismissed", 9, note="known")
    assert any_desk.store.data_version() == 0
    with any_desk.store.reading() as connection:
        query = sa.text("SELECT actor, action, subject, detail FROM audit")
        audit = [tuple(row) for row in connection.execute(query)]
    assert audit[0][:3] == ("Ann", "decide", "overdue:b1")
    assert json.loads(audit[0][3]) == {"state": "dismissed", "note": "known"}


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"state": "mine", "who": "  "}, "who you are"),
        ({"state": "snoozed"}, "until which day"),
        ({"state": "dismissed"}, "why"),
        ({"state": "dismissed", "note": " \n"}, "why"),
        ({"state": "gone"}, "no state"),
        ({"state": "mine", "note": "a\x00b"}, "can be stored"),
        ({"state": "mine", "note": "a" * 2_001}, "2,000 characters"),
    ],
)
def test_a_decision_that_lacks_something_is_refused(
    desk: Desk, said: dict[str, Any], message: str
) -> None:
    """With a sentence that says what, and nothing is kept."""
    with pytest.raises((BadDecision, BadName), match=message):
        decide(desk, said.pop("state"), 1, **said)
    assert decisions.history(desk.store).is_empty()


def test_notes_on_trends_are_shown_until_taken_off(any_desk: Desk) -> None:
    """A note has one line; one taken off stays in the store."""
    for day, sentence, source in (
        (date(2026, 11, 3), "New  landing\npage", "src_a"),
        (date(2026, 10, 1), "Prices up", None),
    ):
        trend_notes.add(
            any_desk.store, day=day, sentence=sentence, source_id=source, who="Ann", at_us=5
        )
    shown = trend_notes.shown(any_desk.store)
    assert shown["sentence"].to_list() == ["Prices up", "New landing page"]
    assert shown["source_id"].to_list() == [None, "src_a"]
    trend_notes.remove(any_desk.store, shown["note_id"][0], who="Bo", at_us=6)
    assert trend_notes.shown(any_desk.store)["sentence"].to_list() == ["New landing page"]
    with any_desk.store.reading() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM trend_notes")).scalar_one() == 2
        actors = connection.execute(sa.text("SELECT actor FROM audit ORDER BY audit_id"))
        assert list(actors.scalars()) == ["Ann", "Ann", "Bo"]


@pytest.mark.parametrize("sentence", ["", "  ", "a" * 201, "a\x00b"])
def test_a_note_without_a_fitting_sentence_is_refused(desk: Desk, sentence: str) -> None:
    """It stands beside a line: one sentence, no more."""
    with pytest.raises(trend_notes.BadNote):
        trend_notes.add(
            desk.store, day=date(2026, 11, 3), sentence=sentence, source_id=None, who="A", at_us=1
        )
