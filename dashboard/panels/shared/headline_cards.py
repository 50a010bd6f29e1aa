"""The five headline cards: number, what it is of, change in words, shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.charts import sparkline
from dashboard.layout import address, cards
from dashboard.presentation import formats
from dashboard.presentation.markup import html
from metrics.definitions.catalogue import number
from metrics.insights.comparison import silence_bounds

if TYPE_CHECKING:
    import polars as pl
    from markupsafe import Markup

    from dashboard.query.filters import Value
    from metrics.definitions.scope import Scope

KEYS: Final = ("conversion_rate", "contact_rate", "return_rate", "margin_cents", "coverage")
LEADS: Final[dict[str, dict[str, Value]]] = {
    "conversion_rate": {"converted": True},
    "contact_rate": {"contacted": True},
    "return_rate": {"returned": True},
    "coverage": {"feedback": "any"},
}
"""The row conditions that list a rate's numerator."""
ALONE: Final = {
    "record": "no period before to compare with",
    "unreported": "not compared: buyers did not report yet",
}
"""Why a number has nothing to be compared with."""
_ARROWS: Final = {True: "▲", False: "▼"}


def show(headline: pl.DataFrame, trend: pl.DataFrame, scope: Scope, currency: str) -> None:
    """Draw the cards as one grid, so that they share a height."""
    colours, alone = cards.colours(), ALONE[workspace().alone(scope) or "record"]
    rows = {row["key"]: row for row in headline.iter_rows(named=True)}
    keys = [_money_key(rows) if key == "margin_cents" else key for key in KEYS]
    bounds = silence_bounds(rows)
    drawn = [
        _card(
            rows[key],
            sparkline.image(_shape(trend, key), colours),
            change(rows[key], currency, alone),
            currency,
            bounds if key == "conversion_rate" else None,
        )
        for key in keys
        if key in rows
    ]
    st.html(html("headline.cards", cards=drawn))


def _shape(trend: pl.DataFrame, key: str) -> list[float | None]:
    """A number over time, without the buckets that are too young to judge."""
    if key not in trend.columns:
        return []
    judged = trend.filter(~trend["young"]) if "young" in trend.columns else trend
    return (judged if judged.height > 2 else trend)[key].to_list()  # noqa: PLR2004 - a shape


def _money_key(rows: dict[str, dict[str, Any]]) -> str:
    """Margin, or net revenue where the cost of leads is unknown."""
    margin = rows.get("margin_cents")
    return "margin_cents" if margin and margin["value"] is not None else "net_cents"


def _card(
    row: dict[str, Any],
    image: str,
    changed: str,
    currency: str,
    bounds: tuple[float, float] | None,
) -> Markup:
    entry = number(row["key"])
    return html(
        "headline.card",
        label=entry.label,
        meaning=f"{entry.definition} {entry.formula[:1].upper()}{entry.formula[1:]}.",
        value=_value(row, currency),
        of=_of(row, bounds),
        verdict=row["verdict"] or "none",
        change=changed,
        image=image,
    )


def _value(row: dict[str, Any], currency: str) -> str:
    if number(row["key"]).unit == "money":
        return formats.money(row["value"], currency)
    return formats.rate(row["value"])


def _of(row: dict[str, Any], bounds: tuple[float, float] | None) -> str:
    """What the number is made of, linked to its leads, and its likely range."""
    if row["numerator"] is None or row["denominator"] is None:
        return number(row["key"]).definition
    counted = f"{formats.count(row['numerator'])} of {formats.count(row['denominator'])}"
    conditions = LEADS.get(row["key"])
    likely = formats.likely_range(row["low"], row["high"])
    return html(
        "headline.counted",
        text=counted,
        link=address.link("leads", **conditions) if conditions else None,
        bounds=formats.likely_range(*bounds) if bounds else None,
        likely=None if likely == formats.NO_DATA else likely,
    )


def change(row: dict[str, Any], currency: str, alone: str) -> str:
    """The change against the previous period at the same age in words, or why there is none."""
    if row["value"] is None:
        return "no data"
    if row["change"] is None or row["previous"] is None:
        return alone
    money = number(row["key"]).unit == "money"
    was = formats.money(row["previous"], currency) if money else formats.rate(row["previous"])
    if row["verdict"] == "level":
        return f"level, was {was}"
    size = abs(row["change"])
    moved = formats.money(size, currency) if money else f"{size * 100:.1f} pp"
    word = f" {row['verdict']}" if row["verdict"] else ""
    return f"{_ARROWS[row['change'] > 0]} {moved}{word}, was {was}"
