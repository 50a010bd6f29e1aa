"""Figures are held: they move when their reader asks or goes elsewhere, and not before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders import delivered, reported, us
from pages import text
from scripts_on_pages import drawn

from dashboard.answers import standpoint
from dashboard.answers.standpoint import Standpoint
from dashboard.answers.workspace import workspace
from dashboard.editions import clock
from dashboard.layout import held_figures

if TYPE_CHECKING:
    from collections.abc import Callable

    from builders import Desk
    from pages import Open
    from streamlit.testing.v1 import AppTest

    from dashboard.answers.workspace import Workspace

MAY = {"from": "2026-05-01", "to": "2026-05-31"}


@pytest.fixture
def five(desk: Desk) -> Desk:
    """Five deliveries of May, one of them sold."""
    at = "2026-05-04T10:00:00Z"
    desk.take(
        *(delivered(f"L{n}", "B1", at, source_id="S1", price="10") for n in range(5)),
        reported("L0", "B1", "converted", "2026-05-05T10:00:00Z"),
    )
    return desk


def second_sale(desk: Desk) -> None:
    """Another one is sold, and told of."""
    desk.take(reported("L1", "B1", "converted", "2026-05-06T10:00:00Z"))


def button(page: AppTest) -> bool:
    """Whether the stamp says that there is more."""
    return any("New data" in each.label for each in page.button)


def test_nothing_moves_until_the_reader_asks(five: Desk, opened: Open) -> None:
    """Not by a run of the page, not by what another reader asked for."""
    mine, other = opened(**MAY), opened(**MAY)
    assert "1 of 1" in text(mine)
    assert not button(mine)
    second_sale(five)
    mine.run()
    assert "1 of 1" in text(mine)
    assert button(mine)
    other.run()
    next(each for each in other.button if "New data" in each.label).click().run()
    assert "2 of 2" in text(other)
    mine.run()
    assert "1 of 1" in text(mine)
    assert button(mine)


def test_another_page_has_the_newest(five: Desk, opened: Open) -> None:
    """Going on is asking; coming back brings the newest, not what was left."""
    page = opened(**MAY)
    second_sale(five)
    workspace().refresh()
    page.run()
    assert "1 of 1" in text(page)
    page.switch_page("app_pages/returns.py").run()
    assert not button(page)
    page.switch_page("app_pages/overview.py")
    page.query_params.update(MAY)
    page.run()
    assert "2 of 2" in text(page)


def test_now_stands_still_with_the_figures(
    five: Desk, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half an hour later the stamp is the same; after an hour both are of now."""
    page = opened(**MAY)
    stamp = "as of 22 Nov 14:05"
    assert stamp in text(page)
    monkeypatch.setattr(clock, "now_us", lambda: us("2026-11-22T14:35:00Z"))
    page.run()
    assert stamp in text(page)
    assert stamp in text(opened(**MAY))
    monkeypatch.setattr(clock, "now_us", lambda: us("2026-11-22T15:06:00Z"))
    page.run()
    assert "as of 22 Nov 15:06" in text(page)
    assert five.now < "2026-11-22T15"


def test_an_address_freezes_a_data_version(five: Desk, opened: Open) -> None:
    """The same link, the same figures: no newer facts, no stamp that offers them."""
    second_sale(five)
    page = opened(**MAY, data_version="6")
    assert "1 of 1" in text(page)
    assert "frozen at data version 6" in text(page)
    five.take(reported("L2", "B1", "converted", "2026-05-06T10:00:00Z"))
    page.run()
    assert not button(page)
    assert "1 of 1" in text(page)
    ahead = opened(**MAY, data_version="99")
    assert "data_version 99 is not known yet; the newest is 8. It was left out." in text(ahead)
    assert "2 of 2" in text(ahead)
    assert button(ahead)


def test_a_version_that_is_not_read_yet_is_read_for_its_address(five: Desk, opened: Open) -> None:
    """The page was open before the facts came."""
    page = opened(**MAY)
    second_sale(five)
    page.query_params["data_version"] = "7"
    page.run()
    assert "2 of 2" in text(page)


def test_the_first_facts_need_no_asking(desk: Desk, opened: Open) -> None:
    """Emptiness is not held on to."""
    page = opened(**MAY)
    desk.take(delivered("L1", "B1", "2026-05-04T10:00:00Z", source_id="S1", price="10"))
    page.run()
    assert not button(page)
    assert "Deliveries" in text(page) or "Delivered" in text(page)


def script() -> None:
    """What a part of a page stands at."""
    import streamlit as st  # noqa: PLC0415 - a script that is run as a page

    from dashboard.answers import standpoint  # noqa: PLC0415 - likewise
    from dashboard.layout import held_figures  # noqa: PLC0415 - likewise

    st.session_state["before"] = standpoint.held()
    held_figures.settle("overview")
    st.session_state["after"] = standpoint.held()
    held_figures.renew()
    st.session_state["renewed"] = standpoint.held()


@pytest.mark.usefixtures("shop")
def test_a_session_remembers_its_own_standpoint() -> None:
    """Outside of a page nobody holds anything."""
    state = drawn(script, data_version="3").session_state
    assert (state["before"], state["renewed"]) == (None, None)
    assert state["after"].version == 3
    assert standpoint.held() is None
    assert held_figures.LONGEST_US == 3_600_000_000


def test_what_is_held_is_held_inside(five: Desk, open_workspace: Callable[[], Workspace]) -> None:
    """A request holds its edition while it is answered, whoever refreshes meanwhile."""
    known = open_workspace()
    with known.answering({"data_version": ["4"]}) as point:
        second_sale(five)
        known.refresh()
        assert standpoint.held() == point == Standpoint(point.edition, 4)
        assert (known.edition.version, known.version, known.status().frozen) == (6, 4, True)
    assert standpoint.held() is None
    assert (known.edition.version, known.version) == (7, None)
