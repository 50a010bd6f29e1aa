"""Where sales will end: weeks, ages, what was expected before, what is still to come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl
import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.charts import age_curves, dumbbell
from dashboard.layout import address, cards
from dashboard.panels.shared import shared_cards
from dashboard.presentation import formats, theme

if TYPE_CHECKING:
    from metrics.definitions.scope import Scope

AGO: Final = {"14": "14 days ago", "30": "30 days ago"}
_MOST: Final = 15
_STILL: Final = 10
_ENDS: Final = ("expected_final", "expected_low", "expected_high")


def _left_out(scope: Scope) -> str:
    """What the expectation leaves out, where the record is too short to see it."""
    weeks = workspace().table("still_to_come", scope)["open_after_weeks"].drop_nulls()
    if weeks.is_empty():
        return ""
    return f" Sales over {max(weeks)} weeks after delivery are not in it: the record is too short."


def weeks_card(scope: Scope) -> None:
    """Sales of each delivery week so far and in the end."""
    card = cards.Card(
        key="cohorts",
        title="Sales of each delivery week",
        how="Line: share of deliveries sold so far, hollow where too young to judge. Dashed: what "
        f"to expect in the end, in its likely range.{_left_out(scope)}",
        columns=("week", "delivered", "converted", "developed", *_ENDS, "expected_rate"),
        table="cohorts",
        empty="There is no whole week in this period yet.",
    )

    def frame() -> pl.DataFrame:
        return workspace().table("cohorts", scope).with_columns(pl.col(_ENDS).round(1))

    cards.show(card, frame, age_curves.expected)


def ages_card(scope: Scope) -> None:
    """How complete sales are at each age, by buyer type."""
    card = cards.Card(
        key="ages",
        title="How complete sales are at each age",
        how="Share of the final sales normally in so many weeks after delivery, learned from the "
        "whole record. Under 100 sales a buyer type has no line of its own.",
        columns=("called", "age_weeks", "before", "after", "developed"),
        table="maturity",
        empty="The record is too short to know how sales develop.",
    )

    def frame() -> pl.DataFrame:
        called = pl.col("segment").map_elements(age_curves.segment_name, return_dtype=pl.String)
        return workspace().table("maturity", scope).with_columns(called=called)

    cards.show(card, frame, age_curves.developed)


def backtest_card(scope: Scope) -> None:
    """What was expected some time ago, beside what has come."""
    ago = address.choice("split", AGO, "14")
    card = cards.Card(
        key="backtest",
        title="Forecast check",
        how="Hollow: sales expected in the end, as we knew it then, with the likely range. Filled: "
        "sales that have come; a red diamond lies outside of it.",
        columns=("week_of", "delivered", "converted_then", *_ENDS, "converted_now", "came"),
        table="backtest",
        empty="All weeks of this period were complete by then, or not yet delivered.",
    )
    pair = dumbbell.Pair(
        value="converted_now",
        other="expected_final",
        low="expected_low",
        high="expected_high",
        range_of_other=True,
        name="week_of",
        key="week",
        flagged="inside",
        hover=_check_hover,
        label=lambda row: f"{row['converted_now']:,} of {row['expected_final']:,.0f}",
        rate=False,
        from_zero=False,
    )
    cards.show(
        card,
        lambda: checked(scope, int(ago)),
        lambda rows, colours: dumbbell.figure(rows, pair, colours),
        cards.Extras(controls=lambda: shared_cards.switch("split", ago, AGO)),
    )


def checked(scope: Scope, ago: int) -> pl.DataFrame:
    """The weeks of one forecast, newest first; those complete by then teach nothing."""
    rows = workspace().table("backtest", scope).filter(days_ago=ago).drop_nulls("expected_final")
    rows = rows.filter(pl.col("expected_high") - pl.col("converted_then") >= 1)
    came = {True: "as expected", False: "outside the range"}
    return (
        rows.sort("week", descending=True)
        .head(_MOST)
        .with_columns(
            pl.col(_ENDS).round(1),
            week_of=pl.col("week").map_elements(formats.day, return_dtype=pl.String),
            came=pl.col("inside").replace_strict(
                came, default="not all in yet", return_dtype=pl.String
            ),
        )
    )


def _check_hover(row: dict[str, Any]) -> str:
    return theme.hover(
        f"Week of {row['week_of']}",
        f"{formats.count(row['converted_then'])} sales known then, expected in the end",
        f"{formats.count(row['expected_final'])} "
        f"({formats.count(row['expected_low'])} – {formats.count(row['expected_high'])})",
        f"{formats.count(row['converted_now'])} have come: {row['came']}",
    )


def still_card(scope: Scope) -> None:
    """Sales that each source's deliveries will likely still bring."""
    card = cards.Card(
        key="still_to_come",
        title="Still to come",
        how="Filled: sales so far. Hollow: expected in the end. The sources with most to come; the "
        f"table file has them all. Click a dot for the source.{_left_out(scope)}",
        columns=("name", "delivered", "converted", *_ENDS, "still_to_come"),
        table="still_to_come",
        empty="Nothing is left to come in this period.",
    )
    pair = dumbbell.Pair(
        value="converted",
        other="expected_final",
        name="name",
        key="id",
        hover=_still_hover,
        label=lambda row: f"+{row['still_to_come']:,.0f}",
        rate=False,
    )

    def frame() -> pl.DataFrame:
        rows = workspace().table("still_to_come", scope).drop_nulls("still_to_come")
        rows = rows.filter(pl.col("still_to_come") > 0)
        rows = rows.sort(["still_to_come", "id"], descending=[True, False]).head(_STILL)
        return rows.with_columns(pl.col(*_ENDS, "still_to_come").round(1))

    cards.show(
        card,
        frame,
        lambda rows, colours: dumbbell.figure(rows, pair, colours),
        cards.Extras(on_click=shared_cards.only_source),
    )


def _still_hover(row: dict[str, Any]) -> str:
    return theme.hover(
        theme.safe(row["name"]),
        f"{formats.count(row['converted'])} sales of {formats.count(row['delivered'])} "
        "deliveries so far",
        f"expected in the end {formats.count(row['expected_final'])} "
        f"({formats.count(row['expected_low'])} – {formats.count(row['expected_high'])})",
    )


def tab(scope: Scope) -> None:
    """The tab of cohorts and the forecast check."""
    left, right = st.columns(2)
    with left:
        weeks_card(scope)
    with right:
        ages_card(scope)
    left, right = st.columns(2)
    with left:
        backtest_card(scope)
    with right:
        still_card(scope)
