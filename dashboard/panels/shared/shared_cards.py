"""Cards that more than one page shows, with the data step of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl
import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.charts import ranking, trend
from dashboard.layout import address, cards, empty_states, filter_bar
from dashboard.panels.shared import note_box
from dashboard.presentation import formats
from dashboard.presentation.markup import html
from dashboard.tables import row_limit
from dashboard.worklist import todo_items
from metrics.definitions.catalogue import QUALITY_RATES, number
from metrics.insights.comparison import only_ends
from metrics.insights.expected_final import share_arrived

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from dashboard.answers.workspace import Status
    from dashboard.query.filters import Query, Value
    from metrics.definitions.scope import Scope

TRENDS: Final = (*QUALITY_RATES, "coverage", "margin_cents", "delivered")
"""Numbers the trend can show."""
GRAINS: Final = {"day": "Day", "week": "Week", "month": "Month"}
_DAYS_BY_DAY: Final = 31
_DAYS_BY_WEEK: Final = 190

BASE_WORDS: Final = {
    "feedback": "with feedback",
    "delivered": "deliveries",
    "mature": "deliveries old enough to judge",
}
_DELIVERED: Final = {
    "delivered_before": "Delivered before the period",
    "delivered_in_period": "Delivered in it",
    "delivered_after": "Delivered after it",
}
RANKINGS: Final = ("conversion_rate", "contact_rate", "return_rate")


def grain(scope: Scope) -> str:
    """The grain asked for, else the one that gives a readable number of buckets."""
    fitting = "month" if scope.days > _DAYS_BY_WEEK else "week"
    chosen = address.choice("grain", GRAINS, "day" if scope.days <= _DAYS_BY_DAY else fitting)
    return fitting if _too_fine(scope, chosen) else chosen


def _too_fine(scope: Scope, chosen: str) -> int:
    """How many buckets a grain gives, where these are more than there may be; else 0."""
    buckets = row_limit.spans(scope.first, scope.last, chosen)
    return buckets if buckets > row_limit.SPANS_MOST else 0


def coarser(scope: Scope) -> str:
    """What to say where another grain is shown than the one that was asked for."""
    chosen = address.choice("grain", GRAINS, "")
    buckets = _too_fine(scope, chosen) if chosen else 0
    if not buckets:
        return ""
    return (
        f" By {chosen} these would be {buckets:,} points; {row_limit.SPANS_MOST:,} are shown "
        f"at most, so they are by {grain(scope)}."
    )


def ranked(scope: Scope, key: str = "conversion_rate") -> ranking.Ranked:
    """How sources are ranked by a rate; the Good band belongs to conversion of feedback."""
    stem = key.removesuffix("_rate")
    by_delivery = key == "return_rate"
    return ranking.Ranked(
        rate=key,
        low=f"{stem}_low",
        high=f"{stem}_high",
        base="delivered" if by_delivery else f"{stem}_base",
        of="deliveries" if by_delivery else BASE_WORDS[scope.rate_base],
        label=number(key).label,
        lowest_first=number(key).better == "lower",
        good_band=key == "conversion_rate" and scope.rate_base == "feedback",
    )


def value(headline: pl.DataFrame, key: str) -> float | None:
    """One number of the table `headline`."""
    found = headline.filter(pl.col("key") == key)["value"]
    return found[0] if len(found) else None


def headline(query: Query, status: Status, page: str) -> pl.DataFrame | None:
    """The table `headline`, with what must be said of it; None, with why, where nothing is."""
    numbers = workspace().table("headline", query.scope)
    if not value(numbers, "attempted") and not value(numbers, "feedback"):
        empty_states.no_rows(query, status)
        return None
    if only_ends_reported(numbers):
        _note_only_ends(page, of_feedback=query.scope.rate_base == "feedback")
    return numbers


def only_ends_reported(headline: pl.DataFrame) -> bool:
    """Whether buyers report nothing but sales and returns (`comparison.only_ends`)."""
    return only_ends({row["key"]: row for row in headline.to_dicts()})


def chip(headline: pl.DataFrame, sales_of: Scope | None = None) -> str | None:
    """The reservation that holds for every rate under a scope; `sales_of` where it is of sales."""
    bases = headline.filter(pl.col("key") == "conversion_rate")["denominator"]
    base = bases[0] if len(bases) else None
    arrived = developed(sales_of) if sales_of else None
    return cards.chip_of(base, value(headline, "coverage"), arrived)


RATED_PAGES: Final = ("", "sources", "buyers")
"""Pages whose rates follow what is counted out of."""


def _note_only_ends(page: str, *, of_feedback: bool) -> None:
    """Say on top of a page what is not known where only ends are reported, and what helps."""
    link = None
    said = "Only sales and returns are reported: of all other leads buyers say nothing, so "
    if page not in RATED_PAGES:
        said += "what is told below of feedback says nothing of the leads."
    elif of_feedback:
        link = address.link(page, base="delivered")
        said += "rates of feedback say nothing of the leads."
    else:
        said += "contact is known of those alone."
        if page == "buyers":
            said += " The table of buyers is of feedback."
    st.html(html("headline.only_ends", text=said, link=link))


def developed(scope: Scope) -> float | None:
    """The share of the sales expected in the end that is in; None where it is not known.

    By other clocks, or out of deliveries old enough to judge, nothing is still arriving.
    """
    if scope.clock != "delivered" or scope.base == "mature":
        return None
    return share_arrived(workspace().table("still_to_come", scope))


def trend_card(scope: Scope, status: Status, *, chip: str | None) -> None:
    """The trend with its switches of number and grain, both kept in the address."""
    key, by = address.choice("metric", TRENDS, "conversion_rate"), grain(scope)
    entry, ranged = number(key), key in QUALITY_RATES
    line = _line(scope, key, status.currency)
    how = "Dotted and hollow: too young to judge."
    if line.previous:
        how += f" Grey: the {line.compared}, at the same age."
    if ranged:
        how += " Band: likely range."
    card = cards.Card(
        key="trend",
        title="Over time",
        how=how + coarser(scope),
        columns=(
            "start",
            "end",
            "delivered",
            "feedback",
            *filter(None, (entry.counts, key)),
            f"{entry.stem if ranged else None}_range",
        ),
        table="trend",
        options={"grain": by},
        currency=status.currency,
        alt=f"{entry.label} by {by}",
    )
    cards.show(
        card,
        lambda: workspace().table("trend", scope, grain=by),
        lambda rows, colours: trend.figure(rows, line, colours),
        cards.Extras(chip=lambda _: chip, controls=lambda: _switches(scope, key, by)),
    )


def _line(scope: Scope, key: str, currency: str) -> trend.Line:
    """How a number is drawn over time."""
    entry, ranged = number(key), key in QUALITY_RATES
    return trend.Line(
        value=key,
        label=entry.label,
        unit=entry.unit,
        numerator=entry.counts,
        base=entry.denominator,
        low=entry.low if ranged else None,
        high=entry.high if ranged else None,
        previous=f"previous_{key}" if entry.unit == "rate" else None,
        compared=compared(scope),
        currency=currency,
        notes=[*note_box.as_marks(scope), *unusual(scope, key)],
    )


def unusual(scope: Scope, key: str) -> list[tuple[date, str]]:
    """Where an unusual change of the one source looked at begins, as a note on its trend."""
    if len(scope.source) != 1 or key not in QUALITY_RATES:
        return []
    found = todo_items.items(scope).filter(kind="change", measure=key, found=True)
    inside = found.filter(pl.col("since").is_between(scope.first, scope.last))
    return [(row["since"], "unusual since") for row in inside.to_dicts()]


def compared(scope: Scope) -> str:
    """What the period compared with is called."""
    return "year before" if scope.compare == "last_year" else "period before"


def _switches(scope: Scope, key: str, by: str) -> None:
    note_box.show(scope)
    switch("metric", key, {metric: number(metric).label for metric in TRENDS})
    switch("grain", by, GRAINS, width=95)


def switch(name: str, chosen: str, labels: Mapping[str, str], width: int = 130) -> None:
    """A choice of the page's own that is kept in the address."""
    st.session_state[f"own_{name}"] = chosen
    st.selectbox(
        name.capitalize(),
        list(labels),
        format_func=labels.__getitem__,
        key=f"own_{name}",
        label_visibility="collapsed",
        filter_mode=None,
        width=width,
        on_change=_set_own,
        args=(name,),
    )


