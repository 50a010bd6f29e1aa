"""Conditions on rows in words."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from dashboard.layout import row_conditions
from dashboard.query import filters


def asked(**params: str | list[str]) -> filters.Query:
    """What an address asks for."""
    found = filters.read(
        {name: [value] if isinstance(value, str) else value for name, value in params.items()},
        now=datetime(2026, 11, 23, 12, tzinfo=UTC),
        zone="UTC",
        first_day=date(2026, 1, 5),
        known={},
    )
    assert found.notices == ()
    return found


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({}, []),
        ({"status": "failed"}, ["Offer: Did not go through"]),
        ({"feedback": "none"}, ["Feedback: No word yet"]),
        ({"converted": "true"}, ["Sale: Yes"]),
        ({"contacted": "false"}, ["Spoken to: No"]),
        ({"outcome": ["converted", "returned"]}, ["Result: Sale or Returned"]),
        ({"reason": "disconnected"}, ["Reason: Number does not work"]),
        ({"return_state": "waiting"}, ["Return: Waiting"]),
        (
            {"min_age_days": "0", "max_age_days": "30"},
            ["At least days old: 0", "At most days old: 30"],
        ),
    ],
)
def test_every_condition_is_said(params: dict[str, str | list[str]], said: list[str]) -> None:
    """Nought days are a condition; nothing is none."""
    assert row_conditions.conditions(asked(**params)) == said


def test_conditions_stand_side_by_side() -> None:
    """In a fixed order, whatever the address has."""
    one = row_conditions.conditions(asked(outcome="returned", contacted="true"))
    other = row_conditions.conditions(asked(contacted="true", outcome="returned"))
    assert one == other == ["Spoken to: Yes", "Result: Returned"]
