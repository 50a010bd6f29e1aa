"""Buyers compared: types of buyers, all of them, who tells us about whose leads, returns."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.charts import funnel_plot, heat_map, ratio_dots
from dashboard.layout import address, cards
from dashboard.presentation import formats, theme
from dashboard.presentation.markup import html

if TYPE_CHECKING:
    from dashboard.answers.workspace import Status
    from metrics.definitions.scope import Scope

SOURCES: Final = 25
"""So many sources, the largest, are in the map of feedback."""
COLUMNS: Final = (
    *("name", "buyer_type", "delivered", "coverage", "seconds_to_feedback", "overdue"),
    *("days_silent", "strictness", "return_rate", "contact_rate", "conversion_rate"),
    "net_share",
)
RATIOS: Final = ratio_dots.Ratios(
    value="strictness",
    low="strictness_low",
    high="strictness_high",
    name="buyer_name",
    label="Returns against expected",
    one="1.0: like other buyers of the same sources",
    key="buyer_id",
    counts=(("returned_compared", "returned"), ("expected_returns", "expected")),
    unit=" ×",
)
KEY_FIGURES: Final = {
    "live_transfer": "spoken to within 15 minutes",
    "lead_buyer": "interested or sold, of those with feedback",
    "data_buyer": "buyer's sales for each 1.00 paid",
}
"""What counts for a type of buyer, in words that follow its value; in this order."""
_SOME: Final = pl.any_horizontal(
    pl.col(name).fill_null(0) > 0 for name in ("delivered", "feedback")
)
"""Buyers of which anything is known; by other clocks deliveries are not."""


def only_buyer(buyer: str) -> None:
    """Filter the page by a buyer that was clicked."""
    address.go_next("buyers", buyer=buyer)


def types_card(scope: Scope) -> None:
    """Each type of buyer by the figure that counts for it."""
    card = cards.Card(
        key="buyer_types",
        title="Buyer types",
        how="They buy different things, so each type is judged by a figure of its own.",
        table="buyer_types",
    )
    with st.container(border=True, key="card_buyer_types"), cards.guarded(card.title):
        cards.title(card.title, card.how)
        rows = in_order(workspace().table("buyer_types", scope).filter(_SOME))
        tiles = [_tile(row) for row in rows.iter_rows(named=True)]
        st.html(html("tiles.buyer_types", tiles=tiles))
        cards.actions(card)


def in_order(rows: pl.DataFrame, column: str = "buyer_type") -> pl.DataFrame:
    """Rows by type of buyer, in the order in which types are always shown."""
    order = {kind: place for place, kind in enumerate(KEY_FIGURES)}
    place = pl.col(column).replace_strict(order, default=len(order), return_dtype=pl.Int64)
    return rows.sort(place, column, maintain_order=True)


def _tile(row: dict[str, Any]) -> dict[str, Any]:
    kind = row["buyer_type"]
    value = row["key_value"]
    figure = f"{value:.2f}" if kind == "data_buyer" and value is not None else formats.rate(value)
    facts = (
        ("Deliveries", formats.count(row["delivered"])),
        ("Feedback rate", formats.rate(row["coverage"])),
        ("Time to feedback", formats.duration(row["median_seconds_to_feedback"])),
        ("Contact", formats.rate(row["contact_rate"])),
        ("Conversion", formats.rate(row["conversion_rate"])),
        ("Returns", formats.rate(row["return_rate"])),
        ("Revenue share", formats.rate(row["net_share"])),
    )
    return {
        "name": formats.buyer_type(kind),
        "link": address.link("buyers", buyer_type=kind) if kind else None,
        "figure": figure,
        "of": KEY_FIGURES.get(kind, "no figure of its own"),
        "facts": facts,
    }


def everyone(scope: Scope) -> Scope:
    """The scope without its filter of buyers, to compare one with the others."""
    return replace(scope, buyer=())


def listed(scope: Scope) -> pl.DataFrame:
    """The table `buyers` as it is read: types in words, reports and ratios rounded."""
    rows = workspace().table("buyers", scope).filter(_SOME)
    return rows.with_columns(
        buyer_type=pl.col("buyer_type").map_elements(
            formats.buyer_type, return_dtype=pl.String, skip_nulls=False
        ),
        seconds_to_feedback="median_seconds_to_feedback",
        overdue=pl.col("overdue").clip(0).round().cast(pl.Int64),
        strictness=pl.col("strictness").round(2),
    )


def table_card(scope: Scope, status: Status) -> None:
    """Every buyer with its habits."""
    card = cards.Card(
        key="buyers_table",
        title="All buyers",
        how="Largest net revenue first. Tick a row for a buyer's profile; click a heading to sort. "
        "Overdue: over the last five weeks of the period, by each buyer's own habit.",
        columns=COLUMNS,
        table="buyers",
        leads={"status": "delivered"},
        currency=status.currency,
    )
    cards.show(
        card,
        lambda: listed(scope),
        None,
        cards.Extras(on_row=lambda row: only_buyer(row["id"])),
    )


def strictness_card(scope: Scope) -> None:
    """Who returns more than others from the same sources."""
    card = cards.Card(
        key="strictness",
        title="Returns against expected",
        how="2.0 is twice what other buyers return from the same sources. Line: likely range; "
        "hollow: cannot be told from 1.0. Click a dot for the buyer.",
        columns=(
            "buyer_name",
            "delivered",
            "returned_compared",
            "expected_returns",
            "strictness",
            "excess_returns",
        ),
        table="buyer_strictness",
        empty="No source sells to more than one buyer here, so there is nothing to compare with.",
    )

    def frame() -> pl.DataFrame:
        rows = workspace().table("buyer_strictness", everyone(scope)).drop_nulls("strictness")
        if scope.buyer:
            rows = rows.filter(pl.col("buyer_id").is_in(scope.buyer))
        return rows.sort(["strictness", "buyer_id"], descending=[True, False]).with_columns(
            pl.col("expected_returns", "excess_returns").round(1), pl.col("strictness").round(2)
        )

    cards.show(
        card,
        frame,
        lambda rows, colours: ratio_dots.figure(rows, RATIOS, colours),
        cards.Extras(on_click=only_buyer),
    )


def funnel_card(scope: Scope) -> None:
    """Raw return rates with what chance explains at each size."""
    card = cards.Card(
        key="funnel_plot",
        title="Return rates by size",
        how="Inside the lines chance alone explains the distance from all together (dotted 95 %, "
        "solid 99.7 %). Not corrected for sources. Click a dot for the buyer.",
        columns=("name", "delivered", "returned", "return_rate", "return_range"),
        table="buyers",
        leads={"returned": True},
        empty=cards.NOTHING if scope.clock == "delivered" else cards.NEEDS_ALL,
    )
    cards.show(
        card,
        lambda: workspace().table("buyers", scope).filter(pl.col("delivered") > 0),
        funnel_plot.figure,
        cards.Extras(on_click=only_buyer),
    )


def coverage_card(scope: Scope) -> None:
    """Who tells us about whose leads."""
    rows = workspace().table("coverage", scope).filter(pl.col("delivered") > 0)
    sources = _largest(rows, "source")
    cut = len(sources) > SOURCES
    sources = sources[:SOURCES]
    shown = rows.filter(pl.col("source_id").is_in([key for key, _ in sources]))
    how = f"Stronger: more deliveries with feedback. Pale: fewer than {cards.FEW} deliveries."
    if cut:
        how += f" The {SOURCES} largest sources; the table has them all."
    card = cards.Card(
        key="coverage",
        title="Feedback by buyer and source",
        how=how,
        columns=("buyer_name", "source_name", "delivered", "feedback", "silent", "coverage"),
        table="coverage",
        leads=None if cut else {"status": "delivered"},
    )
    grid = heat_map.Heat(
        row="source_id",
        column="buyer_id",
        value="coverage",
        enough="enough",
        rows=tuple(sources),
        columns=tuple(_largest(shown, "buyer")),
        hover=_coverage_hover,
    )
    cards.show(
        card,
        lambda: shown.with_columns(enough=pl.col("delivered") >= cards.FEW),
        lambda frame, colours: heat_map.figure(frame, grid, colours),
    )


def _largest(rows: pl.DataFrame, party: str) -> list[tuple[str, str]]:
    """Ids and names of sources or buyers by deliveries downwards."""
    keys = [f"{party}_id", f"{party}_name"]
    sums = rows.group_by(keys).agg(pl.col("delivered").sum())
    return [
        (key, name)
        for key, name, _ in sums.sort(["delivered", keys[0]], descending=[True, False]).iter_rows()
    ]


def _coverage_hover(cell: dict[str, Any]) -> str:
    safe = theme.safe
    return theme.hover(
        safe(cell["buyer_name"]),
        f"feedback on {formats.rate(cell['coverage'])}",
        f"{formats.count(cell['feedback'])} of {formats.count(cell['delivered'])} deliveries",
        after=f" about {safe(cell['source_name'])}",
    )
