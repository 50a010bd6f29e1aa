"""Every figure that can be clicked: there, and Back to the page as it was left."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any, Final

import pytest

from browser.expected import PERIOD
from browser.views import views

if TYPE_CHECKING:
    from browser.conftest import Invite
    from browser.visitors import Site, Visitor

pytestmark = pytest.mark.browser
WITHIN_S: Final = 20.0
QUIET_MS: Final = 500
STAYS_MS: Final = 10_000
FOR_LOOKING: Final = frozenset(
    f"st-key-card_{name} point "
    for name in (
        *("trend", "returns_trend", "waits", "ages", "backtest", "score", "complete", "cohorts"),
        *("avoidable", "middles", "by_month", "by_quarter", "silence", "pair_lines"),
    )
)
"""Figures of which no point leads anywhere."""
FIGURES: Final = """() => {
  const found = [];
  const seen = new Set();
  const shown = (box) => box.width > 0 && box.height > 0;
  const card = (node) => {
    const home = node.closest('[class*="st-key-card_"], [class*="st-key-list"], .headline > div');
    const key = home && [...home.classList].find((name) => name.startsWith("st-key-"));
    return key || node.closest("[class*='st-key-']")?.className || "";
  };
  const note = (node, kind, once, home) => {
    const key = `${home || card(node)} ${kind} ${once}`;
    if (seen.has(key) || !shown(node.getBoundingClientRect())) return;
    seen.add(key);
    node.setAttribute("data-click", key);
    found.push(key);
  };
  for (const link of document.querySelectorAll('[data-testid="stHtml"] a[href]')) {
    const url = new URL(link.href);
    const inner = url.origin === location.origin && !/\\/(api|media)\\//.test(url.pathname);
    if (inner && link.target !== "_blank" && url.href !== location.href)
      note(link, "link", url.pathname, "any card");
  }
  const ways = '[data-testid="stMain"] [data-testid="stPageLink-NavLink"]';
  for (const link of document.querySelectorAll(ways)) note(link, "page link", "", "any card");
  for (const plot of document.querySelectorAll(".js-plotly-plot")) {
    if (!(plot._fullLayout?.clickmode || "").includes("select")) continue;
    const point = plot.querySelector(".bars .point path, .scatterlayer .points path");
    if (point) note(point, "point", "");
  }
  return found;
}"""
"""Marks each clickable drawing of each card, and one link to each page, and names them."""


def words(visitor: Visitor) -> str:
    """Everything the page says, once it says the same twice: tables are read out late."""
    said, before = "", None
    visitor.page.mouse.move(0, 0)  # away from what says more under the pointer
    while said != before:
        before = said
        visitor.page.wait_for_timeout(QUIET_MS)
        said = re.sub(r"\s+", " ", visitor.text())
    return said


def comes_to(visitor: Visitor, before: str) -> str:
    """What the page says once it says that again, or in the end."""
    until = time.monotonic() + WITHIN_S
    while (said := words(visitor)) != before and time.monotonic() < until:
        pass
    return said


def click(visitor: Visitor, name: str) -> None:
    """Click a figure where it is drawn, and follow it to another address."""
    where = visitor.page.url
    visitor.page.wait_for_function(f"name => ({FIGURES})().includes(name)", arg=name)
    figure = visitor.page.locator(f'[data-click="{name}"]')
    figure.scroll_into_view_if_needed()
    box: Any = figure.bounding_box()
    visitor.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    visitor.page.wait_for_url(lambda found: found != where, timeout=STAYS_MS)
    visitor.settle()


@pytest.mark.parametrize("part", range(2))
def test_back_shows_the_page_as_it_was_left(site: Site, invite: Invite, part: int) -> None:
    """Same address, same words and numbers; one step of Back undoes one click."""
    visitor, followed = invite(site), 0
    for view in views(site, PERIOD)[part::2]:
        visitor.open(f"{view}{'&' if '?' in view else '?'}{PERIOD}")
        for name in sorted({*visitor.page.evaluate(FIGURES)} - FOR_LOOKING):
            where, before = visitor.page.url, words(visitor)
            click(visitor, name)
            visitor.page.go_back()
            visitor.page.wait_for_url(where)
            assert comes_to(visitor, before) == before, (view, name)
            followed += 1
    assert followed > 12
