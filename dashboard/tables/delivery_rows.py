"""Tables of single rows: deliveries with their outcome, every event, every try."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from dashboard.editions import cached_frames, changed_rows, event_frames
from dashboard.tables import row_cursor, store_rows
from dashboard.tables.table import Table
from metrics.outcomes import delivery_lists

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dashboard.editions.table_query import TableQuery


def count(query: TableQuery) -> int:
    """How many offers a scope and its row conditions list, after the row of `after`."""
    rows = _past(query, _listed_rows(query))
    return int(rows.select(pl.len()).collect().item())


def nth(query: TableQuery, number: int) -> str | None:
    """The id of the nth row of `deliveries`, counted from 1; None where there are fewer."""
    keys = _past(query, _listed_rows(query)).select(cached_frames.ORDER)
    first = keys.bottom_k(number, by=cached_frames.ORDER).collect()
    if first.height < number:
        return None
    last = first.sort(cached_frames.ORDER).tail(1)
    return str(last.select(delivery_lists.delivery_id()).item())


def _listed_rows(query: TableQuery) -> pl.LazyFrame:
    shown, scope, version = query.shown, query.scope, query.version
    rows = cached_frames.chosen(shown, scope, version)
    return changed_rows.changed(shown, rows, scope, version, query.changed_since)


def _cursor(query: TableQuery) -> dict[str, Any] | None:
    """The row after which rows are wanted, by `ORDER`; None where all are.

    Raises:
        BadQuery: there is no such row among those of the query.
    """
    if query.after is None:
        return None
    here = delivery_lists.delivery_id() == query.after
    found = _listed_rows(query).filter(here).select(cached_frames.ORDER).head(1).collect()
    if found.is_empty():
        raise row_cursor.unknown(query.after)
    return found.row(0, named=True)


def _past(query: TableQuery, rows: pl.LazyFrame) -> pl.LazyFrame:
    """The rows that come after the one of `after`."""
    place = _cursor(query)
    if place is None:
        return rows
    beyond, alike = pl.lit(value=False), pl.lit(value=True)
    for name in cached_frames.ORDER:
        beyond |= alike & (pl.col(name) > place[name])
        alike &= pl.col(name) == place[name]
    return rows.filter(beyond)


def deliveries(query: TableQuery) -> Iterator[pl.DataFrame]:
    """All offers of a scope by (time, lead, buyer), a month of them at a time.

    `changed_since` leaves out leads of which nothing changed after that data version, `after`
    all rows up to that one.
    """
    shown, scope, version = query.shown, query.scope, query.version
    for first, last in cached_frames.months(cached_frames.span(shown, scope, version)):
        within = cached_frames.chosen(shown, scope, version, days=(first, last))
        within = within.filter(pl.col("dated_day").is_between(first, last))
        if query.changed_since is not None:
            leads = changed_rows.touched(shown, version, query.changed_since)
            within = within.join(leads.lazy(), on="lead_id", how="semi")
        rows = _past(query, within).collect()
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


def feedback(query: TableQuery) -> Iterator[pl.DataFrame]:
    """Every event about the deliveries of a scope (`delivery_lists.FEEDBACK_TABLE`)."""
    shown, scope, version = query.shown, query.scope, query.version
    chosen = _listed_rows(query).select("lead_id", "buyer_id").collect()
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
        unmatched = event_frames.without_delivery(known, scope, shown, version)
        if query.changed_since is not None:
            leads = changed_rows.touched(shown, version, query.changed_since)["lead_id"]
            new = pl.col("seq") > query.changed_since
            unmatched &= new | pl.col("lead_id").is_in(leads.implode()).fill_null(value=False)
        wanted |= unmatched
    rows = events.with_columns(reached=mine).filter(wanted)
    channels = dict(
        store_rows.batches(store_rows.store_of(query)).select("batch_id", "channel").iter_rows()
    )
    yield delivery_lists.feedback(rows, known.live, known.undone, channels)


def attempts(query: TableQuery) -> Iterator[pl.DataFrame]:
    """Every try behind the deliveries of a scope (`delivery_lists.ATTEMPTS_TABLE`).

    Tries of withdrawn imports are behind a delivery only where another brought it as well;
    without filters all those of the period are listed.
    """
    shown, scope, version = query.shown, query.scope, query.version
    chosen = _listed_rows(query).select("lead_id", "buyer_id").collect()
    canonical = shown.canonical("buyer", version)
    facts = shown.facts("attempts", version)
    facts = facts.with_columns(key=pl.col("buyer_id").replace(canonical))
    mine = facts.join(
        chosen.lazy(), left_on=["lead_id", "key"], right_on=["lead_id", "buyer_id"], how="semi"
    )
    by_then = mine.filter(pl.col("attempted_us") <= scope.as_of_us).collect()
    every = pl.concat([by_then, _withdrawn_attempts(query, chosen)], how="diagonal")
    yield delivery_lists.attempts(every)


def _withdrawn_attempts(query: TableQuery, chosen: pl.DataFrame) -> pl.DataFrame:
    """Tries of withdrawn imports: behind chosen deliveries, or without filters of the period."""
    shown, scope, version = query.shown, query.scope, query.version
    known, _ = event_frames.withdrawn_frames(shown, scope.as_of_us, version)
    behind = known.join(chosen, on=["lead_id", "buyer_id"], how="semi")["seq"]
    wanted = pl.col("seq").is_in(behind.implode())
    if not scope.filters and scope.rows == type(scope.rows)():
        wanted |= event_frames.within_period("at", scope, shown, version)
    if query.changed_since is not None:
        leads = changed_rows.touched(shown, version, query.changed_since)["lead_id"]
        wanted &= pl.col("lead_id").is_in(leads.implode())
    numbers = known.filter(wanted)["seq"]
    facts = shown.withdrawn_facts("attempts", version).filter(
        pl.col("seq").is_in(numbers.implode())
    )
    return facts.with_columns(event_frames.since_when(shown)).collect()


_MEANT: Final = (
    ("price_cents", "Price of the delivery; empty where the offer failed."),
    ("lead_cost_cents", "Paid to the source; empty where the offer failed."),
    ("attempted_price_cents", "The price of an offer that failed."),
    ("attempted_lead_cost_cents", "What the lead of an offer that failed would cost."),
    ("contacted", "Whether the person was ever reached; empty where the buyer has said nothing."),
    ("converted", "Whether it was sold in the end; empty where the buyer has said nothing."),
    ("returned", "Whether it was claimed back; false where the buyer has said nothing."),
)


TABLES: Final = (
    Table(
        "deliveries",
        "Deliveries",
        "One row per offer of a lead to a buyer, with its outcome.",
        delivery_lists.DELIVERIES,
        "rows",
        notes=_MEANT,
        pages=deliveries,
        count=count,
        nth=nth,
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
