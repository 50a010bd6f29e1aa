"""Patterns: how long does it take, how complete is it, is there a season?"""

from dashboard.answers.workspace import workspace
from dashboard.layout import address, cards, tabs
from dashboard.panels.patterns import forecast_cards, season_cards, timing_cards
from dashboard.panels.shared import shared_cards

query, status = address.query(), workspace().status()
scope = query.scope
TITLES = {
    "overview": "Overview",
    "timing": "Timing",
    "cohorts": "Cohorts and forecast check",
    "seasons": "Seasons",
}


def show() -> None:
    """The tab that is asked for."""
    numbers = shared_cards.headline(query, status, "patterns")
    if numbers is None:
        return
    tab = tabs.chosen(TITLES)
    if tab == "overview":
        timing_cards.overview(scope)
    elif tab == "timing":
        timing_cards.tab(scope)
    elif tab == "cohorts":
        forecast_cards.tab(scope)
    else:
        season_cards.tab(scope)


with cards.guarded("The patterns"):
    show()
