from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from browser.expected import JUNIPER, PERIOD, headline

if TYPE_CHECKING:
    from browser.conftest import Invite
    from browser.visitors import Site, Visitor

pytestmark = pytest.mark.browser


def test_a_tick_in_the_table_of_sources_filters_by_that_source(site: Site, invite: Invite) -> None:
    """The row that was ticked and no other, before and after going back."""
    visitor = invite(site)
    visitor.open(f"sources?{PERIOD}")
    headings, *rows = visitor.grid("card_sources_table")
    ids = {row["source_name"]: row["source_id"] for row in site.rows("sources", PERIOD)}
    for place in (0, 11):
        row = dict(zip(headings, rows[place], strict=True))
        chosen = f"source={ids[row['Name']]}"
        visitor.after(partial(visitor.tick, "card_sources_table", place), chosen, row["Name"])
        assert visitor.page.locator("h2").inner_text() == row["Name"]
        assert visitor.figures() == headline(site, f"{PERIOD}&{chosen}")
        visitor.page.go_back()
        visitor.settle("24 sources")
        assert visitor.grid("card_sources_table") == [headings, *rows]


def story_of(site: Site, visitor: Visitor, lead: str) -> None:
    """The page of a lead shows its deliveries and its story, and the address names it."""
    assert f"lead={lead}" in visitor.query
    card = visitor.page.locator(".st-key-card_lead")
    assert card.locator(".card-title").inner_text() == f"Lead {lead}"
    offers = site.rows("deliveries", f"{PERIOD}&lead={lead}")
    buyers = card.locator("table.facts tr:has(td) td:first-child").all_inner_texts()
    assert sorted(buyers) == sorted(row["buyer_name"] for row in offers)
    story = card.locator(".story .what").all_inner_texts()
    for row in offers:
        if row["status"] == "delivered":
            assert any(text.startswith(f"Delivered to {row['buyer_name']}") for text in story)
    for words in card.locator(".story .when").all_inner_texts():
        assert words.endswith((" UTC", "time of day unknown"))


def test_a_tick_in_the_list_opens_the_lead_and_back_returns(site: Site, invite: Invite) -> None:
    """Its deliveries and its story; the same row can be ticked again afterwards."""
    visitor = invite(site)
    visitor.open(f"leads?{PERIOD}&source={JUNIPER}&converted=true")
    headings, *rows = visitor.grid("card_leads")
    for place in (4, 0, 0):
        lead = rows[place][headings.index("Lead")]
        visitor.after(partial(visitor.tick, "card_leads", place), f"lead={lead}")
        story_of(site, visitor, lead)
        assert "sale" in visitor.page.locator(".story").inner_text()
        visitor.page.go_back()
        visitor.page.locator(".st-key-list_head").wait_for()
        visitor.settle("Juniper Ads")
        assert visitor.grid("card_leads") == [headings, *rows]
    assert visitor.query == f"{PERIOD}&source={JUNIPER}&converted=true"


def test_a_search_finds_the_lead_and_back_returns_to_what_was_found(
    site: Site, invite: Invite
) -> None:
    """Whole ids of leads; the filters stay in force."""
    visitor = invite(site)
    visitor.open(f"?{PERIOD}")
    lead = site.rows("deliveries", f"{PERIOD}&converted=true&limit=1")[0]["lead_id"]
    search_for(visitor, lead)
    found = visitor.page.locator(".st-key-card_search").get_by_role("link", name=lead)
    visitor.after(found.click, f"lead={lead}", "One lead")
    story_of(site, visitor, lead)
    assert visitor.query == f"{PERIOD}&lead={lead}"
    visitor.page.go_back()
    visitor.page.locator(".st-key-card_search").wait_for()
    visitor.settle("24 sources")
    assert visitor.query == f"{PERIOD}&q={lead}"
    visitor.page.get_by_role("link", name=lead).wait_for()


@pytest.mark.parametrize(
    ("text", "name", "path", "query"),
    [
        ("juniper", "Juniper Ads", "/sources?", f"source={JUNIPER}"),
        ("northgate", "Northgate Mutual", "/?", "buyer=ent_northgate_mutual"),
    ],
)
def test_a_search_by_name_leads_to_the_figures_of_a_party(  # noqa: PLR0913, PLR0917 - two fixtures, four facts
    site: Site, invite: Invite, text: str, name: str, path: str, query: str
) -> None:
    """A part of the name is enough, in either case of letters."""
    visitor = invite(site)
    visitor.open(f"data?{PERIOD}")
    search_for(visitor, text)
    found = visitor.page.locator(".st-key-card_search").get_by_role("link", name=name)
    visitor.after(found.click, path, name)
    assert visitor.query == f"{PERIOD}&{query}"
    assert visitor.figures() == headline(site, f"{PERIOD}&{query}")


def search_for(visitor: Visitor, text: str) -> None:
    """Type into the header's search and press Enter."""
    box = visitor.page.locator(".st-key-search input")
    box.fill(text)
    visitor.after(lambda: box.press("Enter"), f"q={text}")
    visitor.page.locator(".st-key-card_search").wait_for()
    visitor.settle()
