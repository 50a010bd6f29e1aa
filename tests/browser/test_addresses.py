from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from browser.expected import JUNIPER, PERIOD, headline

if TYPE_CHECKING:
    from browser.conftest import Invite
    from browser.visitors import Site

pytestmark = pytest.mark.browser
WHEN = "delivered 1 Sep – 22 Nov 2026"


@pytest.mark.parametrize(
    ("path", "query", "said"),
    [
        (
            "sources",
            f"{PERIOD}&source={JUNIPER}&base=delivered",
            f"Juniper Ads · {WHEN} · of deliveries · ",
        ),
        (
            "",
            f"{PERIOD}&base=mature",
            f"24 sources · {WHEN} · of deliveries old enough to judge · ",
        ),
        (
            "",
            f"{PERIOD}&base=delivered&clock=reported",
            "24 sources · reported 1 Sep – 22 Nov 2026 · of feedback · ",
        ),
        (
            "sources",
            f"{PERIOD}&source={JUNIPER}&clock=occurred",
            "Juniper Ads · happened 1 Sep – 22 Nov 2026 · of feedback · ",
        ),
        (
            "",
            f"{PERIOD}&as_of=2026-10-15",
            f"24 sources · {WHEN} · of feedback · as known on 15 Oct 2026 · ",
        ),
        (
            "sources",
            f"{PERIOD}&source={JUNIPER}&base=delivered&as_of=2026-10-15T12:30:00Z",
            f"Juniper Ads · {WHEN} · of deliveries · as known at 15 Oct 2026 12:30 UTC · ",
        ),
    ],
    ids=["delivered", "mature", "reported", "occurred", "as-of-day", "as-of-moment"],
)
def test_a_pasted_address_shows_the_numbers_of_the_api(
    site: Site, invite: Invite, path: str, query: str, said: str
) -> None:
    """Base, clock and as-of are taken from it, and the grey sentence says them."""
    visitor = invite(site)
    visitor.open(f"{path}?{query}")
    assert visitor.sentence().startswith(f"{said}data to ")
    expected = headline(site, query)
    assert visitor.figures() == expected
    assert len(expected) == 5


def test_an_address_that_was_clicked_together_is_the_same_page_elsewhere(
    site: Site, invite: Invite
) -> None:
    """Another browser sees the same sentence and figures, from the bar and from Copy link."""
    visitor = invite(site)
    visitor.open(f"?{PERIOD}&source={JUNIPER}")
    visitor.page.get_by_role("button", name="How to count").click()
    count = visitor.page.get_by_text("All deliveries", exact=True)
    visitor.after(count.click, "base=delivered", "of deliveries")
    visitor.page.keyboard.press("Escape")
    visitor.page.get_by_role("button", name="Copy link").click()
    codes = visitor.page.locator(".stCode code:visible")
    codes.nth(1).wait_for()
    copied = codes.all_inner_texts()
    figures = visitor.figures()
    assert figures == headline(site, visitor.query)
    plain, frozen = (urlsplit(text.strip()).query for text in copied)
    assert plain == visitor.query
    for query in (plain, frozen):
        other = invite(site)
        other.open(f"?{query}")
        assert other.figures() == figures
        assert other.sentence().startswith(f"Juniper Ads · {WHEN} · of deliveries · ")
    assert " · as known at " in other.sentence()
