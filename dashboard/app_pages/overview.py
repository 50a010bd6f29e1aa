"""Overview: how are we doing, and where do leads stand?"""

import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.charts import outcome_mix, ranking
from dashboard.layout import address, cards
from dashboard.panels.overview import overview_cards
from dashboard.panels.shared import headline_cards, shared_cards

query, status = address.query(), workspace().status()
scope = query.scope


def overview() -> None:
    """Headline and what needs attention; then what changed, where leads get lost, the ends."""
    numbers = shared_cards.headline(query, status, "")
    if numbers is None:
        return
    trend = workspace().table("trend", scope, grain=shared_cards.grain(scope))
    headline_cards.show(numbers, trend, scope, status.currency)
    left, right = st.columns([3, 2])
    with left:
        shared_cards.trend_card(scope, status, chip=shared_cards.chip(numbers, scope))
    with right:
        overview_cards.attention(scope, status)
    left, right = st.columns([3, 2])
    with left:
        overview_cards.changed(scope)
    with right:
        overview_cards.lost(scope)
    left, right = st.columns([3, 2])
    with left:
        cards.show(
            shared_cards.ends_card(status),
            lambda: shared_cards.ends(workspace().table("sources", scope), 5),
            lambda rows, colours: ranking.figure(
                rows,
                shared_cards.ranked(scope),
                colours,
                overall=shared_cards.value(numbers, "conversion_rate"),
            ),
            cards.Extras(
                chip=lambda _: shared_cards.chip(numbers), on_click=shared_cards.only_source
            ),
        )
    with right:
        cards.show(
            shared_cards.mix_card(scope),
            lambda: shared_cards.mix(scope),
            outcome_mix.figure,
            cards.Extras(on_click=shared_cards.leads_of_outcome),
        )
    overview_cards.wins(scope, status)
    if scope.clock != "delivered":
        shared_cards.clocks_card(scope)


with cards.guarded("The overview"):
    overview()
