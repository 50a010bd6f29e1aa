"""One source looked at: verdict, trend, sub-sources, buyers, reasons, score, price, what to do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.charts import outcome_mix, ranking
from dashboard.layout import address, cards
from dashboard.panels.shared import accuracy_cards, headline_cards, reason_cards, shared_cards
from dashboard.panels.sources import source_cards
from dashboard.presentation import formats
from dashboard.presentation.markup import html
from metrics.insights.comparison import silence_bounds

if TYPE_CHECKING:
    from dashboard.answers.workspace import Status
    from dashboard.query.filters import Query
    from metrics.definitions.scope import Scope

_MOST: Final = 12
_COLUMNS: Final = ("delivered", "converted", "conversion_rate", "conversion_range", "return_rate")


def source(source_id: str, query: Query, status: Status) -> None:
    """The profile of one source; the other filters stay in force."""
    name = workspace().names()["source"].get(source_id, source_id)
    _heading(name, source_id)
    scope = query.scope
    numbers = shared_cards.headline(query, status, "sources")
    if numbers is None:
        return
    rows = {row["key"]: row for row in numbers.iter_rows(named=True)}
    told = rows["coverage"]["value"]
    _conclude(name, source_id, scope, rows)
    trend = workspace().table("trend", scope, grain=shared_cards.grain(scope))
    headline_cards.show(numbers, trend, scope, status.currency)
    left, right = st.columns([3, 2])
    with left:
        shared_cards.trend_card(scope, status, chip=shared_cards.chip(numbers, scope))
    with right:
        cards.show(
            shared_cards.mix_card(scope),
            lambda: shared_cards.mix(scope),
            outcome_mix.figure,
            cards.Extras(on_click=shared_cards.leads_of_outcome),
        )
    left, right = st.columns(2)
    with left:
        _split("sub_source", "Sub-sources", query)
    with right:
        _split("buyer", "Buyers", query)
    left, right = st.columns(2)
    with left:
        reason_cards.groups_card(scope, status, leads=True)
    with right:
        chip = cards.chip_of(None, told)
        source_cards.score_card(source_id, scope, workspace().rules.score, coverage=told, chip=chip)
    left, right = st.columns(2)
    with left:
        source_cards.price_card(source_id, scope, status)
    with right:
        source_cards.actions_card(scope, status)
    accuracy_cards.examples_card(scope)


def _conclude(name: str, source_id: str, scope: Scope, rows: dict[str, dict[str, Any]]) -> None:
    """Conversion, tier (none of under 40 % reported) and what the silent leave open."""
    told = rows["coverage"]["value"]
    few = told is not None and told < cards.LITTLE
    tier = "" if few else f" {source_cards.tier(source_id, scope)}"
    said = f"{verdict(name, rows)}{tier}{silent(rows)}"
    st.html(html("texts.conclusion", text=said))


def _heading(name: str, source_id: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="profile_head"):
        st.html(html("texts.heading", text=name, title=source_id), width="content")
        st.button(
            "Back to all sources", type="tertiary", on_click=address.change, kwargs={"source": None}
        )


def verdict(name: str, rows: dict[str, dict[str, Any]]) -> str:
    """The conversion of a source in one sentence, compared with its own past."""
    row = rows["conversion_rate"]
    base = row["denominator"] or 0
    if row["value"] is None or base < ranking.FEW:
        counted = formats.quantity(base, "lead")
        return f"{name}: too few leads to judge ({counted} counted, {ranking.FEW} needed)."
    likely = formats.likely_range(row["low"], row["high"])
    text = f"{name} converts {formats.rate(row['value'])} ({likely}) of {formats.count(base)}"
    was, then = formats.rate(row["previous"]), shared_cards.compared(address.query().scope)
    if row["verdict"] == "level":
        return f"{text}, level with the {was} of the {then}: the difference may be chance."
    if row["verdict"] is None:
        return f"{text}; there is nothing to compare with."
    more = "more" if row["change"] > 0 else "less"
    return f"{text}, {more} than the {was} of the {then} at the same age."


def silent(rows: dict[str, dict[str, Any]]) -> str:
    """What the unreported leads leave open, where many are; else nothing."""
    bounds = silence_bounds(rows)
    if bounds is None:
        return ""
    missing = f"{(1 - rows['coverage']['value']) * 100:.0f} %"
    return (
        f" Buyers have not reported on {missing} of these leads: whatever became of those, "
        f"conversion lies between {bounds[0] * 100:.0f} and {bounds[1] * 100:.0f} %."
    )


def _split(dimension: str, title: str, query: Query) -> None:
    """The source cut by another dimension, as a ranking."""
    scope = query.scope
    kind = shared_cards.ranked(scope)
    named = f"{dimension}_name"
    rows = workspace().table("rates", scope, by=(dimension,))
    kind = replace(kind, key=dimension, name=named if named in rows.columns else dimension)
    more = f"The {_MOST} largest of {rows.height:,}. " if rows.height > _MOST else ""
    card = cards.Card(
        key=f"by_{dimension}",
        title=title,
        how=f"Conversion with its likely range; hollow: fewer than {ranking.FEW}. {more}"
        "Click to filter.",
        columns=(kind.name, *_COLUMNS),
        table="rates",
        options={"by": [dimension]},
    )
    largest = rows.sort(kind.base, kind.key, descending=[True, False]).head(_MOST)
    cards.show(
        card,
        lambda: largest,
        lambda frame, colours: ranking.figure(frame, kind, colours),
        cards.Extras(on_click=lambda value: address.change(**{dimension: value})),
    )
