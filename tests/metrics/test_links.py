"""What takes back and replaces, rule by rule: judged from the facts, in every order the same."""

from __future__ import annotations

import random
from datetime import date
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from builders import Desk, delivered, failed, reported, us, wrote
from link_stories import (
    check_together,
    emptied,
    every_order,
    latest,
    read,
    states,
)

from dashboard.panels.leads import lead_story
from metrics.definitions.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from link_stories import Fact

    from dashboard.answers.workspace import Workspace


D1, D2, D3, D4 = (f"2026-05-0{day}T10:00:00Z" for day in (1, 2, 3, 4))


OFFER: Final = delivered("L1", "b2", D1, event_id="a1")


OTHER: Final = delivered("L2", "b2", D1, event_id="a2")


SALE: Final = reported("L1", "b2", "converted", D2, event_id="e")


def _said(event: str, outcome: str | None, at: str = D3, **more: object) -> Fact:
    return reported("L1", "b2", outcome, at, event_id=event, **more)


EXAMPLES: Final[dict[str, tuple[list[Fact], dict[str, tuple[str | None, int, list[str]]]]]] = {
    "two replacements stand beside each other and the decisive one wins": (
        [
            OFFER,
            SALE,
            _said("p1", "contacted", D2, replaces="e"),
            _said("p2", "returned", D2, replaces="e"),
        ],
        {"L1 b2": ("returned", 2, ["replaced_twice"])},
    ),
    "a replacement about another lead is a report there and changes nothing here": (
        [OFFER, OTHER, SALE, reported("L2", "b2", "returned", D2, event_id="p", replaces="e")],
        {"L1 b2": ("converted", 1, []), "L2 b2": ("returned", 1, ["link_without_effect"])},
    ),
    "of a circle only the later one acts": (
        [
            OFFER,
            _said("x", "contacted", D2, replaces="y"),
            _said("y", "qualified", D3, replaces="x"),
        ],
        {"L1 b2": ("qualified", 1, ["link_without_effect"])},
    ),
    "at equal times the id says which is earlier": (
        [
            OFFER,
            _said("x", "contacted", D3, replaces="y"),
            _said("y", "no_contact", D3, replaces="x"),
        ],
        {"L1 b2": ("no_contact", 1, ["link_without_effect"])},
    ),
    "a chain leaves its end": (
        [
            OFFER,
            SALE,
            _said("p", "returned", D3, replaces="e"),
            _said("q", "contacted", D4, replaces="p"),
        ],
        {"L1 b2": ("contacted", 1, [])},
    ),
    "a replacement that is older than what it names stands beside it": (
        [OFFER, _said("p", "returned", D2, replaces="q"), _said("q", "contacted", D3)],
        {"L1 b2": ("returned", 2, ["link_without_effect"])},
    ),
    "a retraction may be older than what it takes back": (
        [OFFER, _said("r", None, D2, retracts="q"), _said("q", "contacted", D3)],
        {"L1 b2": (None, 0, [])},
    ),
    "a retraction is final": (
        [
            OFFER,
            SALE,
            _said("r", None, D3, retracts="e"),
            _said("s", None, D4, retracts="r", notes="We did sell it."),
        ],
        {"L1 b2": (None, 0, ["link_without_effect"])},
    ),
    "what a retraction of a retraction says besides is a report": (
        [
            OFFER,
            SALE,
            _said("r", None, D3, retracts="e"),
            _said("s", "contacted", D4, retracts="r"),
        ],
        {"L1 b2": ("contacted", 1, ["link_without_effect"])},
    ),
    "a replacement of a retraction is a report": (
        [OFFER, SALE, _said("r", None, D3, retracts="e"), _said("s", "returned", replaces="r")],
        {"L1 b2": ("returned", 1, ["link_without_effect"])},
    ),
    "a retraction that was sent as a whole event is never the sale it takes back": (
        [OFFER, SALE, _said("r", "converted", D3, retracts="e")],
        {"L1 b2": (None, 0, [])},
    ),
    "a retraction of nothing known waits": (
        [OFFER, SALE, _said("r", "returned", D3, retracts="z")],
        {"L1 b2": ("converted", 1, ["link_without_effect"])},
    ),
    "another buyer takes nothing back, and both are told": (
        [
            OFFER,
            delivered("L1", "b3", D1, event_id="a3"),
            SALE,
            reported("L1", "b3", "returned", D3, event_id="r", retracts="e"),
        ],
        {
            "L1 b2": ("converted", 1, ["foreign_retraction"]),
            "L1 b3": (None, 0, ["link_without_effect"]),
        },
    ),
    "another buyer replaces nothing, and its own report counts": (
        [
            OFFER,
            delivered("L1", "b3", D1, event_id="a3"),
            SALE,
            reported("L1", "b3", "returned", D3, event_id="p", replaces="e"),
        ],
        {
            "L1 b2": ("converted", 1, ["foreign_retraction"]),
            "L1 b3": ("returned", 1, ["link_without_effect"]),
        },
    ),
    "what is taken back and replaced is gone once": (
        [
            OFFER,
            SALE,
            _said("p", "contacted", D3, replaces="e"),
            _said("r", None, D4, retracts="e"),
        ],
        {"L1 b2": ("contacted", 1, [])},
    ),
    "a replacement that is taken back brings nothing back": (
        [
            OFFER,
            SALE,
            _said("p", "contacted", D3, replaces="e"),
            _said("r", None, D4, retracts="p"),
        ],
        {"L1 b2": (None, 0, [])},
    ),
    "what was said of a failed offer and taken back is no contradiction": (
        [failed("L1", "b2", D1, event_id="a"), SALE, _said("r", None, D3, retracts="e")],
        {"L1 b2": (None, 0, [])},
    ),
    "a message of ours takes nothing back": (
        [OFFER, SALE, wrote("L1", "s1", D3, event_id="w", retracts="e", outcome="x")],
        {"L1 b2": ("converted", 1, ["sent_to_other_source"])},
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_link_does_what_its_rule_says_in_every_order(sqlite_desk: Desk, name: str) -> None:
    """Worked out by hand: outcome, reports in force, contradictions."""
    facts, expected = EXAMPLES[name]
    rows = check_together(sqlite_desk, every_order(facts, random.Random(1)))  # noqa: S311
    assert latest(rows) == expected


def test_merged_ids_link_to_each_other_and_may_share_an_event_id(sqlite_desk: Desk) -> None:
    """The buyer's two senders used the id x each; the later one is replaced, not the other."""
    facts = [
        delivered("L1", "rcp_1", D1, event_id="a"),
        reported("L1", "rcp_1", "contacted", D2, event_id="x"),
        reported("L1", "ent_1", "converted", D4, event_id="x"),
        reported("L1", "ent_1", "qualified", D3, event_id="y", replaces="x"),
    ]
    rows = check_together(sqlite_desk, every_order(facts, random.Random(1)))  # noqa: S311
    assert latest(rows) == {"L1 rcp_1": ("converted", 2, [])}


def test_links_act_from_the_moment_at_which_both_ends_are_known(sqlite_desk: Desk) -> None:
    """Waiting on the 2nd; the report of the 3rd is gone as it comes; a sale on the 4th stands."""
    facts = (
        OFFER,
        _said("r", "returned", D2, retracts="q"),
        _said("q", "contacted", D3),
        _said("z", "converted", D4),
    )
    emptied(sqlite_desk)
    sqlite_desk.take(*facts)
    rows = states(read(sqlite_desk)).sort("from_us")
    found = [
        (row["from_us"], row["outcome"], row["contradiction_mask"] > 0)
        for row in rows.iter_rows(named=True)
    ]
    assert found == [
        (us(D1), None, False),
        (us(D2), None, True),
        (us(D3), None, False),
        (us(D4), "converted", False),
    ]


def test_dates_are_earlier_by_the_report_zone(sqlite_desk: Desk) -> None:
    """The 4th begins at 03:00 UTC: the report of 02:00 is earlier than the one of that date."""
    facts = [
        delivered("L1", "b2", "2018-11-01T10:00:00Z", event_id="a"),
        reported("L1", "b2", "contacted", "2018-11-04T02:00:00Z", event_id="x"),
        reported("L1", "b2", "qualified", "2018-11-04", event_id="p", replaces="x"),
    ]
    rows = check_together(sqlite_desk, every_order(facts, random.Random(1)))  # noqa: S311
    assert latest(rows) == {"L1 b2": ("qualified", 1, [])}


def test_the_buyers_own_id_means_a_lead_from_the_attempt_that_named_it_first(
    sqlite_desk: Desk,
) -> None:
    """Two leads got the id 77; the date stands at 03:00 UTC, after the attempt of 02:00."""
    nameless = reported("", "b2", "converted", "2018-11-03T23:00:00Z", event_id="e")
    del nameless["lead_id"]
    facts = [
        delivered("L1", "b2", "2018-11-01T10:00:00Z", event_id="a"),
        delivered("L1", "b2", "2018-11-04T02:00:00Z", event_id="b", buyer_lead_id="77"),
        delivered("L2", "b2", "2018-11-04", event_id="c", buyer_lead_id="77"),
        {**nameless, "buyer_lead_id": "77"},
    ]
    rows = check_together(sqlite_desk, every_order(facts, random.Random(1)))  # noqa: S311
    known = rows.filter(pl.col("outcome").is_not_null()).select("lead_id", "from_us").rows()
    assert known == [("L1", us("2018-11-04T02:00:00Z"))]


def test_of_several_links_the_first_by_time_and_id_took_it_back(
    desk: Desk, open_workspace: Callable[[], Workspace]
) -> None:
    """Of two retractions at one moment and an older replacement that came last."""
    later = [_said(event, None, D4, retracts="e") for event in ("s", "r")]
    desk.take(OFFER, SALE, *later)
    workspace = open_workspace()
    assert _taken_back_by(workspace) == "r"
    desk.take(_said("t", "contacted", D3, replaces="e"))
    workspace.refresh()
    assert _taken_back_by(workspace) == "t"


def _taken_back_by(workspace: Workspace) -> str:
    scope = Scope(
        first=date(2026, 5, 1), last=date(2026, 5, 31), as_of_us=workspace.edition.as_of_us
    )
    listed = {row["event_id"]: row["retracted_by"] for row in workspace.feedback(scope).to_dicts()}
    story = workspace.lead("L1").events.filter(pl.col("retracted"))
    assert story.select("event_id", "retracted_by").rows() == [("e", listed["e"])]
    assert [event for event, by in listed.items() if by] == ["e"]
    return str(listed["e"])


def test_the_story_of_a_lead_says_what_a_link_did(
    desk: Desk, open_workspace: Callable[[], Workspace]
) -> None:
    """A waiting retraction, a retraction of it that says more, a replacement of nothing."""
    desk.take(
        OFFER,
        _said("r", None, D2, retracts="z"),
        _said("s", "contacted", D3, retracts="r"),
        _said("t", "qualified", D4, replaces="z"),
    )
    events = open_workspace().lead("L1").events.filter(pl.col("event_id") != "a1")
    assert events.select("event_id", "kind", "without_effect").rows() == [
        ("r", "retraction", True),
        ("s", "feedback", True),
        ("t", "feedback", True),
    ]
    told = lead_story.story(events, ZoneInfo("UTC"), "EUR")
    assert "meant to take a report back" in told
    assert "nothing changed" in told
    assert told.count("it counts by itself") == 2
