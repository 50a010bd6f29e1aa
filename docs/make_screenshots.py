"""Pictures of all pages, light, dark and narrow: the server is started for it.

    python docs/make_screenshots.py --data-dir var --into build/pictures

The few that the README shows are also cut to one screen and kept in docs/pictures.
It needs Playwright for Python and a Chromium (`--chromium`, else the one on the path).
"""

# ruff: noqa: INP001 - a script, not a package
from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from playwright.sync_api import FloatRect, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

ROOT: Final = Path(__file__).resolve().parent.parent
PAGES: Final = {
    "overview": "/",
    "todo": "/todo",
    "case": "/todo?case=change:ent_juniper_ads:conversion_rate:below",
    "sources": "/sources",
    "source": "/sources?source=ent_juniper_ads",
    "pair": "/sources?source=ent_juniper_ads&source=ent_quotewell",
    "buyers": "/buyers",
    "buyer": "/buyers?buyer=ent_campusbridge",
    "returns": "/returns",
    "reasons": "/returns?tab=reasons",
    "leads": "/leads",
    "patterns": "/patterns",
    "timing": "/patterns?tab=timing",
    "cohorts": "/patterns?tab=cohorts",
    "seasons": "/patterns?tab=seasons",
    "reports": "/reports",
    "data": "/data",
    "refused": "/data?tab=refused",
    "tables": "/data?tab=tables&table=alerts",
    "names": "/data?tab=names",
    "definitions": "/data?tab=definitions",
}
KEPT: Final = (
    *("overview-light", "sources-dark", "case-light", "buyers-light", "reports-light"),
    "overview-narrow",
)
"""Pictures that the README shows; the others are for looking at."""
LOOKS: Final = {
    "light": (1440, 900, "light"),
    "dark": (1440, 900, "dark"),
    "narrow": (390, 844, "light"),
    "narrow-dark": (390, 844, "dark"),
}
PICTURES: Final = ROOT / "docs" / "pictures"
_TALLEST: Final = 4000
_SCREEN: Final = 1150
_QUIET_MS: Final = 500
_WATCH: Final = """() => {
  window.lastChange = performance.now();
  new MutationObserver(() => { window.lastChange = performance.now(); }).observe(
    document.body, {subtree: true, childList: true, attributes: true, characterData: true});
}"""
_SETTLED: Final = """(quiet) => {
  const app = document.querySelector('[data-testid="stApp"]');
  const charts = [...document.querySelectorAll('.stPlotlyChart')];
  return app?.getAttribute('data-test-script-state') === 'notRunning'
    && !document.querySelector('[data-stale="true"], [data-testid="stSkeleton"]')
    && charts.every(chart => chart.querySelector('.main-svg'))
    && performance.now() - window.lastChange > quiet;
}"""


@contextmanager
def served(data_dir: Path) -> Iterator[str]:
    """The address of a server of a data directory, stopped afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "dashboard" / "app.py")]
    server = subprocess.Popen(  # noqa: S603 - our own command
        [*command, "--server.port", str(port), "--server.address", "127.0.0.1"],
        cwd=ROOT,
        env={**os.environ, "LEADLOOP_DATA_DIR": str(data_dir.resolve())},
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(f"{address}/_stcore/health")
        yield address
    finally:
        server.terminate()
        server.wait(10)


def _wait(address: str) -> None:
    for _ in range(150):
        try:
            with urllib.request.urlopen(address, timeout=1):  # noqa: S310 - our own address
                return
        except OSError:
            time.sleep(0.2)
    message = f"the server did not answer at {address}"
    raise TimeoutError(message)


def settle(page: Page) -> None:
    """Wait until the page is drawn and nothing moves any more."""
    page.wait_for_selector('[data-testid="stApp"]')
    page.evaluate(_WATCH)
    page.wait_for_function(_SETTLED, arg=_QUIET_MS, timeout=30_000)


def shoot(browser: Browser, address: str, look: str, into: Path) -> None:
    """Every page in one look, each in its full height."""
    width, height, scheme = LOOKS[look]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    for name, path in PAGES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.goto(address + path)
        settle(page)
        tall = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        page.set_viewport_size({"width": width, "height": max(height, min(tall, _TALLEST))})
        settle(page)
        picture = f"{name}-{look}"
        page.screenshot(path=into / f"{picture}.png")
        if picture in KEPT:
            screen = FloatRect(x=0, y=0, width=width, height=min(tall, _SCREEN))
            page.screenshot(path=PICTURES / f"{picture}.png", clip=screen)
    context.close()


def main() -> None:
    """Read the command line, start the server, take the pictures."""
    parser = argparse.ArgumentParser(description="Pictures of all pages.")
    parser.add_argument("--data-dir", type=Path, default=Path("var"))
    parser.add_argument("--into", type=Path, default=ROOT / "build" / "pictures")
    parser.add_argument("--look", choices=LOOKS, action="append")
    parser.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("chrome"))
    chosen = parser.parse_args()
    chosen.into.mkdir(parents=True, exist_ok=True)
    PICTURES.mkdir(exist_ok=True)
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    arguments += ["--disable-component-update", "--disable-sync"]
    with served(chosen.data_dir) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chosen.chromium, args=arguments)
        for look in chosen.look or LOOKS:
            shoot(browser, address, look, chosen.into)
        browser.close()


if __name__ == "__main__":
    main()
