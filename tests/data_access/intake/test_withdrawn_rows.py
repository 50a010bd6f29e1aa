"""What a row is answered that a withdrawn import holds, or whose delivery is held by one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from builders import delivered, reported, us

from dashboard.commands import import_files
from dashboard.panels.data import file_import
from dashboard.presentation import refusal_texts
from data_access.columns import RESTORE, WITHDRAW
from data_access.intake import withdrawn_rows
from data_access.intake.import_order import TakenBefore
from data_access.store import withdrawals

if TYPE_CHECKING:
    from builders import Desk

OFFER = delivered("L1", "B1", "2026-10-05T09:00:00Z", event_id="d1", buyer_lead_id="own-1")
SALE = reported("L1", "B1", "converted", "2026-10-06T09:00:00Z", event_id="s1")
HEADER = "lead_id,outcome,revenue,contacted_date,notes\n"
ROWS = HEADER + "".join(f"L{n},converted,10.00,2026-10-0{n},\n" for n in (1, 2, 3))


def say(desk: Desk, action: str, nth: int = 0) -> str:
    """Withdraw or restore an import of the desk; its id."""
    withdrawals.record(desk.store, desk.batches[nth], action, at_us=us(desk.now))
    return desk.batches[nth]


def test_a_row_that_is_held_is_told_by_import(any_desk: Desk) -> None:
    """Alike a duplicate, otherwise a conflict; after the restoration nothing is said."""
    any_desk.take(OFFER, SALE)
    again = (OFFER, {**SALE, "outcome": "returned"}, delivered("L2", "B1", "2026-10-05"))
    batch = say(any_desk, WITHDRAW)
    taken = any_desk.take(*again)
    assert taken.answers["answer"].to_list() == ["duplicate", "conflict", "created"]
    assert taken.before.rows() == [(1, batch, "duplicate"), (2, batch, "conflict")]
    assert dict(taken.before.schema) == withdrawn_rows.TAKEN_BEFORE
    say(any_desk, RESTORE)
    assert any_desk.take(*again).before.is_empty()


def test_another_buyers_report_of_that_id_is_not_held(any_desk: Desk) -> None:
    """Ids of reports are their reporter's own."""
    any_desk.take(OFFER, SALE)
    say(any_desk, WITHDRAW)
    taken = any_desk.take({**SALE, "reporter_id": "B2"})
    assert taken.answers["answer"].to_list() == ["parked"]
    assert taken.before.is_empty()


@pytest.mark.parametrize("key", ["lead_id", "buyer_lead_id"])
def test_what_is_said_of_a_withdrawn_delivery_waits(any_desk: Desk, key: str) -> None:
    """By the lead, and by the buyer's own id; until it is restored, or came another way."""
    any_desk.take(OFFER)
    say(any_desk, WITHDRAW)
    days = iter(range(6, 20))

    def fresh() -> dict[str, str]:
        told = reported("L1", "B1", "contacted", f"2026-10-{next(days):02d}T09:00:00Z")
        if key == "lead_id":
            return told
        return {**{k: v for k, v in told.items() if k != "lead_id"}, "buyer_lead_id": "own-1"}

    assert any_desk.answers(fresh()) == ["parked"]
    assert any_desk.answers({**OFFER, "event_id": "d2"}, fresh()) == ["created", "created"]
    say(any_desk, WITHDRAW, 2)
    assert any_desk.answers(fresh()) == ["parked"]
    say(any_desk, RESTORE)
    assert any_desk.answers(fresh()) == ["created"]


def test_a_link_to_a_withdrawn_report_waits_and_is_given_no_advice(any_desk: Desk) -> None:
    """As one to a report that does not exist; nor does a withdrawn replacement count as one."""
    any_desk.take(OFFER, delivered("L2", "B1", "2026-10-05T09:00:00Z"))
    any_desk.take(SALE)
    elsewhere = reported("L2", "B1", "returned", "2026-10-07T09:00:00Z", replaces="s1")
    say(any_desk, WITHDRAW, 1)
    taken = any_desk.take(elsewhere)
    assert taken.answers["answer"].to_list() == ["parked"]
    assert taken.advice.is_empty()
    say(any_desk, RESTORE, 1)
    first = reported("L1", "B1", "contacted", "2026-10-08T09:00:00Z", event_id="p1", replaces="s1")
    any_desk.take(first)
    say(any_desk, WITHDRAW, 3)
    second = {**first, "event_id": "p2"}
    assert any_desk.take(second).advice.is_empty()
    say(any_desk, RESTORE, 3)
    assert any_desk.take({**first, "event_id": "p3"}).advice["code"].to_list() == [
        "replaced_already"
    ]


@pytest.mark.parametrize("validate_only", [True, False])
def test_an_import_says_what_to_restore(any_desk: Desk, *, validate_only: bool) -> None:
    """In a sentence of the command, in its JSON and on the page; a check says it too."""
    path = any_desk.write("sales.csv", ROWS)
    first = any_desk.load(path, buyer="B1")
    withdrawals.record(any_desk.store, first.batch_id, WITHDRAW, at_us=us(any_desk.now))
    more = any_desk.write("more.csv", ROWS + "L4,converted,10.00,2026-10-04,\n")
    done = any_desk.load(more, buyer="B1", validate_only=validate_only)
    assert done.before == {first.batch_id: TakenBefore(same=3)}
    sentence = (
        f"3 rows were taken in before with import {first.batch_id}, which was withdrawn; restore "
        "it to count them."
    )
    assert refusal_texts.worth_knowing(done) == [sentence]
    told = json.loads(import_files.as_json(done))
    assert told["withdrawn"] == {first.batch_id: {"same": 3, "other": 0}}
    assert told["sentences"] == [sentence]
    assert sentence in file_import.outcome_html(done, validate_only=validate_only)


def test_conflicts_with_a_withdrawn_import_are_said_apart(desk: Desk) -> None:
    """To restore it would not take their content."""
    event = {
        "event_type": "recipient.delivered",
        "timestamp": "2026-10-05T09:00:00Z",
        "event_id": "d1",
        "lead_id": "L1",
        "recipient": {"id": "B1"},
    }
    first = desk.load(desk.write("a.ndjson", json.dumps(event)))
    withdrawals.record(desk.store, first.batch_id, WITHDRAW, at_us=us(desk.now))
    done = desk.load(desk.write("b.ndjson", json.dumps({**event, "lead_id": "L2"})))
    [sentence] = refusal_texts.worth_knowing(done)
    held = f"Of 1 refused row the withdrawn import {first.batch_id} holds other content"
    assert sentence == f"{held} under the same event id."
