"""Buyers: who tells us, how soon, and who returns more than others?"""

import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.layout import address, cards
from dashboard.panels.buyers import buyer_cards, buyer_profile
from dashboard.panels.shared import shared_cards

query, status = address.query(), workspace().status()
scope = query.scope


def compare() -> None:
    """Types of buyers, all of them, then who returns more and who tells us about what."""
    numbers = shared_cards.headline(query, status, "buyers")
    if numbers is None:
        return
    buyer_cards.types_card(scope)
    buyer_cards.table_card(scope, status)
    left, right = st.columns(2)
    with left:
        buyer_cards.strictness_card(scope)
    with right:
        buyer_cards.funnel_card(scope)
    with cards.guarded("Feedback by buyer and source"):
        buyer_cards.coverage_card(scope)


with cards.guarded("The buyers"):
    if len(scope.buyer) == 1:
        buyer_profile.buyer(scope.buyer[0], query, status)
    else:
        compare()
