"""A rehearsal knows what the store knows, remembers what it checked, and leaves nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from builders import Desk, delivered, reported

from data_access.intake.scratch_store import scratch_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data_access.intake.scratch_store import ScratchStore

MONDAY = "2026-10-05T09:00:00Z"
TUESDAY = "2026-10-06T09:00:00Z"
SALE = reported("L-1", "b1", "converted", TUESDAY, event_id="e1")


@pytest.fixture
def beside(desk: Desk) -> Iterator[Desk]:
    """A rehearsal beside a store with one delivery and one sale."""
    desk.take(delivered("L-1", "b1", MONDAY, event_id="d1", buyer_lead_id="own-1"), SALE)
    with scratch_store(desk.store) as scratch:
        yield Desk(scratch, desk.folder)


def test_what_the_store_knows_is_known(beside: Desk) -> None:
    """A repeat is a duplicate, the same id with other words a conflict."""
    other = {**SALE, "outcome": "returned"}
    assert beside.answers(SALE, other) == ["duplicate", "conflict"]


def test_a_report_about_a_delivery_of_the_store_need_not_wait(beside: Desk) -> None:
    """One about an unknown lead must, in either store."""
    known = reported("L-1", "b1", "returned", "2026-10-07T09:00:00Z")
    unknown = reported("L-9", "b1", "returned", "2026-10-07T09:00:00Z")
    assert beside.answers(known, unknown) == ["created", "parked"]


def test_what_was_checked_before_is_known_as_well(beside: Desk) -> None:
    """Within one rehearsal, from chunk to chunk."""
    assert beside.answers(delivered("L-2", "b1", MONDAY, event_id="d2")) == ["created"]
    assert beside.answers(delivered("L-2", "b1", MONDAY, event_id="d2")) == ["duplicate"]
    assert beside.answers(reported("L-2", "b1", "converted", TUESDAY)) == ["created"]


def test_nothing_of_it_is_kept(desk: Desk) -> None:
    """Neither in the store nor as a file."""
    desk.take(delivered("L-1", "b1", MONDAY, event_id="d1"))
    before = desk.facts()
    with scratch_store(desk.store) as scratch:
        folder = Path(str(scratch.engine.url.database)).parent
        assert folder.is_dir()
        Desk(scratch, desk.folder).take(delivered("L-2", "b1", MONDAY, event_id="d2"))
    assert desk.facts() == before
    assert not folder.exists()


def test_both_stores_are_asked(beside: Desk) -> None:
    """Facts of the one and of the other stand below each other."""
    beside.take(delivered("L-2", "b1", MONDAY, event_id="d2", buyer_lead_id="own-2"))
    scratch: ScratchStore = beside.store  # type: ignore[assignment]
    with scratch.writing() as connection:
        attempts = scratch.known_attempts(connection, ["d1", "d2", "d3"])
        feedback = scratch.known_feedback(connection, ["e1"])
        deliveries = scratch.known_deliveries(connection, ["L-1", "L-2"])
        own = scratch.known_buyer_leads(connection, ["own-1", "own-2"])
    assert attempts["event_id"].to_list() == ["d1", "d2"]
    assert feedback["event_id"].to_list() == ["e1"]
    assert sorted(deliveries["lead_id"].unique()) == ["L-1", "L-2"]
    assert own["buyer_lead_id"].to_list() == ["own-1", "own-2"]
