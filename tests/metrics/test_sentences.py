"""Sentences made from numbers: better, worse, level, too few, nothing before, unknown."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import pytest
from builders import us
from headlines import OCTOBER, number

from metrics.definitions import phrases
from metrics.definitions.scope import Scope
from metrics.sentences import sentences

# --- words for periods --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "now", "noun", "before"),
    [
        (date(2026, 10, 1), date(2026, 10, 31), "October 2026", "month", "September"),
        (date(2026, 1, 1), date(2026, 1, 31), "January 2026", "month", "December 2025"),
        (
            date(2026, 11, 16),
            date(2026, 11, 22),
            "the week of 16 Nov 2026",
            "week",
            "the week before",
        ),
        (date(2026, 11, 21), date(2026, 11, 21), "21 Nov 2026", "day", "the day before"),
        (
            date(2026, 8, 25),
            date(2026, 11, 22),
            "25 Aug – 22 Nov 2026",
            "period",
            "the 90 days before",
        ),
        (date(2026, 11, 1), date(2026, 11, 20), "1 – 20 Nov 2026", "period", "1 – 20 Oct 2026"),
    ],
)
def test_periods_are_called_by_their_names(
    first: date, last: date, now: str, noun: str, before: str
) -> None:
    """A month by its month, a week by its Monday, the year only where it differs."""
    found = phrases.called(Scope(first=first, last=last, as_of_us=us("2026-11-23")))
    assert (found.now, found.noun, found.before) == (now, noun, before)


def test_amounts_and_lists_are_written_as_people_do() -> None:
    """Cents below 1,000 only, a minus that is one, a list with one "and"."""
    assert phrases.money(98_150, "USD") == "$981.50"
    assert phrases.money(13_099_000, "USD") == "$130,990"
    assert phrases.money(-1_200, "EUR") == "−€12.00"
    assert phrases.money(-0.2, "SEK") == "SEK 0.00"
    assert [phrases.listing(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        *("", "a", "a and b", "a, b and c"),
    ]


# --- single numbers -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            number("conversion_rate", 0.12, 0.1, numerator=96, denominator=800, verdict="better"),
            "Conversion is 12.0 %, up from 10.0 % in September at the same age.",
        ),
        (
            number("return_rate", 0.05, 0.052, numerator=45, denominator=900, verdict="level"),
            "Returns are 5.0 %, level with September at the same age (5.2 %).",
        ),
        (
            number("credit_cents", 0.0, 20_000.0),
            "Credits are $0.00, down from $200.00 in September at the same age.",
        ),
        (
            number("credit_cents", 0.0, 0.0),
            "Credits are $0.00, level with September at the same age ($0.00).",
        ),
        (
            number("contact_rate", 0.4, numerator=320, denominator=800),
            "Contact is 40.0 %; there is nothing to compare it with yet.",
        ),
        (
            number("contact_rate", 0.4, 0.3, numerator=12, denominator=30, verdict="better"),
            "Contact: too few deliveries to tell.",
        ),
        (number("margin_cents", None), "Margin: unknown, as the cost of some leads is missing."),
        (number("gross_cents", None), "Gross revenue: unknown without prices."),
        (number("conversion_rate", None, denominator=0), "Conversion: no data."),
    ],
)
def test_a_number_is_compared_only_where_that_is_fair(row: dict[str, Any], said: str) -> None:
    """Better, level, down to zero, zero as before, nothing before, too few, unknown."""
    assert sentences.change(row, OCTOBER, "USD", delivered=900) == said


def test_nothing_delivered_is_the_reason_of_no_number() -> None:
    """It is no matter of lead cost."""
    told = sentences.change(number("margin_cents", None), OCTOBER, "USD", delivered=0)
    assert told == "Margin: nothing was delivered."


# --- money --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "cents", "more", "said"),
    [
        ("volume", 420_000, True, "More deliveries added $4,200."),
        ("volume", 420_000, False, "Fewer deliveries added $4,200."),
        ("volume", -420_000, False, "Fewer deliveries took $4,200."),
        ("prices", -300_000, True, "Lower prices took $3,000."),
        ("credits", 200_000, True, "Fewer credits added $2,000."),
        ("credits", -200_000, True, "More credits took $2,000."),
        ("lead cost", 99_900, True, "Lead cost hardly moved it (+$999.00)."),
        ("lead cost", -100_000, True, "Higher lead cost took $1,000."),
        ("prices", 0, True, "Prices hardly moved it (+$0.00)."),
    ],
)
def test_a_step_says_what_it_did_to_the_margin(
    name: str, cents: int, *, more: bool, said: str
) -> None:
    """Under 1 % of the margin before, here $1,000, is level."""
    found = sentences.step(name, cents, margin_before=10_000_000, more=more, currency="USD")
    assert found == said


def test_the_bridge_goes_as_far_as_prices_and_costs_are_known() -> None:
    """All of it; without lead cost; without prices."""
    values: dict[str, float | None] = {
        "gross_cents": 200_000.0,
        "credit_cents": 10_000.0,
        "net_cents": 190_000.0,
        "cost_cents": 120_000.0,
        "margin_cents": 70_000.0,
    }
    assert sentences.bridge(values, "USD") == (
        "$2,000 gross less $100.00 of credits is $1,900 net; after $1,200 of lead cost $700.00 of "
        "margin is left."
    )
    assert sentences.bridge({**values, "margin_cents": None}, "USD") == (
        "$2,000 gross less $100.00 of credits is $1,900 net; the margin is unknown, as the "
        "cost of some leads is missing."
    )
    assert sentences.bridge({**values, "gross_cents": None}, "USD") is None


# --- forecast -----------------------------------------------------------------------------


def expected(**changes: Any) -> dict[str, Any]:
    """A row of `expectation.EXPECTED`."""
    row = {"delivered": 9_000, "converted": 702, "expected_final": 884.6, "open_after_weeks": None}
    return {**row, "expected_low": 840.2, "expected_high": 929.7, **changes}


def test_a_forecast_says_so_far_in_the_end_and_the_range() -> None:
    """And nothing below 50 deliveries, no end without a usual course."""
    assert sentences.forecast(expected()) == "702 sales so far, about 885 in the end, 840 – 930."
    assert sentences.forecast(expected(delivered=49)) is None
    unknown = expected(expected_final=None, expected_low=None, expected_high=None)
    assert sentences.forecast(unknown) == (
        "702 sales so far; where it will end cannot be told yet: too little is old enough."
    )
    done = expected(expected_final=702.0, expected_low=702.0, expected_high=702.2)
    assert sentences.forecast(done) == "702 sales so far, and hardly any more are to come."
    short = str(sentences.forecast(expected(open_after_weeks=14)))
    assert short.startswith("702 sales so far, about 885 in the end, 840 – 930, not counting")
    assert "over 14 weeks after delivery" in short


def test_a_past_forecast_is_held_against_what_came() -> None:
    """Inside the range or not."""
    said = expected(expected_final=880.0, expected_low=850.0, expected_high=910.0)
    assert sentences.forecast_then(OCTOBER, said, 871) == (
        "For September we said 880, 850 – 910; 871 have come, inside that range."
    )
    assert sentences.forecast_then(OCTOBER, said, 911) == (
        "For September we said 880, 850 – 910; 911 have come, outside that range."
    )
    sure = expected(expected_final=880.0, expected_low=879.8, expected_high=880.2)
    assert (
        sentences.forecast_then(OCTOBER, sure, 880) == "For September we said 880; 880 have come."
    )
    assert sentences.forecast_then(OCTOBER, expected(expected_final=None), 1) is None


# --- movers, risks, changes, claims, decisions --------------------------------------------


def test_a_mover_names_money_and_how_many() -> None:
    """One that stopped says so."""
    row = {"name": "Oak", "money": "margin", "change_cents": 195_000, "delivered": 1_627}
    assert sentences.mover({**row, "delivered_before": 1_476}, "USD") == (
        "Oak: margin up $1,950 on 1,627 deliveries (1,476 before)."
    )
    gone = {**row, "delivered": 0, "delivered_before": 80, "change_cents": -50_000}
    assert sentences.mover(gone, "USD") == (
        "Oak: margin down $500.00 on no deliveries any more (80 before)."
    )


def test_risks_name_who_and_how_much() -> None:
    """A silent buyer, avoidable credits, the largest buyer."""
    silent = {"buyer_name": "Acme", "overdue": 41.4}
    assert sentences.silent(silent, 0.234) == (
        "Acme: about 41 reports that would normally be here are missing; it brings 23 % of net "
        "revenue."
    )
    assert sentences.silent({"buyer_name": "Acme", "overdue": 1.2}, None) == (
        "Acme: about 1 report that would normally be here is missing."
    )
    check = {"avoidable_cents": 362_240, "check": "Look up the number.", "reason_group": "x"}
    assert sentences.avoidable(check, "USD") == (
        "About $3,622 of credits could have been avoided: look up the number."
    )
    largest = {"name": "Acme", "share": 0.19}
    assert sentences.weight(largest, 7) == (
        "Acme brings 19 % of net revenue, more than any other buyer."
    )
    assert sentences.weight({"name": "Acme", "share": 1.0}, 0) == "Acme is the only buyer."
    assert sentences.share(0.004) == "under 1 %"


ALERT: Final = {
    "source_name": "Oak",
    "sub_source": "site-3",
    "measure": "conversion_rate",
    "rate": 0.031,
    "expected_rate": 0.089,
    "count": 13,
    "of": 410,
    "direction": "below",
    "first_week": date(2026, 11, 2),
    "last_week": date(2026, 11, 9),
}


def test_an_unusual_change_says_what_was_to_be_expected() -> None:
    """And asks for the reason only where it is for the worse."""
    seen = "conversion 3.1 % where 8.9 % was to be expected (13 of 410, delivered 2 – 15 Nov 2026)."
    assert sentences.alert(ALERT) == f"Oak, site-3: {seen}"
    assert sentences.ask_why(ALERT) == f"Oak, site-3: find the reason for {seen}"
    assert sentences.adverse(ALERT)
    assert not sentences.adverse({**ALERT, "direction": "above"})
    assert sentences.adverse({**ALERT, "measure": "return_rate", "direction": "above"})


def test_a_decision_carries_evidence_and_money() -> None:
    """Which rate, how many of how many, and what is behind it."""
    row = {
        "rule": "high_returns",
        "name": "Oak",
        "partner_name": None,
        "suggestion": "Lower the cap, validate more, tell the account manager.",
        "rate": 0.123,
        "count": 96,
        "of": 780,
        "effect_cents": 410_000,
    }
    evidence = "returns 12.3 %, 96 of 780"
    advice = "Oak: lower the cap, validate more, tell the account manager"
    assert sentences.decision(row, "USD") == (
        f"{advice} ({evidence}; $4,100 of credits beyond the limit)."
    )
    assert sentences.decision({**row, "effect_cents": None}, "USD") == f"{advice} ({evidence})."


def test_claims_that_wait_are_counted_in_good_english() -> None:
    """One waits, two wait."""
    assert sentences.waiting({"claims": 1, "price_cents": 4_500}, "USD") == (
        "1 claim over $45.00 waits for an answer."
    )
    assert sentences.waiting({"claims": 89, "price_cents": 330_500}, "USD") == (
        "89 claims over $3,305 wait for an answer."
    )


def test_what_has_moved_since_is_said_with_then_and_now() -> None:
    """Changes, late reports, both, neither."""
    changes = [("Conversion", "12.0 %", "12.2 %"), ("Margin", "$100", "$90")]
    name, day = "September 2026", "5 Oct 2026"
    assert sentences.moved(name, day, changes, 37) == (
        "September 2026 has moved since we reported on 5 Oct 2026: conversion 12.2 % instead of "
        "12.0 %, margin $90 instead of $100 and buyers have reported on 37 more deliveries since."
    )
    assert sentences.moved(name, day, [], 1) == (
        "September 2026 has moved since we reported on 5 Oct 2026: buyers have reported on 1 more "
        "delivery since."
    )
    assert sentences.moved(name, day, [], 0) == (
        "September 2026 stands as we reported it on 5 Oct 2026."
    )
