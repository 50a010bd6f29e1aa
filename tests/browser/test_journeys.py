from __future__ import annotations

import csv
import io
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Error

from browser.expected import JUNIPER, PERIOD, and_more, headline
from dashboard.presentation import formats
from metrics.definitions.catalogue import number

if TYPE_CHECKING:
    from pathlib import Path

    from browser.conftest import Invite
    from browser.visitors import Site, Visitor

pytestmark = pytest.mark.browser
PAGES = ("", "todo", "sources", "leads", "reports", "data")
TABS = ("data?tab=refused", "data?tab=tables", "data?tab=names", "data?tab=definitions")


def best(site: Site, query: str) -> str:
    """The source at the top of the ranking."""
    rows = [row for row in site.rows("sources", query) if row["conversion_rate"] is not None]
    return str(min(rows, key=lambda row: (-row["conversion_rate"], row["source_id"]))["source_id"])


def test_a_click_on_a_source_filters_and_back_and_forward_go_through_it(
    site: Site, invite: Invite
) -> None:
    """The address says what is filtered, and other pages keep it."""
    visitor = invite(site)
    visitor.open(f"sources?{PERIOD}")
    first = best(site, PERIOD)
    [name] = [
        row["source_name"] for row in site.rows("sources", PERIOD) if row["source_id"] == first
    ]
    dot = visitor.page.locator(".st-key-card_ranking path.point").first
    visitor.after(lambda: dot.click(force=True), f"source={first}", name)
    filtered = headline(site, f"{PERIOD}&source={first}")
    assert visitor.figures() == filtered
    visitor.page.go_back()
    visitor.settle("24 sources")
    assert visitor.page.url.endswith(f"sources?{PERIOD}")
    assert visitor.page.locator(".st-key-card_ranking path.point").count() > 1
    visitor.page.go_forward()
    visitor.settle(name)
    assert visitor.figures() == filtered
    sidebar = visitor.page.locator("section.stSidebar")
    for title, path in (("Leads", "/leads?"), ("Overview", "/?")):
        link = sidebar.get_by_role("link", name=title)
        visitor.after(link.click, path, name)
        assert f"source={first}" in visitor.query
        assert visitor.page.locator("h1").inner_text() == title
    assert visitor.figures() == filtered


@pytest.mark.parametrize("label", ["Conversion", "Returns", "Feedback rate"])
def test_the_leads_behind_a_figure_are_exactly_as_many(
    site: Site, invite: Invite, label: str
) -> None:
    """As the numerator says, as the list counts, as the API counts, as the file holds."""
    visitor = invite(site)
    visitor.open(f"?{PERIOD}&source={JUNIPER}")
    counted = visitor.figures()[label][1].split(" of ")[0]
    link = visitor.page.locator(".headline > div", has_text=label).locator("a")
    visitor.after(link.click, "/leads?")
    assert visitor.page.locator(".st-key-list_head").inner_text().startswith(f"{counted} ")
    while (more := visitor.page.get_by_role("button", name="Show more")).count():
        before = visitor.listed("card_leads")
        more.click()
        visitor.page.wait_for_function(_MORE, arg=before)
        visitor.settle()
    assert visitor.listed("card_leads") == int(counted)
    assert site.total("deliveries", visitor.query) == int(counted)
    body, _ = site.get(visitor.link("card_leads", "CSV"))
    assert len(list(csv.DictReader(io.StringIO(body.decode())))) == int(counted)


_MORE = """(before) => document.querySelector('.st-key-card_leads canvas table')
  ?.getAttribute('aria-rowcount') - 1 > before"""


def test_show_the_leads_lists_what_the_card_counts(site: Site, invite: Invite) -> None:
    """Where they stand is out of deliveries with feedback, and so is its list."""
    visitor = invite(site)
    visitor.open(f"?{PERIOD}&source={JUNIPER}")
    of = site.rows("outcome_mix", visitor.query)[0]["base"]
    card = visitor.page.locator(".st-key-card_outcome_mix")
    visitor.after(card.get_by_role("link", name="Show the leads").click, "/leads?")
    assert visitor.page.locator(".st-key-list_head").inner_text().startswith(f"{of} ")
    assert site.total("deliveries", visitor.query) == of


