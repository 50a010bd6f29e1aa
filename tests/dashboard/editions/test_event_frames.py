"""Events as they were said up to a moment, and the rules in force."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from builders import delivered, reported, us, wrote
from october import OCTOBER

from dashboard.editions import earlier_record, event_frames, rules_in_force
from data_access.rules_file import BadRules
from data_access.settings import Settings
from metrics.definitions.report_calendar import day_number, to_date
from metrics.definitions.rules import Rules
from metrics.definitions.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import polars as pl
    from builders import Desk

    from dashboard.answers.workspace import Workspace

FIFTH, SIXTH, SEVENTH = (f"2026-10-0{day}T09:00:00Z" for day in (5, 6, 7))


@pytest.fixture
def known(desk: Desk, open_workspace: Callable[[], Workspace]) -> Workspace:
    """A sale that is taken back, a link to nothing, two messages, a report of a stranger."""
    desk.take(
        delivered("L1", "b1", FIFTH, source_id="s1"),
        reported("L1", "b1", "converted", SIXTH, event_id="sale"),
        reported("L1", "b1", None, SEVENTH, event_id="back", retracts="sale"),
        reported("L1", "b1", "returned", SEVENTH, event_id="idle", replaces="nothing"),
        reported("L9", "b1", "converted", SIXTH, event_id="stranger"),
        wrote("L1", "s1", SIXTH, event_id="m1"),
        wrote("L1", "s2", "2026-11-06T09:00:00Z", event_id="m2"),
    )
    return open_workspace()


def ids(frame: pl.DataFrame) -> set[str]:
    """The events of a frame."""
    return set(frame["event_id"])


def test_what_was_taken_back_is_in_force_only_before(known: Workspace) -> None:
    """On the sixth it was a sale."""
    later = event_frames.event_frames(known.edition, OCTOBER.as_of_us, None)
    sale = later.feedback.filter(event_id="sale")["seq"].item()
    assert later.undone.rows() == [(sale, "back")]
    assert "sale" not in ids(later.live)
    early = event_frames.event_frames(known.edition, us("2026-10-06T12:00:00Z"), None)
    assert early.undone.is_empty()
    assert "sale" in ids(early.live)
    assert "back" not in ids(early.feedback)


def test_a_link_to_nothing_is_idle_and_still_a_report(known: Workspace) -> None:
    """It counts."""
    found = event_frames.event_frames(known.edition, OCTOBER.as_of_us, None)
    idle = found.feedback.filter(event_id="idle")["seq"].item()
    assert found.idle.rows() == [(idle, True)]


def test_messages_are_those_of_the_period_and_the_source(known: Workspace) -> None:
    """By when they were sent."""

    def sent(**said: object) -> set[str]:
        scope = replace(OCTOBER, **said)  # type: ignore[arg-type]
        return ids(event_frames.source_messages(known.edition, scope, None))

    assert sent() == {"m1"}
    assert sent(last=OCTOBER.last.replace(month=11, day=30)) == {"m1", "m2"}
    assert sent(source=("s2",)) == set()


def test_what_belongs_to_no_delivery_is_found_by_the_day_of_its_report(known: Workspace) -> None:
    """Only of the period."""
    found = event_frames.event_frames(known.edition, OCTOBER.as_of_us, None)
    loose = event_frames.without_delivery(found, OCTOBER, known.edition, None)
    assert "stranger" in ids(found.feedback.filter(loose))
    assert "sale" not in ids(found.feedback.filter(loose))
    early = replace(OCTOBER, last=OCTOBER.first)
    loose = event_frames.without_delivery(found, early, known.edition, None)
    assert found.feedback.filter(loose).is_empty()


def test_the_whole_record_holds_what_was_told_before_and_after_it(
    desk: Desk, open_workspace: Callable[[], Workspace]
) -> None:
    """Reports of unknown leads: one before the first delivery, one after the last."""
    desk.take(
        reported("A", "B1", "converted", "2026-05-01T10:00:00Z", event_id="before"),
        delivered("L", "B1", "2026-05-10T10:00:00Z"),
        reported("L", "B1", "converted", "2026-05-12T10:00:00Z", event_id="known"),
        reported("B", "B1", "converted", "2026-05-20T10:00:00Z", event_id="after"),
    )
    edition = open_workspace().edition
    record = earlier_record.record(edition, None)
    assert [to_date(day).day for day in record.days or ()] == [10, 10]
    assert (record.reported_day, record.newest_us) == (day_number(date(2026, 5, 12)), us(desk.now))
    found = event_frames.event_frames(edition, edition.as_of_us, None)

    def loose(first: int, last: int) -> set[str]:
        ends = date(2026, 5, first), date(2026, 5, last)
        scope = Scope(first=ends[0], last=ends[1], as_of_us=edition.as_of_us)
        rows = event_frames.without_delivery(found, scope, edition, None)
        return ids(found.feedback.filter(rows))

    assert loose(10, 12) == {"before", "after"}
    assert loose(11, 12) == {"after"}
    assert loose(10, 11) == {"before"}


def test_an_earlier_record_is_that_of_its_version(
    desk: Desk, open_workspace: Callable[[], Workspace]
) -> None:
    """Its days, its last report, when its newest fact was taken; nothing before the first."""
    desk.take(delivered("L1", "B1", "2026-05-10T10:00:00Z"))
    taken = us(desk.now)
    desk.now = "2026-11-23T08:00:00Z"
    desk.take(
        delivered("L2", "B1", "2026-04-02T10:00:00Z"),
        reported("L1", "B1", "converted", "2026-05-12T10:00:00Z"),
    )
    edition = open_workspace().edition
    day = day_number(date(2026, 5, 10))
    assert earlier_record.record(edition, 1) == earlier_record.Record((day, day), None, taken)
    assert earlier_record.record(edition, 0) == earlier_record.Record(None, None, None)
    both = earlier_record.record(edition, 3)
    assert both.days == (day_number(date(2026, 4, 2)), day)


def test_rules_are_the_defaults_and_over_them_the_operators(tmp_path: Path) -> None:
    """What the file does not say stays; what it says wrongly is named."""
    settings = Settings(data_dir=tmp_path)
    assert rules_in_force.in_force(settings) == Rules()
    file = tmp_path / "rules.toml"
    file.write_text("[tiers]\nsure = 0.9\n", "utf-8")
    assert rules_in_force.in_force(settings) == replace(
        Rules(), tiers=replace(Rules().tiers, sure=0.9)
    )
    file.write_text("[tiers]\nsur = 0.9\n", "utf-8")
    with pytest.raises(BadRules, match="sure"):
        rules_in_force.in_force(settings)
