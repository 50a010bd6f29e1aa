"""What to know of links that do nothing, or must wait for the event that they name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from builders import delivered, reported

from data_access.intake import link_advice, refusals

if TYPE_CHECKING:
    from builders import Desk

MONDAY, TUESDAY, WEDNESDAY = (f"2026-10-0{day}T09:00:00Z" for day in (5, 6, 7))
SALE = reported("L-1", "b1", "converted", TUESDAY, event_id="sale")


@pytest.fixture
def shop(desk: Desk) -> Desk:
    """Two leads that went to two buyers, and one sale."""
    desk.take(
        *(delivered(lead, buyer, MONDAY) for lead in ("L-1", "L-2") for buyer in ("b1", "b2")), SALE
    )
    return desk


def link(kind: str, target: str, at: str = WEDNESDAY, **said: Any) -> dict[str, str]:
    """A report that retracts or replaces another one."""
    outcome = None if kind == "retracts" else "returned"
    fact = {"lead": "L-1", "buyer": "b1", "event_id": f"{kind}-{target}", **said}
    return reported(fact.pop("lead"), fact.pop("buyer"), outcome, at, **{kind: target, **fact})


def advised(shop: Desk, *facts: dict[str, str]) -> list[tuple[int, str, str]]:
    """Line, code and field of what is said about rows."""
    taken = shop.take(*facts)
    assert set(taken.answers["answer"]) == {"created"}
    assert dict(taken.advice.schema) == link_advice.ADVICE
    return list(taken.advice.select("line", "code", "field").iter_rows())


@pytest.mark.parametrize("kind", ["retracts", "replaces"])
def test_a_link_that_does_what_it_says_needs_no_advice(shop: Desk, kind: str) -> None:
    """Of the same buyer, about the same lead, later."""
    assert advised(shop, link(kind, "sale")) == []


def test_a_report_about_another_lead_is_not_taken_back(shop: Desk) -> None:
    """However the link is written."""
    assert advised(shop, link("retracts", "sale", lead="L-2")) == [
        (1, "other_delivery", "retracts")
    ]


def test_a_retraction_is_final(shop: Desk) -> None:
    """It can be neither taken back nor replaced."""
    back = link("retracts", "sale")
    again = link("replaces", "retracts-sale", at="2026-10-08T09:00:00Z")
    assert advised(shop, back, again) == [(2, "retraction_is_final", "replaces")]


def test_only_an_earlier_report_is_replaced(shop: Desk) -> None:
    """A retraction may well be dated before."""
    assert advised(shop, link("replaces", "sale", at=MONDAY)) == [(1, "not_earlier", "replaces")]
    assert advised(shop, link("retracts", "sale", at=MONDAY)) == []


def test_of_two_replacements_the_second_is_told(shop: Desk) -> None:
    """In one batch, and over two."""
    first, second, third = (link("replaces", "sale", event_id=f"r{n}") for n in (1, 2, 3))
    assert advised(shop, first, second) == [(2, "replaced_already", "replaces")]
    assert advised(shop, third) == [(1, "replaced_already", "replaces")]


def test_advice_says_what_would_be_allowed(shop: Desk) -> None:
    """With the event that was named."""
    row = shop.take(link("replaces", "sale", at=MONDAY)).advice.row(0, named=True)
    assert row["value"] == "sale"
    assert row["allowed"] == refusals.ADVICE["not_earlier"].allowed


def test_a_link_to_nothing_waits(shop: Desk) -> None:
    """And so does one to the event of another buyer: nobody learns of it from an answer."""
    absent, foreign = link("retracts", "absent"), link("retracts", "sale", buyer="b2")
    assert shop.answers(absent, foreign) == ["parked", "parked"]


def test_a_link_to_a_later_row_waits_and_one_to_an_earlier_does_not(shop: Desk) -> None:
    """Rows are judged as if they came one by one."""
    new = reported("L-2", "b1", "returned", TUESDAY, event_id="new")
    back = link("retracts", "new", lead="L-2", event_id="back")
    assert shop.answers(back, new) == ["parked", "created"]
    other = reported("L-2", "b1", "converted", TUESDAY, event_id="other")
    taken_back = link("retracts", "other", lead="L-2", event_id="taken")
    assert shop.answers(other, taken_back) == ["created", "created"]
