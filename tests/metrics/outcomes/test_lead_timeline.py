"""The story of one lead: who said what when, and what became of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl
from builders import us

from metrics.definitions.party_names import PartyNames
from metrics.outcomes import lead_timeline

NAMED = PartyNames({"s1": "Oak"}, {"b1": "Acme"}, {})
NINE, TEN, NOON = (us(f"2026-10-05T{hour}:00:00Z") for hour in ("09", "10", "12"))
FEEDBACK: dict[str, Any] = {
    "seq": pl.Int64,
    **dict.fromkeys(("event_id", "event_type", "reporter_id", "buyer_id", "target_id"), pl.String),
    **dict.fromkeys(("occurred", "reported"), pl.Int64),
    **dict.fromkeys(("occurred_precision", "reported_precision"), pl.String),
    "reported_filled": pl.Boolean,
    "withdrawn_us": pl.Int64,
    **dict.fromkeys(("outcome", "retracts", "replaces", "batch_id"), pl.String),
}


def said(seq: int, **more: Any) -> dict[str, Any]:
    """A report of Acme at ten about what happened at nine."""
    return {
        "seq": seq,
        "event_id": f"e{seq}",
        "event_type": "feedback.received",
        "reporter_id": "b1",
        "buyer_id": "b1",
        "occurred": NINE,
        "reported": TEN,
        "occurred_precision": "instant",
        "reported_precision": "instant",
        **more,
    }


def events(
    *reports: dict[str, Any],
    undone: dict[int, str] | None = None,
    idle: dict[int, bool] | None = None,
    offered: bool = True,
) -> list[dict[str, Any]]:
    """The timeline of a lead that went through to Acme at nine."""
    offer = {
        "at": NINE,
        "attempted_precision": "instant",
        "succeeded": 1,
        "buyer_id": "b1",
        "price_cents": 2_000,
        "attempted_price_cents": None,
        "failure_reason": None,
        "event_id": "d1",
        "batch_id": "B",
        "withdrawn_us": None,
    }
    attempts = pl.DataFrame(
        [offer, {**offer, "succeeded": 0, "event_id": "d0", "at": NINE - 1}],
        schema_overrides={"withdrawn_us": pl.Int64},
    )
    table = lead_timeline.events(
        attempts if offered else attempts.clear(),
        pl.DataFrame(list(reports), schema=FEEDBACK),
        pl.DataFrame(
            list((undone or {}).items()),
            schema={"seq": pl.Int64, "retracted_by": pl.String},
            orient="row",
        ),
        pl.DataFrame(
            list((idle or {}).items()),
            schema={"seq": pl.Int64, "counts": pl.Boolean},
            orient="row",
        ),
        NAMED,
    )
    assert dict(table.schema) == lead_timeline.EVENTS
    return table.to_dicts()


def test_offers_and_reports_stand_in_the_order_in_which_they_happened() -> None:
    """The buyer by its name."""
    found = events(said(1, occurred=NOON, reported=NOON, outcome="converted"))
    assert [row["kind"] for row in found] == ["failed", "delivered", "feedback"]
    assert {row["who"] for row in found} == {"Acme"}
    assert found[-1]["at"] == datetime(2026, 10, 5, 12, tzinfo=UTC)
    assert found[1]["price_cents"] == 2_000


def test_the_delay_is_told_where_both_times_are_known() -> None:
    """Not for a date, and not for a time that was filled in."""
    found = events(
        said(1),
        said(2, occurred_precision="day"),
        said(3, reported_filled=True),
        offered=False,
    )
    assert [row["delay_seconds"] for row in found] == [3_600, None, None]


def test_what_was_taken_back_says_by_what() -> None:
    """The retraction itself is one, unless it changes nothing and reports something."""
    found = events(
        said(1, outcome="converted"),
        said(2, retracts="e1", occurred=TEN),
        said(3, retracts="e9", occurred=NOON, outcome="returned"),
        undone={1: "e2"},
        idle={3: True},
        offered=False,
    )
    assert [row["kind"] for row in found] == ["feedback", "retraction", "feedback"]
    assert [row["retracted"] for row in found] == [True, False, False]
    assert found[0]["retracted_by"] == "e2"
    assert [row["without_effect"] for row in found] == [False, False, True]


def test_a_message_is_to_whom_it_went() -> None:
    """By name where there is one, else by id."""
    sent = {"event_type": "feedback.sent", "reporter_id": "operator", "buyer_id": None}
    found = events(said(1, target_id="s1", **sent), said(2, target_id="s9", **sent), offered=False)
    assert [(row["kind"], row["who"]) for row in found] == [("message", "Oak"), ("message", "s9")]


def test_no_facts_are_no_story() -> None:
    """With the columns of every other."""
    assert events(offered=False) == []
