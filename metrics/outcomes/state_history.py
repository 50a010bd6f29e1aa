"""Step 3, seen over time: each delivery as it stood from one change to the next.

A lead may change at each moment at which something about it becomes known: an attempt, a
report, a decision. Resolved once per such moment, from what was known by then, its
deliveries have states; what was known at any moment is then looked up, not worked out again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import narwhals as nw
import polars as pl

from metrics.outcomes import resolve
from metrics.outcomes.known_facts import ATTEMPTS_READ, FEEDBACK_READ, KEY, instant

if TYPE_CHECKING:
    from collections.abc import Callable

    from metrics.definitions.report_calendar import ReportZone
    from metrics.outcomes.known_facts import Facts, Frame

CROWDED: Final = 100
"""A lead with more moments is no lead but somebody's test id. Only its latest state is kept,
for the work grows with the square of the moments."""
COLUMNS: Final = (*resolve.COLUMNS, "from_us", "until_us")
"""`resolve.COLUMNS` and the time in which a delivery stood so: from `from_us` on (null for
a crowded lead), before `until_us` (null: to this day)."""


def history(
    facts: Facts,
    *,
    as_of_us: int,
    zone: ReportZone,
    keep: Callable[[Frame], Frame] = lambda frame: frame,
) -> pl.DataFrame:
    """Every state of every delivery up to a moment (`COLUMNS`), by delivery and time.

    The rows with `from_us` up to a moment and `until_us` after it are those of
    `outcomes.resolve` as of that moment. The facts are Polars frames as the snapshot gives
    them: feedback under the buyer's own id has got its lead.
    """
    attempts, feedback = _known(facts, as_of_us, zone)
    spans = _spans(attempts, feedback)
    tried, told = (_by_then(frame, spans) for frame in (attempts, feedback))
    decided = (pl.col("decision_us") <= pl.col("at")).fill_null(value=False)
    told = told.with_columns(credit_approved=pl.when(decided).then("credit_approved"))
    then = replace(
        facts,
        attempts=nw.from_native(tried.select(ATTEMPTS_READ).lazy()),
        feedback=nw.from_native(told.select(FEEDBACK_READ).lazy()),
    )
    rows: pl.LazyFrame = resolve.resolve(then, as_of_us=as_of_us, zone=zone, keep=keep).to_native()
    named = rows.rename({"lead_id": "span"}).join(spans.lazy(), on="span", how="inner")
    return _merged(named.select(COLUMNS).collect())


def _known(facts: Facts, as_of_us: int, zone: ReportZone) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Attempts and feedback with the moment each becomes known, feedback with its decision's."""
    attempts = facts.attempts.select(*ATTEMPTS_READ)
    attempts = attempts.with_columns(known_us=instant(zone, "attempted"))
    named = nw.col("lead_since_us")
    said = facts.feedback.select(*FEEDBACK_READ).filter(~nw.col("lead_id").is_null())
    decided = nw.coalesce(instant(zone, "decided"), instant(zone, "reported"))
    reported = instant(zone, "reported")
    feedback = said.with_columns(
        known_us=nw.when(named > reported).then(named).otherwise(reported),
        decision_us=nw.when(~nw.col("credit_approved").is_null()).then(decided),
    )
    by_now = [f.filter(nw.col("known_us") <= as_of_us) for f in (attempts, feedback)]
    frames = pl.collect_all([frame.to_native() for frame in by_now])
    late = pl.col("decision_us") > as_of_us
    return frames[0], frames[1].with_columns(decision_us=pl.when(~late).then("decision_us"))


def _spans(attempts: pl.DataFrame, feedback: pl.DataFrame) -> pl.DataFrame:
    """The moments of each lead from its first attempt on: span (a number), lead_id, from, until."""
    told = (
        attempts.select("lead_id", at="known_us"),
        feedback.select("lead_id", at="known_us"),
        feedback.select("lead_id", at="decision_us").drop_nulls(),
    )
    first = attempts.group_by("lead_id").agg(first=pl.col("known_us").min())
    moments = pl.concat(told).unique().join(first, on="lead_id", how="inner")
    moments = moments.filter(pl.col("at") >= pl.col("first")).sort("lead_id", "at")
    spans = moments.with_columns(
        next=pl.col("at").shift(-1).over("lead_id"),
        crowded=pl.len().over("lead_id") > CROWDED,
    )
    return spans.filter(~pl.col("crowded") | pl.col("next").is_null()).select(
        "lead_id",
        "at",
        span=pl.int_range(pl.len(), dtype=pl.Int64),
        from_us=pl.when(~pl.col("crowded")).then("at"),
        until_us="next",
    )


def _by_then(facts: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """Facts once per span of their lead in which they are known; the lead is the span."""
    pairs = facts.lazy().join(spans.lazy().select("lead_id", "span", "at"), on="lead_id")
    return pairs.filter(pl.col("known_us") <= pl.col("at")).with_columns(lead_id="span").collect()


def _merged(rows: pl.DataFrame) -> pl.DataFrame:
    """States that follow each other and are the same, as one."""
    ordered = rows.sort(*KEY, "from_us")
    alike = [pl.col(name) == pl.col(name).shift() for name in KEY]
    said = pl.struct(resolve.COLUMNS).hash()
    begins = ~pl.all_horizontal(*alike, said == said.shift()).fill_null(value=False)
    states = ordered.filter(begins)
    same = pl.all_horizontal(pl.col(name) == pl.col(name).shift(-1) for name in KEY)
    following = pl.when(same).then(pl.col("from_us").shift(-1))
    return states.with_columns(until_us=following)
