"""Whose net revenue it is, worked out by hand."""

from __future__ import annotations

import polars as pl
import pytest

from metrics.definitions.party_names import PartyNames
from metrics.insights.concentration import concentration

NAMED = PartyNames({"s1": "Oak", "s2": "Elm"}, {"b1": "Acme"}, {})


def _cells(*rows: tuple[str, str, int, int, int]) -> pl.DataFrame:
    names = ["source", "buyer", "delivered", "gross_cents", "credit_cents"]
    return pl.DataFrame(rows, schema=names, orient="row")


def test_shares_are_of_what_is_left_after_credits_the_largest_first() -> None:
    """Oak 900 − 300 = 600 of 800, Elm 200: shares 0.75 and 0.25, 1 ÷ 0.625 = 1.6."""
    table = concentration(_cells(("s2", "b1", 4, 200, 0), ("s1", "b1", 9, 900, 300)), NAMED).filter(
        kind="source"
    )
    assert table["name"].to_list() == ["Oak", "Elm"]
    assert table["net_cents"].to_list() == [600, 200]
    assert table["share"].to_list() == [0.75, 0.25]
    assert table["cumulative"].to_list() == [0.75, 1.0]
    assert table["effective_number"].to_list() == [pytest.approx(1.6)] * 2


def test_one_buyer_has_it_all() -> None:
    """By buyer there is one row, and it hangs on one."""
    table = concentration(_cells(("s1", "b1", 1, 100, 0), ("s2", "b1", 1, 50, 0)), NAMED)
    [row] = table.filter(kind="buyer").to_dicts()
    assert (row["name"], row["share"], row["effective_number"]) == ("Acme", 1.0, 1.0)


def test_where_credits_eat_it_all_there_is_no_share() -> None:
    """Nothing to divide by is no data."""
    table = concentration(_cells(("s1", "b1", 1, 100, 100)), NAMED)
    assert table["share"].to_list() == [None, None]
    assert table["net_cents"].to_list() == [0, 0]


def test_shares_added_up_end_at_exactly_one() -> None:
    """Of amounts whose shares are no round numbers: a third, a sixth, a seventh of them."""
    rows = [(f"s{n}", "b1", 1, cents, 0) for n, cents in enumerate((10, 33, 7, 101, 3, 89, 1, 6))]
    table = concentration(_cells(*rows), PartyNames({}, {}, {})).filter(kind="source")
    assert table["cumulative"].max() == table["cumulative"][-1] == 1.0
    assert table["cumulative"].is_sorted()
