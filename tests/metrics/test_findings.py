"""Findings and their evidence, by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest

from metrics.definitions.report_calendar import day_number
from metrics.insights import evidence, findings
from metrics.insights.alerts import ALERTS
from metrics.insights.claims import CLAIMS
from metrics.insights.overdue_feedback import OVERDUE
from metrics.insights.source_messages import CASES
from metrics.insights.suggestions import ADVICE

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
PRICES = {"source_id": pl.String, "buyer_id": pl.String, "delivered": pl.Int64}


def frames(**given: list[dict[str, Any]]) -> dict[str, pl.DataFrame]:
    """The tables that findings are made of, empty where nothing is given."""
    schemas: dict[str, dict[str, Any]] = {
        "alerts": ALERTS,
        "claims": CLAIMS,
        "overdue_feedback": OVERDUE,
        "contradictions": CASES,
        "recommendations": ADVICE,
        "prices": {**PRICES, "price_cents": pl.Int64},
    }
    return {name: pl.DataFrame(given.get(name, []), schema=s) for name, s in schemas.items()}


def alert(**said: Any) -> dict[str, Any]:
    """An unusual fall of conversion: 5 % of 400 where 10 % was to be expected."""
    return {
        "kind": "source",
        "source_id": "s1",
        "source_name": "Oak",
        "sub_source": None,
        "measure": "conversion_rate",
        "first_week": date(2026, 10, 26),
        "last_week": date(2026, 11, 9),
        "count": 20,
        "of": 400,
        "rate": 0.05,
        "expected_rate": 0.10,
        "alert": True,
        "direction": "below",
        **said,
    }


def price(source: str, buyer: str, delivered: int, cents: int) -> dict[str, Any]:
    """What deliveries of a source to a buyer cost in all."""
    return dict(zip((*PRICES, "price_cents"), (source, buyer, delivered, cents), strict=True))


def test_nothing_found_is_a_frame_without_rows() -> None:
    """With the columns of every other."""
    found = findings.findings(frames(), 0.2, "USD")
    assert found.is_empty()
    assert dict(found.schema) == findings.FINDINGS


def test_a_source_and_its_sub_source_are_one_finding() -> None:
    """Half of what was expected of 400 at a mean price of $20: 0.5 x 400 x $20 at stake."""
    inner = alert(kind="sub_source", sub_source="quiz", rate=0.02, of=100, count=2)
    quiet = alert(source_id="s2", alert=False)
    prices = [price("s1", "b1", 30, 30_000), price("s1", "b2", 10, 50_000)]
    found = findings.findings(frames(alerts=[inner, alert(), quiet], prices=prices), 0.2, "USD")
    assert found["finding"].to_list() == ["change:s1:conversion_rate:below"]
    row = found.row(0, named=True)
    assert (row["sub_source"], row["better"], row["of"]) == ("quiz", False, 400)
    assert row["money_cents"] == 400_000
    assert (row["since"], row["until"]) == (date(2026, 10, 26), date(2026, 11, 15))
    assert row["sentence"] == (
        "Oak: conversion 5.0 % of 400 where 10.0 % was to be expected, most of all in quiz."
    )


@pytest.mark.parametrize(
    ("measure", "direction", "better"),
    [
        ("conversion_rate", "above", True),
        ("conversion_rate", "below", False),
        ("contact_rate", "above", True),
        ("return_rate", "above", False),
        ("return_rate", "below", True),
    ],
)
def test_which_way_is_good_news(measure: str, direction: str, *, better: bool) -> None:
    """By the catalogue; without a price there is no money."""
    row = alert(measure=measure, direction=direction)
    found = findings.findings(frames(alerts=[row]), 0.2, "USD")
    assert found.select("better", "money_cents").row(0) == (better, None)


def test_claims_that_wait_are_one_finding_a_buyer() -> None:
    """What is asked back counts, else the price; a decided claim does not wait."""
    base = {"buyer_id": "b1", "buyer_name": "Acme", "return_state": "waiting", "claimed_at": NOON}
    rows = [
        {**base, "price_cents": 5_000, "credit_requested_cents": 4_000, "days_left": -2},
        {**base, "price_cents": 3_000, "days_left": 4, "decide_by": date(2026, 11, 10)},
        {**base, "return_state": "credited", "price_cents": 9_000, "days_left": None},
    ]
    row = findings.findings(frames(claims=rows), 0.2, "USD").row(0, named=True)
    assert (row["finding"], row["count"], row["money_cents"]) == ("claims:b1", 2, 7_000)
    assert row["sentence"] == "Acme: 2 claims over $70.00 wait for an answer; 1 past the date."
    assert (row["since"], row["until"]) == (date(2026, 11, 3), date(2026, 11, 10))
    alone = findings.findings(frames(claims=[{**base, "days_left": 4}]), 0.2, "USD").row(
        0, named=True
    )
    assert alone["sentence"] == "Acme: 1 claim waits for an answer."
    assert alone["money_cents"] is None


def test_only_a_buyer_that_is_surely_behind_is_overdue() -> None:
    """The lower end decides; money is the mean price of the buyer's deliveries."""
    row = {"buyer_id": "b1", "buyer_name": "Acme", "received": 10, "expected": 40.0}
    rows = [
        {**row, "overdue": 30.0, "overdue_low": 12.0, "days_silent": 20, "last_reported_at": NOON},
        {**row, "buyer_id": "b2", "overdue": 3.0, "overdue_low": -2.0},
    ]
    found = findings.findings(
        frames(overdue_feedback=rows, prices=[price("s1", "b1", 2, 5_000)]), 0.2, "USD"
    )
    assert found["finding"].to_list() == ["overdue:b1"]
    assert found["money_cents"].to_list() == [75_000]
    assert found["sentence"][0] == (
        "Acme: about 30 reports on $750.00 of leads of the last five weeks would normally be "
        "here by now; the last one came 20 days ago."
    )


