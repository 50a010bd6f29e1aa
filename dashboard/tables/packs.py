"""The daily, weekly and monthly packs: each composed of other tables of the same question."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import polars as pl

from dashboard.tables import alerts, buyers, claims, fair_comparison, suggestions, volumes
from dashboard.tables.table import Table
from metrics.definitions import phrases
from metrics.definitions.catalogue import number
from metrics.definitions.report_calendar import end_of_day_us
from metrics.insights import expected_final
from metrics.sentences import packs, sentences

if TYPE_CHECKING:
    from dashboard.editions.table_query import TableQuery
    from metrics.definitions.scope import Scope

_MADE: Final = {
    table.name: table
    for table in (
        *suggestions.TABLES,
        *buyers.TABLES,
        *claims.TABLES,
        *fair_comparison.TABLES,
        *volumes.TABLES,
        *alerts.TABLES,
    )
}
_TABLES: Final = (
    "money_shift",
    "overdue_feedback",
    "avoidable_returns",
    "concentration",
    "claims_summary",
)
_MOVED: Final[dict[str, pl.DataType]] = {
    "name": pl.String(),
    "money": pl.String(),
    "delivered": pl.Int64(),
    "delivered_before": pl.Int64(),
    "change_cents": pl.Int64(),
}


def _movers(query: TableQuery) -> pl.DataFrame:
    """Sources by how much their margin (or net revenue) moved, the largest rise first.

    A source counts with 50 deliveries in either period; one that stopped counts as down.
    """
    past = query.before()
    if past is None or query.scope.clock != "delivered":
        return pl.DataFrame(schema=_MOVED)
    sides = [_MADE["sources"].frame(side) for side in (query, past)]
    known = all(side["margin_cents"].null_count() == 0 for side in sides)
    money = "margin_cents" if known else "net_cents"
    now, then = (side.select("id", "name", "delivered", cents=money) for side in sides)
    both = now.join(then, on="id", how="full", suffix="_before", coalesce=True)
    counts = ("delivered", "delivered_before")
    both = both.with_columns(
        *(pl.col(name).fill_null(0) for name in counts),
        name=pl.coalesce("name", "name_before"),
        money=pl.lit(number(money).label.lower()),
        change_cents=pl.col("cents").fill_null(0) - pl.col("cents_before").fill_null(0),
    )
    rows = both.filter(pl.max_horizontal(*counts) >= sentences.LEAST)
    ordered = rows.sort(["change_cents", "name"], descending=[True, False])
    return ordered.select(pl.col(name).cast(kind) for name, kind in _MOVED.items())


def _forecast(query: TableQuery) -> pl.DataFrame:
    period, history = query.period_changes(), query.changes()
    return expected_final.expected(period, query.curves, query.unknown_day, [], history)


def _forecast_then(query: TableQuery) -> pl.DataFrame:
    """What was to be expected of the period before at the same age, and what has `come`."""
    past = query.before()
    running = query.today < query.scope.last  # what is compared is then no whole period either
    if past is None or running:
        return _forecast(query).clear().with_columns(come=pl.lit(None, pl.Int64))
    since = query.of(replace(past.scope, as_of_us=query.scope.as_of_us)).period_changes()
    return _forecast(past).with_columns(come=pl.lit(int(since["converted"].sum()), pl.Int64))


def when_judged(scope: Scope, zone: str, age_days: int) -> Scope:
    """The scope as it was known when the weeks of its period were old enough for alerts.

    Alerts look at the latest weeks there are, whatever the period: those of a period that
    is long over would otherwise be told of today's.
    """
    old_enough = end_of_day_us(scope.last + timedelta(days=age_days), zone)
    return replace(scope, as_of_us=min(scope.as_of_us, old_enough))


def at_its_end(scope: Scope, zone: str) -> Scope:
    """The scope as it was known when its period ended: what was to be decided then.

    A period that runs is seen as it stands.
    """
    return replace(scope, as_of_us=min(scope.as_of_us, end_of_day_us(scope.last, zone)))


def pack(kind: str, query: TableQuery) -> pl.DataFrame:
    """One pack of a question (`packs.PACK`)."""
    found = {name: _MADE[name].frame(query) for name in _TABLES}
    then = when_judged(query.scope, query.zone, query.rules.alerts.age_days)
    found |= {"alerts": _MADE["alerts"].frame(query.of(then))}
    ended = query.of(at_its_end(query.scope, query.zone))
    found |= {"recommendations": _MADE["recommendations"].frame(ended)}
    found |= {"headline": _MADE["headline"].frame(query), "movers": _movers(query)}
    if "forecast" in packs.SECTIONS[kind]:
        found |= {"forecast": _forecast(query), "forecast_then": _forecast_then(query)}
    return packs.pack(kind, packs.PackFrames(found, phrases.called(query.scope), query.currency))


_NOTES: Final = (
    ("section", "Where it stands in the pack."),
    ("nth", "Which sentence of the section."),
    ("key", "The number it is about, where it is one."),
    ("label", "What it is about."),
    ("sentence", "The sentence, made from the numbers by rules."),
    ("value", "The value behind it: a share, cents or a count."),
    ("low", "Lower end of its likely range (95 %)."),
    ("high", "Upper end of its likely range (95 %)."),
    ("previous", "The value before, at the same age, or what was expected."),
    ("numerator", "Deliveries counted."),
    ("denominator", "What they are a share of."),
    ("verdict", "better, worse or level."),
)
TABLES: Final = (
    Table(
        "monthly",
        "Monthly pack",
        "The month in sentences: verdict, numbers, bridge, forecast, movers, risks, decisions.",
        packs.PACK,
        "numbers",
        notes=_NOTES,
        make=lambda query: pack("monthly", query),
    ),
    Table(
        "weekly",
        "Weekly pack",
        "The week in sentences: numbers, unusual changes, movers, claims, decisions.",
        packs.PACK,
        "numbers",
        notes=_NOTES,
        make=lambda query: pack("weekly", query),
    ),
    Table(
        "daily",
        "Daily pack",
        "The day in sentences: returns, unusual changes, claims waiting, risks.",
        packs.PACK,
        "numbers",
        notes=_NOTES,
        make=lambda query: pack("daily", query),
    ),
)
