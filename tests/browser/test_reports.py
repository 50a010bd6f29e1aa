"""The page of reports in a real browser: kinds, files, publishing, themes, hostile text."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from browser.hostile import HOSTILE
from browser.test_hostile_text import INTERPRETED

if TYPE_CHECKING:
    from browser.conftest import Invite
    from browser.visitors import Site, Visitor

pytestmark = pytest.mark.browser
SEEN = " ".join(HOSTILE.split())
NOT_MARKUP = {"images": 0, "bold": 0, "formulas": 0, "icons": 0}


def told(visitor: Visitor) -> str:
    """What the report on the page says."""
    report = visitor.page.locator(".report")
    report.wait_for()
    return " ".join(report.inner_text().split())


def test_the_month_is_picked_kept_in_the_address_and_given_as_files(
    site: Site, invite: Invite
) -> None:
    """The page, the HTML and its PDF are about the same month."""
    visitor = invite(site)
    visitor.open("reports")
    assert told(visitor).startswith("October 2026 Delivered 1 – 31 Oct 2026")
    visitor.page.locator(".st-key-own_month").get_by_role("combobox").click()
    visitor.page.get_by_role("option", name="September 2026").click()
    visitor.page.wait_for_url(lambda found: "month=2026-09" in found)
    visitor.settle()
    said = told(visitor)
    assert said.startswith("September 2026")
    link = visitor.link("report_actions", "HTML")
    assert "month=2026-09" in link
    body, headers = site.get(link)
    assert headers["content-security-policy"].startswith("default-src 'none'")
    verdict = visitor.page.locator(".report .verdict").inner_text()
    assert verdict in body.decode()
    content, headers = site.get(visitor.link("report_actions", "PDF"))
    assert headers["content-type"] == "application/pdf"
    assert content.startswith(b"%PDF-")


def test_filters_apply_and_the_period_does_not(site: Site, invite: Invite) -> None:
    """Last year's period changes nothing; a source changes the figures and is named."""
    visitor = invite(site)
    visitor.open("reports?month=2026-10&as_of=2026-11-20")
    whole = told(visitor)
    visitor.open("reports?month=2026-10&as_of=2026-11-20&from=2025-07-01&to=2025-07-31")
    assert told(visitor) == whole
    visitor.open("reports?month=2026-10&as_of=2026-11-20&source=ent_juniper_ads")
    assert "· Juniper Ads ·" in told(visitor)
    assert told(visitor) != whole


@pytest.mark.parametrize("kind", ["source", "buyer"])
def test_a_party_is_chosen_on_the_page(site: Site, invite: Invite, kind: str) -> None:
    """Its report is for the period and the filters above."""
    visitor = invite(site)
    visitor.open(f"reports?tab={kind}")
    assert f"Choose one {kind} above" in visitor.text()
    name = {"source": "Juniper Ads", "buyer": "Northgate Mutual"}[kind]
    visitor.page.locator(f".st-key-own_{kind}").get_by_role("combobox").click()
    visitor.page.get_by_role("option", name=name).click()
    visitor.page.wait_for_url(lambda found: f"{kind}=ent_" in found)
    visitor.settle()
    assert name in told(visitor)
    if kind == "buyer":
        rows, _ = site.get(visitor.link("report_actions", "Unanswered leads, CSV"))
        left = rows.decode().count("\n") - 1
        assert f"{left:,} are still unanswered" in told(visitor)


def test_a_report_is_published_under_a_name_and_listed(site: Site, invite: Invite) -> None:
    """Without a name it is not; with one its file and its link are there."""
    visitor = invite(site)
    visitor.open("reports?tab=week&week=2026-11-09")
    verdict = visitor.page.locator(".report .verdict").inner_text()
    visitor.page.get_by_role("button", name="Publish", exact=True).click()
    visitor.page.get_by_label("Your name").wait_for()
    visitor.page.get_by_role("button", name="Publish now").click()
    visitor.page.get_by_text("Not published. Say who you are").wait_for()
    visitor.page.get_by_label("Your name").fill("Ana Ruiz")
    visitor.page.get_by_role("button", name="Publish now").click()
    visitor.page.get_by_text("Published as number 1.").wait_for()
    visitor.open("reports?tab=published")
    row = visitor.page.locator(".st-key-card_published tr", has_text="The week of 9 Nov 2026")
    assert "Ana Ruiz" in row.inner_text()
    body, _ = site.get(row.get_by_role("link", name="HTML").get_attribute("href") or "")
    assert verdict in body.decode()
    page = row.get_by_role("link").first
    visitor.after(page.click, "as_of=")
    assert visitor.page.locator(".report .verdict").inner_text() == verdict


@pytest.mark.parametrize(
    "query",
    [
        *("month=2026-10", "tab=week&week=2026-10-19", "tab=day&day=2026-10-20"),
        *("tab=source&source=S1", "tab=buyer&buyer=B1"),
    ],
)
def test_hostile_names_are_shown_as_they_are(
    hostile_site: Site, invite: Invite, query: str
) -> None:
    """On the page and in the file nothing is made of them."""
    visitor = invite(hostile_site)
    visitor.open(f"reports?{query}")
    said = told(visitor)
    assert visitor.page.evaluate(INTERPRETED) == NOT_MARKUP
    assert "cannot be shown" not in visitor.text()
    if "tab=source" in query or "tab=buyer" in query:
        assert SEEN in said
    link = visitor.link("report_actions", "HTML")
    file = visitor.context.new_page()
    file.goto(f"{hostile_site.address}/{link}")
    assert file.evaluate(INTERPRETED) == NOT_MARKUP
    assert file.locator(".report .verdict").inner_text() in said
    file.close()


def test_a_hostile_name_publishes_as_text(hostile_site: Site, invite: Invite) -> None:
    """Who publishes is text as well, and so is a month in the address."""
    visitor = invite(hostile_site)
    visitor.open(f"reports?month={quote(HOSTILE)}")
    assert "is not a month like 2026-10" in visitor.text()
    assert visitor.page.evaluate(INTERPRETED) == NOT_MARKUP
    visitor.open("reports?month=2026-10")
    visitor.page.get_by_role("button", name="Publish", exact=True).click()
    visitor.page.get_by_label("Your name").wait_for()
    visitor.page.get_by_label("Your name").fill(HOSTILE)
    visitor.page.get_by_role("button", name="Publish now").click()
    visitor.page.get_by_text("Published as number").wait_for()
    visitor.open("reports?tab=published")
    assert SEEN in visitor.text()
    assert visitor.page.evaluate(INTERPRETED) == NOT_MARKUP


def test_drawings_follow_the_theme_and_fit_a_phone(site: Site, invite: Invite) -> None:
    """Other colours on dark; nothing wider than the screen."""
    pictures = {}
    for scheme in ("light", "dark"):
        visitor = invite(site, scheme=scheme)
        visitor.open("reports?month=2026-10&as_of=2026-11-20")
        images = visitor.page.locator(".report img")
        pictures[scheme] = images.first.get_attribute("src")
        assert images.count() == 3
        widths = images.evaluate_all("images => images.map(image => image.naturalWidth)")
        assert all(width > 0 for width in widths)
    assert pictures["light"] != pictures["dark"]
    visitor.page.set_viewport_size({"width": 390, "height": 900})
    visitor.settle()
    wide = visitor.page.locator(".report").evaluate(
        "report => report.scrollWidth <= report.clientWidth && report.clientWidth < 390"
    )
    assert wide