def test_what_is_wrong_stands_before_what_could_be_won() -> None:
    """Then by money, and what has no price last."""
    advice = {
        "kind": "source",
        "fires": True,
        "count": 30,
        "of": 150,
        "rate": 0.2,
        "suggestion": "S.",
    }
    rows = [
        {
            **advice,
            "rule": "excellent",
            "id": "s1",
            "name": "Oak",
            "threshold": 0.12,
            "effect_cents": 9,
        },
        {**advice, "rule": "poor", "id": "s2", "name": "Elm", "threshold": 0.05, "effect_cents": 5},
        {**advice, "rule": "poor", "id": "s3", "name": "Ash", "threshold": 0.05, "effect_cents": 7},
        {**advice, "rule": "poor", "id": "s4", "name": "Fir", "threshold": 0.05},
        {**advice, "rule": "poor", "id": "s5", "name": "Yew", "threshold": 0.05, "fires": False},
    ]
    case = {"code": "changed_value", "what": "Values differ.", "price_cents": 6}
    found = findings.findings(frames(recommendations=rows, contradictions=[case]), 0.2, "USD")
    assert found["finding"].to_list() == [
        "suggestion:poor:s3",
        "contradiction:changed_value",
        "suggestion:poor:s2",
        "suggestion:poor:s4",
        "suggestion:excellent:s1",
    ]
    assert found["money_cents"].to_list() == [7, 6, 5, None, 2]  # a fifth of 9 could be won
    assert found["sentence"][0] == "Ash: 20.0 % of 150 sold, less than the 5 % of the rule. S."
    assert found["sentence"][1] == "Values differ. 1 delivery."


def steps() -> pl.LazyFrame:
    """Two parts over an earlier and a later week: a 10 of 100, then 2 of 40; b 5 of 50, 4 of 40."""
    early, late = 700, 707
    cells = [("a", early, 100, 10), ("b", early, 50, 5), ("a", late, 40, 2), ("b", late, 40, 4)]
    columns = ("part", "week", "feedback", "converted")
    return (
        pl.DataFrame(cells, schema=columns, orient="row")
        .with_columns(contacted=0, returned=0, delivered=0)
        .lazy()
    )


