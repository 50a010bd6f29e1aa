"""What cards of patterns, returns and quality draw, of the two months."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from builders import delivered, reported, us
from october import OCTOBER

import dashboard.answers.workspace
from dashboard.panels.patterns import forecast_cards, timing_cards
from dashboard.panels.returns import returns_cards
from dashboard.panels.shared import accuracy_cards, note_box, reason_cards
from data_access.store import trend_notes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from builders import Desk

    from dashboard.answers.workspace import Workspace

NOW = us("2026-11-22T14:05:00Z")


@pytest.fixture
def small(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A store that the cards read, to be filled by the test."""
    monkeypatch.setenv("LEADLOOP_DATA_DIR", str(desk.folder))
    dashboard.answers.workspace.close()
    yield desk
    dashboard.answers.workspace.close()


@pytest.mark.parametrize("split", ["buyer", "source", "outcome", "buyer_type"])
@pytest.mark.usefixtures("shop")
def test_middle_times_have_a_row_a_value_with_its_name(split: str) -> None:
    """Four hours for everybody that was told of."""
    found = timing_cards.middles(OCTOBER, split)
    assert set(found["seconds_to_feedback"]) == {4 * 3_600.0}
    assert found["value"].n_unique() == found.height
    names = {
        "buyer": {"Acme", "Birch"},
        "source": {"Oak", "Elm"},
        "outcome": {"Sale", "Returned", "Spoken to", "Not reached"},
        "buyer_type": {"Type unknown"},
    }
    assert set(found["name"]) == names[split]


def test_forecasts_that_had_something_to_expect_are_held_against_what_came(
    shop: Workspace,
) -> None:
    """Those complete by then teach nothing and are left out; the newest come first."""
    ago = shop.table("backtest", OCTOBER).filter(days_ago=14)
    open_then = ago.filter(pl.col("expected_high") - pl.col("converted_then") >= 1)
    found = forecast_cards.checked(OCTOBER, 14)
    assert 0 < found.height < ago.height
    assert found["week"].to_list() == sorted(open_then["week"], reverse=True)
    words = {True: "as expected", False: "outside the range", None: "not all in yet"}
    assert found["came"].to_list() == [words[inside] for inside in found["inside"]]


@pytest.mark.usefixtures("shop")
def test_returns_over_time_know_where_each_bucket_ends() -> None:
    """By week, as October is long enough; few weeks have no normal band."""
    found = returns_cards.trend(replace(OCTOBER, first=date(2026, 9, 1)))
    assert found["returned"].sum() == 11
    assert found["end"].null_count() == 0
    assert set(found["normal"]) == {"–"} or found["normal"].null_count() == 0
    assert found["start"].is_sorted()


def claims(*rows: tuple[str, int, int | None]) -> pl.DataFrame:
    """Claims as state, days left and money asked."""
    names = ("return_state", "days_left", "credit_requested_cents")
    schema: dict[str, Any] = dict(zip(names, (pl.String, pl.Int64, pl.Int64), strict=True))
    return pl.DataFrame(list(rows), schema=schema, orient="row")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "No claim waits for an answer."),
        ([("credited", 3, 2_000)], "No claim waits for an answer."),
        (
            [("waiting", 3, 2_000)],
            "1 claim for $20.00 waits for an answer; none of them is overdue.",
        ),
        (
            [("waiting", -1, 2_000), ("waiting", 0, None), ("refused", -9, 5_000)],
            "2 claims for $20.00 wait for an answer; 1 of them, for $20.00, are overdue.",
        ),
    ],
)
def test_what_waits_is_said_in_a_sentence(
    rows: list[tuple[str, int, int | None]], said: str
) -> None:
    """The day itself is not overdue; what asks for no sum adds none."""
    assert returns_cards.conclusion(claims(*rows), "USD") == said


@pytest.mark.usefixtures("shop")
def test_reasons_stand_in_two_levels() -> None:
    """Nobody said why: one group, one reason, and the group is the one that is looked at."""
    groups = reason_cards.level(OCTOBER, "group")
    assert groups["called"].to_list() == ["No reason given"]
    assert reason_cards.chosen_group(groups) == "(not said)"
    assert reason_cards.chosen_group(groups.clear()) is None
    assert reason_cards.level(OCTOBER, "reason", "(not said)")["returned"].to_list() == [6]
    assert reason_cards.level(OCTOBER, "reason", "duplicate").is_empty()


def test_wrong_details_are_named_in_words_and_right_ones_left_out(small: Desk) -> None:
    """Fields in a fixed order, within them the most frequent first."""
    said = [
        {"accuracy_email": "bounced"},
        {"accuracy_phone": "wrong_person"},
        {"accuracy_phone": "invalid"},
        {"accuracy_phone": "invalid"},
        {"accuracy_phone": "correct"},
    ]
    for n, details in enumerate(said):
        small.take(
            delivered(f"L{n}", "b1", "2026-10-05T09:00:00Z"),
            reported(f"L{n}", "b1", "contacted", "2026-10-05T13:00:00Z", **details),
        )
    found = accuracy_cards.faults_by_field(OCTOBER)
    assert found["called"].to_list() == ["Phone wrong", "Phone somebody else's", "E-mail bounces"]
    assert found["deliveries"].to_list() == [2, 1, 1]
    assert found["checked"].to_list() == [4, 4, 1]


def test_notes_are_those_of_the_period_and_of_the_sources_looked_at(small: Desk) -> None:
    """Notes about everything stand everywhere."""
    for day, source in ((5, None), (6, "s1"), (7, "s2")):
        trend_notes.add(
            small.store,
            day=date(2026, 10, day),
            sentence=f"note {day}",
            source_id=source,
            who="Ann",
            at_us=NOW,
        )
    assert note_box.as_marks(OCTOBER) == [(date(2026, 10, 5), "note 5")]
    of_one = note_box.as_marks(replace(OCTOBER, source=("s1",)))
    assert of_one == [(date(2026, 10, 5), "note 5"), (date(2026, 10, 6), "note 6")]
    assert note_box.of(replace(OCTOBER, first=date(2026, 10, 6), source=("s1",)))[0]["who"] == "Ann"
    assert note_box.as_marks(replace(OCTOBER, last=date(2026, 10, 4))) == []