def _set_own(name: str) -> None:
    address.change(**{name: st.session_state[f"own_{name}"]})


def mix(scope: Scope) -> pl.DataFrame:
    """The table `outcome_mix` without empty rows; no rows when nothing is counted."""
    return workspace().table("outcome_mix", scope).filter(pl.col("deliveries") > 0)


def mix_card(scope: Scope) -> cards.Card:
    """Where deliveries stand; its leads are those it counts."""
    of_feedback = scope.rate_base == "feedback"
    leads: dict[str, Value] = {"feedback": "any"} if of_feedback else {"status": "delivered"}
    return cards.Card(
        key="outcome_mix",
        title="Where they stand",
        how="Each delivery with feedback once, by its latest result. Click a bar for its leads."
        if of_feedback
        else "Each delivery once, by its latest result. Click a bar for its leads.",
        columns=("outcome", "deliveries", "share"),
        table="outcome_mix",
        leads=leads,
        empty="No buyer has reported on these deliveries yet.",
    )


def leads_of_outcome(outcome: str) -> None:
    """Go to the leads behind a bar."""
    if outcome == "silent":
        address.go_next("leads", feedback="none")
    else:
        address.go_next("leads", outcome=outcome)


def ends(sources: pl.DataFrame, most: int) -> pl.DataFrame:
    """The best and worst sources by conversion, among those with enough leads."""
    judged = sources.filter(pl.col("conversion_base") >= ranking.FEW).sort(
        ["conversion_rate", "id"], descending=[True, False]
    )
    return (
        judged if judged.height <= 2 * most else pl.concat([judged.head(most), judged.tail(most)])
    )


def ends_card(status: Status) -> cards.Card:
    """The ends of the ranking."""
    return cards.Card(
        key="ends",
        title="Best and worst sources",
        how=f"Conversion with its likely range, sources with {ranking.FEW} leads and more. "
        "Click a dot to look at one source.",
        columns=(
            "name",
            "delivered",
            "converted",
            "conversion_rate",
            "conversion_range",
            "margin_cents",
        ),
        table="sources",
        currency=status.currency,
        empty="No source has enough leads with feedback yet to be compared.",
    )


def only_source(source: str) -> None:
    """Filter the page by a source that was clicked."""
    address.go_next("sources", source=source)


def clocks_card(scope: Scope) -> None:
    """Why the three ways to count give different totals."""
    with st.container(border=True, key="card_clocks"), cards.guarded("Count by"):
        cards.title(
            "The same period by each way to count",
            "Totals differ because a lead delivered in one month may sell in the next.",
        )
        counts = ("deliveries", "converted", *_DELIVERED)
        rows = [
            (
                filter_bar.CLOCK_LABELS.get(row["clock"], row["clock"]),
                *(formats.count(row[name]) for name in counts),
            )
            for row in workspace().table("clocks", scope).iter_rows(named=True)
        ]
        heads = ("Count by", "Counted", "Sales", *_DELIVERED.values())
        st.html(cards.facts(rows, heads, (1, 2, 3, 4, 5)))
