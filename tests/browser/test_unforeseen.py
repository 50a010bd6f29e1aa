"""Errors that nobody foresaw: our sentence, and never the framework's box."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from browser.chromium import served, watched
from browser.visitors import leadloop

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
BROKEN: Final = (sys.executable, str(Path(__file__).parent / "broken_app.py"))
SENTENCE: Final = "This page cannot be shown as it should be."


def told(page: Page) -> None:
    """The page says it once, and nothing of what it was."""
    page.get_by_text(SENTENCE).wait_for(timeout=60_000)
    assert page.get_by_text(SENTENCE).count() == 1
    assert page.locator('[data-testid="stException"]').count() == 0
    text = page.locator("body").inner_text()
    assert "nobody foresaw" not in text
    assert "ZeroDivisionError" not in text


def test_an_unforeseen_error_is_our_sentence_wherever_it_happens(
    chrome: Browser, tmp_path: Path
) -> None:
    """In the frame, in a page outside its cards, in a callback; each is logged once."""
    leadloop(tmp_path, "demo", "--deliveries", "300", "--until", "2026-10-31")
    log = tmp_path / "server.log"
    with served(tmp_path, product=BROKEN, log=log) as address:
        page = watched(chrome).new_page()
        for place in ("frame", "page"):
            page.goto(f"{address}/?broken={place}")
            told(page)
        page.goto(f"{address}/?from=2020-01-01&to=2020-01-31")
        page.get_by_role("button", name="Show").first.click(timeout=60_000)
        told(page)
        page.context.close()
    printed = log.read_text("utf-8")
    for place in ("frame", "page", "a callback"):
        assert f"ZeroDivisionError: nobody foresaw this in {place}" in printed
    assert printed.count("Traceback") == printed.count("ZeroDivisionError: ")
    assert printed.count("this in a callback") == 1 + printed.count('"nobody foresaw this in a')
