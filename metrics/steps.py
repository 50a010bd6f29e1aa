"""Step 3, seen over time: each change of a delivery's state, by when we were told.

A step is a moment at which something about a delivery changed: it was delivered, a first
report came, it became a sale, a sale was taken back. Steps add up: the sum of all steps up
to a moment is the state as of that moment. Lazy Narwhals only.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import narwhals as nw

from data_access.columns import CLOSED
from metrics import outcomes
from metrics.live import (
    ATTEMPTS_READ,
    FEEDBACK_READ,
    KEY,
    LEAD_ATTRIBUTES,
    RECEIVED,
    flag,
    known,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from metrics.calendar import ReportZone
    from metrics.live import Facts, Frame, Known

STATE: Final = ("feedback", "contacted", "converted", "returned", "closed")
DELTAS: Final = ("delivered", *STATE)
COLUMNS: Final = (*KEY, *LEAD_ATTRIBUTES, "sold_to", "dated_us", "dated_day", "at_us", *DELTAS)
"""Columns of `steps`: a row is a moment of a delivery; deltas are -1, 0 or 1.

`at_us` is when the change took effect: the delivery, a report, a retraction.
"""
WEEK_US: Final = 7 * 86_400_000_000
NEVER: Final = 2**62


def steps(
    facts: Facts,
    *,
    as_of_us: int,
    zone: ReportZone,
    keep: Callable[[Frame], Frame] = lambda frame: frame,
) -> Frame:
    """Every change up to a moment (`COLUMNS`), of deliveries that went through.

    Summed over a delivery they give its state as `outcomes.resolve` has it.
    """
    facts = replace(
        facts,
        attempts=facts.attempts.select(*ATTEMPTS_READ),
        feedback=facts.feedback.select(*FEEDBACK_READ),
    )
    said = known(facts, as_of_us=as_of_us, zone=zone, keep=keep)
    tried = outcomes.deliveries(said.attempts)
    sold_to = outcomes.sold_to(tried)
    reached = tried.filter(nw.col("delivered") == 1).select(*KEY, "dated_us")
    reached = reached.join(outcomes.attributes(said.attempts), on="lead_id", how="left")
    reached = keep(
        reached.join(sold_to, on="lead_id", how="left").with_columns(
            dated_day=zone.day(nw.col("dated_us"))
        )
    )
    states = keep(_states(keep(_spans(said, reached))))
    first = reached.with_columns(
        at_us=nw.col("dated_us"), delivered=whole(1), **{name: whole(0) for name in STATE}
    )
    told = reached.join(_deltas(states), on=list(KEY), how="inner")
    told = told.with_columns(delivered=whole(0))
    return nw.concat([first.select(*COLUMNS), told.select(*COLUMNS)], how="vertical")


def _spans(said: Known, reached: Frame) -> Frame:
    """Events with the span of time in which each is in force, and what each says."""
    taken_back = said.undone.select(*KEY, "event_id", end_us=nw.col("undone_us"))
    standing = said.feedback.filter(
        nw.col("event_type") == RECEIVED,
        ~nw.col("lead_id").is_null(),
        nw.col("retracts").is_null(),
    ).join(taken_back, on=[*KEY, "event_id"], how="left")
    standing = standing.join(reached.select(*KEY, "dated_us"), on=list(KEY), how="inner")
    late = nw.col("reported") < nw.col("dated_us")
    start = nw.when(late).then(nw.col("dated_us")).otherwise(nw.col("reported"))
    spans = outcomes.worded(standing).with_columns(
        start_us=start, end_us=nw.col("end_us").fill_null(NEVER)
    )
    return spans.filter(nw.col("start_us") < nw.col("end_us"))


def _states(spans: Frame) -> Frame:
    """The state of each delivery at each moment at which it may have changed."""
    starts = spans.select(*KEY, at_us=nw.col("start_us"))
    ends = spans.filter(nw.col("end_us") < NEVER).select(*KEY, at_us=nw.col("end_us"))
    moments = nw.concat([starts, ends], how="vertical").unique()
    pairs = moments.join(spans, on=list(KEY), how="inner")
    inside = (nw.col("start_us") <= nw.col("at_us")) & (nw.col("at_us") < nw.col("end_us"))
    held = pairs.filter(inside)
    order = ["rank_of_class", "progress", "occurred", "reported", "event_id", "reporter_id"]
    at = [*KEY, "at_us"]
    nth = nw.col("event_id").cum_count(reverse=True).over(*at, order_by=order)
    won = outcomes.ranked(held).with_columns(nth=nth)
    best = nw.col("nth") == 1
    word = nw.col("word")
    states = won.group_by(*at).agg(
        contacted=nw.col("spoke").max(),
        converted=flag(best & (word == "converted")).max(),
        returned=flag(best & (word == "returned")).max(),
        closed=flag(best & word.is_in(list(CLOSED))).max(),
    )
    found = moments.join(states.with_columns(feedback=whole(1)), on=at, how="left")
    return found.select(*at, *(nw.col(name).fill_null(0) for name in STATE))


def _deltas(states: Frame) -> Frame:
    """What changed against the moment before; moments without a change are left out."""
    before = states.with_columns(
        nw.col(name).shift(1).over(*KEY, order_by="at_us").fill_null(0).alias(f"{name}_before")
        for name in STATE
    )
    changes = before.select(
        *KEY,
        "at_us",
        *((nw.col(name) - nw.col(f"{name}_before")).alias(name) for name in STATE),
    )
    moved = nw.any_horizontal(*(nw.col(name) != 0 for name in STATE), ignore_nulls=True)
    return changes.filter(moved)


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
