"""The period before, and whether comparing with it would be fair."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

import polars as pl

from dashboard.editions import cached_frames
from metrics.definitions.report_calendar import day_number, local_day
from metrics.insights import reporting_start

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.editions.edition import Edition
    from metrics.definitions.scope import Scope

Alone = Literal["record", "unreported"]
UNSEEN: Final = 0.1
"""A period with more than this part of its deliveries from before reports began is alone."""


def previous(shown: Edition, scope: Scope, version: int | None) -> Scope | None:
    """The period before at the same age; None where that would not be fair (`alone`)."""
    return None if alone(shown, scope, version) else scope.previous(shown.zone.name)


@lru_cache(maxsize=64)
def alone(shown: Edition, scope: Scope, version: int | None) -> Alone | None:
    """Why a period has none to compare with; None where it has one.

    The record begins later, or over a tenth of the deliveries of either were made before their
    buyers began to report.
    """
    found, known = scope.previous(shown.zone.name), record(shown, version)
    if known is None or day_number(found.first) < known[0]:
        return "record"
    since = cached_frames.curves(shown, scope.knowing_us, version).since
    if not since:
        return None
    unseen = reporting_start.unseen(since, pl.col("day"))
    for side in (found, scope):
        counted = cached_frames.tally(shown, cached_frames.plainly(side), version).select(
            all=pl.col("delivered").sum(), unseen=pl.col("delivered").filter(unseen).sum()
        )
        every, blind = counted.collect().row(0)
        if blind > UNSEEN * every:
            return "unreported"
    return None


@lru_cache(maxsize=4)
def record(shown: Edition, version: int | None) -> tuple[int, int] | None:
    """First and last day of any attempt up to now, as day numbers; None without attempts."""
    at = pl.col("attempted_us")
    by_now = shown.facts("attempts", version).filter(at <= shown.as_of_us)
    facts = by_now.select(first=at.min(), last=at.max()).collect()
    first, last = (
        None if us is None else day_number(local_day(us, shown.zone.name)) for us in facts.row(0)
    )
    return None if first is None or last is None else (first, last)


def before(
    shown: Edition, scope: Scope, version: int | None, extra: Sequence[str] = ()
) -> pl.LazyFrame | None:
    """Cells of the period before at the same age; None where that would not be fair."""
    found = previous(shown, scope, version)
    return None if found is None else cached_frames.tally(shown, found, version, extra)
