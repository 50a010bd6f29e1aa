"""Every view there is: pages, their tabs, and what is looked at on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from browser.visitors import Site

PLAIN: Final = (
    *("", "todo", "todo?tab=done", "sources", "buyers"),
    *("returns", "returns?tab=waiting", "returns?tab=reasons", "returns?tab=quality"),
    *("leads", "patterns", "patterns?tab=timing", "patterns?tab=cohorts", "patterns?tab=seasons"),
    *("reports", "reports?tab=week", "reports?tab=day", "reports?tab=published"),
    *("data", "data?tab=import", "data?tab=refused", "data?tab=tables", "data?tab=names"),
    "data?tab=definitions",
)


def views(site: Site, query: str) -> list[str]:
    """The same with one source, two sources, a buyer, a lead and a case of the site."""
    sources = [
        row["source_id"] for row in site.rows("sources", query) if row["source_id"] != "(none)"
    ]
    buyers = [row["buyer_id"] for row in site.rows("buyers", query)]
    lead = site.rows("deliveries", f"{query}&limit=1")[0]["lead_id"]
    cases = [row["finding"] for row in site.rows("findings", query)]
    chosen = [f"sources?source={sources[0]}", f"buyers?buyer={buyers[0]}", f"leads?lead={lead}"]
    if len(sources) > 1:
        chosen.append(f"sources?source={sources[0]}&source={sources[1]}")
    return [*PLAIN, *chosen, *(f"todo?case={case}" for case in cases[:2])]
