"""The five headline cards: number, what it is of, change in words, shape."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.charts import sparkline
from dashboard.layout import address, cards
from dashboard.presentation import formats
from metrics.definitions.catalogue import number
from metrics.insights.comparison import silence_bounds

if TYPE_CHECKING:
    import polars as pl

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
    st.html(f'<div class="headline">{"".join(drawn)}</div>')


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
) -> str:
    entry = number(row["key"])
    picture = f'<img alt="" src="{image}">' if image else ""
    meaning = html.escape(f"{entry.definition} {entry.formula[:1].upper()}{entry.formula[1:]}.")
    return (
        f'<div><div class="label"><span title="{meaning}">{html.escape(entry.label)}</span></div>'
        f'<div class="number">{html.escape(_value(row, currency))}</div>'
        f'<div class="of">{_of(row, bounds)}</div>'
        f'<div class="change {row["verdict"] or "none"}">{html.escape(changed)}</div>'
        f"{picture}</div>"
    )


def _value(row: dict[str, Any], currency: str) -> str:
    if number(row["key"]).unit == "money":
        return formats.money(row["value"], currency)
    return formats.rate(row["value"])


def _of(row: dict[str, Any], bounds: tuple[float, float] | None) -> str:
    """What the number is made of, linked to its leads, and its likely range."""
    if row["numerator"] is None or row["denominator"] is None:
        return html.escape(number(row["key"]).definition)
    counted = f"{formats.count(row['numerator'])} of {formats.count(row['denominator'])}"
    conditions = LEADS.get(row["key"])
    if conditions:
        link = html.escape(address.link("leads", **conditions))
        counted = f'<a href="{link}" title="Show these leads">{counted}</a>'
    if bounds:
        return f"{counted}<br>if all had reported: {formats.likely_range(*bounds)}"
    likely = formats.likely_range(row["low"], row["high"])
    tail = (
        "" if likely == formats.NO_DATA else f'<br><span title="Likely range, 95 %">{likely}</span>'
    )
    return counted + tail


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
