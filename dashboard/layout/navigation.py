"""Which pages there are, in what order, and the way between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import streamlit as st

from dashboard.layout import address


@dataclass(frozen=True, slots=True)
class Entry:
    """One page: its file in `app_pages`, its title, and the question it answers."""

    name: str
    title: str
    question: str

    @property
    def file(self) -> str:
        """The script, as Streamlit wants it: relative to the entry script."""
        return f"app_pages/{self.name}.py"


ENTRIES: Final = (
    Entry("overview", "Overview", "How are we doing, and where do leads stand?"),
    Entry("todo", "To do", "What wants a decision, and what became of what was decided?"),
    Entry("sources", "Sources", "Which sources bring leads that convert?"),
    Entry("buyers", "Buyers", "Who tells us, how soon, and who returns more than others?"),
    Entry("returns", "Returns", "What comes back, why, and what does it cost?"),
    Entry("leads", "Leads", "What became of this lead?"),
    Entry("patterns", "Patterns", "How long does it take, how complete is it, is there a season?"),
    Entry("reports", "Reports", "What do we tell those who do not open these pages?"),
    Entry("data", "Data", "What came in, what was refused, what do the numbers mean?"),
)


def pages() -> list[st.Page]:
    """The pages for `st.navigation`; the first one is where visitors land."""
    return [
        st.Page(entry.file, title=entry.title, url_path=entry.name, default=not place)
        for place, entry in enumerate(ENTRIES)
    ]


def sidebar(*, keep_filters: bool) -> None:
    """Links to the pages. Ours carry the filters along; Streamlit's own would drop them."""
    for entry in ENTRIES:
        st.sidebar.page_link(
            entry.file,
            label=entry.title,
            help=entry.question,
            query_params=address.target() if keep_filters else None,
        )


def follow() -> None:
    """Go where a callback wanted to go."""
    if goal := address.pending():
        name, parameters = goal
        st.switch_page(f"app_pages/{name}.py", query_params=parameters)
