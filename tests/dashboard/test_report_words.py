"""What packs and letters say of one source or buyer, and numbers as tiles."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import pytest

from dashboard.panels.reports import report_page
from dashboard.presentation import formats
from dashboard.reports import party_sentences
from dashboard.reports.document import Tile
from dashboard.reports.report_query import tile
from metrics.definitions.phrases import Called
from metrics.definitions.rules import Score

NINETY: Final = Called(
    now="25 Aug – 22 Nov 2026",
    noun="period",
    before="the 90 days before",
    within="in the 90 days before",
)


def row(
    key: str, value: float | None, previous: float | None = None, **said: Any
) -> dict[str, Any]:
    """A row of the table `headline`."""
    empty = dict.fromkeys(("numerator", "denominator", "verdict", "low", "high"))
    return {"key": key, "value": value, "previous": previous, **empty, **said}


def headline(**changes: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """A source with 400 reports on 500 deliveries."""
    sold = {"numerator": 40, "denominator": 400, "low": 0.074, "high": 0.133}
    back = {"numerator": 25, "denominator": 500}
    return {
        "delivered": row("delivered", 500.0, 480.0),
        "feedback": row("feedback", 400.0, 390.0),
        "conversion_rate": row("conversion_rate", 0.1, 0.12, verdict="worse", **sold),
        "return_rate": row("return_rate", 0.05, 0.08, verdict="better", **back),
        **changes,
    }


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {},
            (
                "Oak converts 10.0 % (7.4 – 13.3 %), down from 12.0 % in the 90 days before at the "
                "same age; returns fell to 5.0 %."
            ),
        ),
        (
            {
                "conversion_rate": row(
                    "conversion_rate",
                    0.1,
                    0.11,
                    verdict="level",
                    denominator=400,
                    low=0.07,
                    high=0.13,
                ),
                "return_rate": row("return_rate", 0.05, 0.04, verdict="worse", denominator=500),
            },
            (
                "Oak converts 10.0 % (7.0 – 13.0 %), level with the 90 days before at the same "
                "age; returns rose to 5.0 %."
            ),
        ),
        (
            {
                "conversion_rate": row(
                    "conversion_rate", 0.1, denominator=400, low=0.07, high=0.13
                ),
                "return_rate": row("return_rate", 0.05, denominator=500),
            },
            "Oak converts 10.0 % (7.0 – 13.0 %); returns are 5.0 %.",
        ),
        (
            {"return_rate": row("return_rate", 0.05, 0.05, verdict="level", denominator=500)},
            (
                "Oak converts 10.0 % (7.4 – 13.3 %), down from 12.0 % in the 90 days before at the "
                "same age; returns are level at 5.0 %."
            ),
        ),
        (
            {"conversion_rate": row("conversion_rate", 0.5, numerator=1, denominator=2)},
            "Too few to judge Oak: 2 reports on 500 deliveries, 50 needed.",
        ),
        (
            {"conversion_rate": row("conversion_rate", None, denominator=0)},
            "Too few to judge Oak: 0 reports on 500 deliveries, 50 needed.",
        ),
        (
            {"delivered": row("delivered", 0.0)},
            "Nothing from Oak was delivered in this period.",
        ),
    ],
)
def test_a_source_is_judged_by_its_own_past(changes: dict[str, dict[str, Any]], said: str) -> None:
    """Worse and better, level and worse, nothing before, level returns, too few, none."""
    assert party_sentences.source_verdict("Oak", headline(**changes), NINETY) == said


def test_a_tier_is_named_only_where_it_is_sure() -> None:
    """Else how many leads it would take."""
    known = {"tier": "Good or Watch", "probability": 0.91, "conversion_rate": 0.081}
    assert party_sentences.tier({**known, "converted": 65, "feedback": 802}) == (
        "Tier: Good or Watch, by conversion over the last 90 days of leads old enough to judge "
        "(8.1 %, 65 of 802)."
    )
    few = {"tier": "too few leads (41 of about 400 needed)", "probability": None}
    assert party_sentences.tier({**few, "converted": 4, "feedback": 41}) == (
        "Tier: too few leads (41 of about 400 needed)."
    )


def test_a_score_says_its_parts_of_what_they_can_reach() -> None:
    """By the rules in force; without one nothing is said."""
    known = {
        "score": 70.9,
        "score_low": 69.3,
        "score_high": 72.6,
        "delivery_points": 23.8,
        "contact_points": 14.7,
        "conversion_points": 14.3,
        "return_points": 18.1,
    }
    assert party_sentences.score(known, Score(conversion_points=40.0), 0.4) == (
        "Quality score 71 of 100 (69 – 73): delivery 24 of 25, contact 15 of 25, conversion 14 of "
        "40, returns 18 of 20."
    )
    assert party_sentences.score({**known, "score": None}, Score(), 1.0) is None
    assert party_sentences.score(known, Score(), 0.148) == (
        "No quality score: buyers have reported on 14.8 % of its leads only."
    )


def test_a_source_of_which_few_or_only_ends_are_told_is_not_praised() -> None:
    """153 reports on 1,033 deliveries, all sales or returns; then one of them is neither."""
    few = {
        "delivered": row("delivered", 1_033.0),
        "feedback": row("feedback", 153.0),
        "conversion_rate": row("conversion_rate", 0.9, numerator=140, denominator=153),
        "return_rate": row("return_rate", 0.01, numerator=13, denominator=1_033),
    }
    said = party_sentences.source_verdict("Oak", headline(**few), NINETY)
    assert said.endswith(
        "; only sales and returns are reported: this says nothing of the other leads."
    )
    few["conversion_rate"] = row("conversion_rate", 0.9, numerator=139, denominator=153)
    said = party_sentences.source_verdict("Oak", headline(**few), NINETY)
    assert said.endswith("; buyers have reported on 14.8 % of its leads only.")


def test_a_place_says_where_it_could_stand() -> None:
    """Alone there is no place."""
    known = {"rank": 2, "rank_low": 1, "rank_high": 3, "of": 8, "peers": "solar"}
    assert party_sentences.place(known) == (
        "2nd of 8 sources of solar by conversion, adjusted for who buys; it could be 1st to 3rd."
    )
    sure = {**known, "rank_low": 2, "rank_high": 2, "peers": "(all)"}
    assert party_sentences.place(sure) == (
        "2nd of 8 sources by conversion, adjusted for who buys; this is sure."
    )
    assert party_sentences.place({**known, "of": 1}) is None


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (21, "21st"),
        (112, "112th"),
    ],
)
def test_places_are_spoken(number: int, word: str) -> None:
    """The teens are th."""
    assert formats.ordinal(number) == word


@pytest.mark.parametrize("rule", ["high_returns", "low_contact", "excellent", "poor"])
def test_what_is_asked_of_a_source_has_evidence_and_no_money(rule: str) -> None:
    """Rate, counts, threshold; neither amounts nor buyers."""
    said = party_sentences.ask_of_source(
        {
            "rule": rule,
            "rate": 0.123,
            "count": 96,
            "of": 780,
            "threshold": 0.08,
            "effect_cents": 410_000,
            "partner_name": "Acme",
        }
    )
    assert "12.3 % (96 of 780)" in said
    assert "8.0 %" in said
    assert "4,100" not in said
    assert "Acme" not in said


@pytest.mark.parametrize(
    ("given", "change", "tone"),
    [
        (
            row("conversion_rate", 0.1, 0.12, verdict="worse", numerator=40, denominator=400),
            "down 2.0 pp, was 12.0 %",
            "worse",
        ),
        (
            row("conversion_rate", 0.1, 0.11, verdict="level", numerator=40, denominator=400),
            "level, was 11.0 %",
            "level",
        ),
        (
            row("conversion_rate", 0.1, numerator=40, denominator=400),
            "nothing before to compare with",
            "",
        ),
        (
            row("conversion_rate", 0.1, 0.2, verdict="worse", numerator=4, denominator=40),
            "too few to compare",
            "",
        ),
        (row("credit_cents", 20_000.0, 10_000.0), "up $100.00, was $100.00", ""),
        (row("margin_cents", None), "unknown, as the cost of some leads is missing", ""),
    ],
)
def test_a_tile_says_its_change_only_where_that_is_fair(
    given: dict[str, Any], change: str, tone: str
) -> None:
    """Worse, level, nothing before, too few, neither way, unknown."""
    found = tile(given, "USD", delivered=500)
    assert isinstance(found, Tile)
    assert (found.change, found.tone) == (change, tone)


@pytest.mark.parametrize("tab", ["month", "week", "day"])
def test_the_last_complete_period_can_be_picked_in_a_store_that_has_just_begun(tab: str) -> None:
    """The page picks what the API takes without a period, whatever the first delivery."""
    today = date(2026, 11, 25)
    found = list(report_page.offered(tab, first=today, today=today))
    assert found[1] == {"month": "2026-10", "week": "2026-11-16", "day": "2026-11-24"}[tab]
    assert len(list(report_page.offered(tab, first=date(1990, 1, 1), today=today))) == 60
