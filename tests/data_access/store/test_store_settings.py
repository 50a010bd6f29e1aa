"""A store remembers its zone and currency, and a change of them is never silent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from builders import delivered

from data_access.store import store_settings
from data_access.store.store_settings import OtherCurrency, StoreSettings

if TYPE_CHECKING:
    from builders import Desk

BERLIN = StoreSettings("Europe/Berlin", "EUR")
UTC = StoreSettings("UTC", "EUR")
OFFER = delivered("L1", "b1", "2026-10-01T10:00:00Z")
FILE = (
    "lead_id,outcome,revenue,contacted_date,notes\nL1,converted,10.00,2026-01-02,\n"
    "L2,converted,20.00,2026-01-02,\n"
)


def test_an_empty_store_remembers_nothing(any_desk: Desk) -> None:
    """And accepts nothing: there are no facts that it could be about."""
    store_settings.remember(any_desk.store, BERLIN, at_us=1)
    assert store_settings.remembered(any_desk.store) is None
    assert not store_settings.accept(any_desk.store, BERLIN, who="Ann", at_us=1)


def test_the_first_facts_settle_it(any_desk: Desk) -> None:
    """What comes later changes nothing by itself."""
    any_desk.take(OFFER)
    store_settings.remember(any_desk.store, BERLIN, at_us=1)
    store_settings.remember(any_desk.store, UTC, at_us=2)
    assert store_settings.remembered(any_desk.store) == BERLIN


def test_a_change_is_accepted_once_and_written_down(any_desk: Desk) -> None:
    """By whom and when stands in the audit; the choice of before stays in the store."""
    any_desk.take(OFFER)
    store_settings.remember(any_desk.store, BERLIN, at_us=1)
    assert store_settings.accept(any_desk.store, UTC, who="Ann", at_us=2)
    assert not store_settings.accept(any_desk.store, UTC, who="Bob", at_us=3)
    assert store_settings.remembered(any_desk.store) == UTC
    with any_desk.store.reading() as connection:
        query = "SELECT recorded_us, actor, subject, detail FROM audit WHERE action = :action"
        found = connection.execute(sa.text(query), {"action": "set_store_settings"}).all()
        rows = connection.execute(
            sa.text("SELECT setting_id, report_zone FROM store_settings ORDER BY setting_id")
        ).all()
    assert [tuple(row[:3]) for row in found] == [(1, "operator", "1"), (2, "Ann", "2")]
    assert json.loads(found[1][3]) == {"report_zone": "UTC", "currency": "EUR"}
    assert [tuple(row) for row in rows] == [(1, "Europe/Berlin"), (2, "UTC")]


def test_an_import_writes_down_what_its_first_facts_came_with(desk: Desk) -> None:
    """A check writes nothing, and a file that gives no fact neither."""
    told = {"currency": "EUR", "report_zone": "Europe/Berlin", "buyer": "b1"}
    bad = desk.write("bad.csv", FILE.replace("converted", "perhaps"))
    good = desk.write("good.csv", FILE)
    desk.load(good, validate_only=True, **told)
    desk.load(bad, **told)
    assert store_settings.remembered(desk.store) is None
    desk.load(good, **told)
    assert store_settings.remembered(desk.store) == BERLIN


def test_amounts_of_another_currency_are_not_taken_in(desk: Desk) -> None:
    """Neither by an import nor by a check; another zone is no obstacle."""
    file = desk.write("good.csv", FILE)
    desk.load(file, currency="EUR", report_zone="Europe/Berlin", buyer="b1")
    more = desk.write("more.csv", FILE.replace("L", "M"))
    for check in (True, False):
        with pytest.raises(OtherCurrency, match=r"are in EUR, and LEADLOOP_CURRENCY is JPY"):
            desk.load(more, currency="JPY", buyer="b1", validate_only=check)
    assert len(desk.facts()["feedback"]) == 2
    desk.load(more, currency="EUR", report_zone="UTC", buyer="b1")
    assert len(desk.facts()["feedback"]) == 4


@pytest.mark.parametrize(
    ("now", "parts", "absent"),
    [
        (UTC, ["cut in Europe/Berlin", "cut in UTC now", "settings --accept"], "Amounts of this"),
        (
            StoreSettings("Europe/Berlin", "USD"),
            ["are in EUR", "shown as USD", "amounts are not converted"],
            "Days",
        ),
        (StoreSettings("Europe/Berlin", "JPY"), ["100 times as large"], "small"),
        (StoreSettings("Europe/Berlin", "KWD"), ["10 times as small"], "large"),
        (StoreSettings("UTC", "CLF"), ["cut in UTC now", "100 times as small"], "large"),
    ],
)
def test_a_difference_is_said_with_what_it_does(
    now: StoreSettings, parts: list[str], absent: str
) -> None:
    """And how it is taken back or accepted."""
    sentence = store_settings.difference(BERLIN, now) or ""
    assert all(part in sentence for part in parts), sentence
    assert absent not in sentence


def test_no_difference_is_no_sentence() -> None:
    """Nor is a store that remembers nothing."""
    assert store_settings.difference(BERLIN, BERLIN) is None
    assert store_settings.difference(None, BERLIN) is None
