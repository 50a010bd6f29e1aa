"""One buyer looked at: verdict in words, silence, returns beside others, whom to ask."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import polars as pl
import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.charts import dumbbell, ranking, weeks_reported
from dashboard.layout import address, cards
from dashboard.panels.buyers import buyer_cards
from dashboard.panels.shared import headline_cards, shared_cards
from dashboard.presentation import formats
from dashboard.presentation.markup import html
from dashboard.query import filters
from metrics.definitions.scope import Rows
from metrics.insights.comparison import MOST_REPORTED

if TYPE_CHECKING:
    from dashboard.answers.workspace import Status
    from dashboard.query.filters import Query
    from metrics.definitions.scope import Scope

_LEAD: Final = "lead_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """Rows about one buyer: of `buyers`, `overdue_feedback` and `buyer_strictness`."""

    buyer: dict[str, Any]
    overdue: dict[str, Any] | None
    strictness: dict[str, Any] | None


def buyer(buyer_id: str, query: Query, status: Status) -> None:
    """The profile of one buyer; the other filters stay in force."""
    scope = query.scope
    _heading(workspace().names()["buyer"].get(buyer_id, buyer_id), buyer_id, query)
    numbers = shared_cards.headline(query, status, "buyers")
    if numbers is None:
        return
    with cards.guarded("The verdict"):
        text = verdict(habits(buyer_id, scope))
        st.html(html("texts.conclusion", text=text))
    trend = workspace().table("trend", scope, grain=shared_cards.grain(scope))
    headline_cards.show(numbers, trend, scope, status.currency)
    _silence(scope)
    left, right = st.columns(2)
    with left:
        _returns(scope)
    with right:
        _conversion(scope)
    left, right = st.columns(2)
    with left:
        _unanswered(scope, status)
    with right:
        _calls(scope, status)


def letter(buyer_id: str, query: Query) -> str:
    """Where the letter to a buyer is, about the days that the page shows."""
    days = (("from", query.scope.first.isoformat()), ("to", query.scope.last.isoformat()))
    frozen = [pair for pair in filters.parameters(query) if pair[0] == "as_of"]
    return f"api/v1/reports/buyer.html?{urlencode([('buyer', buyer_id), *days, *frozen])}"


def _heading(name: str, buyer_id: str, query: Query) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="profile_head"):
        st.html(html("texts.heading", text=name, title=buyer_id), width="content")
        links = [("Letter to this buyer", letter(buyer_id, query))]
        st.html(html("links.actions", links=links, apart=True), width="content")
        st.button(
            "Back to all buyers", type="tertiary", on_click=address.change, kwargs={"buyer": None}
        )


# --- the verdict --------------------------------------------------------------------------


def habits(buyer_id: str, scope: Scope) -> Habits:
    """What is known about a buyer in a scope; others are needed to judge its returns."""
    found = {
        "overdue": _row(workspace().table("overdue_feedback", scope), buyer_id),
        "strictness": _row(workspace().table("buyer_strictness", scope), buyer_id),
    }
    [row] = workspace().table("buyers", scope).filter(id=buyer_id).iter_rows(named=True)
    return Habits(buyer=row, **found)


def _row(frame: pl.DataFrame, buyer_id: str) -> dict[str, Any] | None:
    return next(frame.filter(buyer_id=buyer_id).iter_rows(named=True), None)


def verdict(known: Habits) -> str:
    """How a buyer reports, sells and returns, and what of it cannot be told."""
    name, count = known.buyer["name"], known.buyer["delivered"]
    if count < ranking.FEW:
        counted = formats.quantity(count, "delivery", "deliveries")
        return f"{name}: too few deliveries to judge ({counted}, {ranking.FEW} needed)."
    return " ".join((_reports(known), _sells(known.buyer), _returned(known.strictness)))


def _reports(known: Habits) -> str:
    row, overdue = known.buyer, known.overdue
    text = (
        f"{row['name']} has told us about {formats.rate(row['coverage'])} of "
        f"{formats.count(row['delivered'])} deliveries"
    )
    if row["median_seconds_to_feedback"] is not None:
        text += f", half of it within {formats.duration(row['median_seconds_to_feedback'])}"
    if overdue is None:
        return f"{text}."
    if overdue["overdue_low"] is None:
        return f"{text}; its record is too short to say what is overdue."
    if overdue["overdue_low"] <= 0:
        return f"{text}; no more is missing than usual."
    since = overdue["days_silent"]
    last = "" if since is None else f", and the last one came {_ago(since)}"
    missing = formats.quantity(round(overdue["overdue"]), "report")
    verb = "is" if missing.startswith("1 ") else "are"
    return f"{text}; about {missing} that would normally be here {verb} missing{last}."


def _ago(days: int) -> str:
    return "today" if days < 1 else f"{formats.quantity(days, 'day')} ago"


def _sells(row: dict[str, Any]) -> str:
    base = row["feedback"]
    if base < ranking.FEW:
        return f"Too few of them to judge its conversion ({base:,} with feedback)."
    likely = formats.likely_range(row["conversion_low"], row["conversion_high"])
    text = f"It sells to {formats.rate(row['conversion_rate'])} of those ({likely})"
    if row["coverage"] < MOST_REPORTED:
        return f"{text}; what became of the rest is not known, so this may be far off."
    return f"{text}."


def _returned(row: dict[str, Any] | None) -> str:
    if row is None or row["strictness"] is None:
        return "Its returns cannot be compared: nobody else gets the same sources."
    likely = f"{row['strictness_low']:.1f} – {row['strictness_high']:.1f}"
    times = f"{row['strictness']:.1f} times"
    if row["strictness_low"] > 1:
        return f"It returns {times} what others return from the same sources ({likely})."
    if row["strictness_high"] < 1:
        return f"It returns less than others from the same sources: {times} ({likely})."
    return (
        "Whether it returns more or less than others from the same sources cannot be told "
        f"({times}, {likely})."
    )


# --- cards --------------------------------------------------------------------------------


def _silence(scope: Scope) -> None:
    card = cards.Card(
        key="silence",
        title="Reports week by week",
        how="Bars: first reports that came in the week; red with their number: fewer than normal; "
        "hollow: not a whole week. Dashed: usual by this buyer's own habit, in its normal range.",
        columns=("start", "end", "delivered", "received", "expected", "normal"),
        table="reporting_weeks",
        empty="There is no week in this period yet.",
    )

    def frame() -> pl.DataFrame:
        rows = workspace().table("reporting_weeks", scope)
        return rows.with_columns(
            pl.col("expected").round(1),
            normal=pl.struct("normal_low", "normal_high").map_elements(
                _counts, return_dtype=pl.String
            ),
        )

    cards.show(card, frame, weeks_reported.figure)


def _counts(ends: dict[str, float | None]) -> str:
    low, high = ends.values()
    return formats.NO_DATA if low is None else f"{formats.count(low)} – {formats.count(high)}"


def _returns(scope: Scope) -> None:
    card = cards.Card(
        key="returns_elsewhere",
        title="Returns beside other buyers",
        how="Filled: this buyer, with its likely range. Hollow: all other buyers of the same "
        "source.",
        columns=(
            "source_name",
            "delivered",
            "returned",
            "return_rate",
            "return_range",
            "others_delivered",
            "others_rate",
        ),
        table="returns_elsewhere",
        leads={"returned": True},
    )
    pair = dumbbell.Pair(
        value="return_rate",
        other="others_rate",
        low="return_low",
        high="return_high",
        name="source_name",
        key="source_id",
        hover=dumbbell.rates_hover,
        label=lambda row: formats.rate(row["return_rate"]),
    )
    cards.show(
        card,
        lambda: workspace().table("returns_elsewhere", scope).head(buyer_cards.SOURCES),
        lambda rows, colours: dumbbell.figure(rows, pair, colours),
        cards.Extras(on_click=lambda source: address.change(source=source)),
    )


def _conversion(scope: Scope) -> None:
    kind = replace(shared_cards.ranked(scope), key="source", name="source_name")
    card = cards.Card(
        key="by_source",
        title="Conversion by source",
        how=f"With its likely range; hollow: fewer than {ranking.FEW}. Click a dot to filter.",
        columns=(
            "source_name",
            "delivered",
            "converted",
            "conversion_rate",
            "conversion_range",
            "return_rate",
        ),
        table="rates",
        options={"by": ["source"]},
        empty="No feedback on any source yet.",
    )
    cards.show(
        card,
        lambda: workspace().table("rates", scope, by=("source",)).drop_nulls("conversion_rate"),
        lambda rows, colours: ranking.figure(rows, kind, colours),
        cards.Extras(on_click=lambda source: address.change(source=source)),
    )


def to_lead(row: dict[str, Any]) -> None:
    """Go to the story of a row's lead."""
    address.go_next("leads", lead=row[_LEAD])


