"""Buyers, returns and patterns in a browser: clicks, tabs, links, and lists as long as said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from browser.expected import PERIOD, and_more
from browser.test_hostile_text import unharmed
from browser.test_journeys import fits

if TYPE_CHECKING:
    from browser.conftest import Invite
    from browser.visitors import Site, Visitor

pytestmark = pytest.mark.browser
OCTOBER = "from=2026-10-01&to=2026-10-31"
QUIET = "ent_campusbridge"
PATHS = (
    "buyers",
    f"buyers?buyer={QUIET}",
    "returns",
    "returns?tab=waiting",
    "returns?tab=reasons",
    "returns?tab=accuracy",
    "patterns",
    "patterns?tab=timing",
    "patterns?tab=cohorts",
    "patterns?tab=seasons",
)


def listed(visitor: Visitor) -> int:
    """How many the list of leads says it holds."""
    head = visitor.page.locator(".st-key-list_head").inner_text()
    found = re.match(r"[\d,]+", head)
    assert found, head
    return int(found[0].replace(",", ""))


def tab(visitor: Visitor, name: str) -> None:
    """Choose a tab and wait until the address says so."""
    key = {"Contact and accuracy": "accuracy"}.get(name, name.lower())
    button = visitor.page.get_by_role("radio", name=name)
    button = button if button.count() else visitor.page.get_by_role("button", name=name)
    visitor.after(button.click, f"tab={key}")


def test_a_ticked_row_leads_to_the_buyers_profile_and_its_link_shows_the_same(
    site: Site, invite: Invite
) -> None:
    """The address says whom; pasted elsewhere it shows the same figures and words."""
    visitor = invite(site)
    visitor.open(f"buyers?{PERIOD}")
    first = site.rows("buyers", PERIOD)[0]
    visitor.after(lambda: visitor.tick("card_buyers_table", 0), f"buyer={first['buyer_id']}")
    visitor.page.locator(".st-key-profile_head h2", has_text=first["buyer_name"]).wait_for()
    visitor.settle(first["buyer_name"])
    figures = visitor.figures()
    words = visitor.page.locator(".conclusion").inner_text()
    assert words.startswith(f"{first['buyer_name']} has told us about ")
    other = invite(site)
    other.open(f"buyers?{visitor.query}", first["buyer_name"])
    assert other.figures() == figures
    assert other.page.locator(".conclusion").inner_text() == words
    back = other.page.get_by_role("button", name="Back to all buyers")
    other.after(back.click, "/buyers", "sources")
    other.page.locator(".st-key-card_buyers_table").wait_for()
    assert "buyer=" not in other.query


@pytest.mark.parametrize(
    ("card", "table", "key"),
    [("strictness", "buyer_strictness", "buyer_id"), ("funnel_plot", "buyers", "buyer_id")],
)
def test_a_click_on_a_dot_leads_to_a_buyer(
    site: Site, invite: Invite, card: str, table: str, key: str
) -> None:
    """One that its table has."""
    visitor = invite(site)
    visitor.open(f"buyers?{PERIOD}")
    dot = visitor.page.locator(f".st-key-card_{card} path.point").first
    visitor.after(lambda: dot.click(force=True), "buyer=")
    visitor.page.locator(".st-key-profile_head").wait_for()
    [chosen] = re.findall(r"buyer=([^&]+)", visitor.query)
    assert chosen in {row[key] for row in site.rows(table, PERIOD)}


def test_the_file_for_a_silent_buyer_lists_what_the_card_counts(site: Site, invite: Invite) -> None:
    """In the sentence, in the list of leads, in the table of the API; and the letter is there."""
    visitor = invite(site)
    query = f"{PERIOD}&buyer={QUIET}"
    visitor.open(f"buyers?{query}")
    count = site.total("unanswered", query)
    card = visitor.page.locator(".st-key-card_unanswered")
    assert card.inner_text().splitlines()[1].startswith(f"{count:,} leads without a word")
    body, _ = site.get(visitor.link("card_unanswered", "CSV"))
    assert len(body.decode().splitlines()) == count + 1
    letter = visitor.page.get_by_role("link", name="Letter to this buyer")
    address: str = letter.evaluate("link => link.href")
    body, _ = site.get(address.removeprefix(f"{site.address}/"))
    assert b"Campusbridge" in body
    visitor.after(card.get_by_role("link", name="Show the leads").click, "/leads?")
    assert listed(visitor) == count


def test_a_buyer_type_leads_to_its_buyers(site: Site, invite: Invite) -> None:
    """The name of a tile is a link with the filter."""
    visitor = invite(site)
    visitor.open(f"buyers?{PERIOD}")
    link = visitor.page.locator(".buyer-types").get_by_role("link", name="Data buyer")
    visitor.after(link.click, "buyer_type=data_buyer")
    heads, *shown = visitor.grid("card_buyers_table")
    names = {row[heads.index("Name")] for row in shown}
    rows = site.rows("buyers", f"{PERIOD}&buyer_type=data_buyer")
    assert names == {row["buyer_name"] for row in rows}


@pytest.mark.parametrize("state", ["claimed", "waiting", "credited", "refused"])
def test_a_bar_of_claims_leads_to_as_many_leads(site: Site, invite: Invite, state: str) -> None:
    """As its table counts."""
    visitor = invite(site)
    visitor.open(f"returns?{PERIOD}")
    rows = site.rows("claims_summary", PERIOD)
    place = [row["return_state"] for row in rows].index(state)
    bar = visitor.page.locator(".st-key-card_claims_summary .bars .point path").nth(place)
    visitor.after(lambda: bar.click(force=True), "/leads?")
    assert listed(visitor) == rows[place]["claims"]


def test_a_reason_leads_to_as_many_leads(site: Site, invite: Invite) -> None:
    """The most frequent group, from the overview."""
    visitor = invite(site)
    visitor.open(f"returns?{PERIOD}")
    groups = [row for row in site.rows("return_reasons", PERIOD) if row["level"] == "group"]
    bar = visitor.page.locator(".st-key-card_reason_groups .bars .point path").first
    visitor.after(lambda: bar.click(force=True), f"reason_group={groups[0]['reason_group']}")
    visitor.page.locator(".st-key-list_head").wait_for()
    visitor.settle()
    assert listed(visitor) == groups[0]["returned"]


def test_tabs_and_reasons_are_kept_in_the_address(site: Site, invite: Invite) -> None:
    """A click on a group shows its reasons; the link shows them too; another tab drops it."""
    visitor = invite(site)
    visitor.open(f"returns?{PERIOD}")
    tab(visitor, "Reasons")
    bar = visitor.page.locator(".st-key-card_reason_groups .bars .point path").nth(1)
    visitor.after(lambda: bar.click(force=True), "group=")
    visitor.settle()
    title = visitor.page.locator(".st-key-card_reasons .card-title").inner_text()
    first = visitor.page.locator(".st-key-card_reason_groups .ytick text").nth(1).text_content()
    assert title == first
    other = invite(site)
    other.open(f"returns?{visitor.query}")
    assert other.page.locator(".st-key-card_reasons .card-title").inner_text() == title
    tab(visitor, "Waiting")
    assert "group=" not in visitor.query
    visitor.page.locator(".st-key-card_claims").wait_for()
    assert visitor.page.locator(".st-key-card_reasons").count() == 0


def test_a_claim_in_the_queue_leads_to_its_lead(site: Site, invite: Invite) -> None:
    """The first row is the one that has waited longest."""
    visitor = invite(site)
    visitor.open(f"returns?{PERIOD}&tab=waiting")
    first = site.rows("claims", PERIOD)[0]
    visitor.after(lambda: visitor.tick("card_claims", 0), f"lead={first['lead_id']}")
    visitor.page.locator(".story").first.wait_for()


def test_an_example_of_a_wrong_detail_leads_to_its_story(site: Site, invite: Invite) -> None:
    """With the filters kept."""
    visitor = invite(site)
    visitor.open(f"returns?{PERIOD}&tab=accuracy")
    link = visitor.page.locator(".st-key-card_examples a").first
    visitor.after(link.click, "lead=")
    visitor.page.locator(".story").first.wait_for()
    assert "from=2026-09-01" in visitor.query


def test_what_a_pattern_is_split_by_is_kept_in_the_address(site: Site, invite: Invite) -> None:
    """The link shows the same split."""
    visitor = invite(site)
    visitor.open(f"patterns?{PERIOD}")
    tab(visitor, "Timing")
    card = visitor.page.locator(".st-key-card_middles")
    card.get_by_role("combobox").click()
    option = visitor.page.get_by_role("option", name="Source", exact=True)
    visitor.after(option.click, "split=source")
    card.locator(".card-title", has_text="by source").wait_for()
    other = invite(site)
    other.open(f"patterns?{visitor.query}")
    title = other.page.locator(".st-key-card_middles .card-title").inner_text()
    assert title == "Middle time to feedback by source"


@pytest.mark.parametrize("path", PATHS)
def test_every_view_fits_a_dark_screen_and_a_narrow_one(
    site: Site, invite: Invite, path: str
) -> None:
    """Nothing fails, nothing runs out to the right, no label is cut off."""
    visitor = invite(site, scheme="dark")
    visitor.open(and_more(path, PERIOD))
    text = visitor.text()
    assert "cannot be shown" not in text
    assert visitor.page.locator('[class*="st-key-card_"]').count() >= 1
    for word in ("no_contact", "live_transfer", "contactability", "wrong_person", "undefined"):
        assert word not in text, word
    for width, height in ((1440, 900), (390, 844)):
        fits(visitor, width, height)


def test_hostile_names_and_reasons_stay_text(hostile_site: Site, invite: Invite) -> None:
    """No dialog, no request elsewhere, no error, nothing made of it on any of the pages."""
    visitor = invite(hostile_site)
    buyers = hostile_site.rows("buyers", OCTOBER)
    for path in ("buyers", f"buyers?buyer={buyers[0]['buyer_id']}", *PATHS[2:]):
        visitor.open(and_more(path, OCTOBER))
        unharmed(visitor)
