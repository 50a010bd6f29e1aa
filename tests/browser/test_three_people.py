"""Three journeys, one a person: from landing to what they came for."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from browser.expected import JUNIPER, PERIOD
from browser.visitors import leadloop, serving
from dashboard.presentation import formats

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from browser.conftest import Invite
    from browser.visitors import Site

pytestmark = pytest.mark.browser
AS_OF = "as_of=2026-11-22"


@pytest.fixture(scope="module")
def market(
    chrome: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Site, dict[str, Any]]]:
    """A server of a whole demo market, and what was planted in it."""
    assert chrome.is_connected()
    folder = tmp_path_factory.mktemp("market")
    truth = folder / "truth.json"
    leadloop(folder, "demo", "--until", "2026-11-22", "--seed", "4", "--truth", str(truth))
    with serving(folder) as found:
        yield found, json.loads(truth.read_text("utf-8"))


def test_the_manager_finds_the_collapse_explains_it_and_notes_what_was_done(
    market: tuple[Site, dict[str, Any]], invite: Invite
) -> None:
    """From the landing page down to the planted sub-source; the decision is remembered."""
    site, truth = market
    [planted] = [story for story in truth["stories"] if story["story"] == "collapse"]
    visitor = invite(site)
    visitor.open(f"?{AS_OF}")
    found = visitor.page.locator(".st-key-card_attention li", has_text="Juniper Ads")
    visitor.after(found.get_by_role("link").click, "case=change")
    said = visitor.page.locator(".conclusion").first.inner_text()
    assert "conversion" in said
    assert planted["sub_source"] in said
    explained = visitor.page.locator(".st-key-card_case_slices .card-how").inner_text()
    assert explained.startswith(f"Sub-source {planted['sub_source']} explains ")
    case = visitor.query
    link = visitor.page.get_by_role("link", name="Show the")
    counted = link.inner_text().split()[2]
    visitor.after(link.click, "/leads?")
    assert visitor.page.locator(".st-key-list_head").inner_text().startswith(f"{counted} ")
    assert site.total("deliveries", visitor.query) == int(counted.replace(",", ""))
    visitor.open(f"todo?{case}")
    visitor.page.get_by_text("Done", exact=True).click()
    visitor.page.get_by_label("Note").fill("Called them: the quiz page is off since Monday")
    visitor.page.get_by_label("Your name").fill("Maria")
    visitor.page.get_by_role("button", name="Keep it").click()
    visitor.page.get_by_text("Done, by Maria.").wait_for()
    visitor.settle()
    became = visitor.page.locator(".st-key-card_history .conclusion").inner_text()
    assert became.startswith("Conversion was ")
    visitor.open(f"?{AS_OF}")
    left = visitor.page.locator(".st-key-card_attention").inner_text()
    assert "Juniper Ads: conversion" not in left
    visitor.open(f"todo?tab=done&{AS_OF}")
    assert "the quiz page is off since Monday" in visitor.text()


def test_the_executive_prints_last_month_and_sees_that_the_one_before_has_moved(
    market: tuple[Site, dict[str, Any]], invite: Invite
) -> None:
    """September is published as it was known on 5 October; later reports have moved it."""
    site, _ = market
    visitor = invite(site)
    visitor.open("reports?month=2026-09&as_of=2026-10-05")
    visitor.page.get_by_role("button", name="Publish", exact=True).click()
    visitor.page.get_by_label("Your name").fill("Tom")
    visitor.page.get_by_role("button", name="Publish now").click()
    visitor.page.get_by_text("Published as number 1.").wait_for()
    visitor.open(f"reports?month=2026-10&{AS_OF}")
    report = visitor.page.locator(".report").inner_text().replace("\u00a0", " ")
    assert "September" in report
    assert "has moved since we reported" in report
    october = site.rows("headline", f"from=2026-10-01&to=2026-10-31&{AS_OF}")
    rows = {row["key"]: row for row in october}
    for key in ("conversion_rate", "contact_rate", "return_rate"):
        assert formats.rate(rows[key]["value"]) in report
    assert formats.money(rows["margin_cents"]["value"]) in report
    paper = visitor.page.get_by_role("link", name="PDF").get_attribute("href") or ""
    body, headers = site.get(paper.removeprefix("/"))
    assert headers["content-type"] == "application/pdf"
    assert body.startswith(b"%PDF")


def test_the_analyst_exports_deliveries_and_recounts_a_page(site: Site, invite: Invite) -> None:
    """Every headline figure of the page from the rows of the file alone."""
    visitor = invite(site)
    visitor.open(f"leads?{PERIOD}&source={JUNIPER}")
    body, _ = site.get(visitor.link("card_leads", "CSV"))
    rows = list(csv.DictReader(io.StringIO(body.decode())))
    through = [row for row in rows if row["status"] == "delivered"]
    told = [row for row in through if row["first_reported_at"]]
    counts = {
        "Conversion": (sum(row["converted"] == "true" for row in told), len(told)),
        "Contact": (sum(row["contacted"] == "true" for row in told), len(told)),
        "Returns": (sum(row["returned"] == "true" for row in told), len(through)),
        "Feedback rate": (len(told), len(through)),
    }
    sidebar = visitor.page.locator("section.stSidebar")
    visitor.after(sidebar.get_by_role("link", name="Overview").click, "/?", "Juniper")
    figures = visitor.figures()
    for label, (count, of) in counts.items():
        number, behind = figures[label]
        assert behind.startswith(f"{count:,} of {of:,}"), label
        assert number == formats.rate(count / of), label
    net = sum(int(row["price_cents"]) - int(row["credit_approved_cents"] or 0) for row in through)
    margin = net - sum(int(row["lead_cost_cents"]) for row in through)
    assert figures["Margin"][0] == formats.money(margin)
