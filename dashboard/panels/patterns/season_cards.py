"""Seasons: months, quarters, weekdays and hours, and whether what is said of them holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl
import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.charts import heat_map, ratio_dots
from dashboard.layout import address, cards
from dashboard.panels.shared import shared_cards
from dashboard.presentation import formats, theme
from dashboard.presentation.markup import html
from metrics.definitions.catalogue import QUALITY_RATES, number

if TYPE_CHECKING:
    from metrics.definitions.scope import Scope

MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
QUARTERS: Final = (
    "January – March",
    "April – June",
    "July – September",
    "October – December",
)
ALL: Final = "(all)"
NOT_YET: Final = "not supported by the data yet"
LEAST: Final = 100
"""A cell of weekday and hour with fewer is pale."""
_COLUMNS: Final = ("called", "count", "of", "rate_text", "index", "index_range", "verdict")
_HOLDS: Final = {
    "supported": ("holds here", "good"),
    "the data say the opposite": ("the data say the opposite", "bad"),
}


def measure() -> str:
    """The number looked at in all figures of seasons."""
    return address.choice("metric", QUALITY_RATES, "conversion_rate")


def _spelt(rows: pl.DataFrame) -> pl.DataFrame:
    """Rates and ranges of an index as words."""
    ends = pl.struct("index_low", "index_high").map_elements(_ends, return_dtype=pl.String)
    text = pl.col("rate").map_elements(formats.rate, return_dtype=pl.String)
    return rows.with_columns(pl.col("index").round(2), index_range=ends, rate_text=text)


def _ends(pair: dict[str, float | None]) -> str:
    low, high = pair.values()
    return formats.NO_DATA if low is None or high is None else f"{low:.2f} – {high:.2f}"


def index_card(scope: Scope, span: str, names: tuple[str, ...], *, switch: bool) -> None:
    """Months or quarters against the whole year."""
    key = measure()
    label = number(key).label
    card = cards.Card(
        key=f"by_{span}",
        title=f"{label} by {span}",
        how="Against the record's last twelve months, with the mix of sources held fixed. Filled: "
        "the data support a season; hollow: it may be chance.",
        columns=_COLUMNS,
        table=f"seasonality_{span}",
        empty="There is no delivery yet that is old enough to judge.",
    )
    ratios = ratio_dots.Ratios(
        value="index",
        low="index_low",
        high="index_high",
        name="called",
        label=f"{label} against usual",
        one="1.0: as in the whole year",
        key=span,
        verdict="verdict",
        counts=(("count", "counted"), ("of", "out of")),
    )

    def frame() -> pl.DataFrame:
        rows = workspace().table(f"seasonality_{span}", scope).filter(measure=key)
        if "vertical" in rows.columns:
            rows = rows.filter(vertical=ALL)
        called = pl.col(span).map_elements(lambda n: names[n - 1], return_dtype=pl.String)
        return _spelt(rows.drop_nulls("index").sort(span).with_columns(called=called))

    labels = {name: number(name).label for name in QUALITY_RATES}
    cards.show(
        card,
        frame,
        lambda rows, colours: ratio_dots.figure(rows, ratios, colours),
        cards.Extras(
            controls=(lambda: shared_cards.switch("metric", key, labels)) if switch else None
        ),
    )


def hours_card(scope: Scope) -> None:
    """Weekdays and hours of the delivery."""
    key = measure()
    label = number(key).label
    card = cards.Card(
        key="by_hour",
        title=f"{label} by weekday and hour of delivery",
        how="Blue: above usual; amber: below, as far as 50 %. Pale with a dot: fewer "
        f"than {LEAST} counted. Single cells often differ by chance; hover says which do not.",
        columns=("called", "hour", *_COLUMNS[1:]),
        table="seasonality_weekday_hour",
        empty="No delivery that is old enough to judge came with its hour.",
    )
    grid = heat_map.Heat(
        row="weekday",
        column="hour",
        value="index",
        enough="enough",
        rows=tuple((place + 1, name) for place, name in enumerate(WEEKDAYS)),
        columns=tuple((hour, f"{hour} h" if hour % 3 == 0 else "") for hour in range(24)),
        hover=lambda cell: _hour_hover(cell, label),
        ratio=True,
        row_height=30,
    )

    def frame() -> pl.DataFrame:
        rows = workspace().table("seasonality_weekday_hour", scope).filter(measure=key)
        called = pl.col("weekday").map_elements(lambda n: WEEKDAYS[n - 1], return_dtype=pl.String)
        rows = rows.drop_nulls("index").sort("weekday", "hour")
        return _spelt(rows.with_columns(called=called, enough=pl.col("of") >= LEAST))

    cards.show(card, frame, lambda rows, colours: heat_map.figure(rows, grid, colours))


def _hour_hover(cell: dict[str, Any], label: str) -> str:
    verdict = "may be chance" if cell["verdict"] == NOT_YET else "supported by the data"
    return theme.hover(
        f"{cell['called']}, {cell['hour']} – {cell['hour'] + 1} h",
        f"{label} {formats.rate(cell['rate'])}, "
        f"{formats.count(cell['count'])} of {formats.count(cell['of'])}",
        f"{cell['index']:.2f} of usual ({cell['index_range']}): {verdict}",
    )


def claims_card(scope: Scope) -> None:
    """What is commonly said about seasons, tested."""
    card = cards.Card(
        key="season_claims",
        title="What is said about seasons",
        how="Common statements, tested on your own record.",
        table="season_claims",
    )
    with (
        st.container(border=True, key="card_season_claims", height="stretch"),
        cards.guarded(card.title),
    ):
        cards.title(card.title, card.how)
        rows = workspace().table("season_claims", scope)
        st.html(html("tables.claims", rows=[_claim(row) for row in rows.iter_rows(named=True)]))
        cards.actions(card)


def _claim(row: dict[str, Any]) -> dict[str, str]:
    word, tone = _HOLDS.get(row["verdict"], ("not supported yet", "quiet"))
    return {"claim": row["claim"], "word": word, "tone": tone, "evidence": evidence(row)}


def evidence(row: dict[str, Any]) -> str:
    """What the data say about a statement, in words."""
    if row["index"] is None:
        return "The last twelve months hold no such season."
    measure_ = row["measure"]
    what = "Wait for feedback" if measure_ == "hours" else number(measure_).label
    ends = (row["index_low"], row["index_high"])
    likely = formats.NO_DATA if None in ends else f"{ends[0]:.2f} – {ends[1]:.2f}"
    return f"{what}: {row['index']:.2f} times the usual ({likely}), {row['of']:,} counted."


def tab(scope: Scope) -> None:
    """The tab of seasons."""
    left, right = st.columns(2)
    with left:
        index_card(scope, "month", MONTHS, switch=True)
    with right:
        claims_card(scope)
    left, right = st.columns([2, 3])
    with left:
        index_card(scope, "quarter", QUARTERS, switch=False)
    with right:
        hours_card(scope)
