"""Pictures of all pages, light, dark and narrow: the server is started for it.

    python docs/make_screenshots.py --data-dir var --into build/pictures

The few that the README shows are also cut to one screen and kept in docs/pictures.
It needs Playwright for Python and a Chromium (`--chromium`, else the one on the path).
"""

# ruff: noqa: INP001 - a script, not a package
from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from playwright.sync_api import FloatRect

# The rooms before the folders of tests that bear their names.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from browser.chromium import (  # type: ignore[import-not-found]
    executable,
    launched,
    served,
    settle,
    watched,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser

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


def shoot(browser: Browser, address: str, look: str, into: Path) -> None:
    """Every page in one look, each in its full height."""
    width, height, scheme = LOOKS[look]
    context = watched(browser, width=width, height=height, scheme=scheme)
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
    parser.add_argument("--chromium", default=executable())
    chosen = parser.parse_args()
    chosen.into.mkdir(parents=True, exist_ok=True)
    PICTURES.mkdir(exist_ok=True)
    with served(chosen.data_dir) as address, launched(chosen.chromium) as browser:
        for look in chosen.look or LOOKS:
            shoot(browser, address, look, chosen.into)


if __name__ == "__main__":
    main()
