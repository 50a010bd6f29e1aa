"""Quality score and tiers: how good each source is, and how sure that is."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from dashboard.tables.table import Table
from metrics.definitions.report_calendar import to_date
from metrics.definitions.scope import EVER, Rows
from metrics.insights import score, tiers

if TYPE_CHECKING:
    import polars as pl

    from dashboard.editions.table_query import TableQuery


def _scores(query: TableQuery) -> pl.DataFrame:
    """By other clocks than delivery there is no score: all of it would be unknown."""
    rows = query.outcomes_by(["source"])
    if query.scope.clock != "delivered":
        rows = rows.clear()
    return score.scores(rows, query.named, query.rules.score, seed=query.seed)


def _changes(query: TableQuery) -> pl.DataFrame:
    past = query.before()
    if query.scope.clock != "delivered":
        past = None
    now = query.outcomes_by(["source"])
    then = None if past is None else past.outcomes_by(["source"])
    return score.score_changes(now, then, query.named, query.rules.score)


def rating_window(query: TableQuery) -> TableQuery:
    """The same question about the last 90 days of deliveries old enough to judge, all of them."""
    wide = replace(
        query.scope,
        first=EVER,
        last=to_date(query.as_of_day),
        clock="delivered",
        base="feedback",
        compare="before",
        rows=Rows(),
    )
    return query.of(wide)


def _tiers(query: TableQuery) -> pl.DataFrame:
    """By the rating window, whatever the period."""
    return _tiers_of(rating_window(query))


@lru_cache(maxsize=16)
def _tiers_of(window: TableQuery) -> pl.DataFrame:
    rows = window.outcomes_by(["source"]).filter(window.rated)
    least = window.rules.floors.least_deliveries
    return tiers.tiers(rows, window.named, window.rules.tiers, least=least)


_ID: Final = ("id", "The source's id.")
TABLES: Final = (
    Table(
        "scores",
        "Quality scores",
        "0 to 100 points of four shares, with marks and how sure the total is.",
        score.SCORES,
        "numbers",
        ("seed",),
        notes=(
            _ID,
            *(
                note
                for part in score.COMPONENTS
                for note in (
                    (f"{part}_points", f"Points for {part}, 0 up to its weight."),
                    (f"{part}_mark", f"The {part} share reaches its threshold."),
                )
            ),
            ("score_low", "Lower end of the likely range of the total (95 %)."),
            ("score_high", "Upper end of the likely range of the total (95 %)."),
        ),
        make=_scores,
        party="source",
        meant=(
            ("conversion_rate", "conversion_of_feedback"),
            ("contact_rate", "contact_of_feedback"),
        ),
    ),
    Table(
        "score_changes",
        "What moved the scores",
        "Which component moved each source's score against the period before, same age.",
        score.CHANGES,
        "numbers",
        notes=(
            _ID,
            ("component", "delivery, contact, conversion or return."),
            ("count_before", "Deliveries behind the share, the period before."),
            ("of_before", "What they are a share of."),
            ("rate_before", "count_before ÷ of_before."),
            ("count_now", "Deliveries behind the share, this period."),
            ("of_now", "What they are a share of."),
            ("rate_now", "count_now ÷ of_now."),
            ("points_before", "Points of the component, the period before."),
            ("points_now", "Points of the component, this period."),
            ("change", "points_now − points_before."),
            ("score_change", "Change of the total."),
            ("moved_most", "No other component moved the total more."),
        ),
        make=_changes,
        party="source",
    ),
    Table(
        "rank_stability",
        "Do the weights decide?",
        "How the order of sources changes when a weight is 20 % smaller or larger.",
        score.STABILITY,
        "numbers",
        notes=(
            ("component", "Whose weight is changed."),
            ("weight_change", "By which share of itself."),
            ("weight", "The weight after it, in points."),
            ("tau", "Kendall's tau of the new order against the present; 1: the same."),
            ("sources", "Sources with a score."),
            ("moved", "Sources that change place."),
            ("furthest", "The furthest move, in places."),
        ),
        make=lambda query: score.rank_stability(_scores(query), query.rules.score),
    ),
    Table(
        "tiers",
        "Tiers",
        "By conversion over the last 90 days of deliveries old enough to judge.",
        tiers.TIERS,
        "numbers",
        notes=(
            _ID,
            ("rate_tier", "The tier by that rate alone."),
            ("probability", "How sure what is named is; empty for too few leads."),
            *((f"p_{name.lower()}", f"How likely the source is {name}.") for name in tiers.NAMES),
            ("needed", "Feedback at which one tier would be sure at the present rate."),
        ),
        make=_tiers,
        party="source",
        meant=(
            ("conversion_rate", "conversion_in_window"),
            ("conversion_low", "conversion_in_window_low"),
            ("conversion_high", "conversion_in_window_high"),
        ),
    ),
)