def test_the_file_of_a_card_holds_its_table_cell_by_cell(
    site: Site, invite: Invite, tmp_path: Path
) -> None:
    """CSV, JSON and what is read on the screen are one frame."""
    visitor = invite(site)
    visitor.open(f"sources?{PERIOD}")
    links = visitor.page.locator(".st-key-card_sources_table .actions")
    with visitor.page.expect_download() as download:
        links.get_by_role("link", name="CSV").click()
    path = tmp_path / "sources.csv"
    download.value.save_as(path)
    written = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
    rows = site.rows("sources", visitor.link("card_sources_table", "API").partition("?")[2])
    assert [{name: _as_json(text) for name, text in row.items()} for row in written] == [
        {name: _as_json("" if value is None else str(value)) for name, value in row.items()}
        for row in rows
    ]
    by_name = {row["source_name"]: row for row in rows}
    assert len(by_name) == len(rows)
    headings, *shown = visitor.grid("card_sources_table")
    assert len(shown) > 10
    for cells in shown:
        cell = dict(zip(headings, cells, strict=True))
        row = by_name[cell["Name"]]
        counts = ("delivered", "feedback", "converted", "returned")
        assert [int(cell[number(key).label]) for key in counts] == [row[key] for key in counts]
        for key in ("coverage", "conversion_rate", "contact_rate", "return_rate"):
            assert float(cell[number(key).label]) == pytest.approx(100 * row[key])
        likely = formats.likely_range(row["conversion_low"], row["conversion_high"])
        assert cell["Conversion, likely"] == likely


def _as_json(text: str) -> str | float:
    """A cell as a number where it is one."""
    try:
        return float(text)
    except ValueError:
        return text


@pytest.mark.parametrize("path", PAGES)
def test_every_page_of_an_empty_store_offers_a_start(
    empty_site: Site, invite: Invite, path: str
) -> None:
    """The demo, or an import of one's own."""
    visitor = invite(empty_site)
    visitor.open(path)
    text = visitor.text()
    assert "No deliveries yet" in text
    assert "leadloop demo" in text
    assert "leadloop import" in text
    assert "Traceback" not in text


def test_no_page_asks_anybody_else_or_complains(site: Site, invite: Invite) -> None:
    """All requests go to the server; no error on the console, no traceback, no failed card."""
    visitor = invite(site)
    lead = site.rows("deliveries", f"{PERIOD}&limit=1")[0]["lead_id"]
    for path in (*PAGES, *TABS, f"sources?source={JUNIPER}", f"leads?lead={lead}"):
        visitor.open(and_more(path, PERIOD))
        text = visitor.text()
        assert "Traceback" not in text, path
        assert "cannot be shown" not in text, path
    assert visitor.errors == []
    assert visitor.elsewhere() == []
    assert any(url.startswith("ws://127.0.0.1") for url in visitor.requests)


@pytest.mark.parametrize("path", [*PAGES, *TABS, f"sources?source={JUNIPER}"])
def test_every_page_fits_a_dark_screen_and_a_narrow_one(
    site: Site, invite: Invite, path: str
) -> None:
    """Nothing runs out to the right or is cut off, and on a phone the filters are one line."""
    visitor = invite(site, scheme="dark")
    visitor.open(and_more(path, PERIOD))
    for width, height in ((1440, 900), (390, 844)):
        fits(visitor, width, height)
        middles = visitor.page.evaluate(_MIDDLES)
        assert len(middles) >= 2
        assert max(middles) - min(middles) <= 4, width
    assert visitor.page.evaluate(_BACKGROUND) == "rgb(16, 21, 28)"


def test_large_counts_in_charts_fit_a_narrow_screen(site: Site, invite: Invite) -> None:
    """All the record has four digits where a quarter has three."""
    visitor = invite(site)
    visitor.open("?from=2025-01-01&to=2026-11-22")
    fits(visitor, 390, 844)
    labels = visitor.page.locator(".st-key-card_outcome_mix .bartext").all_text_contents()
    assert any(label[1] == "," for label in labels)


def fits(visitor: Visitor, width: int, height: int) -> None:
    """Nothing on the page is wider than a screen of this size."""
    visitor.page.set_viewport_size({"width": width, "height": height})
    for check in (_TOO_WIDE, _CUT_OFF):
        with suppress(Error):  # the page moves a moment after its frame
            visitor.page.wait_for_function(f"() => {check}.length === 0", timeout=10_000)
        assert visitor.page.evaluate(check) == [], width
    visitor.settle()


_TOO_WIDE = """[document.documentElement, document.body, document.querySelector('.stMain')]
  .filter(part => part.scrollWidth > part.clientWidth + 1)"""
_CUT_OFF = """[...document.querySelectorAll('.stPlotlyChart')].flatMap(chart => {
  const frame = chart.querySelector('.main-svg').getBoundingClientRect();
  return [...chart.querySelectorAll('.main-svg text')]
    .map(text => [text.textContent, text.getBoundingClientRect()])
    .filter(([_, box]) => box.left < frame.left - 0.5 || box.right > frame.right + 0.5)
    .map(([words, box]) => [words, box.left - frame.left, frame.right - box.right]);
})"""
_FITS = f"() => {_TOO_WIDE}.length === 0"
_MIDDLES = """[...document.querySelector('.st-key-filter_bar').children]
  .map(part => part.getBoundingClientRect()).filter(box => box.height > 0)
  .map(box => box.top + box.height / 2)"""
_BACKGROUND = "getComputedStyle(document.querySelector('.stApp')).backgroundColor"
