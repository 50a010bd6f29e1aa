"""What pages say where buyers have not reported: bounds, no praise, what waits from before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from builders import delivered, reported
from pages import text

import dashboard.answers.workspace
from dashboard.answers import result
from dashboard.layout import cards
from dashboard.panels.sources import source_profile
from metrics.definitions.scope import Scope
from metrics.insights.comparison import silence_bounds

if TYPE_CHECKING:
    from builders import Desk
    from pages import Open

    from metrics.definitions.scope import Base

NOVEMBER = {"from": "2026-11-01", "to": "2026-11-20"}


def rows(sold: int, told: int, delivered_: int, of: int | None = None) -> dict[str, Any]:
    """The two rows of `headline` that bounds are made of."""
    return {
        "coverage": {"value": told / delivered_, "numerator": told, "denominator": delivered_},
        "conversion_rate": {"numerator": sold, "denominator": told if of is None else of},
    }


def test_bounds_say_what_the_unreported_leave_open() -> None:
    """10 sales of 13 reports on 100: 10 % if none of the 87 sold, 97 % if all did."""
    assert silence_bounds(rows(10, 13, 100)) == (0.10, 0.97)
    assert silence_bounds(rows(10, 80, 100)) is None  # most have reported
    assert silence_bounds(rows(10, 13, 100, of=100)) is None  # out of deliveries
    said = source_profile.silent(rows(10, 13, 100))
    assert said.startswith(" Buyers have not reported on 87 % of these leads")
    assert said.endswith("conversion lies between 10 and 97 %.")


@pytest.mark.parametrize(
    ("base", "told", "arrived", "said"),
    [
        (29, 0.9, 0.99, "Few leads (29)"),
        (100, 0.55, 0.5, "Half reported (55 %)"),
        (100, 0.13, 0.5, "Only 13 % reported"),
        (100, 0.9, 0.77, "Still arriving (77 % in)"),
        (100, 0.9, 0.95, None),
        (100, 0.9, None, None),
    ],
)
def test_one_chip_the_first_that_applies(
    base: int, told: float, arrived: float | None, said: str | None
) -> None:
    """Few leads before few reports before sales that still come."""
    assert cards.chip_of(base, told, arrived) == said


def market(desk: Desk) -> None:
    """40 deliveries in October, all reported, 10 returned; 40 in November, 8 reported."""
    facts = []
    for number in range(80):
        month, day = (10, number % 20 + 1) if number < 40 else (11, number % 20 + 1)
        lead = f"L{number:02}"
        facts.append(delivered(lead, "b1", f"2026-{month}-{day:02}T09:00:00Z", price="10.00"))
        if number < 48:
            outcome = (
                "returned" if number < 10 else "converted" if number in {40, 41} else "no_contact"
            )
            facts.append(reported(lead, "b1", outcome, f"2026-{month}-{day:02}T12:00:00Z"))
    desk.take(*facts)


def test_returns_are_no_better_because_nobody_reports(opened: Open, desk: Desk) -> None:
    """From 25 % to none: with feedback down from 100 to 20 % that is no praise."""
    market(desk)
    opened("overview")  # opens the book on this store
    workspace = dashboard.answers.workspace.workspace()
    scope = Scope(
        first=date(2026, 11, 1), last=date(2026, 11, 20), as_of_us=workspace.edition.as_of_us
    )
    found = {row["key"]: row for row in workspace.table("headline", scope).to_dicts()}
    assert (found["return_rate"]["value"], found["return_rate"]["previous"]) == (0.0, 0.25)
    assert found["return_rate"]["verdict"] is None
    assert found["coverage"]["verdict"] == "worse"
    whole = replace(scope, base="delivered")
    found = {row["key"]: row for row in workspace.table("headline", whole).to_dicts()}
    assert found["conversion_rate"]["denominator"] == 40


def test_what_moved_a_rate_follows_out_of(opened: Open, desk: Desk) -> None:
    """2 of 8 with feedback, 2 of 40 delivered; returns are of deliveries either way."""
    market(desk)
    opened("overview")
    workspace = dashboard.answers.workspace.workspace()
    scope = Scope(
        first=date(2026, 11, 1), last=date(2026, 11, 20), as_of_us=workspace.edition.as_of_us
    )
    bases: tuple[tuple[Base, int], ...] = (("feedback", 8), ("delivered", 40))
    for base, of in bases:
        query = replace(scope, base=base)
        table = workspace.table("mix_shift", query).filter(group="(all)")
        moved = {row["measure"]: row for row in table.to_dicts()}
        assert moved["conversion_rate"]["of_now"] == of
        assert moved["conversion_rate"]["rate_now"] == pytest.approx(2 / of)
        assert moved["return_rate"]["of_now"] == 40


def test_claims_of_before_the_period_are_named(opened: Open, desk: Desk) -> None:
    """Ten wait from October, $100; the November page says so and leads to all."""
    market(desk)
    said = unescape(text(opened("returns", tab="waiting", **NOVEMBER)))
    assert "10 more, for $100.00" in said
    assert "period=all_time" in said
    assert "more, for" not in text(opened("returns", tab="waiting", period="all_time"))


def test_buyers_by_other_clocks_have_no_figures_that_need_all_deliveries(
    opened: Open, desk: Desk
) -> None:
    """By when we were told only reported deliveries exist: no deliveries, no feedback rate."""
    market(desk)
    opened("overview")
    workspace = dashboard.answers.workspace.workspace()
    scope = Scope(
        first=date(2026, 11, 1),
        last=date(2026, 11, 20),
        as_of_us=workspace.edition.as_of_us,
        clock="reported",
    )
    [row] = workspace.table("buyers", scope).to_dicts()
    assert row["delivered"] is row["coverage"] is row["return_rate"] is None
    assert (row["feedback"], row["converted"]) == (8, 2)
    assert "cannot be shown" not in text(opened("buyers", clock="reported", **NOVEMBER))


def ends_and_silence(others: int = 0) -> list[dict[str, str]]:
    """Sixty deliveries: 25 sold, 5 returned, `others` not reached, the rest silent."""
    facts = []
    for number in range(60):
        lead = f"L{number}"
        facts.append(delivered(lead, "b1", "2026-11-03T10:00:00Z", source_id="src_a"))
        if number < 30 + others:
            word = "converted" if number < 25 else "returned" if number < 30 else "no_contact"
            facts.append(reported(lead, "b1", word, "2026-11-05T10:00:00Z"))
    return facts


@pytest.mark.parametrize("page", ["overview", "sources", "buyers", "returns", "patterns"])
def test_where_only_ends_are_reported_each_page_says_so(
    opened: Open, desk: Desk, page: str
) -> None:
    """No other lead is told of; the way to count that means something is one click away."""
    desk.take(*ends_and_silence())
    said = unescape(text(opened(page, **NOVEMBER)))
    assert "Only sales and returns are reported" in said
    name = "" if page == "overview" else page
    rated = page in {"overview", "sources", "buyers"}
    assert (f'href="{name}?from=2026-11-01&to=2026-11-20&base=delivered"' in said) is rated
    counted = text(opened(page, **NOVEMBER, base="delivered"))
    assert ("contact is known of those alone" in counted) is rated
    assert "Count out of all deliveries" not in counted


def test_two_sources_side_by_side_say_so_too(opened: Open, desk: Desk) -> None:
    """Neither is called better by rates of feedback that say nothing."""
    two = [{**fact, "source_id": f"src_{fact['lead_id'][-1]}"} for fact in ends_and_silence()]
    desk.take(*two)
    pair = ["src_1", "src_2"]
    said = unescape(text(opened("sources", source=pair, **NOVEMBER)))
    assert "Only sales and returns are reported" in said
    assert "whatever chance may do" not in said
    assert "Conversion: src_1" in unescape(
        text(opened("sources", source=pair, base="delivered", **NOVEMBER))
    )


def test_one_other_report_is_enough_to_say_nothing(opened: Open, desk: Desk) -> None:
    """25 sales, 5 returns and one that was not reached."""
    desk.take(*ends_and_silence(others=1))
    assert "Only sales and returns" not in text(opened("sources", **NOVEMBER))


def test_reports_of_an_ended_record_open_on_its_last_month(opened: Open, desk: Desk) -> None:
    """The last delivery was in March; today it is November."""
    desk.take(
        *(delivered(f"L{n}", "b1", f"2026-03-{n + 1:02d}T10:00:00Z") for n in range(20)),
        *(delivered(f"M{n}", "b1", "2026-02-03T10:00:00Z") for n in range(3)),
    )
    opened(period="all_time")
    whole = result.ask(
        dashboard.answers.workspace.workspace(), "headline", {"period": ["all_time"]}
    ).query.scope
    assert (whole.first, whole.last) == (date(2026, 2, 3), date(2026, 3, 20))
    month = opened("reports")
    assert month.selectbox(key="own_month").value == "2026-03"
    assert "Only 20 deliveries in March 2026" in text(month)
    week = opened("reports", tab="week")
    assert week.selectbox(key="own_week").value == "2026-03-16"


def test_nothing_is_compared_with_a_time_of_which_nobody_told(opened: Open, desk: Desk) -> None:
    """Deliveries since January, reports since June: May is no period before for June."""
    facts = []
    for month in range(1, 9):
        for day in range(1, 21):
            at = f"2026-{month:02d}-{day:02d}"
            lead = f"L{month}-{day}"
            facts.append(delivered(lead, "b1", f"{at}T10:00:00Z", source_id="src_a"))
            if month >= 6:
                facts.append(reported(lead, "b1", "contacted", f"{at}T15:00:00Z"))
    desk.take(*facts)
    june = unescape(text(opened(**{"from": "2026-06-01", "to": "2026-06-30"})))
    assert "not compared: buyers did not report yet" in june
    july = unescape(text(opened(**{"from": "2026-07-01", "to": "2026-07-31"})))
    assert "not compared" not in july
    january = unescape(text(opened(**{"from": "2026-01-01", "to": "2026-01-31"})))
    assert "no period before to compare with" in january


@pytest.mark.parametrize(("told", "named"), [(30, False), (60, True)])
def test_no_tier_is_named_of_the_few_that_were_reported(
    opened: Open, desk: Desk, told: int, *, named: bool
) -> None:
    """Of 100 deliveries in September 30 or 60 were reported."""
    facts = []
    for number in range(100):
        lead = f"L{number}"
        facts.append(delivered(lead, "b1", "2026-09-10T10:00:00Z", source_id="src_a"))
        if number < told:
            word = "converted" if number % 2 else "no_contact"
            facts.append(reported(lead, "b1", word, "2026-09-11T10:00:00Z"))
    desk.take(*facts)
    page = opened("sources", source="src_a", **{"from": "2026-09-01", "to": "2026-09-30"})
    assert ("ier Excellent" in text(page)) is named
