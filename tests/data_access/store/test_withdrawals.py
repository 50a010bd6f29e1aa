"""Withdrawals of imports: which are possible, what they leave behind, who counts when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
import sqlalchemy as sa
from builders import delivered, us

from data_access.columns import RESTORE, WITHDRAW, WITHDRAWALS
from data_access.snapshot import doctor
from data_access.store import import_batches, withdrawals
from data_access.store.people import BadName
from data_access.store.withdrawals import CannotWithdraw, record, withdrawn_since

if TYPE_CHECKING:
    from builders import Desk

NINE, TEN, NOON = (us(f"2026-11-23T{hour}:00:00Z") for hour in ("09", "10", "12"))
OFFER = delivered("L1", "B1", "2026-10-05T09:00:00Z")


def rows(*words: tuple[int, int, str, str]) -> pl.DataFrame:
    """Withdrawals as number, moment, import, action."""
    return pl.DataFrame(list(words), schema=WITHDRAWALS, orient="row")


def test_of_each_import_the_last_word_counts() -> None:
    """As known at the moment and up to the data version that are asked for."""
    said = rows((5, 100, "a", WITHDRAW), (6, 200, "b", WITHDRAW), (8, 300, "a", RESTORE),
                (9, 400, "a", WITHDRAW))  # fmt: skip
    expected: dict[int, dict[str, int]] = {
        99: {},
        100: {"a": 100},
        200: {"a": 100, "b": 200},
        300: {"b": 200},
        400: {"a": 400, "b": 200},
    }
    assert {at: withdrawn_since(said, at) for at in expected} == expected
    assert withdrawn_since(said, 400, 8) == {"b": 200}
    assert withdrawn_since(said, 150, 4) == {}
    assert withdrawn_since(said) == expected[400]


def test_numbers_decide_where_a_clock_went_back() -> None:
    """Restored after it was withdrawn, at an earlier hour."""
    said = rows((5, 200, "a", WITHDRAW), (6, 150, "a", RESTORE))
    assert [withdrawn_since(said, at) for at in (149, 150, 200, 250)] == [{}, {}, {}, {}]


def test_facts_of_withdrawn_imports_do_not_count() -> None:
    """All others do."""
    facts = pl.DataFrame({"batch_id": ["a", "b", "a"], "seq": [1, 2, 3]})
    assert withdrawals.counted(facts, {"a": 100})["seq"].to_list() == [2]
    assert withdrawals.counted(facts, {}) is facts


def test_a_withdrawal_is_a_fact_with_its_line_in_the_audit(any_desk: Desk) -> None:
    """It has the next number; nothing of the import is changed."""
    any_desk.take(OFFER)
    before, [batch] = any_desk.facts(), any_desk.batches
    assert record(any_desk.store, batch, WITHDRAW, at_us=NINE, who=" Ann ", note=" wrong ") == 2
    assert record(any_desk.store, batch, RESTORE, at_us=TEN) == 3
    assert any_desk.store.data_version() == 3
    assert any_desk.facts() == before
    with any_desk.store.reading() as connection:
        said = withdrawals.history(connection)
        audit = connection.execute(
            sa.text("SELECT actor, action, subject, detail, recorded_us FROM audit")
        ).all()
        assert any_desk.store.withdrawals(connection).equals(said.select(*WITHDRAWALS))
    assert dict(said.schema) == withdrawals.HISTORY
    assert said.rows() == [
        (2, NINE, batch, WITHDRAW, "Ann", "wrong"),
        (3, TEN, batch, RESTORE, "operator", None),
    ]
    assert [tuple(line) for line in audit] == [
        ("Ann", "retract_batch", batch, '{"note": "wrong"}', NINE),
        ("operator", "restore_batch", batch, '{"note": null}', TEN),
    ]
    assert all(check.well for check in doctor.examine(any_desk.store) if check.name == "facts")


def test_every_number_has_a_lineage_of_its_own(any_desk: Desk) -> None:
    """Stores that went on differently are told apart by a withdrawal as by any fact."""
    any_desk.take(OFFER)
    store, [batch] = any_desk.store, any_desk.batches
    not_given = store.lineage(2)
    record(store, batch, WITHDRAW, at_us=NINE)
    withdrawn = store.lineage(2)
    assert withdrawn != not_given
    with store.writing() as connection:
        connection.execute(sa.text(f"UPDATE withdrawals SET recorded_us = {TEN}"))
    assert store.lineage(2) not in {withdrawn, not_given}


def test_an_unknown_import_is_answered_with_the_nearest(any_desk: Desk) -> None:
    """Of all there are; in an empty store there is none."""
    with pytest.raises(CannotWithdraw, match=r"no import has the id 'b-1'$"):
        record(any_desk.store, "b-1", WITHDRAW, at_us=NINE)
    any_desk.take(OFFER)
    [batch] = any_desk.batches
    with pytest.raises(CannotWithdraw, match=f"nearest: {batch}"):
        record(any_desk.store, batch[:-1], WITHDRAW, at_us=NINE)
    assert any_desk.store.data_version() == 1


def test_an_import_is_withdrawn_once_and_restored_once(any_desk: Desk) -> None:
    """And withdrawn again after that; what is so already is said."""
    any_desk.take(OFFER)
    [batch] = any_desk.batches
    with pytest.raises(CannotWithdraw, match="is not withdrawn: it counts"):
        record(any_desk.store, batch, RESTORE, at_us=NINE)
    for at_us in (NINE, NOON):
        record(any_desk.store, batch, WITHDRAW, at_us=at_us, who="Ann")
        with pytest.raises(CannotWithdraw, match="is withdrawn already, by Ann"):
            record(any_desk.store, batch, WITHDRAW, at_us=TEN)
        record(any_desk.store, batch, RESTORE, at_us=at_us)
    assert any_desk.store.data_version() == 5


def test_an_import_that_is_not_finished_cannot_be_withdrawn(any_desk: Desk) -> None:
    """Its rows may still be coming."""
    receipt: dict[str, Any] = dict.fromkeys(("profile", "file_name", "buyer_id"))
    with any_desk.store.writing() as connection:
        begun = import_batches.begin(
            connection, fingerprint="f" * 32, channel="file", at_us=NINE, **receipt
        )
    with pytest.raises(CannotWithdraw, match="still being taken in, or was interrupted"):
        record(any_desk.store, begun.batch_id, WITHDRAW, at_us=TEN)
    with any_desk.store.writing() as connection:
        import_batches.finish(connection, begun, at_us=NOON)
    record(any_desk.store, begun.batch_id, WITHDRAW, at_us=NOON)


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"who": " "}, BadName),
        ({"note": "x" * 2_001}, CannotWithdraw),
        ({"note": "a\x00"}, CannotWithdraw),
    ],
)
def test_who_and_why_are_judged(
    any_desk: Desk, said: dict[str, str], error: type[Exception]
) -> None:
    """Before anything is kept."""
    any_desk.take(OFFER)
    with pytest.raises(error):
        record(any_desk.store, any_desk.batches[0], WITHDRAW, at_us=NINE, **said)
    assert any_desk.store.data_version() == 1
