"""What cards of several pages are made of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest
from october import OCTOBER

from dashboard.charts import ranking
from dashboard.panels.shared import shared_cards
from metrics.definitions.catalogue import QUALITY_RATES

if TYPE_CHECKING:
    from dashboard.answers.workspace import Workspace
    from metrics.definitions.scope import Scope


def days(count: int) -> Scope:
    """So many days that end with October."""
    return replace(OCTOBER, first=OCTOBER.last - timedelta(days=count - 1))


@pytest.mark.parametrize(
    ("count", "grain"), [(1, "day"), (31, "day"), (32, "week"), (190, "week"), (191, "month")]
)
def test_the_grain_gives_a_number_of_points_that_can_be_read(count: int, grain: str) -> None:
    """By the length of the period, where nobody asks for one; nothing is said of it."""
    assert shared_cards.grain(days(count)) == grain
    assert shared_cards.coarser(days(count)) == ""


def test_rates_are_ranked_by_their_own_base_and_best_first() -> None:
    """The good band belongs to conversion of feedback alone."""
    conversion = shared_cards.ranked(OCTOBER)
    assert (conversion.rate, conversion.low, conversion.base) == (
        *("conversion_rate", "conversion_low", "conversion_base"),
    )
    assert conversion.good_band
    assert not conversion.lowest_first
    returns = shared_cards.ranked(OCTOBER, "return_rate")
    assert (returns.base, returns.of, returns.good_band) == ("delivered", "deliveries", False)
    assert returns.lowest_first
    of_all = shared_cards.ranked(replace(OCTOBER, base="delivered"))
    assert (of_all.of, of_all.good_band) == ("deliveries", False)


def sources(*rows: tuple[str, int, float]) -> pl.DataFrame:
    """Sources with their base and rate."""
    return pl.DataFrame(
        list(rows), schema=["id", "conversion_base", "conversion_rate"], orient="row"
    )


def test_the_ends_are_the_best_and_the_worst_with_enough_leads() -> None:
    """All of them where there are few; the middle is left out."""
    enough = ranking.FEW
    few = sources(("a", enough, 0.1), ("b", enough - 1, 0.9), ("c", enough, 0.3))
    assert shared_cards.ends(few, 1)["id"].to_list() == ["c", "a"]
    many = sources(*((name, enough, rate / 10) for rate, name in enumerate("abcde")))
    assert shared_cards.ends(many, 2)["id"].to_list() == ["e", "d", "b", "a"]
    assert shared_cards.ends(many.clear(), 2).is_empty()


def test_what_a_period_is_compared_with_has_a_name() -> None:
    """The one before, or the year before."""
    assert shared_cards.compared(OCTOBER) == "period before"
    assert shared_cards.compared(replace(OCTOBER, compare="last_year")) == "year before"


def test_one_number_of_the_headline(shop: Workspace) -> None:
    """Nothing where there is no such number."""
    headline = shop.table("headline", OCTOBER)
    assert shared_cards.value(headline, "conversion_rate") == 0.125
    assert shared_cards.value(headline, "nonsense") is None
    assert all(shared_cards.value(headline, key) is not None for key in QUALITY_RATES)
    assert not shared_cards.only_ends_reported(headline)


@pytest.mark.usefixtures("shop")
def test_results_without_deliveries_are_left_out() -> None:
    """Four results of the ten; none before anything was delivered."""
    found = shared_cards.mix(OCTOBER)
    assert found["deliveries"].sum() == 96
    assert found.height == 4
    early = replace(OCTOBER, first=date(2026, 1, 1), last=date(2026, 1, 2))
    assert shared_cards.mix(early).is_empty()


@pytest.mark.usefixtures("shop")
def test_how_much_has_arrived_is_known_by_delivery_alone() -> None:
    """All of it here; by other clocks nothing is still arriving."""
    assert shared_cards.developed(OCTOBER) == pytest.approx(1)
    assert shared_cards.developed(replace(OCTOBER, clock="reported")) is None
    assert shared_cards.developed(replace(OCTOBER, base="mature")) is None


@pytest.mark.usefixtures("shop")
def test_only_one_source_has_unusual_days_on_its_trend() -> None:
    """And only measures that are looked at for them."""
    assert shared_cards.unusual(OCTOBER, "conversion_rate") == []
    one = replace(OCTOBER, source=("src_oak",))
    assert shared_cards.unusual(one, "margin_cents") == []
    assert shared_cards.unusual(one, "conversion_rate") == []
