"""Overview: how are we doing, and where do leads stand?"""

import streamlit as st

from dashboard.answers.workspace import book
from dashboard.charts import outcome_mix, ranking
from dashboard.layout import address, cards
from dashboard.panels import figures, headline
from dashboard.panels.overview import overview_cards

asked, status = address.asked(), book().status()
scope = asked.scope


def overview() -> None:
    """Headline and what needs attention; then what changed, where leads get lost, the ends."""
    numbers = figures.headline(asked, status, "")
    if numbers is None:
        return
    trend = book().table("trend", scope, grain=figures.grain(scope))
    headline.show(numbers, trend, scope, status.currency)
    left, right = st.columns([3, 2])
    with left:
        figures.trend_card(scope, status, chip=figures.chip(numbers, scope))
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
            figures.ends_card(status),
            lambda: figures.ends(book().table("sources", scope), 5),
            lambda rows, colours: ranking.figure(
                rows,
                figures.ranked(scope),
                colours,
                overall=figures.value(numbers, "conversion_rate"),
            ),
            cards.Extras(chip=lambda _: figures.chip(numbers), on_click=figures.only_source),
        )
    with right:
        cards.show(
            figures.mix_card(scope),
            lambda: figures.mix(scope),
            outcome_mix.figure,
            cards.Extras(on_click=figures.leads_of_outcome),
        )
    overview_cards.wins(scope, status)
    if scope.clock != "delivered":
        figures.clocks_card(scope)


with cards.guarded("The overview"):
    overview()
