from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

import pytest

from browser.expected import and_more
from browser.hostile import FILE, HOSTILE
from browser.views import views

if TYPE_CHECKING:
    from browser.conftest import Invite
    from browser.visitors import Site, Visitor

pytestmark = pytest.mark.browser
OCTOBER = "from=2026-10-01&to=2026-10-31"
INTERPRETED = """() => ({
  images: document.querySelectorAll('img[src="x"], image[href="x"]').length,
  bold: [...document.querySelectorAll('strong, b')].filter(b => b.textContent === 'bold').length,
  formulas: document.querySelectorAll('.katex').length,
  icons: [...document.querySelectorAll('span')]
    .filter(span => span.children.length === 0 && span.textContent.trim() === 'home').length,
})"""
HARMLESS = {"images": 0, "bold": 0, "formulas": 0, "icons": 0}


def opened(invite: Invite, site: Site, address: str) -> Visitor:
    """A page whose hostile text was not interpreted anywhere on it."""
    visitor = invite(site)
    visitor.open(address)
    unharmed(visitor)
    return visitor


def unharmed(visitor: Visitor) -> None:
    """Nothing on the page was made of hostile text, and no part of it failed over it."""
    assert visitor.page.evaluate(INTERPRETED) == HARMLESS
    text = visitor.text()
    assert "Traceback" not in text
    assert "cannot be shown" not in text


def said(visitor: Visitor, chosen: str) -> list[str]:
    """What the parts of a page say that are chosen, without the breaks of lines."""
    visitor.page.locator(chosen).first.wait_for()
    return [" ".join(t.split()) for t in visitor.page.locator(chosen).all_inner_texts()]


def hovered(visitor: Visitor, card: str) -> str:
    """What a chart's first dot says under the pointer."""
    dot = visitor.page.locator(f".st-key-{card} path.point").first
    dot.hover(force=True)
    label = visitor.page.locator(f".st-key-{card} .hoverlayer .hovertext")
    label.wait_for()
    return label.text_content() or ""


def column(visitor: Visitor, card: str, heading: str) -> set[str]:
    """The different cells of a column of a card's table."""
    headings, *rows = visitor.grid(card)
    return {row[headings.index(heading)] for row in rows}


@pytest.mark.parametrize(
    ("path", "card"), [("", "card_ends"), ("sources", "card_ranking")], ids=["overview", "sources"]
)
def test_charts_and_their_tables_show_hostile_names_as_they_are(
    hostile_site: Site, invite: Invite, path: str, card: str
) -> None:
    """Beside the axis cut short, under the pointer and in the table whole."""
    visitor = opened(invite, hostile_site, f"{path}?{OCTOBER}")
    labels = visitor.page.locator(f".st-key-{card} .main-svg .ytick text").all_text_contents()
    assert labels == [HOSTILE[:20] + "…"]
    assert HOSTILE in hovered(visitor, card)
    visitor.page.locator(f".st-key-{card}").get_by_role("radio", name="Table").click()
    assert column(visitor, card, "Name") == {HOSTILE}
    visitor.settle()
    unharmed(visitor)


def test_the_table_of_sources_shows_a_hostile_name_as_it_is(
    hostile_site: Site, invite: Invite
) -> None:
    """In its cell, and a tick on it leads to the source."""
    visitor = opened(invite, hostile_site, f"sources?{OCTOBER}")
    assert column(visitor, "card_sources_table", "Name") == {HOSTILE}
    visitor.after(lambda: visitor.tick("card_sources_table", 0), "source=S1", HOSTILE)
    unharmed(visitor)


def test_the_profile_of_a_source_shows_hostile_names_as_they_are(
    hostile_site: Site, invite: Invite
) -> None:
    """In the filter, the sentence, the heading, the verdict and both splits."""
    visitor = opened(invite, hostile_site, f"sources?{OCTOBER}&source=S1")
    assert visitor.sentence().startswith(f"{HOSTILE} · delivered 1 – 31 Oct 2026 · ")
    assert said(visitor, "h2") == [HOSTILE]
    assert said(visitor, ".conclusion")[0].startswith(f"{HOSTILE} converts 15.0 % ")
    assert HOSTILE in said(visitor, ".st-key-bar_source")[0]
    for card in ("card_by_sub_source", "card_by_buyer"):
        assert HOSTILE in hovered(visitor, card)


def test_filters_offer_hostile_names_as_they_are(hostile_site: Site, invite: Invite) -> None:
    """In the bar and among the further filters; chosen ones filter."""
    visitor = opened(invite, hostile_site, f"?{OCTOBER}")
    for key in ("bar_buyer_choice", "more_campaign_choice"):
        if key.startswith("more"):
            visitor.page.keyboard.press("Escape")
            visitor.page.get_by_role("button", name="Filters").click()
        visitor.page.locator(f".st-key-{key}").get_by_role("combobox").click()
        option = visitor.page.get_by_role("option", name=HOSTILE, exact=True)
        option.wait_for()
        unharmed(visitor)
    visitor.after(option.click, f"campaign={quote_plus(HOSTILE)}", HOSTILE)
    unharmed(visitor)
    assert visitor.figures()["Conversion"][1].startswith("6 of 40")


