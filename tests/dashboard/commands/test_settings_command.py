"""Another zone or currency than the store's is said everywhere, and accepted by one command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders import delivered, us
from click.testing import CliRunner
from pages import text

from dashboard.answers import workspace as books
from dashboard.commands import demo, export, import_files, serve, settings, store
from data_access.store import store_settings
from data_access.store.store_settings import StoreSettings

if TYPE_CHECKING:
    import click
    from builders import Desk
    from pages import Open

OFFER = delivered("L1", "b1", "2026-10-05T09:00:00Z", price="12.00")
BERLIN = StoreSettings("Europe/Berlin", "USD")


@pytest.fixture(autouse=True)
def _apart(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store of the test is the one that commands work on."""
    monkeypatch.chdir(desk.folder)
    monkeypatch.setenv("LEADLOOP_DATA_DIR", str(desk.folder))
    monkeypatch.setenv("LEADLOOP_REPORT_ZONE", "UTC")
    monkeypatch.delenv("LEADLOOP_CURRENCY", raising=False)


def run(command: click.Command, *words: str, status: int = 0) -> str:
    """What a command says."""
    done = CliRunner().invoke(command, list(words))
    assert done.exit_code == status, done.output
    return done.output


def in_berlin(desk: Desk) -> None:
    """A store with a fact, that remembers Berlin and dollars."""
    desk.take(OFFER)
    store_settings.remember(desk.store, BERLIN, at_us=us("2026-10-06"))


def test_the_command_shows_both_and_accepts_a_change(desk: Desk) -> None:
    """Shown, nothing is written; accepted, it is in force and has nothing more to say."""
    in_berlin(desk)
    said = run(settings.settings)
    assert "report zone: UTC, and the store remembers Europe/Berlin\ncurrency: USD\n" in said
    assert "are cut in UTC now" in said
    assert store_settings.remembered(desk.store) == BERLIN
    assert run(settings.settings, "--accept", "--who", "Ann") == "in force now: UTC, USD\n"
    assert store_settings.remembered(desk.store) == StoreSettings("UTC", "USD")
    assert run(settings.settings, "--accept") == "report zone: UTC\ncurrency: USD\n"
    assert "who you are" in run(settings.settings, "--accept", "--who", " ", status=2)


def test_the_doctor_says_it_and_writes_nothing(desk: Desk) -> None:
    """With what to do; a store that remembers nothing is well."""
    desk.take(OFFER)
    assert "well  settings: UTC, USD" in run(store.doctor)
    assert store_settings.remembered(desk.store) is None
    in_berlin(desk)
    said = run(store.doctor, status=1)
    assert "MEND  settings: Days of this store were cut in Europe/Berlin" in said
    assert "leadloop settings --accept" in said


def test_reading_commands_write_nothing(desk: Desk) -> None:
    """An export of a store that remembers nothing leaves it so."""
    desk.take(OFFER)
    run(export.export, "deliveries", "--period", "all_time")
    books.close()
    assert store_settings.remembered(desk.store) is None


def test_the_server_writes_it_down_once_and_then_says_what_differs(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the terminal, before it serves."""
    monkeypatch.setattr(serve, "run", lambda *_: None)
    desk.take(OFFER)
    assert "Days of this store" not in run(serve.serve, "--port", "18531")
    assert store_settings.remembered(desk.store) == StoreSettings("UTC", "USD")
    monkeypatch.setenv("LEADLOOP_REPORT_ZONE", "Asia/Tokyo")
    assert "were cut in UTC and are cut in Asia/Tokyo now" in run(serve.serve, "--port", "18531")
    assert store_settings.remembered(desk.store) == StoreSettings("UTC", "USD")


def test_every_page_and_the_health_say_it(
    opened: Open, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The figures are shown all the same."""
    in_berlin(desk)
    monkeypatch.setenv("LEADLOOP_CURRENCY", "JPY")
    for page in ("overview", "data", "leads"):
        shown = text(opened(page, period="all_time"))
        assert "Days of this store were cut in Europe/Berlin" in shown
        assert "where they look 100 times as large" in shown
    assert "¥1,200" in text(opened("leads", lead="L1"))
    assert "LEADLOOP_CURRENCY" in str(books.workspace().status().otherwise)


def test_an_import_in_another_currency_ends_in_a_sentence(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the first one remembers its own."""
    line = "lead_id,outcome,revenue,contacted_date,notes\nL1,converted,10.00,2026-01-02,\n"
    desk.write("one.csv", line)
    desk.write("two.csv", line.replace("L1", "L2"))
    monkeypatch.setenv("LEADLOOP_CURRENCY", "EUR")
    run(import_files.import_, "one.csv", "--buyer", "b1")
    assert store_settings.remembered(desk.store) == StoreSettings("UTC", "EUR")
    monkeypatch.setenv("LEADLOOP_CURRENCY", "USD")
    said = run(import_files.import_, "two.csv", "--buyer", "b1", status=2)
    assert "in EUR, and LEADLOOP_CURRENCY is USD: nothing was taken in" in said
    assert len(desk.facts()["feedback"]) == 1


def test_the_demo_is_in_dollars_whatever_is_set(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shown in yen, it says so."""
    monkeypatch.setenv("LEADLOOP_CURRENCY", "JPY")
    run(demo.demo, "--deliveries", "200", "--until", "2026-10-31", "--no-stories")
    assert store_settings.remembered(desk.store) == StoreSettings("UTC", "USD")
    assert "Amounts of this store are in USD and are shown as JPY" in run(settings.settings)
