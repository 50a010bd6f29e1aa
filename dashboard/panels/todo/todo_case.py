"""One finding: what was found, what explains it, its leads, its rule, and what is decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.charts import dumbbell, weekly_rate
from dashboard.editions import cached_frames
from dashboard.layout import address, cards
from dashboard.panels.todo import todo_decision
from dashboard.presentation import formats, theme
from dashboard.presentation.markup import html
from dashboard.query.filters import NOUNS
from dashboard.tables import buyers
from dashboard.tables.findings import RECENT_DAYS
from dashboard.worklist import todo_items
from metrics.definitions.catalogue import number
from metrics.insights import evidence

if TYPE_CHECKING:
    from dashboard.answers.workspace import Status
    from dashboard.query.filters import Value
    from metrics.definitions.scope import Scope

_RULES: Final = {
    "change": "Each source and sub-source is compared with its own habit and with the other "
    "sources of its vertical in the same weeks, at the same age. What is listed is outside what "
    "chance explains, with one false alarm in ten to be expected.",
    "claims": "A claim waits until its credit is given or refused. The date is the day of the "
    "claim plus the days your terms allow for a decision.",
    "overdue": "Each buyer has a habit: the share of deliveries it reports within so many days. "
    "Listed is who is surely behind that habit over the last five weeks.",
    "contradiction": f"Two reports of one lead that cannot both be true, deliveries of the last "
    f"{RECENT_DAYS} days.",
    "suggestion": "A rule goes by the same deliveries as tiers, the last old enough to judge. It "
    "speaks only of 50 and more, where the whole likely range lies beyond its threshold.",
    "refused": "Rows that could not be taken as they were. They are kept, and can be corrected and "
    "imported again.",
}


def show(item: dict[str, Any], scope: Scope, status: Status) -> None:
    """Draw the case."""
    _heading(item, status)
    left, right = st.columns([3, 2])
    with left:
        if item["kind"] == "change" and item["found"]:
            _weeks(item, scope)
            _slices(item, scope)
        else:
            _facts(item, scope, status)
    with right:
        todo_decision.form(item, status)
        todo_decision.history(item, scope)


def _heading(item: dict[str, Any], status: Status) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="profile_head"):
        st.html(html("texts.heading", text=todo_items.KINDS[item["kind"]]), width="content")
        st.button(
            "Back to the list", type="tertiary", on_click=address.change, kwargs={"case": None}
        )
    money = item["money_cents"]
    worth = f" At stake: {formats.money(money, status.currency)}." if money else ""
    gone = "" if item["found"] else " It is not found any more."
    st.html(html("texts.conclusion", text=item["sentence"] + worth + gone))


# --- evidence -----------------------------------------------------------------------------


def _weeks(item: dict[str, Any], scope: Scope) -> None:
    label = number(item["measure"]).label
    card = cards.Card(
        key="case_weeks",
        title=f"{label} by week of delivery",
        how="All weeks at the same age. Filled: the weeks looked at. Dashed: what was to be "
        "expected of them.",
        columns=("week", "count", "of", "rate", "expected"),
        alt=f"{label} of {item['source_name']} by week",
    )
    cards.show(
        card,
        lambda: evidence.week_rates(todo_items.weekly(scope), item),
        lambda rows, colours: weekly_rate.figure(rows, label, colours),
    )
    _leads(item, scope)
    stake = "At stake is the price of these deliveries times the share by which the rate is off."
    st.html(html("texts.how", text=f"{_RULES['change']} {stake}"))


def _slices(item: dict[str, Any], scope: Scope) -> None:
    plain = cached_frames.timeless(scope)
    mine = workspace().table("change_slices", plain).filter(finding=item["finding"])
    pair = dumbbell.Pair(
        value="rate",
        other="rate_before",
        name="value",
        key="value",
        hover=_slice_hover,
        label=lambda row: f"explains {row['explains'] * 100:.0f} %" if row["explains"] else "",
        low="low",
        high="high",
    )
    card = cards.Card(
        key="case_slices",
        title="What explains it",
        how=explained(mine),
        columns=("dimension", "value", "of_before", "rate_before", "of", "rate", "explains"),
        table="change_slices",
    )
    cards.show(
        card,
        lambda: readable(mine),
        lambda rows, colours: dumbbell.figure(rows.filter("drawn"), pair, colours),
    )


def explained(mine: pl.DataFrame) -> str:
    """The part that explains most, in words; at least two parts must be there to choose from."""
    several = mine.filter(pl.len().over("dimension") > 1, pl.col("explains").is_not_null())
    best = several.filter(pl.col("value") != "(none)").sort("explains", descending=True).head(1)
    if best.is_empty() or best["explains"][0] < 0.5:  # noqa: PLR2004 - less than half explains little
        return "No single part stands out: the change is spread over all of them."
    row = best.row(0, named=True)
    noun = NOUNS[row["dimension"]][0]
    share = min(row["explains"], 1.0)
    return (
        f"{noun.capitalize()} {row['value']} explains {share * 100:.0f} % of it: "
        f"{formats.rate(row['rate_before'])} before, {formats.rate(row['rate'])} in these weeks."
    )


def _slice_hover(row: dict[str, Any]) -> str:
    return (
        f"{row['dimension']} {theme.safe(row['value'])}<br>before: "
        f"{formats.rate(row['rate_before'])} of {row['of_before']:,}<br>these weeks: "
        f"{formats.rate(row['rate'])} of {row['of']:,} "
        f"({formats.likely_range(row['low'], row['high'])})"
    )


def readable(mine: pl.DataFrame) -> pl.DataFrame:
    """Slices of two and more parts, sub-sources and buyers first; `drawn` are the largest few."""
    nouns = {name: one.capitalize() for name, (one, _) in NOUNS.items()}
    rows = mine.filter(pl.len().over("dimension") > 1, pl.col("rate_before").is_not_null())
    rows = rows.with_columns(
        dimension=pl.col("dimension").replace(nouns),
        place=pl.col("missing").abs().rank("ordinal", descending=True).over("dimension"),
    )
    first = pl.col("dimension").is_in(["Sub-source", "Buyer"])
    return rows.with_columns(drawn=first & (pl.col("place") <= 4)).sort(  # noqa: PLR2004 - what fits
        ~first, "dimension", "place", descending=[False, True, False]
    )


def _facts(item: dict[str, Any], scope: Scope, status: Status) -> None:
    with st.container(border=True, key="card_case_facts"), cards.guarded("The evidence"):
        cards.title("Evidence", _RULES[item["kind"]])
        st.html(cards.facts(facts(item, status.currency), numbers=(1,)))
        if item["kind"] == "suggestion":
            _replay(item, scope)
        _leads(item, scope)


def facts(item: dict[str, Any], currency: str) -> list[tuple[str, ...]]:
    """What a finding rests on, as pairs of words."""
    rows: list[tuple[str, ...]] = []
    if item["of"] is not None:
        label = number(item["measure"]).label
        rows.append((label, f"{formats.rate(item['figure'])} of {item['of']:,}"))
        rows.append(("Likely range", formats.likely_range(item["low"], item["high"])))
        rows.append(("Threshold", formats.rate(item["expected"])))
    elif item["kind"] == "overdue":
        rows.append(("Reports received", formats.count(item["count"])))
        rows.append(("Expected by now", formats.count(item["expected"])))
        rows.append(("Surely missing", formats.count(item["low"])))
    else:
        rows.append(("How many", formats.count(item["count"])))
    if item["since"]:
        first = "Last report" if item["kind"] == "overdue" else "Oldest"
        rows.append((first, formats.day(item["since"])))
    if item["until"] and item["kind"] == "claims":
        rows.append(("Answer owed by", formats.day(item["until"])))
    if item["money_cents"] is not None:
        rows.append(("Money at stake", formats.money(item["money_cents"], currency)))
    return rows


def _replay(item: dict[str, Any], scope: Scope) -> None:
    plain = replace(scope, clock="delivered", base="feedback")
    rule = workspace().table("rule_replay", plain).filter(rule=item["code"])
    st.html(html("texts.how", text=replayed(rule)))


def replayed(rule: pl.DataFrame) -> str:
    """What a rule would have done over history, in one sentence."""
    if rule.is_empty() or not rule["looked_at"][0]:
        return "The rule has no history here yet to be tried on."
    row = rule.row(0, named=True)
    times = formats.quantity(row["fired"], "time")
    on = f"{formats.quantity(row['sources_fired'], 'source')} of {row['sources']:,}"
    said = (
        f"Over {formats.quantity(row['weeks'], 'week')} the rule would have fired {times} on {on}."
    )
    if row["judged"]:
        said += (
            f" Right {row['agreed']:,} of {row['judged']:,} times: the deliveries of the four "
            "weeks after ended beyond the threshold too."
        )
    return said


def _leads(item: dict[str, Any], scope: Scope) -> None:
    """A link to exactly the deliveries a finding is about, with how many they are."""
    today = formats.instant_of(scope.as_of_us).astimezone(workspace().settings.zone).date()
    wanted = conditions(item, today)
    if wanted is None:
        if item["kind"] == "refused":
            _way_on("data", "Show the refused rows", address.target(tab="refused"))
        return
    query = address.query_with(**wanted)
    listed = workspace().count(query.scope)
    old = " counted" if item["kind"] == "suggestion" else ""
    old = " of these weeks" if item["kind"] == "change" else old
    label = f"Show the {formats.quantity(listed, 'delivery', 'deliveries')}{old}"
    _way_on("leads", label, address.target(**wanted))


def _way_on(page: str, label: str, target: dict[str, list[str]]) -> None:
    with st.container(horizontal=True, key="actions_case"):
        st.page_link(f"app_pages/{page}.py", label=label, query_params=target)


_PLAIN: Final[dict[str, Value]] = {"base": None, "clock": None, "compare": None}


def conditions(item: dict[str, Any], today: date) -> dict[str, Value] | None:
    """The parameters that list a finding's deliveries; None where it has none of its own."""
    kind = item["kind"]
    if kind == "change":
        sub = {"sub_source": [item["sub_source"]]} if item["sub_source"] else {}
        found: dict[str, Value] = {
            "from": item["since"],
            "to": item["until"],
            "status": "delivered",
        }
        return {**_PLAIN, **found, "source": [item["source_id"]], **sub}
    if kind == "claims":
        query: dict[str, Value] = {"buyer": [item["buyer_id"]], "return_state": ["waiting"]}
        return {**_PLAIN, **query, "period": "all_time"}
    if kind == "overdue":
        return {
            **_PLAIN,
            "from": today - timedelta(days=buyers.RECENT_DAYS - 1),
            "to": today,
            "buyer": [item["buyer_id"]],
            "feedback": "none",
        }
    if kind == "contradiction":
        return {
            **_PLAIN,
            "from": today - timedelta(days=RECENT_DAYS - 1),
            "to": today,
            "contradiction": [item["code"]],
        }
    if kind == "suggestion":
        buyer = {"buyer": [item["buyer_id"]]} if item["buyer_id"] else {}
        counted: dict[str, Value] = {"period": "all_time", "rated": True}
        if item["measure"] != "return_rate":  # the other rates are of feedback
            counted["feedback"] = "any"
        return {**_PLAIN, "source": [item["source_id"]], **buyer, **counted}
    return None
