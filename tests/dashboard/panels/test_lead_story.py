"""The story of a lead: what counts no longer says why, and what is yet to come says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builders import delivered, reported, us
from october import OCTOBER
from pages import PERIOD, text

from dashboard.answers.workspace import workspace
from dashboard.panels.leads import lead_story
from data_access.columns import WITHDRAW
from data_access.store import withdrawals

if TYPE_CHECKING:
    import pytest
    from builders import Desk
    from pages import Open

OFFER = delivered("L1", "b1", "2026-10-05T09:00:00Z", price="20.00")
SALE = reported("L1", "b1", "converted", "2026-10-06T09:00:00Z", value="100.00")
GONE = "was withdrawn on 22 Nov 2026 14:05 UTC: it does not count."


def test_an_event_of_a_withdrawn_import_is_struck_through_with_the_reason(
    opened: Open, desk: Desk
) -> None:
    """The delivery stands, and nobody has said anything about it."""
    desk.take(OFFER)
    desk.take(SALE)
    withdrawals.record(desk.store, desk.batches[1], WITHDRAW, at_us=us(desk.now))
    page = text(opened("leads", lead="L1", **PERIOD))
    assert "No word yet" in page
    assert f"Its import ({desk.batches[1]}) {GONE}" in page
    assert page.count(GONE) == 1
    lead = workspace().lead("L1")
    tones = [lead_story._is_gone(row) for row in lead.events.to_dicts()]  # noqa: SLF001 - its rule
    assert tones == [False, True]


def test_a_lead_that_is_wholly_withdrawn_is_found_and_told(opened: Open, desk: Desk) -> None:
    """It has no delivery that counts, and a story."""
    desk.take(OFFER, SALE)
    withdrawals.record(desk.store, desk.batches[0], WITHDRAW, at_us=us(desk.now))
    page = text(opened("leads", lead="L1", **PERIOD))
    assert page.count(GONE) == 2
    assert "No delivery and no feedback has this lead id" not in page


def test_a_lead_that_is_dated_ahead_is_no_unknown_lead(opened: Open, desk: Desk) -> None:
    """One that nobody told of is."""
    desk.take(delivered("L2", "b1", "2026-11-22T20:00:00Z"))
    assert "Everything about this lead is dated later" in text(opened("leads", lead="L2"))
    assert "No delivery and no feedback has this lead id" in text(opened("leads", lead="L3"))


def test_leads_of_a_withdrawn_import_have_changed_since(
    opened: Open, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that are left of it: another import brought the delivery too."""
    monkeypatch.setenv("LEADLOOP_DATA_DIR", str(desk.folder))
    desk.take(OFFER)
    desk.take({**OFFER, "attempted_at": "2026-10-05T10:00:00Z"})
    desk.take(delivered("L9", "b1", "2026-10-05T09:00:00Z"))
    version = desk.store.data_version()
    withdrawals.record(desk.store, desk.batches[0], WITHDRAW, at_us=us(desk.now))
    opened("overview", **PERIOD)
    [page] = workspace().frames("deliveries", OCTOBER, changed_since=version)
    assert page["lead_id"].to_list() == ["L1"]
