"""What a reader needs who sees, points or hears otherwise: axe, the keyboard, words for figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

from browser.expected import PERIOD, and_more
from browser.views import views

if TYPE_CHECKING:
    from browser.chromium import Scheme
    from browser.conftest import Invite
    from browser.visitors import Site

pytestmark = pytest.mark.browser
FIGURES = """() => [...document.querySelectorAll('.stPlotlyChart')].filter(
  figure => !(figure.closest('[aria-label]') || figure.querySelector('[aria-label]:not(button)'))
).length"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_view_has_a_serious_finding_of_axe(site: Site, invite: Invite, scheme: Scheme) -> None:
    """Contrast, names, roles, order: on every page, tab and profile; colours in the dark too."""
    visitor = invite(site, scheme=scheme)
    found = []
    for path in views(site, PERIOD)[:: 1 if scheme == "light" else 4]:
        visitor.open(and_more(path, PERIOD))
        found += [
            (path, rule["id"], [node["html"][:120] for node in rule["nodes"]])
            for rule in Axe().run(visitor.page).response["violations"]
            if rule["impact"] in {"serious", "critical"}
        ]
    assert found == []


def test_each_figure_says_in_words_what_it_shows(site: Site, invite: Invite) -> None:
    """A text alternative for everything that is drawn."""
    visitor = invite(site)
    for path in ("", "sources", "buyers", "returns", "patterns"):
        visitor.open(and_more(path, PERIOD))
        assert visitor.page.locator(".stPlotlyChart").count() > 0
        assert visitor.page.evaluate(FIGURES) == 0, path


def test_a_page_can_be_walked_by_the_keyboard(site: Site, invite: Invite) -> None:
    """Search, filters, switches and links are reached in turn, and each shows that it is."""
    visitor = invite(site)
    visitor.open(f"?{PERIOD}")
    visitor.page.get_by_placeholder("Search lead").focus()
    reached = []
    for _ in range(45):
        visitor.page.keyboard.press("Tab")
        reached.append(visitor.page.evaluate(_FOCUSED))
    names = {name for name, _ in reached}
    for wanted in ("How to count", "Show these leads", "CSV"):
        assert any(wanted in name for name in names), wanted
    links = [(name, seen) for name, seen in reached if name in {"CSV", "XLSX", "API"}]
    assert links
    assert all(seen for _, seen in links)


_FOCUSED = """() => {
  const one = document.activeElement, style = getComputedStyle(one);
  const name = [one.getAttribute('aria-label'), one.title, one.textContent].find(Boolean) || '';
  return [name.trim(), style.outlineStyle !== 'none' || style.boxShadow !== 'none'];
}"""
