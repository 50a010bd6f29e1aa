"""A server in a process of its own, a Chromium, and when a page counts as drawn.

For browser tests, pictures and benchmarks.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Browser, BrowserContext, Page

Scheme = Literal["light", "dark"]
ROOT: Final = Path(__file__).resolve().parents[2]
SERVE: Final = (sys.executable, "-m", "dashboard.commands.main", "serve")
RUN: Final = (sys.executable, "-m", "streamlit", "run")
LOOPBACK: Final = ("--server.address", "127.0.0.1", "--server.headless", "true")
ARGUMENTS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
QUIET_MS: Final = 200
"""A page that did not move for so long stands still."""
_STARTED_AFTER: Final = 60  # seconds, on a busy machine
_SETTLED_WITHIN_MS: Final = 60_000  # a first page also waits for the store to be read
_WATCH: Final = """
window.lastChange = performance.now();
new MutationObserver(() => { window.lastChange = performance.now(); }).observe(
  document, {subtree: true, childList: true, attributes: true, characterData: true});
new MutationObserver(() => {
  const app = document.querySelector('[data-test-script-state="running"]');
  if (app) window.lastRun = performance.now();
}).observe(document, {subtree: true, childList: true, attributeFilter: ["data-test-script-state"]});
addEventListener("pointerdown", () => { window.pressedAt = performance.now(); }, true);
"""
_SETTLED: Final = """([marker, quiet]) => {
  const app = document.querySelector('[data-testid="stApp"]');
  const charts = [...document.querySelectorAll('.stPlotlyChart')];
  const sentence = document.querySelector('.sentence, .st-key-card_nothing_yet');
  return app?.getAttribute('data-test-script-state') === 'notRunning'
    && sentence?.textContent.includes(marker)
    && !document.querySelector('[data-stale="true"], [data-testid="stSkeleton"]')
    && charts.every(chart => chart.querySelector('.main-svg'))
    && performance.now() - window.lastChange > quiet;
}"""


def executable() -> str | None:
    """Where a Chromium or Chrome is, if there is one."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    return next(filter(None, map(shutil.which, names)), None)


@contextmanager
def launched(path: str | None = None) -> Iterator[Browser]:
    """A Chromium, closed afterwards."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path or executable(), args=list(ARGUMENTS)
        )
        try:
            yield browser
        finally:
            browser.close()


def watched(
    browser: Browser, *, width: int = 1440, height: int = 900, scheme: Scheme = "light"
) -> BrowserContext:
    """A browser profile of its own, whose pages note when they last changed."""
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    context.add_init_script(_WATCH)
    return context


@contextmanager
def served(
    data_dir: Path,
    *,
    product: Sequence[str] = SERVE,
    app: Path | None = None,
    log: Path | None = None,
    **variables: str,
) -> Iterator[str]:
    """The address of a server of a data directory, stopped afterwards.

    Served is the product, started by the words of `product`, or another Streamlit app; what
    it prints goes to `log`, else to our own stderr. `variables` are further settings.
    """
    port = free_port()
    ours = [*product, "--port", str(port)]
    other = [*RUN, str(app), *LOOPBACK, "--server.port", str(port)]
    with (log or Path(os.devnull)).open("ab") as said:
        server = subprocess.Popen(
            other if app else ours,
            cwd=ROOT,
            env={**os.environ, "LEADLOOP_DATA_DIR": str(data_dir.resolve()), **variables},
            stdout=said,
            stderr=said if log else None,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(f"{address}/_stcore/health", server)
            yield address
        finally:
            server.terminate()
            server.wait(10)


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(address: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _STARTED_AFTER
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=1):  # noqa: S310 - our own address
                return
        except OSError:
            time.sleep(0.1)
    message = f"the server did not answer at {address}"
    raise TimeoutError(message)


def settle(page: Page, marker: str = "", *, quiet_ms: int = QUIET_MS) -> None:
    """Wait until a page of a `watched` visitor is drawn and nothing moves any more.

    `marker` is text that the grey sentence must hold: after a click the old page is
    still there, drawn and at rest.
    """
    page.wait_for_function(_SETTLED, arg=[marker, quiet_ms], timeout=_SETTLED_WITHIN_MS)


def waited_ms(page: Page) -> float:
    """From the last press in a settled page to its last change, measured inside it."""
    waited: float = page.evaluate("window.lastChange - window.pressedAt")
    return waited


def loaded_ms(page: Page) -> float:
    """From the start of a settled page's navigation to its last change."""
    loaded: float = page.evaluate("window.lastChange")
    return loaded
