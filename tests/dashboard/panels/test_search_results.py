"""What a search found, each a link to where it is."""

# ruff: noqa: PLC0415 - a script that is run as a page imports what it needs

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pages import HOSTILE, PERIOD, marketplace, text
from scripts_on_pages import drawn

if TYPE_CHECKING:
    from builders import Desk
    from pages import Open


def found(text: str) -> None:
    """What a search draws."""
    from dashboard.panels.leads import search_results

    search_results.show(text)


@pytest.mark.parametrize(
    ("query", "kind", "link"),
    [
        ("O-003", "Leads", "lead=O-003"),
        ("acm", "Buyers", "buyer=buy_acme"),
        ("OAK", "Sources", "source=src_oak"),
    ],
)
@pytest.mark.usefixtures("shop")
def test_ids_and_names_are_found(query: str, kind: str, link: str) -> None:
    """Of a name a part is enough, in whatever case."""
    said = text(drawn(found, query))
    assert f"<span>{kind}</span>" in said
    assert link in said


def test_what_is_found_is_no_markup(desk: Desk, opened: Open) -> None:
    """Whatever a source is called."""
    desk.take(*marketplace())
    said = text(opened("leads", q="Kite", **PERIOD))
    assert "<span>Sources</span>" in said
    assert HOSTILE not in said


@pytest.mark.usefixtures("shop")
def test_nothing_found_is_said() -> None:
    """Of an id the beginning is not enough."""
    said = text(drawn(found, "O-00"))
    assert "Nothing has this id or name" in said
    assert "<span>" not in said
