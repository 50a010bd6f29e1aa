"""Visitors of a site: they open pages, read figures, and note whatever goes wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import TimeoutError as TooLong

from browser.chromium import served, settle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Locator, Page

STEADY: Final = (sys.executable, str(Path(__file__).parent / "steady_app.py"))
CARD_PARTS: Final = ("label", "number", "of")
CUT_OFF: Final = "timeout graceful shutdown exceeded"
"""What a server says that was stopped while it still drew a page: it cuts that off."""
PROBES: Final = ("/_stcore/health", "/_stcore/host-config")
"""Below a page's own path Streamlit asks for these first, to learn where it is mounted;
the 404 it gets there is its answer."""
ROW_PX: Final = 30.6
"""How high a row of a table is, its headings too: 35/16 of the font's 14."""
TICK_PX: Final = 15


@dataclass(frozen=True, slots=True)
class Site:
    """A server that runs: where it is, and the file that has what it printed."""

    address: str
    log: Path

    def get(self, path: str) -> tuple[bytes, dict[str, str]]:
        """What the server answers to a path, and its headers in lower case."""
        with urllib.request.urlopen(f"{self.address}/{path}", timeout=30) as answer:  # noqa: S310 - our own address
            return answer.read(), {name.lower(): text for name, text in answer.headers.items()}

    def rows(self, table: str, query: str) -> list[dict[str, Any]]:
        """The rows of a table of the API."""
        body, _ = self.get(f"api/v1/tables/{table}?{query}")
        rows: list[dict[str, Any]] = json.loads(body)["rows"]
        return rows

    def total(self, table: str, query: str) -> int:
        """How many rows the API says a table has."""
        _, headers = self.get(f"api/v1/tables/{table}?{query}&limit=1")
        return int(headers["x-total-rows"])


def leadloop(folder: Path, *words: str) -> None:
    """Run a command of ours on a data directory."""
    command = [sys.executable, "-m", "dashboard.commands.main", *words]
    env = {**os.environ, "LEADLOOP_DATA_DIR": str(folder)}
    subprocess.run(command, check=True, env=env, capture_output=True)


@contextmanager
def serving(folder: Path) -> Iterator[Site]:
    """A server of a data directory, at a fixed hour; it printed no traceback."""
    log = folder / "server.log"
    with served(folder, product=STEADY, log=log) as address:
        yield Site(address, log)
    said = log.read_text("utf-8")
    said, _, _ = said.partition(CUT_OFF)  # what a busy machine had not ended by then says so
    assert "Traceback" not in said, said


@dataclass
class Visitor:
    """One page of one visitor, and what it did: requests, errors, dialogs."""

    site: Site
    context: BrowserContext
    page: Page
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, site: Site, context: BrowserContext) -> Visitor:
        """A visitor with an empty page."""
        visitor = cls(site, context, context.new_page())
        context.on("request", lambda request: visitor.requests.append(request.url))
        visitor.page.on("websocket", lambda socket: visitor.requests.append(socket.url))
        visitor.page.on("console", visitor.hear)
        visitor.page.on("pageerror", lambda error: visitor.errors.append(str(error)))
        visitor.page.on("dialog", visitor.refuse)
        return visitor

    def refuse(self, dialog: Dialog) -> None:
        """Note a dialog: none of our pages opens one."""
        self.errors.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def hear(self, message: ConsoleMessage) -> None:
        """Note what the browser complains about."""
        path = urlsplit(message.location["url"]).path
        probe = path.endswith(PROBES) and path not in PROBES and "404" in message.text
        if message.type in {"error", "warning"} and not probe:
            self.errors.append(f"{message.text} ({message.location['url']})")

    def elsewhere(self) -> list[str]:
        """Requests that left the host; what the page itself holds is none."""
        host = urlsplit(self.site.address).netloc
        return [
            url
            for url in self.requests
            if urlsplit(url).netloc != host and not url.startswith(("data:", "blob:"))
        ]

    def open(self, path: str, marker: str = "") -> None:
        """Go to a path of the site as if its address had been pasted."""
        self.page.goto(f"{self.site.address}/{path}")
        settle(self.page, marker)

    def settle(self, marker: str = "") -> None:
        """Wait until the page stands still, with `marker` in its grey sentence."""
        settle(self.page, marker)

    def after(self, act: Callable[[], object], url: str, marker: str = "") -> None:
        """Do something that leads to an address that holds `url`, and wait."""
        before = self.page.evaluate("performance.now()")
        act()
        self.page.wait_for_url(lambda found: url in found)
        # A link inside the application changes the address first and draws after that.
        with suppress(TooLong):
            self.page.wait_for_function(_RUNS_SINCE, arg=before, timeout=_BEGINS_WITHIN_MS)
        settle(self.page, marker)

    @property
    def query(self) -> str:
        """What stands behind the question mark of the address bar."""
        return urlsplit(self.page.url).query

    def sentence(self) -> str:
        """The grey sentence that says what is counted."""
        return self.page.locator(".sentence").inner_text()

    def text(self) -> str:
        """Everything the page says, tables drawn on a canvas included."""
        tables = self.page.locator("canvas table").all_text_contents()
        return "\n".join([self.page.locator("body").inner_text(), *tables])

    def figures(self) -> dict[str, tuple[str, str]]:
        """The headline cards: number and what it is of, by label."""
        cards = self.page.locator(".headline > div").all()
        parts = [[card.locator(f".{n}").inner_text() for n in CARD_PARTS] for card in cards]
        return {label: (number, of) for label, number, of in parts}

    def grid(self, card: str) -> list[list[str]]:
        """Heading and visible rows of a card's table, as it is read out."""
        table = self._read_out(card)
        return table.evaluate(_CELLS)  # type: ignore[no-any-return]  # texts

    def listed(self, card: str) -> int:
        """How many rows a card's table has, seen or not."""
        return int(self._read_out(card).get_attribute("aria-rowcount") or 0) - 1

    def _read_out(self, card: str) -> Locator:
        """The table behind a card's canvas; it comes a moment after what is drawn."""
        table = self.page.locator(f".st-key-{card} canvas table")
        table.wait_for(state="attached")
        return table

    def link(self, card: str, name: str) -> str:
        """Where a link of a card leads, below the site's address."""
        found = self.page.locator(f".st-key-{card} .actions").get_by_role("link", name=name)
        address: str = found.evaluate("link => link.href")
        return address.removeprefix(f"{self.site.address}/")

    def tick(self, card: str, row: int) -> None:
        """Click the box before a row of a card's table.

        By place: an overlay that scrolls lies over the canvas and takes the clicks.
        """
        self._read_out(card)
        canvas = self.page.locator(f".st-key-{card} canvas").first
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        assert box is not None
        self.page.mouse.click(box["x"] + TICK_PX, box["y"] + ROW_PX * (row + 1.5))


_RUNS_SINCE: Final = "before => window.lastRun > before || performance.now() < before"
_BEGINS_WITHIN_MS: Final = 3_000
_CELLS: Final = """table => [...table.rows].map(
  row => [...row.cells].map(cell => cell.textContent))"""
