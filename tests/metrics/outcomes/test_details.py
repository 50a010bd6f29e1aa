"""The latest statement of each kind counts, whatever order the events came in."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import narwhals as nw
import polars as pl
import pytest

from metrics.outcomes import details
from metrics.outcomes.known_facts import KEY

SCHEMA: dict[str, pl.DataType] = {
    **dict.fromkeys((*KEY, "event_id", "reporter_id"), pl.String()),
    "reported": pl.Int64(),
    **dict.fromkeys(details.FLAGS, pl.Boolean()),
    **dict.fromkeys(details.SCALES, pl.Int64()),
    **dict.fromkeys(details.WORDS, pl.String()),
}


def event(name: str, at: int, lead: str = "L1", **said: Any) -> dict[str, Any]:
    """An event of one buyer that says something."""
    return {
        "lead_id": lead,
        "buyer_id": "b",
        "event_id": name,
        "reporter_id": "b",
        "reported": at,
        **said,
    }


def latest(*events: dict[str, Any]) -> list[dict[str, Any]]:
    """What is known of each lead, without what nobody said."""
    frame = pl.DataFrame(list(events), schema=SCHEMA)
    found = details.latest(nw.from_native(frame.lazy())).to_native().collect().sort("lead_id")
    return [{k: v for k, v in row.items() if v is not None} for row in found.to_dicts()]


FIRST = event("e1", 10, phone_answered=False, interest_product=3, interest_budget="no")
SECOND = event("e2", 20, phone_answered=True)
THIRD = event("e3", 30, interest_product=0, accuracy_name="correct")


@pytest.mark.parametrize("order", list(permutations((FIRST, SECOND, THIRD))))
def test_each_kind_is_taken_from_the_latest_that_says_it(order: tuple[dict[str, Any], ...]) -> None:
    """A later word replaces, silence does not; nought is a word."""
    assert latest(*order) == [
        {
            "lead_id": "L1",
            "buyer_id": "b",
            "phone_answered": 1,
            "interest_product": 0,
            "interest_budget": "no",
            "accuracy_name": "correct",
        }
    ]


def test_of_two_at_the_same_moment_the_higher_id_counts() -> None:
    """So that it is the same on every machine."""
    events = [event("b", 10, right_party=False), event("a", 10, right_party=True)]
    assert latest(*events) == latest(*reversed(events))
    assert latest(*events)[0]["right_party"] == 0


def test_who_says_nothing_is_left_out() -> None:
    """Leads do not mix."""
    found = latest(event("e1", 10), event("e2", 20, lead="L2", spoke_to_lead=True))
    assert found == [{"lead_id": "L2", "buyer_id": "b", "spoke_to_lead": 1}]


def test_a_flag_is_nought_or_one_or_unknown() -> None:
    """Unknown is neither."""
    frame = nw.from_native(pl.DataFrame({"right_party": [True, False, None]}))
    found = frame.select(details.flag_or_null("right_party")).to_native()
    assert found["right_party"].to_list() == [1, 0, None]
