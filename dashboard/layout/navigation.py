"""Which pages there are, in what order, and the way between them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import streamlit as st

from dashboard.layout import address
from dashboard.presentation.markup import html

_LINKS: Final = Path(__file__).parents[1] / "assets" / "links.js"
_STEP: Final = "go_to_step"


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


def listen() -> None:
    """Let links in HTML lead to pages without loading the application anew."""
    names = ["", *(entry.name for entry in ENTRIES)]
    script = _LINKS.read_text("utf-8").replace("PAGES", json.dumps(names))
    st.html(html("scripts.run", script=script), unsafe_allow_javascript=True)


def follow() -> None:
    """Go where a callback wanted to go, as a link would: one step that Back undoes."""
    goal = address.pending()
    if goal is None:
        return
    name, parameters = goal
    target = f"{name}?{urlencode(parameters, doseq=True)}"
    step = st.session_state[_STEP] = st.session_state.get(_STEP, 0) + 1
    # The number makes each script another one: the browser runs one that it has not run yet.
    text = json.dumps(target).replace("<", "\\u003c")
    script = html("scripts.run", script=f"/* {step} */ leadloopGo({text})")
    st.html(script, unsafe_allow_javascript=True)
