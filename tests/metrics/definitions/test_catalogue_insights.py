"""Entries say what the code does: each constant that a formula names is the one in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from metrics.definitions.catalogue import BY_KEY, NUMBERS
from metrics.definitions.catalogue_insights import INSIGHTS
from metrics.definitions.rules import Rules
from metrics.insights.expected_final import CHAIN_SHARE

if TYPE_CHECKING:
    from metrics.definitions.number import Number

FORMULAS = {entry.key: entry.formula for entry in INSIGHTS}


def test_every_entry_is_in_the_catalogue_under_a_key_of_its_own() -> None:
    """Beside the plain numbers."""
    keys = [entry.key for entry in NUMBERS]
    assert len(set(keys)) == len(keys)
    assert all(BY_KEY[entry.key] is entry for entry in INSIGHTS)


@pytest.mark.parametrize("entry", INSIGHTS, ids=lambda entry: entry.key)
def test_an_entry_reads_well(entry: Number) -> None:
    """A label with a capital, a definition that is a sentence, cents only for money."""
    assert entry.label[0].isupper()
    assert entry.definition[0].isupper() or entry.definition[0].isdigit()
    assert entry.definition.endswith(".")
    assert not entry.formula.endswith(".")
    assert entry.key.endswith("_cents") == (entry.unit == "money")


def test_rates_name_numerator_and_denominator_that_exist() -> None:
    """So that every rate can be recounted."""
    for entry in NUMBERS:
        if entry.unit == "rate":
            assert entry.counts in BY_KEY, entry.key
            assert entry.of == "base" or entry.of in BY_KEY, entry.key


def test_the_score_names_the_points_and_targets_of_the_rules() -> None:
    """A hundred points in all."""
    score = Rules().score
    points = (
        *(score.delivery_points, score.contact_points),
        *(score.conversion_points, score.return_points),
    )
    assert sum(points) == 100
    assert FORMULAS["score"].startswith(
        f"{points[0]:g}·delivery + {points[1]:g}·min(1, contact ÷ {score.contact_target:.2f}) + "
        f"{points[2]:g}·min(1, conversion ÷ {score.conversion_target:.2f}) + "
        f"{points[3]:g}·(1 − returns)"
    )


def test_the_tiers_name_the_edges_of_the_rules() -> None:
    """And how sure a tier must be, of how many days."""
    tiers = Rules().tiers
    edges = [f"{edge * 100:g}" for edge in (tiers.excellent_above, tiers.good_from)]
    edges.append(f"{tiers.watch_from * 100:g}")
    assert FORMULAS["tier"].startswith(
        f"Excellent above {edges[0]} %, Good {edges[1]} – {edges[0]} %, "
        f"Watch {edges[2]} – {edges[1]} %, Poor below {edges[2]} %"
    )
    assert f"at least {tiers.sure * 100:g} % sure" in FORMULAS["tier"]
    assert f"last {tiers.window_days} days" in BY_KEY["tier"].definition


def test_the_forecast_names_the_share_from_which_it_is_a_chain() -> None:
    """Below it a usual rate is mixed in."""
    assert f"complete so far from {CHAIN_SHARE * 100:g} % on" in FORMULAS["expected_final"]
