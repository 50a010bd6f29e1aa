"""The wait in a browser: from a click on a filter to settled charts, and the first load.

Each page is clicked through the same periods on two servers of one store: the product, which
has not been asked them before, and one that draws them from kept frames (`constant_answers`).
The ratio is our share of the wait. Both are asked in turn, page by page.
"""

from __future__ import annotations

import statistics
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.timing import given_store, table
from dashboard.query.periods import LABELS

# The rooms before the folders of tests that bear their names.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from browser.chromium import (  # type: ignore[import-not-found]
    launched,
    loaded_ms,
    served,
    settle,
    waited_ms,
    watched,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

PAGES = {
    "Overview": "",
    "To do": "todo",
    "Sources": "sources",
    "One source": "sources?source={source}",
    "Buyers": "buyers",
    "One buyer": "buyers?buyer={buyer}",
    "Returns": "returns",
    "Leads": "leads",
    "Patterns": "patterns",
    "Reports": "reports",
    "Data": "data",
}
EMPTY = "data?tab=import"
"""A page without a figure: what a rerun costs before anything is drawn."""
PERIODS = ("last_28_days", "last_month", "this_quarter", "last_7_days", "last_30_days")
CONSTANT = Path(__file__).with_name("constant_app.py")


def click(page: Page, period: str) -> float:
    """Choose a period in the filter bar; how long until nothing moves any more."""
    page.locator(".st-key-bar_period").get_by_role("combobox").click()
    page.get_by_role("option", name=LABELS[period], exact=True).click()
    page.wait_for_url(lambda url: f"period={period}" in url or period == "last_90_days")
    settle(page)
    waited: float = waited_ms(page)
    return waited


@contextmanager
def opened(browser: Browser, address: str) -> Iterator[tuple[Page, float]]:
    """A visitor of their own on a page, and how long its first load took."""
    context = watched(browser)
    try:
        page = context.new_page()
        page.goto(address)
        settle(page)
        yield page, loaded_ms(page)
    finally:
        context.close()


def measure(browser: Browser, ours: str, constant: str, path: str) -> dict[str, float]:
    """Medians of both servers; the constant one is shown the page once before it counts.

    The same click is made on one and then on the other, so that whatever else the machine is
    busy with falls on both.
    """
    with opened(browser, f"{constant}/{path}") as (page, _):
        for period in PERIODS:
            click(page, period)
    with (
        opened(browser, f"{ours}/{path}") as (mine, our_first),
        opened(browser, f"{constant}/{path}") as (kept, kept_first),
    ):
        pairs = [(click(mine, period), click(kept, period)) for period in PERIODS]
    our_clicks, kept_clicks = zip(*pairs, strict=True)
    return {
        "ours_first": our_first,
        "kept_first": kept_first,
        "ours_click": statistics.median(our_clicks),
        "kept_click": statistics.median(kept_clicks),
    }


def followed(browser: Browser, address: str, times: int = 7) -> tuple[float, float]:
    """Medians of the way from the Overview to leads: by its link, and loaded by its address.

    Both are of one visitor whose browser keeps the files, turn by turn.
    """
    clicked, loaded = [], []
    with opened(browser, f"{address}/") as (page, _):
        for _ in range(times + 1):
            page.locator(".headline a").first.click()
            page.wait_for_url(lambda url: "/leads" in url)
            page.wait_for_function("() => document.querySelector('h1')?.innerText === 'Leads'")
            settle(page)
            clicked.append(waited_ms(page))
            page.goto(page.url)
            settle(page)
            loaded.append(loaded_ms(page))
            page.goto(f"{address}/")
            settle(page)
    return statistics.median(clicked[1:]), statistics.median(loaded[1:])  # the first is a warm-up


def largest(address: str, kind: str) -> str:
    """The id of the first source or buyer."""
    import json  # noqa: PLC0415 - a script's own needs
    import urllib.request  # noqa: PLC0415

    with urllib.request.urlopen(f"{address}/api/v1/tables/{kind}s?limit=1") as answer:  # noqa: S310 - our own
        row: dict[str, Any] = json.loads(answer.read())["rows"][0]
    return str(row[f"{kind}_id"])


def main(data_dir: Path, size: int) -> str:
    """The table: every page, click and first load against constant frames."""
    rows = []
    with served(data_dir) as ours, served(data_dir, app=CONSTANT) as constant:
        names = {kind: largest(ours, kind) for kind in ("source", "buyer")}
        with launched() as browser:
            empty = measure(browser, ours, constant, EMPTY)
            link, load = followed(browser, ours)
            for name, path in PAGES.items():
                found = measure(browser, ours, constant, path.format(**names))
                rows.append(
                    (
                        name,
                        f"{found['ours_click'] / found['kept_click']:.2f} ×",
                        f"{found['ours_click']:.0f} / {found['kept_click']:.0f} ms",
                        f"{found['ours_first'] / found['kept_first']:.2f} ×",
                        f"{found['ours_first']:.0f} / {found['kept_first']:.0f} ms",
                    )
                )
                print(rows[-1], file=sys.stderr, flush=True)
    rows.append(
        ("(no figure)", "", f"{empty['ours_click']:.0f} ms", "", f"{empty['ours_first']:.0f} ms")
    )
    rows.append(
        (
            "Overview to leads",
            f"{link / load:.2f} ×",
            f"link {link:.0f} / loaded {load:.0f} ms",
            "",
            "",
        )
    )
    head = ("page", "click", "ours / constant frames", "first load", "ours / constant frames")
    return table(f"Browser, {size:,} deliveries (aim ≤ 1.3 ×)", head, rows)


if __name__ == "__main__":
    print(main(*given_store(__doc__)))
