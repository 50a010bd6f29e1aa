"""Events as they were said: by whom, what stands of it, what was taken back; kept like answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import narwhals as nw
import polars as pl

from dashboard.editions import earlier_record
from metrics.definitions.report_calendar import day_number, end_of_day_us, local_day
from metrics.outcomes import known_facts
from metrics.outcomes.delivery_lists import delivery_id

if TYPE_CHECKING:
    from dashboard.editions.edition import Edition
    from metrics.definitions.scope import Scope


@dataclass(frozen=True, slots=True)
class EventFrames:
    """Facts up to a moment with canonical ids, the live ones, and what links did.

    `undone` has `seq` and `retracted_by` of what was taken back, `idle` has `seq` of links
    without effect and whether they count as reports (`counts`). `feedback` and `attempts` are
    those that count; see `withdrawn_by` for those of imports that do not.
    """

    attempts: pl.DataFrame
    feedback: pl.DataFrame
    live: pl.DataFrame
    undone: pl.DataFrame
    idle: pl.DataFrame


def known_by(
    frames: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame], as_of_us: int, shown: Edition
) -> EventFrames:
    """What had been said by a moment, with what is in force and what was taken back."""
    reasons = pl.DataFrame(
        schema=dict.fromkeys(("reason_raw", "reason", "reason_group"), pl.String())
    )
    facts = known_facts.Facts(*(nw.from_native(f.lazy()) for f in (*frames, reasons)))
    known = known_facts.known(facts, as_of_us=as_of_us, zone=shown.zone)
    frames_now = (known.attempts, known.feedback, known.live, known.standing)
    links = (known.links.undone, known.links.idle)
    attempts, feedback, in_force, standing, undone, idle = pl.collect_all(
        [frame.to_native() for frame in (*frames_now, *links)]
    )
    taken_back = feedback.join(undone, on=list(known_facts.EVENT), how="inner")
    counts = pl.col("seq").is_in(standing["seq"].implode())
    return EventFrames(
        attempts,
        feedback,
        in_force,
        taken_back.select("seq", "retracted_by"),
        idle.select("seq", counts=counts),
    )


WITHDRAWN: Final = "withdrawn_us"
"""Column of facts that do not count: since when their import is withdrawn."""


def withdrawn_by(
    frames: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame], as_of_us: int, shown: Edition
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Attempts and feedback of withdrawn imports that had been said by a moment (`WITHDRAWN`)."""
    known, since = known_by(frames, as_of_us, shown), since_when(shown)
    return known.attempts.with_columns(since), known.feedback.with_columns(since)


def since_when(shown: Edition) -> pl.Expr:
    """Since when the import of a fact counts no longer (`WITHDRAWN`)."""
    batch, moments = pl.col("batch_id"), shown.withdrawn
    return batch.replace_strict(moments, default=None, return_dtype=pl.Int64).alias(WITHDRAWN)


@lru_cache(maxsize=2)
def withdrawn_frames(
    shown: Edition, as_of_us: int, version: int | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The same of the whole store."""
    attempts, feedback = (shown.withdrawn_facts(f, version) for f in ("attempts", "feedback"))
    frames = (attempts.collect(), feedback.collect(), shown.aliases(version))
    return withdrawn_by(frames, as_of_us, shown)


@lru_cache(maxsize=2)
def event_frames(shown: Edition, as_of_us: int, version: int | None) -> EventFrames:
    """The same for the whole store."""
    attempts, feedback = (shown.facts(f, version) for f in ("attempts", "feedback"))
    aliases = shown.aliases(version)
    return known_by((attempts.collect(), feedback.collect(), aliases), as_of_us, shown)


SENT: Final = (
    *("event_id", "reported_us", "target_id", "target_name"),
    *("category", "issue", "action_requested", "lead_id"),
)


def source_messages(shown: Edition, scope: Scope, version: int | None) -> pl.DataFrame:
    """Messages to sources in the period and the source filter (`SENT`), ids canonical."""
    since = end_of_day_us(scope.first - timedelta(days=1), shown.zone.name)
    until = min(end_of_day_us(scope.last, shown.zone.name), scope.as_of_us)
    rows = shown.facts("feedback", version).filter(pl.col("event_type") == "feedback.sent")
    found = rows.filter(pl.col("reported_us") > since, pl.col("reported_us") <= until).select(SENT)
    target = pl.col("target_id").replace(shown.canonical("source", version))
    messages = found.with_columns(target_id=target)
    if scope.source:
        messages = messages.filter(pl.col("target_id").is_in(scope.source))
    return messages.collect()


def without_delivery(
    known: EventFrames, scope: Scope, shown: Edition, version: int | None
) -> pl.Expr:
    """Events of the period that belong to no delivery (yet), by the day of their report.

    Those of withdrawn imports may belong to one that went with them, or stayed.
    """
    key = delivery_id()
    reached = known.attempts.select(key.alias("key"))["key"].unique()
    unreached = ~key.is_in(reached.implode()).fill_null(value=False)
    return unreached & within_period("reported", scope, shown, version)


def within_period(column: str, scope: Scope, shown: Edition, version: int | None) -> pl.Expr:
    """Whether an instant lies on a day of the period.

    A period that holds the whole record holds what is from before and after it too.
    """
    inside = pl.lit(value=True)
    zone, record = shown.zone.name, earlier_record.record(shown, version)
    first, last = day_number(scope.first), day_number(scope.last)
    today = day_number(local_day(scope.as_of_us, zone))
    days = record.days or (today, today)  # the whole of no record is today
    if first > days[0]:
        inside &= pl.col(column) > end_of_day_us(scope.first - timedelta(days=1), zone)
    if last < max(days[1], record.reported_day or 0):
        inside &= pl.col(column) <= end_of_day_us(scope.last, zone)
    return inside
