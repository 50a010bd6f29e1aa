"""The guide's own figures."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

import pytest
from builders import delivered, reported
from golden_shop import MONTH, Shop, opened_shop
from oracle_tables import wilson
from statsmodels.stats.proportion import proportion_confint

from metrics.definitions.scope import Base, Rows, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator


GUIDE: Final = {"converted": 850, "contacted": 2_550, "no_contact": 3_400, "returned": 1_700}


@pytest.fixture(scope="module")
def guide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The guide's 30 days: 10,000 deliveries of which 8,500 have feedback."""
    leads = iter(range(10_000))
    facts = [
        reported(f"L{lead}", "b", outcome, "2026-10-02T10:00:00Z", event_id=f"e{lead}")
        for outcome, times in GUIDE.items()
        for lead in islice(leads, times)
    ]
    tries = [
        delivered(f"L{n}", "b", f"2026-09-{n % 30 + 1:02}T09:00:00Z", event_id=f"a{n}", price="10")
        for n in range(10_000)
    ]
    with opened_shop(tmp_path_factory.mktemp("guide")) as opened:
        opened.desk.take(*tries, *facts)
        yield opened


def test_the_guides_feedback_rate_is_85_percent(guide: Shop) -> None:
    """8,500 of 10,000 deliveries have feedback."""
    row = guide.rate(MONTH)
    assert (row["attempted"], row["delivered"], row["feedback"]) == (10_000, 10_000, 8_500)
    assert (row["delivery_rate"], row["coverage"]) == (1.0, 0.85)


@pytest.mark.parametrize(
    ("base", "of", "conversion", "contact"),
    [
        ("feedback", 8_500, 0.1, 0.4),
        ("delivered", 10_000, 0.085, 0.34),
        ("mature", 10_000, 0.085, 0.34),
    ],
)
def test_the_guides_conversion_is_10_percent_of_feedback_and_8_5_of_deliveries(
    guide: Shop, base: Base, of: int, conversion: float, contact: float
) -> None:
    """850 sales and 3,400 conversations, out of what the base says."""
    scope = Scope(first=MONTH.first, last=MONTH.last, as_of_us=MONTH.as_of_us, base=base)
    row = guide.rate(scope)
    assert (row["converted"], row["contacted"]) == (850, 3_400)
    assert row["conversion_base"] == row["contact_base"] == of
    assert row["conversion_rate"] == pytest.approx(conversion, abs=1e-15)
    assert row["contact_rate"] == pytest.approx(contact, abs=1e-15)


def test_the_guides_returns_are_17_percent_of_deliveries_and_20_of_the_mix(guide: Shop) -> None:
    """One count, two shares: each prints what it is of."""
    row = guide.rate(MONTH)
    mix = {r["outcome"]: r for r in guide.workspace.table("outcome_mix", MONTH).to_dicts()}
    assert (row["returned"], row["return_rate"]) == (1_700, 0.17)
    assert (mix["returned"]["base"], mix["returned"]["share"]) == (8_500, 0.2)


def test_the_guides_mix_counts_each_covered_delivery_once(guide: Shop) -> None:
    """10, 30, 40 and 20 percent add up to what has feedback, and no share is the silent's."""
    rows = guide.workspace.table("outcome_mix", MONTH).to_dicts()
    assert {r["outcome"]: r["deliveries"] for r in rows if r["deliveries"]} == GUIDE
    assert {r["outcome"]: r["share"] for r in rows if r["deliveries"]} == {
        "converted": 0.1,
        "contacted": 0.3,
        "no_contact": 0.4,
        "returned": 0.2,
    }
    assert sum(r["deliveries"] for r in rows) == 8_500
    assert "silent" not in {r["outcome"] for r in rows}


def test_out_of_deliveries_the_guides_silent_15_percent_are_in_the_mix(guide: Shop) -> None:
    """With the base delivered, those without a word have a share of their own."""
    scope = Scope(first=MONTH.first, last=MONTH.last, as_of_us=MONTH.as_of_us, base="delivered")
    mix = {r["outcome"]: r for r in guide.workspace.table("outcome_mix", scope).to_dicts()}
    assert (mix["silent"]["deliveries"], mix["silent"]["share"]) == (1_500, 0.15)
    assert sum(r["deliveries"] for r in mix.values()) == 10_000


def test_the_guides_figures_lead_to_their_leads(guide: Shop) -> None:
    """Each count of the guide's table is the length of its list."""
    counts = {
        Rows(converted=True): 850,
        Rows(contacted=True): 3_400,
        Rows(returned=True): 1_700,
        Rows(feedback="any"): 8_500,
        Rows(feedback="none"): 1_500,
        Rows(status="delivered"): 10_000,
        Rows(status="failed"): 0,
        Rows(outcome=("no_contact",)): 3_400,
    }
    for rows, count in counts.items():
        scope = Scope(first=MONTH.first, last=MONTH.last, as_of_us=MONTH.as_of_us, rows=rows)
        assert guide.workspace.count(scope) == count, rows


def test_the_guides_deliveries_of_each_day_are_one_thirtieth_of_the_month(guide: Shop) -> None:
    """The trend's buckets add up to the month."""
    trend = guide.workspace.table("trend", MONTH, grain="day")
    assert trend["delivered"].to_list() == [334] * 10 + [333] * 20
    assert trend["converted"].sum() == 850


def test_likely_ranges_are_wilsons() -> None:
    """Our formula and that of statsmodels give the same ends, to a trillionth."""
    for count, of in ((850, 8_500), (0, 7), (7, 7), (1, 1), (340, 10_000), (41, 400)):
        low, high = proportion_confint(count, of, alpha=0.05, method="wilson")
        assert wilson(count, of) == pytest.approx((low, high), abs=1e-12)
