"""Data → Imports: an import is withdrawn after a look at what goes, and restored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders import delivered, reported
from pages import PERIOD, text

from dashboard.panels.data import import_undo
from dashboard.presentation import withdrawal_texts
from data_access.columns import RESTORE, WITHDRAW

if TYPE_CHECKING:
    from builders import Desk
    from pages import Open
    from streamlit.testing.v1 import AppTest

HOSTILE = "<b>Ann</b>"


def press(app: AppTest, label: str) -> AppTest:
    """Press a button by its label."""
    next(button for button in app.button if button.label == label).click()
    app.run()
    assert not app.exception
    return app


def labels(app: AppTest) -> set[str]:
    """The buttons there are."""
    return {button.label for button in app.button}


def choose(app: AppTest, batch: str) -> AppTest:
    """Choose an import of the list."""
    next(box for box in app.selectbox if box.label == "Which import").set_value(batch)
    app.run()
    return app


@pytest.fixture
def batches(desk: Desk) -> list[str]:
    """Two imports: a delivery for $20 with a report, and another delivery."""
    desk.take(
        delivered("L1", "buy_1", "2026-10-05T09:00:00Z", price="20.00"),
        reported("L1", "buy_1", "converted", "2026-10-06T09:00:00Z"),
    )
    desk.take(delivered("L2", "buy_1", "2026-10-05T09:00:00Z"))
    return desk.batches


def test_what_would_go_is_said_before_it_goes(opened: Open, desk: Desk, batches: list[str]) -> None:
    """No means no; yes asks for a name, and says afterwards that it is done."""
    app = choose(opened("data", tab="imports", **PERIOD), batches[0])
    press(app, "Withdraw this import")
    assert "If you go on: 1 delivery for $20.00 and 1 report count no longer." in text(app)
    press(app, "No, leave it")
    assert "If you go on" not in text(app)
    press(press(app, "Withdraw this import"), "Yes, withdraw it")
    assert "Say who you are" in text(app)
    assert desk.store.data_version() == 3
    fields = {box.label: box for box in app.text_input}
    fields["Your name"].set_value(HOSTILE)
    fields["Why"].set_value("wrong vendor")
    press(app, "Yes, withdraw it")
    assert f"Withdrawn: {batches[0]}." in text(app)
    assert desk.store.data_version() == 4
    assert "Restore this import" in labels(app)
    assert "&lt;b&gt;Ann&lt;/b&gt;: wrong vendor" in text(app)


def test_it_is_restored_in_the_same_way(opened: Open, desk: Desk, batches: list[str]) -> None:
    """By whoever has said who they are."""
    app = choose(opened("data", tab="imports", **PERIOD), batches[1])
    for verb, much in (("Withdraw", "no longer"), ("Restore", "again")):
        press(app, f"{verb} this import")
        assert f"1 delivery counts {much}." in text(app)
        next(box for box in app.text_input if box.label == "Your name").set_value("Ann")
        press(app, f"Yes, {verb.lower()} it")
    assert desk.store.data_version() == 5
    assert "Withdraw this import" in labels(app)


def test_there_is_nothing_to_undo_without_imports(opened: Open) -> None:
    """The card is not there."""
    assert "Undo an import" not in text(opened("data", tab="imports", **PERIOD))


def test_buttons_are_named_for_both_ways() -> None:
    """And one report is no reports."""
    assert set(import_undo._VERBS) == {WITHDRAW, RESTORE}  # noqa: SLF001 - the list itself
    assert withdrawal_texts.effect(0, -1, 0, "USD") == "1 report counts no longer."
