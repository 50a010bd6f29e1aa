"""Returns: what comes back, why, and what does it cost?"""

import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.layout import address, cards, tabs
from dashboard.panels.returns import returns_cards
from dashboard.panels.shared import accuracy_cards, reason_cards, shared_cards

query, status = address.query(), workspace().status()
scope = query.scope
TITLES = {
    "overview": "Overview",
    "waiting": "Waiting",
    "reasons": "Reasons",
    "accuracy": "Contact and accuracy",
}


def overview(chip: str | None) -> None:
    """The rate in its band, what became of the claims, and why they were made."""
    left, right = st.columns([3, 2])
    with left:
        returns_cards.trend_card(scope, chip)
    with right:
        returns_cards.summary_card(scope, status)
    reason_cards.groups_card(scope, status, leads=True)


def show() -> None:
    """The tab that is asked for."""
    numbers = shared_cards.headline(query, status, "returns")
    if numbers is None:
        return
    tab = tabs.chosen(TITLES)
    if tab == "overview":
        overview(shared_cards.chip(numbers))
    elif tab == "waiting":
        returns_cards.queue(scope, status)
    elif tab == "reasons":
        reason_cards.tab(scope, status)
    else:
        accuracy_cards.tab(scope)


with cards.guarded("The returns"):
    show()
