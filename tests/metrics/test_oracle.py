"""The product's tables against numbers counted again row by row, on random small stores."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import polars as pl
from builders import NOW, us
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_markets import FILTERS, conditions, markets, scopes
from oracle_shop import (
    DIMENSIONS,
    check,
    check_deliveries,
    check_editions,
    compare,
    filled,
    opened,
    rebuilt,
)
from polars.testing import assert_frame_equal

from metrics.definitions.scope import Rows, Scope

if TYPE_CHECKING:
    from dashboard.answers.workspace import Workspace

COUNTED: Final = (
    "attempted",
    "delivered",
    "feedback",
    "contacted",
    "contact_base",
    "converted",
    "returned",
    "credit_cents",
)
"""Columns that add up, whatever the rows."""


def _now(scope: Scope, workspace: Workspace) -> Scope:
    """The same question asked now: the book answers it from what it has prepared."""
    return replace(scope, as_of_us=workspace.edition.as_of_us)


@settings(max_examples=10)
@given(st.data())
def test_every_table_equals_the_count_by_hand(data: st.DataObject) -> None:
    """Whatever was told and asked, each cell is what a slow row-by-row count gives."""
    market = data.draw(markets(), label="market")
    with filled(market) as shop:
        told = shop.told()
        for _ in range(2):
            scope = data.draw(scopes(market), label="scope")
            check(shop.workspace, told, scope)
            check(shop.workspace, told, _now(scope, shop.workspace))


@settings(max_examples=10)
@given(st.data())
def test_taking_facts_in_bit_by_bit_gives_what_a_rebuild_gives(data: st.DataObject) -> None:
    """A book refreshed between batches, one made at once and the oracle tell the same."""
    market = data.draw(markets(), label="market")
    with opened(market) as shop:
        for batch in market.batches:
            shop.workspace.refresh()
            shop.take(batch)
        if market.merge_last:
            shop.workspace.refresh()
            shop.merge()
        shop.workspace.refresh()
        with rebuilt(shop) as whole:
            check_editions(shop.workspace, whole)
        check(
            shop.workspace,
            shop.told(),
            _now(data.draw(scopes(market), label="scope"), shop.workspace),
        )


@settings(max_examples=8)
@given(st.data())
def test_parts_add_up_to_the_whole_and_filters_pick_parts(data: st.DataObject) -> None:
    """Rows of every split sum to the total, and filtering first gives the row of the split."""
    market = data.draw(markets(), label="market")
    with filled(market) as shop:
        scope = data.draw(scopes(market), label="scope")
        for query in (scope, _now(scope, shop.workspace)):
            total = shop.workspace.table("rates", query).row(0, named=True)
            for split in DIMENSIONS:
                rows = shop.workspace.table("rates", query, by=split).to_dicts()
                sums = {name: sum(row[name] or 0 for row in rows) for name in COUNTED}
                assert sums == {name: total[name] or 0 for name in COUNTED}, split
                for row in rows if split in FILTERS and not getattr(query, split) else ():
                    only: dict[str, Any] = {split: (row[split],)}
                    alone = shop.workspace.table("rates", replace(query, **only))
                    cells = {name: row[name] for name in alone.columns}
                    compare(f"{split} = {row[split]}", alone.to_dicts(), [cells])


@settings(max_examples=8)
@given(st.data())
def test_a_figure_leads_to_exactly_its_deliveries(data: st.DataObject) -> None:
    """The list behind a number is as long as the number says."""
    market = data.draw(markets(), label="market")
    with filled(market) as shop:
        for _ in range(2):
            scope = data.draw(scopes(market), label="scope")
            for query in (scope, _now(scope, shop.workspace)):
                check_counts(shop.workspace, query)


def check_counts(workspace: Workspace, scope: Scope) -> None:
    """Every numerator and denominator is the length of its list."""
    row = workspace.table("rates", scope).row(0, named=True)
    figures = {
        Rows(converted=True): row["converted"],
        Rows(contacted=True): row["contacted"],
        Rows(returned=True): row["returned"],
        Rows(feedback="any"): row["feedback"],
    }
    if scope.clock == "delivered":
        delivered = row["delivered"]
        figures |= {
            Rows(): row["attempted"],
            Rows(status="delivered"): delivered,
            Rows(status="failed"): row["attempted"] - delivered,
            Rows(feedback="none"): delivered - row["feedback"],
            Rows(status="delivered", feedback="none"): delivered - row["feedback"],
        }
    for mix in workspace.table("outcome_mix", scope).to_dicts():
        if mix["outcome"] != "silent":
            figures[Rows(outcome=(mix["outcome"],))] = mix["deliveries"]
    for rows, figure in figures.items():
        assert workspace.count(replace(scope, rows=rows)) == figure, rows


@settings(max_examples=10)
@given(st.data())
def test_lists_hold_what_their_conditions_say(data: st.DataObject) -> None:
    """A list under conditions holds the deliveries that satisfy them, and no other."""
    market = data.draw(markets(), label="market")
    with filled(market) as shop:
        told = shop.told()
        for _ in range(4):
            scope = data.draw(scopes(market) | scopes(market).map(_wide), label="scope")
            query = replace(scope, rows=data.draw(conditions(), label="rows"))
            for each in (query, _now(query, shop.workspace)):
                check_deliveries(shop.workspace, told, each)
                check_pages(shop.workspace, each)


def _wide(scope: Scope) -> Scope:
    """The same question to the whole record."""
    return replace(scope, first=date(2010, 1, 1), last=date(2027, 1, 1))


def check_pages(workspace: Workspace, scope: Scope) -> None:
    """The newest few are the end of the whole list, backwards."""
    pages = list(workspace.frames("deliveries", scope))
    whole = [key for page in pages for key in page["delivery_id"]]
    for limit in (1, 2, 5, len(whole) + 1):
        newest = workspace.deliveries(scope, limit=limit)["delivery_id"].to_list()
        assert newest == whole[::-1][:limit]


@settings(max_examples=8)
@given(st.data())
def test_an_old_data_version_says_what_the_store_said_then(data: st.DataObject) -> None:
    """Whatever is taken in or merged later, an old data version gives the old answers."""
    market = data.draw(markets(), label="market")
    with opened(market) as shop:
        scope = replace(data.draw(scopes(market), label="scope"))
        query = (scope, replace(scope, as_of_us=us(NOW)))
        heard = []
        for batch in market.batches:
            shop.take(batch)
            shop.workspace.refresh()
            version = shop.workspace.edition.version
            heard.append((version, shop.told(), [answers(shop.workspace, each) for each in query]))
        if market.merge_last:
            shop.merge()
        shop.workspace.refresh()
        for version, told, said in heard:
            for each, then in zip(query, said, strict=True):
                again = answers(shop.workspace, each, version)
                for name, frame in then.items():
                    assert_frame_equal(again[name], frame, check_row_order=True)
                check(shop.workspace, told, each, version)


def answers(
    workspace: Workspace, scope: Scope, version: int | None = None
) -> dict[str, pl.DataFrame]:
    """Tables of numbers, of deliveries, of attempts and of feedback."""
    frames = {
        name: workspace.table(name, scope, data_version=version)
        for name in ("sources", "outcome_mix", "trend", "clocks", "headline")
    }
    frames["rates"] = workspace.table(
        "rates", scope, by=("buyer", "buyer_type"), data_version=version
    )
    pages = list(workspace.frames("deliveries", scope, data_version=version))
    frames["deliveries"] = pl.concat(pages) if pages else pl.DataFrame()
    frames["feedback"] = pl.concat(workspace.frames("feedback", scope, data_version=version))
    frames["attempts"] = pl.concat(workspace.frames("attempts", scope, data_version=version))
    return frames
