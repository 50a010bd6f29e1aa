"""What a search found: leads, sources, buyers, each a link."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.layout import address, cards
from dashboard.presentation.markup import html

_KINDS: Final = {"lead": "Leads", "event": "Events", "source": "Sources", "buyer": "Buyers"}
_MOST: Final = 12


def show(text: str) -> None:
    """Draw what was found for a text, by kind."""
    with st.container(border=True, key="card_search"), cards.guarded("The search"):
        found = workspace().search(text)
        cards.title(
            f"Found for “{text}”",
            "Ids are matched whole; of a name a part is enough."
            if found.height
            else "Nothing has this id or name. Ids must be whole, of a name a part is enough.",
        )
        for kind, title in _KINDS.items():
            rows = found.filter(found["kind"] == kind).head(_MOST)
            if rows.height:
                links = [_link(row) for row in rows.iter_rows(named=True)]
                st.html(html("links.found", kind=title, links=links))
        st.button("Clear search", type="tertiary", on_click=address.change, kwargs={"q": None})


def _link(row: dict[str, str | None]) -> dict[str, str]:
    """A link for HTML: Streamlit's own read their labels as Markdown."""
    kind, value = row["kind"], row["id"] or ""
    if kind == "source":
        target = address.link("sources", source=value)
    elif kind == "buyer":
        target = address.link(".", buyer=value)
    else:
        target = address.link("leads", lead=row["lead_id"] or value)
    return {"target": target, "title": value, "label": row["label"] or value}