def test_the_list_and_the_story_of_a_lead_show_hostile_text_as_it_is(
    hostile_site: Site, invite: Invite
) -> None:
    """Names in the list; names, sub-source, reason and note in the story."""
    visitor = opened(invite, hostile_site, f"leads?{OCTOBER}")
    assert column(visitor, "card_leads", "Source") == {HOSTILE}
    assert column(visitor, "card_leads", "Buyer") == {HOSTILE}
    visitor.open(f"leads?{OCTOBER}&lead=L1")
    unharmed(visitor)
    assert said(visitor, ".st-key-card_lead .card-how") == [" · ".join([HOSTILE] * 6)]
    assert said(visitor, ".st-key-card_lead td:first-child") == [HOSTILE]
    assert said(visitor, ".story .what") == [
        f"Delivered to {HOSTILE} for $20.00.",
        f"{HOSTILE}: sale – {HOSTILE}.",
    ]
    assert said(visitor, ".story .more") == [f"“{HOSTILE}”"]


def test_a_search_shows_hostile_names_as_they_are(hostile_site: Site, invite: Invite) -> None:
    """What was typed and what was found."""
    visitor = opened(invite, hostile_site, f"leads?{OCTOBER}&q={quote_plus(HOSTILE)}")
    assert said(visitor, ".st-key-card_search .card-title") == [f"Found for “{HOSTILE}”"]
    assert said(visitor, ".st-key-card_search a") == [HOSTILE, HOSTILE]
    link = visitor.page.locator(".st-key-card_search a").first
    visitor.after(link.click, "sources?", HOSTILE)
    assert "source=S1" in visitor.query


def test_a_hostile_address_is_quoted_as_it_is(hostile_site: Site, invite: Invite) -> None:
    """A value that is not known, and a lead that there is not."""
    bad = quote_plus(HOSTILE)
    visitor = opened(invite, hostile_site, f"leads?{OCTOBER}&source={bad}&lead={bad}&tab={bad}")
    assert said(visitor, ".st-key-notices") == [
        f"source {HOSTILE[:60]!r}… is not known; allowed: S1. It was left out."
    ]
    assert said(visitor, ".st-key-card_lead .card-title") == [f"Lead {HOSTILE}"]


def test_imports_and_refused_rows_show_hostile_text_as_it_is(
    hostile_site: Site, invite: Invite
) -> None:
    """The file's name, the value that was refused, and the row as it was sent."""
    visitor = opened(invite, hostile_site, f"data?{OCTOBER}")
    assert column(visitor, "card_batches", "File") == {FILE}
    visitor.open(f"data?{OCTOBER}&tab=refused")
    unharmed(visitor)
    assert column(visitor, "card_refused_codes", "For example") == {HOSTILE}
    assert column(visitor, "card_refused", "Value found") == {HOSTILE}
    visitor.tick("card_refused", 0)
    [sent] = said(visitor, ".stCode")
    visitor.settle()
    unharmed(visitor)
    assert json.loads(sent)["feedback"] == {
        "outcome": HOSTILE,
        "reason": HOSTILE,
        "notes": HOSTILE,
    }
    for tab in ("tables", "definitions"):
        visitor.open(f"data?{OCTOBER}&tab={tab}")
        unharmed(visitor)


def test_every_view_shows_hostile_text_as_it_is(hostile_site: Site, invite: Invite) -> None:
    """No page, tab, profile or case makes anything of a name, a reason or a note."""
    visitor = invite(hostile_site)
    for path in views(hostile_site, OCTOBER):
        visitor.open(and_more(path, OCTOBER))
        unharmed(visitor)


def test_what_people_write_is_shown_as_it_is(hostile_site: Site, invite: Invite) -> None:
    """A note on a trend and a note on a decision are text wherever they appear."""
    visitor = opened(invite, hostile_site, f"?{OCTOBER}")
    visitor.page.locator(".st-key-card_trend").get_by_role("button", name="Notes").click()
    visitor.page.get_by_label("What happened").fill(HOSTILE)
    visitor.page.get_by_label("Your name").fill(HOSTILE)
    visitor.page.get_by_role("button", name="Keep it").click()
    visitor.page.get_by_role("button", name="Notes (1)").wait_for()
    visitor.settle()
    unharmed(visitor)
    [case, *_] = [row["finding"] for row in hostile_site.rows("findings", "")]
    visitor = opened(invite, hostile_site, f"todo?case={quote_plus(case)}")
    visitor.page.get_by_label("Note").fill(HOSTILE)
    visitor.page.get_by_label("Your name").fill(HOSTILE)
    visitor.page.get_by_role("button", name="Keep it").click()
    visitor.page.locator(".st-key-card_history").wait_for()
    visitor.settle()
    unharmed(visitor)
    assert HOSTILE in visitor.page.locator(".st-key-card_history").inner_text()
    unharmed(opened(invite, hostile_site, f"todo?{OCTOBER}"))


def test_every_file_keeps_hostile_text_from_being_read_as_a_formula(hostile_site: Site) -> None:
    """In the CSV of each table no cell begins as a formula does."""
    body, _ = hostile_site.get("api/v1/tables")
    for table in json.loads(body)["tables"]:
        query = OCTOBER if table["filters"] else ""
        text, _ = hostile_site.get(f"api/v1/tables/{table['name']}.csv?{query}")
        for row in csv.reader(io.StringIO(text.decode())):
            for cell in row:
                negative = cell[1:].replace(".", "", 1).replace("e-", "", 1).isdigit()
                assert negative or not cell.startswith(("=", "+", "-", "@")), (table["name"], cell)
