"""What is overdue by a buyer's own habit, and whom to call, against hand work."""

from __future__ import annotations

import polars as pl
import pytest

from metrics.definitions.party_names import PartyNames
from metrics.insights import overdue_feedback

NAMED = PartyNames({}, {"X": "Xenia"}, {})
DAY_US = 86_400_000_000


def test_overdue_is_expected_by_the_buyers_own_habit_less_received() -> None:
    """80 of 100 reported within a day always; now 20 deliveries, two days old, none is."""
    now = 1_000 * DAY_US
    past = pl.DataFrame(
        {
            "buyer": ["X"] * 100,
            "dated_us": [now - 200 * DAY_US] * 100,
            "first_reported_us": [now - 200 * DAY_US + 3_600_000_000] * 80 + [None] * 20,
        },
        schema_overrides={"first_reported_us": pl.Int64},
    ).with_columns(last_reported_us="first_reported_us")
    recent = pl.DataFrame(
        {
            "buyer": ["X"] * 20,
            "dated_us": [now - 2 * DAY_US] * 20,
            "first_reported_us": [None] * 20,
        },
        schema_overrides={"first_reported_us": pl.Int64},
    ).with_columns(last_reported_us="first_reported_us")
    [row] = overdue_feedback.overdue_feedback(recent, past, now, NAMED).to_dicts()
    assert row["expected"] == pytest.approx(16)
    assert row["overdue"] == pytest.approx(16)
    assert row["overdue_low"] > 10
    assert row["usual_coverage"] == pytest.approx(0.8)
    assert row["days_silent"] == 199
    again = past.with_columns(last_reported_us=pl.col("last_reported_us") + 150 * DAY_US)
    [row] = overdue_feedback.overdue_feedback(recent, again, now, NAMED).to_dicts()
    assert row["days_silent"] == 49  # a later report about an old delivery is a word, too
    assert row["last_reported_at"].timestamp() * 1e6 == now - 50 * DAY_US + 3_600_000_000


def test_who_was_sent_nothing_lately_owes_nothing() -> None:
    """Known by its history: none expected, none missing, and how long it has been silent."""
    now = 1_000 * DAY_US
    past = pl.DataFrame({"buyer": ["X"] * 60, "dated_us": [now - 100 * DAY_US] * 60})
    past = past.with_columns(
        first_reported_us=now - 99 * DAY_US, last_reported_us=now - 99 * DAY_US
    )
    [row] = overdue_feedback.overdue_feedback(past.clear(), past, now, NAMED).to_dicts()
    assert (row["delivered"], row["received"], row["days_silent"]) == (0, 0, 99)
    assert row["expected"] == row["overdue"] == row["overdue_low"] == 0
    assert row["probability_normal"] == 1


def test_a_sample_is_as_large_as_cochran_says() -> None:
    """Half spoken to among those reported, +-5 %, 1,000 silent: 278 with finite population."""
    frame = pl.DataFrame(
        {
            "buyer_id": ["X"] * 1_010,
            "lead_id": [f"L{n}" for n in range(1_010)],
            "dated_us": [0] * 1_010,
            "source_id": ["A"] * 1_010,
            "delivered": [1] * 1_010,
            "covered": [0] * 1_000 + [1] * 10,
            "contacted": [0] * 1_000 + [1, 0] * 5,
        }
    ).lazy()
    table = overdue_feedback.verification_sample(frame, NAMED, precision=0.05, seed=1)
    assert table.height == 278
    assert table["lead_id"].n_unique() == 278
    assert not table.equals(
        overdue_feedback.verification_sample(frame, NAMED, precision=0.05, seed=2)
    )
