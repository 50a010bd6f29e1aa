"""Returns: the rate in its normal band, claims in number and money, the queue of claims."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.charts import control_chart, money_bars
from dashboard.layout import address, cards
from dashboard.panels.shared import shared_cards
from dashboard.presentation import formats
from dashboard.presentation.markup import html

if TYPE_CHECKING:
    from dashboard.answers.workspace import Status
    from metrics.definitions.scope import Scope

_QUEUE: Final = (
    *("decide_by", "days_left", "return_state", "buyer_name", "source_name", "reason"),
    *("credit_requested_cents", "credit_approved_cents", "claimed_at", "claimed_late", "lead_id"),
)


def trend(scope: Scope) -> pl.DataFrame:
    """`returns_trend` with the end of each bucket and whether it can be judged yet."""
    by = shared_cards.grain(scope)
    spans = workspace().table("trend", scope, grain=by).select("start", "end", "partial", "young")
    rows = workspace().table("returns_trend", scope, grain=by)
    both = rows.join(spans, on="start", how="left", maintain_order="left")
    return both.with_columns(
        normal=pl.struct("normal_low", "normal_high").map_elements(
            lambda ends: formats.likely_range(*ends.values()), return_dtype=pl.String
        )
    )


def trend_card(scope: Scope, chip: str | None) -> None:
    """The return rate over time."""
    card = cards.Card(
        key="returns_trend",
        title="Return rate over time",
        how="Of deliveries. Band: where a week of its size normally lies. Dotted and hollow: too "
        f"young to judge, more may come back.{shared_cards.coarser(scope)}",
        columns=("start", "delivered", "returned", "return_rate", "return_range", "normal"),
        table="returns_trend",
        options={"grain": shared_cards.grain(scope)},
        leads={"returned": True},
    )
    cards.show(
        card,
        lambda: trend(scope),
        control_chart.figure,
        cards.Extras(
            chip=lambda _: chip,
            controls=lambda: shared_cards.switch(
                "grain", shared_cards.grain(scope), shared_cards.GRAINS, width=95
            ),
        ),
    )


def summary_card(scope: Scope, status: Status) -> None:
    """Claimed, waiting, credited, refused."""
    card = cards.Card(
        key="claims_summary",
        title="What became of the claims",
        how="How many, and the money asked back; for credited ones what was given. Click a bar "
        "for its leads.",
        columns=(
            "state",
            "claims",
            "share",
            "credit_requested_cents",
            "credit_approved_cents",
            "median_days_to_decide",
        ),
        table="claims_summary",
        leads={"returned": True},
        currency=status.currency,
        empty="Nothing was returned in this period.",
    )

    def frame() -> pl.DataFrame:
        rows = workspace().table("claims_summary", scope)
        if not rows.filter(return_state="claimed")["claims"].sum():
            return rows.clear().with_columns(state=pl.lit("", pl.String))
        return rows.with_columns(
            pl.col("median_days_to_decide").round(1),
            state=pl.col("return_state").replace(money_bars.STATES),
        )

    cards.show(
        card,
        frame,
        lambda rows, colours: money_bars.claims(rows, colours, status.currency),
        cards.Extras(on_click=_leads_of_state),
    )


def _leads_of_state(state: str) -> None:
    if state == "claimed":
        address.go_next("leads", returned=True)
    else:
        address.go_next("leads", return_state=state)


def conclusion(claims: pl.DataFrame, currency: str) -> str:
    """What waits, what of it is overdue, and the money, in one sentence."""
    waiting = claims.filter(return_state="waiting")
    if waiting.is_empty():
        return "No claim waits for an answer."
    late = waiting.filter(pl.col("days_left") < 0)
    money = formats.money(_sum(waiting), currency)
    text = f"{formats.quantity(waiting.height, 'claim')} for {money} wait for an answer"
    if waiting.height == 1:
        text = f"1 claim for {money} waits for an answer"
    if late.is_empty():
        return f"{text}; none of them is overdue."
    return (
        f"{text}; {late.height:,} of them, for {formats.money(_sum(late), currency)}, are overdue."
    )


def _sum(claims: pl.DataFrame) -> float:
    return float(claims["credit_requested_cents"].fill_null(0).sum())


def queue(scope: Scope, status: Status) -> None:
    """The claims, waiting ones first, each with its deadline."""
    card = cards.Card(
        key="claims",
        title="Claims",
        how="Waiting ones first, by the day an answer is owed; days left below zero are overdue. "
        "Tick a row for the lead's story.",
        columns=_QUEUE,
        table="claims",
        leads={"returned": True},
        currency=status.currency,
        zone=status.zone,
        empty="Nothing was returned in this period.",
    )

    def frame() -> pl.DataFrame:
        rows = workspace().table("claims", scope)
        return rows.with_columns(
            reason=pl.col("reason").map_elements(formats.reason, return_dtype=pl.String),
            return_state=pl.col("return_state").replace(money_bars.STATES),
            claimed_late=pl.col("claimed_late").replace_strict(
                {True: "late", False: ""}, default="", return_dtype=pl.String
            ),
        )

    with cards.guarded("The waiting claims"):
        said = conclusion(workspace().table("claims", scope), status.currency)
        st.html(html("headline.waiting", text=said, earlier=_earlier(scope, status)))
    cards.show(card, frame, None, cards.Extras(on_row=_to_lead))


def _earlier(scope: Scope, status: Status) -> tuple[str, str] | None:
    """How many claims wait that belong to deliveries before the period, and where all are."""
    if scope.clock != "delivered" or status.first_day is None or status.first_day >= scope.first:
        return None
    last = scope.first - timedelta(days=1)
    before = replace(scope, first=status.first_day, last=last)
    waiting = workspace().table("claims", before).filter(return_state="waiting")
    if waiting.is_empty():
        return None
    more = f"{waiting.height:,} more, for {formats.money(_sum(waiting), status.currency)}"
    return more, address.link("returns", tab="waiting", period="all_time")


def _to_lead(row: dict[str, Any]) -> None:
    address.go_next("leads", lead=row["lead_id"])
