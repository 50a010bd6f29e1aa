"""Returns of October: why, what they cost, what waits for an answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from october import OCTOBER, column, rows

from dashboard.tables import claims

if TYPE_CHECKING:
    from dashboard.answers.workspace import Workspace


def test_six_claims_wait_by_the_day_an_answer_is_owed(shop: Workspace) -> None:
    """A week after each was told; the first on the 13th."""
    found = rows(shop, "claims")
    assert [row["lead_id"] for row in found] == [f"O-{n:03}" for n in range(12, 18)]
    assert {row["return_state"] for row in found} == {"waiting"}
    assert found[0]["decide_by"] == date(2026, 10, 20)
    assert found[0]["days_left"] == -31
    assert not any(row["claimed_late"] for row in found)


def test_the_summary_is_that_of_the_claims(shop: Workspace) -> None:
    """$20 each; none is decided."""
    found = {row["return_state"]: row for row in rows(shop, "claims_summary")}
    assert (found["claimed"]["claims"], found["waiting"]["claims"]) == (6, 6)
    assert found["claimed"]["credit_requested_cents"] == 12_000
    assert (found["credited"]["claims"], found["refused"]["claims"]) == (0, 0)


def test_claims_without_a_reason_are_a_group_of_their_own(shop: Workspace) -> None:
    """And a reason of their own in it."""
    found = rows(shop, "return_reasons")
    assert [(row["level"], row["reason_group"], row["returned"]) for row in found] == [
        ("group", "(not said)", 6),
        ("reason", "(not said)", 6),
    ]


def test_returns_by_month_have_no_band_while_there_are_few(shop: Workspace) -> None:
    """5 of 100 and 6 of 120."""
    both = replace(OCTOBER, first=date(2026, 9, 1))
    found = rows(shop, "returns_trend", both, grain="month")
    assert [(row["returned"], row["delivered"]) for row in found] == [(5, 100), (6, 120)]
    assert {row["normal_low"] for row in found} == {None}


def test_a_check_that_catches_nothing_costs_what_it_costs(shop: Workspace) -> None:
    """Checks of all 120 deliveries, a cent each for targeting."""
    costs = dict(
        zip(
            column(shop, "avoidable_returns", "reason_group"),
            column(shop, "avoidable_returns", "avoidable_cents"),
            strict=True,
        )
    )
    assert costs["targeting"] == -120
    assert max(costs.values()) < 0


def test_trends_are_empty_where_returns_mean_nothing(shop: Workspace) -> None:
    """By report only what is told of is there: no rate of deliveries."""
    told = replace(OCTOBER, clock="reported")
    whole = [table.name for table in claims.TABLES if table.whole]
    assert whole == ["returns_trend"]
    assert rows(shop, "returns_trend", told) == []
