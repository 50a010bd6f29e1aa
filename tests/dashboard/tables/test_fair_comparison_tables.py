"""Fair comparison: who is held against whom, and what a change is made of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from october import OCTOBER, column, rows

from dashboard.tables import fair_comparison

if TYPE_CHECKING:
    from dashboard.answers.workspace import Workspace

OAK = replace(OCTOBER, source=("src_oak",))
ACME = replace(OCTOBER, buyer=("buy_acme",))


def test_cells_are_sums_by_plain_names(shop: Workspace) -> None:
    """Four pairs of 30."""
    found = fair_comparison.cells(shop.table_query(OCTOBER), "source", "buyer")
    assert set(found.select("source", "buyer", "delivered").iter_rows()) == {
        (source, buyer, 30)
        for source in ("src_elm", "src_oak")
        for buyer in ("buy_acme", "buy_birch")
    }


def test_a_source_keeps_its_place_among_all_when_it_is_looked_at_alone(shop: Workspace) -> None:
    """The others are its peers still."""
    both = {row["id"]: row for row in rows(shop, "ranking")}
    assert rows(shop, "ranking", OAK) == [both["src_oak"]]
    assert both["src_oak"]["of"] == 2


def test_a_buyer_is_held_against_all_when_it_is_looked_at_alone(shop: Workspace) -> None:
    """4 returned where 2 were to be expected by the other's."""
    [acme] = rows(shop, "buyer_strictness", ACME)
    assert (acme["returned"], acme["expected_returns"], acme["strictness"]) == (4, 2.0, 2.0)
    asked = fair_comparison.strictness(shop.table_query(ACME))
    assert asked["buyer_id"].to_list() == ["buy_acme"]


def test_a_change_is_mix_and_performance_and_both_add_up(shop: Workspace) -> None:
    """Nothing moved: 10 of 80 as 12 of 96."""
    found = [row for row in rows(shop, "mix_shift") if row["measure"] == "conversion_rate"]
    whole = next(row for row in found if row["group"] == "(all)")
    assert (whole["of_before"], whole["of_now"]) == (80, 96)
    for row in found:
        assert row["from_mix"] + row["from_performance"] == pytest.approx(row["change"])
    assert whole["change"] == 0


def test_the_margin_moves_from_800_to_960_by_volume_alone(shop: Workspace) -> None:
    """20 deliveries more at $8."""
    steps = dict(
        zip(column(shop, "money_shift", "step"), column(shop, "money_shift", "cents"), strict=True)
    )
    assert steps["margin before"] == 80_000
    assert steps["volume"] == 16_000
    middle = [cents for step, cents in steps.items() if not step.startswith("margin")]
    assert sum(middle) == 16_000
    assert list(steps.values())[-1] == 96_000


def test_two_equal_parties_count_as_two(shop: Workspace) -> None:
    """By buyer and by source."""
    assert set(column(shop, "concentration", "effective_number")) == {2.0}
    assert column(shop, "concentration", "cumulative") == [0.5, 1.0, 0.5, 1.0]
