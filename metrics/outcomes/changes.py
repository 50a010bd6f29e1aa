"""Step 3, seen over time: each change of a delivery's state, by when we were told.

A step is a moment at which something about a delivery changed: it was delivered, a first
report came, it became a sale, a sale was taken back. Steps add up: the sum of all steps up
to a moment is the state as of that moment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import narwhals as nw
import polars as pl

from data_access.columns import CLOSED
from metrics.outcomes.known_facts import KEY, LEAD_ATTRIBUTES

if TYPE_CHECKING:
    from metrics.definitions.report_calendar import ReportZone
    from metrics.outcomes.known_facts import Frame

STATE: Final = ("feedback", "contacted", "converted", "returned", "closed")
DELTAS: Final = ("delivered", *STATE)
_LATEST: Final = (*LEAD_ATTRIBUTES, "sold_to", "dated_us", "dated_day")
COLUMNS: Final = (*KEY, *_LATEST, "at_us", *DELTAS)
"""Columns of `steps`: a row is a moment of a delivery; deltas are -1, 0 or 1.

`at_us` is when the change took effect: the delivery, a report, a retraction.
"""
WEEK_US: Final = 7 * 86_400_000_000


def steps(states: pl.DataFrame) -> pl.DataFrame:
    """Every change of deliveries that went through (`COLUMNS`).

    Args:
        states: every state of every delivery (`state_history.COLUMNS`), by delivery and time.

    Of a crowded lead only the latest state is known: all of it counts from its delivery.
    """
    reached = states.lazy().filter(pl.col("delivered") == 1)
    closed = pl.col("outcome").is_in(CLOSED).fill_null(value=False).cast(pl.Int64)
    now = reached.with_columns(
        *(pl.col(name).last().over(KEY) for name in _LATEST),
        at_us=pl.coalesce("from_us", "dated_us"),
        feedback="covered",
        closed=closed,
    )
    moves = now.with_columns(
        pl.col(name) - pl.col(name).shift(1, fill_value=0).over(KEY) for name in DELTAS
    )
    moved = pl.any_horizontal(pl.col(name) != 0 for name in DELTAS)
    return moves.filter(moved).select(COLUMNS).collect()


CHANGE_CELL: Final = (
    "delivery_week",
    "report_week",
    "age_week",
    "source_id",
    "buyer_id",
    "vertical",
)
"""Keys of the change tally; weeks are the day numbers of their Mondays, ages whole weeks."""


def tally(rows: Frame, zone: ReportZone, by: tuple[str, ...] = CHANGE_CELL) -> Frame:
    """Steps added up per delivery week, report week and age (`DELTAS`, Int64)."""
    day = zone.day(nw.col("at_us"))
    weeks = rows.with_columns(
        delivery_week=monday(nw.col("dated_day")),
        report_week=monday(day),
        age_week=(nw.col("at_us") - nw.col("dated_us")) // WEEK_US,
    )
    return weeks.group_by(*by).agg(nw.col(name).sum() for name in DELTAS)


def monday(day: nw.Expr) -> nw.Expr:
    """The Monday on or before a day, as day numbers (1970-01-01 was a Thursday)."""
    return day - (day + 3) % 7
