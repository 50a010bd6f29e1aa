"""Why leads come back: reasons in two levels, and what a check would have saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl
import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.charts import money_bars, pareto
from dashboard.layout import address, cards
from dashboard.presentation import formats
from metrics.insights.claims import UNSAID

if TYPE_CHECKING:
    from dashboard.answers.workspace import Status
    from metrics.definitions.scope import Scope

_COLUMNS: Final = ("called", "returned", "share", "price_cents", "credited_cents")


def level(scope: Scope, name: str, group: str | None = None) -> pl.DataFrame:
    """One level of `return_reasons`, of one group where it is given."""
    rows = workspace().table("return_reasons", scope).filter(level=name)
    if group is not None:
        rows = rows.filter(reason_group=group)
    key = pl.col("reason_group" if name == "group" else "reason")
    word = formats.reason_group if name == "group" else formats.reason
    return rows.with_columns(called=key.map_elements(word, return_dtype=pl.String))


def chosen_group(groups: pl.DataFrame) -> str | None:
    """The group looked at: that of the address, else the largest."""
    found = groups["reason_group"].to_list()
    return address.choice("group", found, found[0]) if found else None


def groups_card(scope: Scope, status: Status, *, chosen: str | None = None, leads: bool) -> None:
    """The groups of reasons from the most frequent down."""
    card = cards.Card(
        key="reason_groups",
        title="Main reasons",
        how="Bars: share of all claims. Dotted: shares added up from the top. "
        + ("Click a bar for its leads." if leads else "Click a bar for the reasons in it."),
        columns=_COLUMNS,
        table="return_reasons",
        leads={"returned": True},
        currency=status.currency,
        empty="Nothing was returned in this period.",
    )
    kind = pareto.Reasons(
        key="reason_group",
        called=formats.reason_group,
        chosen=chosen,
        currency=status.currency,
    )
    cards.show(
        card,
        lambda: level(scope, "group"),
        lambda rows, colours: pareto.figure(rows, kind, colours),
        cards.Extras(on_click=_leads_of_group if leads else _look_at_group),
    )


def _leads_of_group(group: str) -> None:
    if group != UNSAID:  # there is no condition for "said nothing"
        address.go_next("leads", returned=True, reason_group=group)


def _look_at_group(group: str) -> None:
    address.change(group=group)


def reasons_card(scope: Scope, status: Status, group: str) -> None:
    """The single reasons of one group."""
    card = cards.Card(
        key="reasons",
        title=formats.reason_group(group),
        how="The reasons of this kind, as shares of all claims. Click a bar for its leads.",
        columns=_COLUMNS,
        table="return_reasons",
        leads=None if group == UNSAID else {"returned": True, "reason_group": group},
        currency=status.currency,
    )
    kind = pareto.Reasons(key="reason", called=formats.reason, currency=status.currency)
    cards.show(
        card,
        lambda: level(scope, "reason", group),
        lambda rows, colours: pareto.figure(rows, kind, colours),
        cards.Extras(on_click=_leads_of_reason),
    )


def _leads_of_reason(reason: str) -> None:
    if reason != UNSAID:
        address.go_next("leads", returned=True, reason=reason)


def avoidable_card(scope: Scope, status: Status) -> None:
    """What a check before delivery saves less its price."""
    card = cards.Card(
        key="avoidable",
        title="Avoidable credits",
        how="What a check before delivery would have saved, less the price of checking every "
        "delivery. Hatched: the check costs more than it saves.",
        columns=(
            "called",
            "check",
            "returned",
            "credit_cents",
            "saved_cents",
            "check_cost_cents",
            "avoidable_cents",
        ),
        table="avoidable_returns",
        currency=status.currency,
        empty="No credit of this period would have been prevented by a check.",
    )

    def frame() -> pl.DataFrame:
        rows = workspace().table("avoidable_returns", scope).filter(pl.col("returned") > 0)
        called = pl.col("reason_group").map_elements(formats.reason_group, return_dtype=pl.String)
        return rows.with_columns(called=called)

    cards.show(
        card,
        frame,
        lambda rows, colours: money_bars.avoidable(rows, colours, status.currency),
    )


def tab(scope: Scope, status: Status) -> None:
    """The tab of reasons: groups, the reasons of one, avoidable credits."""
    group = chosen_group(level(scope, "group"))
    left, right = st.columns(2)
    with left:
        groups_card(scope, status, chosen=group, leads=False)
    with right:
        if group:
            reasons_card(scope, status, group)
    avoidable_card(scope, status)
