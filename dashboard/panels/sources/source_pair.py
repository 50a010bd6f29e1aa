"""Two sources side by side: every figure with its range, and whether the difference is sure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl
import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.charts import paired_lines
from dashboard.layout import address, cards
from dashboard.panels.shared import shared_cards
from dashboard.presentation import formats
from dashboard.presentation.markup import html
from metrics.definitions.catalogue import QUALITY_RATES, number
from metrics.insights.comparison import better_of_two

if TYPE_CHECKING:
    from dashboard.answers.workspace import Status
    from dashboard.query.filters import Query
    from metrics.definitions.scope import Scope

_COUNTS: Final = ("delivered", "coverage", "delivery_rate")
_MONEY: Final = ("net_cents", "margin_cents")
PAIR: Final = 2
LEVEL: Final = "level: may be chance"
NONE: Final = "none was reported"


def show(query: Query, status: Status) -> None:
    """Draw the comparison of the two sources that are asked for."""
    scope = query.scope
    numbers = shared_cards.headline(query, status, "sources")
    if numbers is None:
        return
    rows = pair(workspace().table("sources", scope), scope)
    names = [row["name"] for row in rows]
    with st.container(horizontal=True, vertical_alignment="center", key="profile_head"):
        st.html(html("texts.heading", text=" and ".join(names)), width="content")
        st.button(
            "Back to all sources", type="tertiary", on_click=address.change, kwargs={"source": None}
        )
    if not (scope.rate_base == "feedback" and shared_cards.only_ends_reported(numbers)):
        st.html(html("texts.conclusion", text=verdict(rows)))
    left, right = st.columns([2, 3])
    with (
        left,
        st.container(border=True, key="card_pair", height="stretch"),
        cards.guarded("The comparison"),
    ):
        cards.title("Side by side", "Under each rate its likely range; last, what is sure.")
        st.html(cards.facts(facts(rows, status.currency), ("", *names, "Sure?"), (1, 2)))
        st.html(cards.downloads("sources", {}), width="content")
    with right:
        _lines(scope, rows)


def pair(sources: pl.DataFrame, scope: Scope) -> list[dict[str, Any]]:
    """The two sources in the order asked for; one without any offer is all empty."""
    known = {row["id"]: row for row in sources.to_dicts()}
    named = workspace().names()["source"]
    blank = dict.fromkeys(sources.columns)
    return [known.get(i, {**blank, "id": i, "name": named.get(i, i)}) for i in scope.source]


def sure(one: dict[str, Any], other: dict[str, Any], key: str) -> str:
    """Which of two sources is better at a rate, or that nobody can tell."""
    found = better_of_two(one, other, key)
    said = {"level": LEVEL, "nothing": NONE, "no data": "no data"}
    return said.get(found) or f"{(one if found == 'first' else other)['name']} is better"


def verdict(rows: list[dict[str, Any]]) -> str:
    """The conversion of both in one sentence."""
    one, other = rows
    if one["conversion_rate"] is None or other["conversion_rate"] is None:
        return "One of them has no feedback in this period, so they cannot be compared."
    rates = [f"{row['name']} {formats.rate(row['conversion_rate'])}" for row in rows]
    said = f"Conversion: {rates[0]}, {rates[1]}"
    word = sure(one, other, "conversion_rate")
    if word == LEVEL:
        return f"{said}; the difference may be chance."
    if word == NONE:
        return f"{said}; no sale was reported."
    return f"{said}; {word}, whatever chance may do."


def facts(rows: list[dict[str, Any]], currency: str) -> list[tuple[str, ...]]:
    """Figures of both as rows of words."""
    found: list[tuple[str, ...]] = []
    for key in _COUNTS:
        write = formats.count if number(key).unit == "count" else formats.rate
        found.append((number(key).label, *(write(row[key]) for row in rows), ""))
    for key in QUALITY_RATES:
        entry = number(key)
        found.append(
            (entry.label, *(formats.rate(r[key]) for r in rows), sure(rows[0], rows[1], key))
        )
        ranges = [formats.likely_range(r[entry.low], r[entry.high]) for r in rows]
        found.append(("likely range", *ranges, ""))
        counts = [
            f"{formats.count(r[str(entry.counts)])} of {formats.count(r[str(entry.denominator)])}"
            for r in rows
        ]
        found.append(("counted", *counts, ""))
    found += [
        (number(key).label, *(formats.money(row[key], currency) for row in rows), "")
        for key in _MONEY
    ]
    return found


def _lines(scope: Scope, rows: list[dict[str, Any]]) -> None:
    key = address.choice("metric", QUALITY_RATES, "conversion_rate")
    grain = shared_cards.grain(scope)
    card = cards.Card(
        key="pair_lines",
        title="Over time",
        how="Each with its name at the end of its line. Dotted and hollow: too young to judge.",
        columns=("start", *(row["id"] for row in rows)),
        table="rates",
        options={"by": ["source", grain]},
        alt=f"{number(key).label} of both sources by {grain}",
    )

    def frame() -> pl.DataFrame:
        table = workspace().table("rates", scope, by=("source", grain))
        wide = table.select("source", start=grain, rate=pl.col(key))
        young = workspace().table("trend", scope, grain=grain).select("start", "young")
        lines = wide.pivot("source", index="start", values="rate").sort("start")
        return lines.join(young, on="start", how="left", maintain_order="left")

    lines = [(row["id"], row["name"]) for row in rows]
    cards.show(
        card,
        frame,
        lambda table, colours: paired_lines.figure(table, lines, colours),
        cards.Extras(
            controls=lambda: shared_cards.switch(
                "metric", key, {name: number(name).label for name in QUALITY_RATES}
            )
        ),
    )
