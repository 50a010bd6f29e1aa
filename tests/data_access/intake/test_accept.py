"""Exactly one of five answers for every row, and everything kept or nothing."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import polars as pl
import pytest
from builders import delivered, reported, rows, us

from data_access.columns import ANSWERS
from data_access.intake import accept
from data_access.intake.refusals import PROBLEM
from data_access.store import import_batches

if TYPE_CHECKING:
    from builders import Desk

MONDAY, TUESDAY = "2026-10-05T09:00:00Z", "2026-10-06T09:00:00Z"
OFFER = delivered("L-1", "b1", MONDAY, event_id="d1", price="20.00")
SALE = reported("L-1", "b1", "converted", TUESDAY, event_id="e1")
STRANGE = reported("L-9", "b1", "converted", TUESDAY, event_id="e9")
BAD = reported("L-1", "b1", "sold", TUESDAY, event_id="e3")
OTHER = {**SALE, "outcome": "returned"}


def test_there_is_one_answer_a_row_and_the_counts_add_up(desk: Desk) -> None:
    """All five of them here."""
    taken = desk.take(OFFER, SALE, SALE, OTHER, STRANGE, BAD)
    assert taken.answers.sort("line").rows() == [
        *((1, "created"), (2, "created"), (3, "duplicate")),
        *((4, "conflict"), (5, "parked"), (6, "rejected")),
    ]
    assert list(taken.counts) == list(ANSWERS)
    assert taken.counts == {
        "created": 2, "duplicate": 1, "conflict": 1, "parked": 1, "rejected": 1,
    }  # fmt: skip


def test_what_was_refused_is_kept_with_what_was_sent(desk: Desk) -> None:
    """What waits for its delivery was taken and is not among it."""
    refused = desk.take(OFFER, SALE, OTHER, STRANGE, BAD).refused.sort("line")
    assert refused["line"].to_list() == [3, 5]
    assert refused["answer"].to_list() == ["conflict", "rejected"]
    assert refused["raw"].null_count() == 0
    assert [line for line, _, _ in desk.refused()] == [3, 5]


@pytest.mark.parametrize("order", list(permutations((OFFER, SALE, BAD))))
def test_a_batch_gets_the_answers_that_its_rows_would_get_alone(
    desk: Desk, order: tuple[dict[str, str], ...]
) -> None:
    """In their order: a report before its delivery waits for it."""
    expected = []
    for fact in order:
        late = fact is SALE and order.index(OFFER) > order.index(SALE)
        expected.append("rejected" if fact is BAD else "parked" if late else "created")
    assert desk.answers(*order) == expected


def test_one_after_the_other_is_the_same_as_together(desk: Desk) -> None:
    """The same facts are held."""
    alone = [answer for fact in (OFFER, SALE, OTHER, SALE) for answer in desk.answers(fact)]
    assert alone == ["created", "created", "conflict", "duplicate"]


def test_a_row_of_delivery_and_feedback_is_refused_as_a_whole(desk: Desk) -> None:
    """Nothing of it is stored where one part is wrong."""
    both = {**delivered("L-2", "b1", MONDAY), "feedback_type": "feedback.received"}
    both |= {"reporter_id": "b1", "outcome": "sold", "reported_at": TUESDAY}
    assert desk.answers(both) == ["rejected"]
    assert desk.facts()["attempts"] == []


def test_what_was_found_wrong_before_the_contract_is_refused_first(desk: Desk) -> None:
    """With the code that was found there."""
    early = pl.DataFrame(
        [
            {
                "line": 1,
                "code": "time_naive",
                "field": "attempted_at",
                "value": MONDAY,
                "allowed": "a zone",
                "nearest": None,
            }
        ],
        schema=PROBLEM,
    )
    with desk.store.writing() as connection:
        batch = import_batches.begin(
            connection,
            fingerprint="f",
            channel="test",
            profile=None,
            file_name=None,
            buyer_id=None,
            at_us=us(desk.now),
        )
        taken = accept.take(
            desk.store,
            connection,
            rows(OFFER, delivered("L-2", "b1", MONDAY)),
            receipt=accept.Receipt(batch.batch_id, us(desk.now)),
            problems=early,
        )
    assert taken.answers.sort("line")["answer"].to_list() == ["rejected", "created"]
    assert desk.refused() == [(1, "time_naive", "attempted_at")]
    assert [fact["lead_id"] for fact in desk.facts()["attempts"]] == ["L-2"]