def _unanswered(scope: Scope, status: Status) -> None:
    rows = workspace().table("unanswered", scope)
    silent = replace(scope, rows=Rows(feedback="none"))
    charged = float(workspace().table("rates", silent)["gross_cents"].sum()) if rows.height else 0.0
    money = formats.money(charged, status.currency)
    how = "The file to send to this buyer: it can be imported when it comes back filled in."
    if rows.height:
        leads = formats.quantity(rows.height, "lead")
        how = f"{leads} without a word, {money} charged for them. {how}"
    card = cards.Card(
        key="unanswered",
        title="Unanswered leads",
        how=how,
        columns=(_LEAD, "delivered_at", "age_days"),
        table="unanswered",
        leads={"feedback": "none"},
        zone=status.zone,
        empty="There is a report on every delivery of this period.",
    )
    cards.show(card, lambda: rows, None, cards.Extras(on_row=to_lead))


def _calls(scope: Scope, status: Status) -> None:
    def frame() -> pl.DataFrame:
        names = workspace().names()["source"]
        rows = workspace().table("verification_sample", scope)
        return rows.with_columns(source_name=pl.col("source_id").replace(names))

    card = cards.Card(
        key="calls",
        title="Whom to call",
        how="Drawn at random among the leads without a word. Calling all of these tells how many "
        "of the silent ones were reached, to within 5 points.",
        columns=("nth", _LEAD, "source_name", "delivered_at"),
        table="verification_sample",
        zone=status.zone,
        empty="No lead is without a word, so nobody has to be called.",
    )
    cards.show(card, frame, None, cards.Extras(on_row=to_lead))