def test_slices_say_which_part_a_change_comes_from() -> None:
    """At their old rates: 4 and 4 sales expected; a lacks 2, b none, so a explains all."""
    found = evidence.slices(steps(), {"part": pl.col("part")}, "conversion_rate", 707)
    rows = {row["value"]: row for row in found.to_dicts()}
    assert rows["a"]["rate_before"] == pytest.approx(0.1)
    assert rows["a"]["missing"] == pytest.approx(2.0)
    assert rows["b"]["missing"] == pytest.approx(0.0)
    assert rows["a"]["explains"] == pytest.approx(1.0)
    assert found["value"][0] == "a"


def weeks(*cells: tuple[str, int, int]) -> pl.DataFrame:
    """Weeks of one source: Monday, feedback, sales."""
    return pl.DataFrame(
        [
            {
                "source_id": "s1",
                "week": day_number(date.fromisoformat(d)),
                "feedback": n,
                "converted": x,
            }
            for d, n, x in cells
        ]
    ).with_columns(contacted=0, returned=0, delivered=pl.col("feedback"))


def test_after_a_decision_both_sides_are_four_weeks_without_its_own() -> None:
    """Decided on Wed 11 Nov: before are 12 Oct - 8 Nov, after begins on 16 Nov."""
    table = weeks(
        ("2026-10-05", 1000, 0),  # a fifth week before does not count
        ("2026-10-12", 100, 5),
        ("2026-11-02", 100, 5),
        ("2026-11-09", 1000, 0),  # its own week does not count
        ("2026-11-16", 200, 40),
    )
    row = evidence.after(table, "s1", "conversion_rate", date(2026, 11, 11))
    assert (row["count_before"], row["of_before"], row["rate_before"]) == (10, 200, 0.05)
    assert (row["count_after"], row["of_after"], row["weeks_after"]) == (40, 200, 1)
    assert evidence.became({**row, "measure": "conversion_rate"}) == "better"
    assert evidence.became({**row, "measure": "return_rate"}) == "worse"


def test_too_little_after_a_decision_is_early_and_chance_is_level() -> None:
    """No verdict without a week, none that chance explains."""
    only_before = weeks(("2026-11-02", 100, 5))
    row = evidence.after(only_before, "s1", "conversion_rate", date(2026, 11, 11))
    assert evidence.became({**row, "measure": "conversion_rate"}) == "early"
    row = evidence.after(
        weeks(("2026-11-02", 100, 5), ("2026-11-16", 100, 7)),
        "s1",
        "conversion_rate",
        date(2026, 11, 11),
    )
    assert evidence.became({**row, "measure": "conversion_rate"}) == "level"
    nobody = evidence.after(only_before, "s9", "conversion_rate", date(2026, 11, 11))
    assert nobody["rate_before"] is None


def test_what_is_told_of_all_its_cases_already_is_no_second_finding() -> None:
    """Two reports before their delivery happened before it, too; a third outcome stands alone."""

    def case(code: str, lead: str) -> dict[str, Any]:
        return {"code": code, "what": f"{code}.", "delivery_id": f"{lead}|b1", "price_cents": 100}

    both = [
        case(code, lead)
        for code in ("outcome_before_delivery", "report_before_delivery")
        for lead in ("L1", "L2")
    ]
    found = findings.findings(frames(contradictions=both), 0.2, "USD")
    assert found["code"].to_list() == ["report_before_delivery"]
    more = [*both, case("outcome_before_delivery", "L3")]
    found = findings.findings(frames(contradictions=more), 0.2, "USD")
    counts = dict(found.select("code", "count").iter_rows())
    assert counts == {"report_before_delivery": 2, "outcome_before_delivery": 3}
