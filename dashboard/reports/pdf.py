"""A report as PDF, printed by the Chromium that is installed; without one it says so."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Final

from data_access.explained import ExplainedError

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
"""What a browser that can print may be called on the path."""
ARGUMENTS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--no-first-run",
    "--no-pdf-header-footer",
)
TIMEOUT: Final = 60
"""Seconds that a page may take to print, and to wait for its turn."""
_ONE_AT_A_TIME: Final = threading.Lock()


class NoPdf(ExplainedError, RuntimeError):  # noqa: N818 - says what is the matter
    """No PDF could be made; the message says what to do."""


def browser() -> str | None:
    """Where a browser that can print is, if there is one."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def printed(html: str) -> bytes:
    """The PDF of a report that is one file of HTML.

    Raises:
        NoPdf: there is no browser, it is busy for too long, or it printed nothing.
    """
    program = browser()
    if program is None:
        message = (
            f"No PDF without a browser: none of {', '.join(NAMES)} is on the path of the server. "
            "Take the HTML and print it, or install Chromium."
        )
        raise NoPdf(message)
    if not _ONE_AT_A_TIME.acquire(timeout=TIMEOUT):
        message = "Other reports are being printed; try again in a minute, or take the HTML."
        raise NoPdf(message)
    try:
        with tempfile.TemporaryDirectory(prefix="leadloop-pdf-", ignore_cleanup_errors=True) as box:
            return _print(program, html, Path(box))
    finally:
        _ONE_AT_A_TIME.release()


def _print(program: str, html: str, box: Path) -> bytes:
    page, out = box / "report.html", box / "report.pdf"
    page.write_text(html, "utf-8")
    command = [
        program,
        *ARGUMENTS,
        f"--user-data-dir={box / 'profile'}",
        f"--print-to-pdf={out}",
        page.as_uri(),
    ]
    env = {**os.environ, "HOME": str(box), "XDG_RUNTIME_DIR": str(box)}
    process = subprocess.Popen(  # noqa: S603 - a browser by its path, arguments of ours
        command,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(TIMEOUT)
    except subprocess.TimeoutExpired:
        message = f"The browser did not print the report within {TIMEOUT} seconds; take the HTML."
        raise NoPdf(message) from None
    finally:
        _end(process)
    if not out.exists() or not out.stat().st_size:
        message = f"{program} printed nothing; take the HTML and print it."
        raise NoPdf(message)
    return out.read_bytes()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the browser with all it started: its helpers may outlive it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
