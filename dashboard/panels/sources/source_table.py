"""All sources with their numbers, tier and place, and those that the ranking has room for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from dashboard.answers.workspace import workspace
from dashboard.charts import ranking
from dashboard.layout import address, cards
from dashboard.panels.shared import shared_cards
from dashboard.presentation import formats

if TYPE_CHECKING:
    from dashboard.answers.workspace import Status
    from metrics.definitions.scope import Scope

COLUMNS: Final = (
    *("name", "delivered", "converted", "conversion_rate", "conversion_range", "tier", "place"),
    *("contact_rate", "returned", "return_rate", "margin_cents", "feedback", "coverage"),
)
MOST: Final = 40
_WORST: Final = 10


SORTS: Final = {
    "delivered": "Most deliveries",
    "conversion_rate": "Best conversion",
    "contact_rate": "Best contact",
    "return_rate": "Most returns",
    "margin_cents": "Most margin",
}
"""By what all sources can be sorted; the choice stands in the address."""


def show(scope: Scope, status: Status) -> None:
    """The card with all numbers; a ticked row leads to its source."""
    by = address.choice("sort", SORTS, "delivered")
    card = cards.Card(
        key="sources_table",
        title="All numbers",
        how="Tick a row to look at one source; click a heading to sort. Choose two sources in the "
        "filter to see them side by side.",
        columns=COLUMNS,
        table="sources",
        leads={"status": "delivered"},
        currency=status.currency,
    )
    cards.show(
        card,
        lambda: rows(scope, by),
        None,
        cards.Extras(
            controls=lambda: shared_cards.switch("sort", by, SORTS, width=180),
            on_row=lambda row: shared_cards.only_source(row["id"]),
        ),
    )


def rows(scope: Scope, by: str = "delivered") -> pl.DataFrame:
    """The table `sources` with the tier and the place of each, sorted downwards."""
    known = workspace()
    tiers = known.table("tiers", scope).select("id", "tier")
    places = known.table("ranking", scope).select(
        "id",
        place=pl.struct("rank_low", "rank_high", "of", "peers").map_elements(
            lambda row: place(row["rank_low"], row["rank_high"], row["of"], row["peers"]),
            return_dtype=pl.String,
        ),
    )
    best = places.unique("id", keep="first", maintain_order=True)
    table = known.table("sources", scope).join(tiers, on="id", how="left")
    table = table.join(best, on="id", how="left")
    return table.sort(by, "id", descending=[True, False], nulls_last=True)


_NO_NAME: Final = ("(all)", "(none)")


def place(low: int | None, high: int | None, of: int, peers: str) -> str:
    """Where a source could stand among its peers: "2nd to 6th of 9, solar"."""
    if low is None or high is None:
        return "too few leads"
    among = "" if peers in _NO_NAME else f", {peers}"
    if low == high:
        return f"{formats.ordinal(low)} of {of}{among}"
    return f"{formats.ordinal(low)} to {formats.ordinal(high)} of {of}{among}"


def ranked(scope: Scope, kind: ranking.Ranked) -> pl.DataFrame:
    """Sources in the order of the ranking; of very many the best and the worst."""
    table = ranking.in_order(workspace().table("sources", scope), kind)
    if table.height <= MOST:
        return table
    return pl.concat([table.head(MOST - _WORST), table.tail(_WORST)])


def left_out(scope: Scope) -> str:
    """Says what the ranking has no room for, where it has not."""
    many = workspace().table("sources", scope).height
    if many <= MOST:
        return ""
    return f"Shown are the first {MOST - _WORST} and the last {_WORST} of {many:,}. "
