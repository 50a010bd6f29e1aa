"""How long it takes: until we are told, until a sale or a return, and how complete weeks are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl
import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.charts import age_curves, wait_histogram
from dashboard.layout import address, cards
from dashboard.panels.buyers import buyer_cards
from dashboard.panels.shared import shared_cards
from dashboard.presentation import formats

if TYPE_CHECKING:
    from metrics.definitions.scope import Scope

_WEEKS: Final = 26
"""So many weeks, the last ones: those before have been complete for long."""
SPLITS: Final = {
    "buyer_type": "Buyer type",
    "buyer": "Buyer",
    "source": "Source",
    "vertical": "Vertical",
    "outcome": "Result",
}
"""What the middle times can be split by."""


def histogram_card(scope: Scope) -> None:
    """Time to feedback on the guide's bins, by buyer type."""
    all_there = scope.clock == "delivered"
    base = "deliveries" if all_there else "those reported"
    card = cards.Card(
        key="waits",
        title="Time to feedback",
        how=f"Share of {base} by how long it took until we were told. "
        f"{'Hatched: none yet. ' if all_there else ''}"
        "Reports without an hour or from before the delivery are in no bar.",
        columns=(
            *("buyer_type", "bin", "deliveries"),
            "share_of_delivered" if all_there else "share_of_reported",
        ),
        table="time_to_feedback",
        options={"by": ["buyer_type"]},
        leads={"status": "delivered"},
    )

    def frame() -> pl.DataFrame:
        rows = workspace().table("time_to_feedback", scope, by=("buyer_type",))
        rows = rows.filter(group="buyer_type")
        kind = pl.col("value").map_elements(formats.buyer_type, return_dtype=pl.String)
        return buyer_cards.in_order(rows, "value").with_columns(buyer_type=kind)

    cards.show(card, frame, wait_histogram.histogram)


def complete_card(scope: Scope) -> None:
    """How complete each delivery week is."""
    card = cards.Card(
        key="complete",
        title="How complete each week is",
        how="Share of a delivery week's final sales that is normally in at its age. Hatched: what "
        "usually still comes. The last half year at most.",
        columns=("week", "age_weeks", "delivered", "converted", "developed", "expected_final"),
        table="cohorts",
        empty="There is no whole week in this period yet.",
    )

    def frame() -> pl.DataFrame:
        rows = workspace().table("cohorts", scope).sort("week").tail(_WEEKS)
        return rows.with_columns(pl.col("expected_final").round(1))

    cards.show(card, frame, age_curves.complete)


def overview(scope: Scope) -> None:
    """When feedback comes, and how complete each week is."""
    left, right = st.columns(2)
    with left:
        histogram_card(scope)
    with right:
        complete_card(scope)


def incidence_card(scope: Scope) -> None:
    """What becomes of deliveries with age."""
    card = cards.Card(
        key="incidence",
        title="What becomes of deliveries with age",
        how="Share that had sold, come back or ended otherwise by each day after delivery, with "
        "its likely range. Deliveries still open count for as long as they were seen.",
        columns=(
            "age_days",
            "at_risk",
            "converted_incidence",
            "returned_incidence",
            "closed_incidence",
        ),
        table="incidence",
        empty="No delivery of this period has come to an end yet.",
    )
    cards.show(card, lambda: workspace().table("incidence", scope), age_curves.incidence)


def middles_card(scope: Scope) -> None:
    """The middle time to feedback by a dimension that the reader chooses."""
    split = address.choice("split", SPLITS, "buyer_type")
    card = cards.Card(
        key="middles",
        title=f"Middle time to feedback by {SPLITS[split].lower()}",
        how="Half of those reported came sooner. Each grid line is several times the one before.",
        columns=(
            "name",
            "delivered",
            "reported",
            "seconds_to_feedback",
            "seconds_to_outcome",
            "seconds_of_delay",
        ),
        table="time_to_feedback",
        options={"by": [split]},
        empty="No report has come yet.",
    )
    cards.show(
        card,
        lambda: middles(scope, split),
        wait_histogram.middles,
        cards.Extras(controls=lambda: shared_cards.switch("split", split, SPLITS, width=150)),
    )


def middles(scope: Scope, split: str) -> pl.DataFrame:
    """One row per value of a dimension with its middle times, fastest first."""
    rows = workspace().table("time_to_feedback", scope, by=(split,)).filter(group=split)
    names = workspace().names().get(split, {})
    called = {"buyer_type": formats.buyer_type, "outcome": formats.outcome}.get(
        split, lambda value: names.get(value, value)
    )
    rows = rows.unique("value", keep="first", maintain_order=True)
    rows = rows.filter(pl.col("median_seconds_to_feedback").is_not_null())
    return rows.with_columns(
        name=pl.col("value").map_elements(called, return_dtype=pl.String),
        seconds_to_feedback="median_seconds_to_feedback",
        seconds_to_outcome="median_seconds_to_outcome",
        seconds_of_delay="median_reporting_delay",
    ).sort("median_seconds_to_feedback", "value")


def tab(scope: Scope) -> None:
    """The tab of timing."""
    incidence_card(scope)
    middles_card(scope)
