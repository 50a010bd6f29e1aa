"""Tables of single rows: deliveries with their outcome, every event, every try."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from dashboard.editions import cached_frames, event_frames
from dashboard.tables import store_rows
from dashboard.tables.table import Table
from metrics.outcomes import delivery_lists

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dashboard.editions.table_query import TableQuery


def count(query: TableQuery) -> int:
    """How many offers a scope and its row conditions list."""
    rows = cached_frames.chosen(query.shown, query.scope, query.version)
    chosen = cached_frames.changed(query.shown, rows, query.changed_since)
    return int(chosen.select(pl.len()).collect().item())


def deliveries(query: TableQuery) -> Iterator[pl.DataFrame]:
    """All offers of a scope by (time, lead, buyer), a month of them at a time.

    `changed_since` leaves out leads without a fact after that data version.
    """
    shown, scope, version = query.shown, query.scope, query.version
    for first, last in cached_frames.months(cached_frames.span(shown, scope, version)):
        within = cached_frames.chosen(shown, scope, version, days=(first, last))
        within = within.filter(pl.col("dated_day").is_between(first, last))
        rows = cached_frames.changed(shown, within, query.changed_since).collect()
        if rows.height:
            yield listed(query, rows.sort(cached_frames.ORDER))


def newest(query: TableQuery, limit: int) -> pl.DataFrame:
    """The newest offers of a scope, the newest first."""
    return listed(query, cached_frames.newest(query.shown, query.scope, limit))


def listed(query: TableQuery, rows: pl.DataFrame) -> pl.DataFrame:
    """Outcomes as a list for people (`delivery_lists.DELIVERIES`)."""
    days = cached_frames.curves(query.shown, query.scope.as_of_us, query.version).mature_days
    return delivery_lists.deliveries(
        rows, query.scope, query.named, zone=query.zone, mature_days=days
    )


def _since(query: TableQuery, frame: pl.DataFrame) -> pl.DataFrame:
    """Rows of after a data version, by the number in their first column."""
    if query.changed_since is None:
        return frame
    number = pl.col(frame.columns[0]).str.slice(1).cast(pl.Int64)
    return frame.filter(number > query.changed_since)


def feedback(query: TableQuery) -> Iterator[pl.DataFrame]:
    """Every event about the deliveries of a scope (`delivery_lists.FEEDBACK_TABLE`)."""
    shown, scope, version = query.shown, query.scope, query.version
    chosen = cached_frames.chosen(shown, scope, version).select("lead_id", "buyer_id").collect()
    known = event_frames.event_frames(shown, scope.as_of_us, version)
    _, withdrawn = event_frames.withdrawn_frames(shown, scope.as_of_us, version)
    keys = chosen.with_columns(reached=pl.lit(value=True))
    every = pl.concat([known.feedback, withdrawn], how="diagonal")
    events = every.join(keys, on=["lead_id", "buyer_id"], how="left")
    mine = pl.col("reached").fill_null(value=False)
    messages = (pl.col("event_type") == "feedback.sent") & pl.col("lead_id").is_in(
        chosen["lead_id"].unique().implode()
    )
    wanted = mine | messages.fill_null(value=False)
    if not scope.filters and scope.rows == type(scope.rows)():
        wanted |= event_frames.without_delivery(known, scope, shown.zone.name)
    rows = events.with_columns(reached=mine).filter(wanted)
    channels = dict(
        store_rows.batches(store_rows.store_of(query)).select("batch_id", "channel").iter_rows()
    )
    yield _since(query, delivery_lists.feedback(rows, known.live, known.undone, channels))


def attempts(query: TableQuery) -> Iterator[pl.DataFrame]:
    """Every try behind the deliveries of a scope (`delivery_lists.ATTEMPTS_TABLE`).

    Tries of withdrawn imports are behind a delivery only where another brought it as well;
    without filters all those of the period are listed.
    """
    shown, scope, version = query.shown, query.scope, query.version
    chosen = cached_frames.chosen(shown, scope, version).select("lead_id", "buyer_id").collect()
    canonical = shown.canonical("buyer", version)
    facts = shown.facts("attempts", version)
    facts = facts.with_columns(key=pl.col("buyer_id").replace(canonical))
    mine = facts.join(
        chosen.lazy(), left_on=["lead_id", "key"], right_on=["lead_id", "buyer_id"], how="semi"
    )
    by_then = mine.filter(pl.col("attempted_us") <= scope.as_of_us).collect()
    every = pl.concat([by_then, _withdrawn_attempts(query, chosen)], how="diagonal")
    yield _since(query, delivery_lists.attempts(every))


def _withdrawn_attempts(query: TableQuery, chosen: pl.DataFrame) -> pl.DataFrame:
    """Tries of withdrawn imports: behind chosen deliveries, or without filters of the period."""
    shown, scope, version = query.shown, query.scope, query.version
    known, _ = event_frames.withdrawn_frames(shown, scope.as_of_us, version)
    behind = known.join(chosen, on=["lead_id", "buyer_id"], how="semi")["seq"]
    wanted = pl.col("seq").is_in(behind.implode())
    if not scope.filters and scope.rows == type(scope.rows)():
        wanted |= event_frames.within_period("at", scope, shown.zone.name)
    numbers = known.filter(wanted)["seq"]
    facts = shown.withdrawn_facts("attempts", version).filter(
        pl.col("seq").is_in(numbers.implode())
    )
    return facts.with_columns(event_frames.since_when(shown)).collect()


TABLES: Final = (
    Table(
        "deliveries",
        "Deliveries",
        "One row per offer of a lead to a buyer, with its outcome.",
        delivery_lists.DELIVERIES,
        "rows",
        pages=deliveries,
        count=count,
        page="leads",
    ),
    Table(
        "feedback",
        "Feedback",
        "Every event as accepted, and what became of it.",
        delivery_lists.FEEDBACK_TABLE,
        "rows",
        pages=feedback,
        page="leads",
    ),
    Table(
        "attempts",
        "Attempts",
        "Every try to deliver, as accepted.",
        delivery_lists.ATTEMPTS_TABLE,
        "rows",
        pages=attempts,
    ),
)
