"""Pages run without a browser, and a small marketplace to show on them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from builders import delivered, failed, reported

import dashboard

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

SHELL = Path(dashboard.__file__).parent / "shell.py"
HOSTILE = "<img src=x onerror=alert(1)> **Kite** $x$"
PERIOD = {"from": "2026-10-01", "to": "2026-10-31"}


class Open(Protocol):
    """Opens a page with parameters in its address."""

    def __call__(self, name: str = ..., **parameters: str | list[str]) -> AppTest:
        """Run the page."""


def marketplace() -> list[dict[str, str]]:
    """Forty deliveries of two sources in October, 30 reported: 6 sales, 3 returns."""
    said = []
    for number in range(40):
        lead, day = f"L-{number:03}", f"2026-10-{number % 28 + 1:02}"
        source = {"source_id": "src_a", "source_name": HOSTILE}
        if number % 2:
            source = {"source_id": "src_b", "source_name": "Oak"}
        fact = delivered(
            lead, "buy_1", f"{day}T09:00:00Z", buyer_name="Acme", price="20.00", **source
        )
        said.append(fact)
        outcome = "converted" if number < 6 else "returned" if number < 9 else "no_contact"
        if number < 30:
            told = f"{day}T13:14:36Z"
            said.append(reported(lead, "buy_1", outcome, told, occurred_at=told, notes=HOSTILE))
    said.append(failed("L-900", "buy_1", "2026-10-05T09:00:00Z", source_id="src_a"))
    said.append(reported("L-000", "buy_1", "sold?", "2026-10-20T09:00:00Z"))
    return said


def text(app: AppTest) -> str:
    """Everything the page says as HTML."""
    return " ".join(element.proto.body for element in app.get("html"))
