"""The list of what there is to do, and what is decided about it."""

# ruff: noqa: PLC0415 - a script that is run as a page imports what it needs

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from builders import us
from october import OCTOBER
from pages import PERIOD, marketplace, text
from scripts_on_pages import drawn

from dashboard.panels.todo import todo_list
from data_access.store import decisions

if TYPE_CHECKING:
    from builders import Desk
    from pages import Open

    from dashboard.answers.workspace import Workspace


def item(**said: Any) -> dict[str, Any]:
    """A finding that nobody has decided on."""
    return {
        "finding": "claims:b1",
        "kind": "claims",
        "sentence": "Acme: 2 claims over 40 % wait <now>.",
        "money_cents": 4_000,
        "better": False,
        "state": "new",
        "again": False,
        "found": True,
        "who": None,
        "note": None,
        "until_day": None,
        **said,
    }


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"state": "mine", "who": "Ann"}, "Ann has taken it on."),
        (
            {"state": "snoozed", "who": "Ann", "until_day": date(2026, 12, 1)},
            "Ann put it off until 1 Dec 2026.",
        ),
        ({"state": "done", "who": "Ann", "note": "Called"}, "Ann noted it as done. Called"),
        ({"state": "dismissed", "who": "Ann", "found": False}, "It is not found any more."),
        ({"again": True, "who": "Ann"}, "Found again after Ann noted it as done."),
    ],
)
def test_a_line_says_who_decided_what(shop: Workspace, said: dict[str, Any], expected: str) -> None:
    """In a few words."""
    assert expected in todo_list.listing([item(**said)], OCTOBER, shop.settings.currency)


@pytest.mark.usefixtures("shop")
def test_a_line_leads_to_its_case_with_its_money_and_no_markup_of_others() -> None:
    """A figure and its sign do not part at the end of a line."""
    made = todo_list.listing([item(), item(money_cents=None, better=True)], OCTOBER, "USD")
    assert made.count("<li") == 2
    assert "case=claims%3Ab1" in made
    assert "$40.00" in made
    assert "&lt;now&gt;" in made
    assert "40\u00a0%" in made
    assert '<li class="good">' in made


def test_an_empty_heap_says_why(shop: Workspace) -> None:
    """Without a recent delivery there was nothing to look at."""
    status = shop.status()
    assert todo_list.nothing("open", OCTOBER, status).startswith("Nothing wants a decision")
    assert todo_list.nothing("snoozed", OCTOBER, status) == "Nothing is put off."
    later = replace(OCTOBER, as_of_us=us("2027-06-01T12:00:00Z"))
    said = todo_list.nothing("open", later, status)
    assert "Nothing was delivered in the last 90 days" in said
    assert "28 Oct 2026" in said


def test_a_case_shows_every_decision_the_newest_first(desk: Desk, opened: Open) -> None:
    """And says in the form where it stands; nobody's words are markup."""
    desk.take(*marketplace())
    for state, note in (("mine", "<b>looking</b>"), ("done", "Called Acme")):
        told = decisions.Decision(finding="claims:buy_1", state=state, who="Ann", note=note)
        decisions.record(desk.store, told, at_us=us("2026-11-20T12:00:00Z"))
    page = opened("todo", case="claims:buy_1", **PERIOD)
    assert not page.exception
    said = text(page)
    assert "Done, by Ann." in said
    assert said.index("Called Acme") < said.index("looking")
    assert "<b>looking" not in said
    [what_now] = [radio for radio in page.radio if radio.label == "What now"]
    assert what_now.options == ["Open again", "I take it on", "Put off", "Dismiss"]


def test_what_lacks_a_name_is_not_kept(desk: Desk, opened: Open) -> None:
    """The form says what is missing."""
    desk.take(*marketplace())
    page = opened("todo", case="claims:buy_1", **PERIOD)
    [keep] = [button for button in page.button if button.label == "Keep it"]
    keep.click()
    page.run()
    assert "Say who you are" in text(page)
    assert decisions.history(desk.store).is_empty()


def form(item: dict[str, object]) -> None:
    """The form of a decision."""
    from dashboard.answers.workspace import workspace
    from dashboard.panels.todo import todo_decision

    todo_decision.form(item, workspace().status())


@pytest.mark.usefixtures("shop")
def test_the_form_says_where_a_finding_stands_and_offers_the_rest() -> None:
    """Until when it was put off, and by whom."""
    put_off = item(state="snoozed", who="Ann", until_day=date(2026, 12, 1))
    page = drawn(form, put_off)
    assert "Snoozed until 1 Dec 2026, by Ann." in text(page)
    assert page.radio[0].options == ["Open again", "I take it on", "Done", "Dismiss"]
    assert "nobody has taken it on" in text(drawn(form, item()))
