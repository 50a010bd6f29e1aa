"""What pages should say, worked out from the answers of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dashboard.panels.shared.headline_cards import KEYS
from dashboard.presentation import formats
from metrics.definitions.catalogue import number

if TYPE_CHECKING:
    from browser.visitors import Site

PERIOD: Final = "from=2026-09-01&to=2026-11-22"
JUNIPER: Final = "ent_juniper_ads"


def headline(site: Site, query: str) -> dict[str, tuple[str, str]]:
    """The headline cards under a query: number and what it is of, by label."""
    rows = {row["key"]: row for row in site.rows("headline", query)}
    return {number(key).label: _card(rows[key]) for key in KEYS if key in rows}


def _card(row: dict[str, Any]) -> tuple[str, str]:
    entry = number(row["key"])
    write = formats.money if entry.unit == "money" else formats.rate
    if row["numerator"] is None or row["denominator"] is None:
        return write(row["value"]), entry.definition
    counted = f"{row['numerator']:,} of {row['denominator']:,}"
    likely = formats.likely_range(row["low"], row["high"])
    return write(row["value"]), counted if row["low"] is None else f"{counted}\n{likely}"


def and_more(path: str, query: str) -> str:
    """A path with a query, whether it has one already or not."""
    return f"{path}{'&' if '?' in path else '?'}{query}"
