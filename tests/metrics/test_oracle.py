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
    from dashboard.answers.workspace import Book

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


def _now(scope: Scope, book: Book) -> Scope:
    """The same question asked now: the book answers it from what it has prepared."""
    return replace(scope, as_of_us=book.edition.as_of_us)


@settings(max_examples=10)
@given(st.data())
def test_every_table_equals_the_count_by_hand(data: st.DataObject) -> None:
    """Whatever was told and asked, each cell is what a slow row-by-row count gives."""
    market = data.draw(markets(), label="market")
    with filled(market) as shop:
        told = shop.told()
        for _ in range(2):
            scope = data.draw(scopes(market), label="scope")
            check(shop.book, told, scope)
            check(shop.book, told, _now(scope, shop.book))


@settings(max_examples=10)
@given(st.data())
def test_taking_facts_in_bit_by_bit_gives_what_a_rebuild_gives(data: st.DataObject) -> None:
    """A book refreshed between batches, one made at once and the oracle tell the same."""
    market = data.draw(markets(), label="market")
    with opened(market) as shop:
        for batch in market.batches:
            shop.book.refresh()
            shop.take(batch)
        if market.merge_last:
            shop.book.refresh()
            shop.merge()
        shop.book.refresh()
        with rebuilt(shop) as whole:
            check_editions(shop.book, whole)
        check(shop.book, shop.told(), _now(data.draw(scopes(market), label="scope"), shop.book))


@settings(max_examples=8)
@given(st.data())
def test_parts_add_up_to_the_whole_and_filters_pick_parts(data: st.DataObject) -> None:
    """Rows of every split sum to the total, and filtering first gives the row of the split."""
    market = data.draw(markets(), label="market")
    with filled(market) as shop:
        scope = data.draw(scopes(market), label="scope")
        for asked in (scope, _now(scope, shop.book)):
            total = shop.book.table("rates", asked).row(0, named=True)
            for split in DIMENSIONS:
                rows = shop.book.table("rates", asked, by=split).to_dicts()
                sums = {name: sum(row[name] or 0 for row in rows) for name in COUNTED}
                assert sums == {name: total[name] or 0 for name in COUNTED}, split
                for row in rows if split in FILTERS and not getattr(asked, split) else ():
                    only: dict[str, Any] = {split: (row[split],)}
                    alone = shop.book.table("rates", replace(asked, **only))
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
            for asked in (scope, _now(scope, shop.book)):
                check_counts(shop.book, asked)


def check_counts(book: Book, scope: Scope) -> None:
    """Every numerator and denominator is the length of its list."""
    row = book.table("rates", scope).row(0, named=True)
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
    for mix in book.table("outcome_mix", scope).to_dicts():
        if mix["outcome"] != "silent":
            figures[Rows(outcome=(mix["outcome"],))] = mix["deliveries"]
    for rows, figure in figures.items():
        assert book.count(replace(scope, rows=rows)) == figure, rows


@settings(max_examples=10)
@given(st.data())
def test_lists_hold_what_their_conditions_say(data: st.DataObject) -> None:
    """A list under conditions holds the deliveries that satisfy them, and no other."""
    market = data.draw(markets(), label="market")
    with filled(market) as shop:
        told = shop.told()
        for _ in range(4):
            scope = data.draw(scopes(market) | scopes(market).map(_wide), label="scope")
            asked = replace(scope, rows=data.draw(conditions(), label="rows"))
            for each in (asked, _now(asked, shop.book)):
                check_deliveries(shop.book, told, each)
                check_pages(shop.book, each)


def _wide(scope: Scope) -> Scope:
    """The same question to the whole record."""
    return replace(scope, first=date(2010, 1, 1), last=date(2027, 1, 1))


def check_pages(book: Book, scope: Scope) -> None:
    """The newest few are the end of the whole list, backwards."""
    pages = list(book.delivery_pages(scope))
    whole = [key for page in pages for key in page["delivery_id"]]
    for limit in (1, 2, 5, len(whole) + 1):
        newest = book.deliveries(scope, limit=limit)["delivery_id"].to_list()
        assert newest == whole[::-1][:limit]


@settings(max_examples=8)
@given(st.data())
def test_an_old_data_version_says_what_the_store_said_then(data: st.DataObject) -> None:
    """Whatever is taken in or merged later, an old data version gives the old answers."""
    market = data.draw(markets(), label="market")
    with opened(market) as shop:
        scope = replace(data.draw(scopes(market), label="scope"))
        asked = (scope, replace(scope, as_of_us=us(NOW)))
        heard = []
        for batch in market.batches:
            shop.take(batch)
            shop.book.refresh()
            version = shop.book.edition.version
            heard.append((version, shop.told(), [answers(shop.book, each) for each in asked]))
        if market.merge_last:
            shop.merge()
        shop.book.refresh()
        for version, told, said in heard:
            for each, then in zip(asked, said, strict=True):
                again = answers(shop.book, each, version)
                for name, frame in then.items():
                    assert_frame_equal(again[name], frame, check_row_order=True)
                check(shop.book, told, each, version)


def answers(book: Book, scope: Scope, version: int | None = None) -> dict[str, pl.DataFrame]:
    """Tables of numbers, of deliveries, of attempts and of feedback."""
    frames = {
        name: book.table(name, scope, data_version=version)
        for name in ("sources", "outcome_mix", "trend", "clocks", "headline")
    }
    frames["rates"] = book.table("rates", scope, by=("buyer", "buyer_type"), data_version=version)
    pages = list(book.delivery_pages(scope, version=version))
    frames["deliveries"] = pl.concat(pages) if pages else pl.DataFrame()
    frames["feedback"] = book.feedback(scope, version=version)
    frames["attempts"] = book.attempts(scope, version=version)
    return frames
