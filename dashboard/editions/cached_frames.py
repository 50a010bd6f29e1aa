"""Answers that are kept: an edition never changes, so what was worked out once stays right.

Everything an answer depends on is in its key: edition, scope, data version, options.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import narwhals as nw
import polars as pl

from dashboard.editions import edition as editions
from metrics.definitions.empty_values import written
from metrics.definitions.report_calendar import day_number, local_day, to_date
from metrics.definitions.scope import EVER, NARROW, NOTHING, Rows, Scope
from metrics.insights import maturity
from metrics.outcomes import changes as stepping
from metrics.outcomes import selection, tallies

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dashboard.editions.edition import Edition
    from metrics.definitions.party_names import PartyNames
    from metrics.definitions.scope import Clock


_OF_OFFERS: Final = ("source", "buyer", "vertical", "product", "sub_source", "campaign", "state")


@lru_cache(maxsize=4)
def delivered(shown: Edition) -> int:
    """Deliveries of all days."""
    return int(shown.tally("delivered")["delivered"].sum())


@lru_cache(maxsize=8)
def named(shown: Edition, version: int | None) -> PartyNames:
    """Names and types of sources and buyers, as the store said them at a data version."""
    now = version is None or version >= shown.version
    return shown.named if now else shown.named_then(version or 0)


@lru_cache(maxsize=8)
def names(shown: Edition, version: int | None) -> dict[str, dict[str, str]]:
    """Per dimension its values with their labels, by label; `(none)` last.

    At an earlier data version only what the store had by then.
    """
    cells = shown.tally("delivered")
    columns = {d: selection.column(d) for d in ("source", "buyer", "vertical", "product")}
    values = {d: cells[column].unique() for d, column in columns.items()}
    narrow = ("sub_source", "campaign", "state", "sold_to")
    found = pl.collect_all([shown.outcomes().select(pl.col(d).unique()) for d in narrow])
    values |= {d: frame[d] for d, frame in zip(narrow, found, strict=True)}
    values["buyer_type"] = pl.Series(
        [named(shown, version).buyer_type.get(b) for b in values["buyer"]], dtype=pl.String
    ).unique()
    if version is not None:
        known = _known_then(shown, version)
        values |= {d: values[d].filter(_among(values[d], known[d])) for d in known}
    labels = {"source": named(shown, version).source, "buyer": named(shown, version).buyer}
    called_by: dict[str, dict[str, str]] = {}
    for dimension, series in values.items():
        texts = series.cast(pl.String).to_frame("v").select(written(pl.col("v")))["v"].sort()
        called = labels.get(dimension, {})
        pairs = ((text, called.get(text, text)) for text in texts)
        called_by[dimension] = dict(
            sorted(pairs, key=lambda pair: (pair[0] == NOTHING, pair[1].lower()))
        )
    return called_by


def _known_then(shown: Edition, version: int) -> dict[str, pl.Series]:
    """Per dimension of an offer the values in attempts up to a data version."""
    columns = {d: selection.column(d) for d in _OF_OFFERS}
    tried = shown.facts("attempts", version).select(columns.values()).unique().collect()
    canonical = {d: shown.canonical(d, version) for d in ("source", "buyer")}
    return {
        d: tried[column].replace(canonical.get(d, {})).unique() for d, column in columns.items()
    }


def _among(values: pl.Series, known: pl.Series) -> pl.Series:
    return values.is_in(known.implode()).fill_null(value=True)


def _is_now(shown: Edition, scope: Scope, version: int | None) -> bool:
    return scope.as_of_us == shown.as_of_us and version in (None, shown.version)


def _period(scope: Scope) -> tuple[int, int] | None:
    """Days that hold every offer of a scope; None where its clock may reach anywhere."""
    if scope.clock != "delivered":
        return None
    return day_number(scope.first), day_number(scope.last)


def span(shown: Edition, scope: Scope, version: int | None) -> tuple[int, int] | None:
    """First and last day of the offers of a scope, as day numbers; None where there are none."""
    day = pl.col("dated_day")
    rows = chosen(shown, scope, version).select(first=day.min(), last=day.max()).collect()
    first, last = rows.row(0)
    return None if first is None else (first, last)


def months(span: tuple[int, int] | None) -> Iterator[tuple[int, int]]:
    """Calendar months that cut up a span of days."""
    if span is None:
        return
    first = span[0]
    while first <= span[1]:
        day = to_date(first)
        following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        last = min(day_number(following) - 1, span[1])
        yield first, last
        first = last + 1


@lru_cache(maxsize=3)
def _resolved(
    shown: Edition, as_of_us: int, version: int | None, days: tuple[int, int] | None
) -> pl.DataFrame:
    return shown.resolve(as_of_us=as_of_us, version=version, days=days)


@lru_cache(maxsize=32)
def _cells(
    shown: Edition, clock: Clock, as_of_us: int, version: int | None, days: tuple[int, int] | None
) -> pl.DataFrame:
    return editions.tallied(_outcomes(shown, as_of_us, version, days), clock)


def _outcomes(
    shown: Edition,
    as_of_us: int,
    version: int | None,
    period: tuple[int, int] | None,
    days: tuple[int, int] | None = None,
) -> pl.LazyFrame:
    """Looked up as of any moment up to now; resolved anew for other data versions.

    `days` are those wanted of a period, which is resolved once for all of its days.
    """
    if version not in {None, shown.version} or as_of_us > shown.as_of_us:
        return _resolved(shown, as_of_us, version, period).lazy()
    now = as_of_us == shown.as_of_us
    return shown.outcomes(days or period) if now else shown.then(as_of_us, days or period)


def chosen(
    shown: Edition,
    scope: Scope,
    version: int | None,
    *,
    days: tuple[int, int] | None = None,
) -> pl.LazyFrame:
    """Outcomes of exactly the offers a scope and its row conditions are about."""
    rows = _outcomes(shown, scope.as_of_us, version, _period(scope), days)
    types = named(shown, version).buyer_type
    mine = selection.deliveries(
        scope,
        zone=shown.zone.name,
        buyer_types=types,
        mature_days=mature_days(shown, scope, version),
    )
    if scope.rows.rated is not None:
        mine &= rated(shown, scope, version).eq(scope.rows.rated)
    return rows.filter(mine)


def rated(shown: Edition, scope: Scope, version: int | None) -> pl.Expr:
    """Condition on outcomes: old enough to judge, and inside the rating window."""
    today = day_number(local_day(scope.as_of_us, shown.zone.name))
    days = curves(shown, scope.knowing_us, version).mature_days
    return selection.rated(today, days, shown.rules.tiers.window_days)


ORDER: Final = ("dated_us", "lead_id", "buyer_id")
"""How lists of offers are ordered."""


@lru_cache(maxsize=16)
def newest(shown: Edition, scope: Scope, limit: int) -> pl.DataFrame:
    """The newest offers of a scope, by `ORDER` downwards."""
    rows = chosen(shown, scope, None)
    keys = rows.select(ORDER).top_k(limit, by=ORDER).collect()
    since = pl.lit(keys["dated_us"].min(), pl.Int64)
    found = rows.filter(pl.col("dated_us") >= since).join(keys.lazy(), on=ORDER, how="semi")
    return found.collect().sort(ORDER, descending=True)


def tally(
    shown: Edition, scope: Scope, version: int | None, extra: Sequence[str] = ()
) -> pl.LazyFrame:
    """Cells inside a scope: of the prebuilt tally where it has what is asked."""
    narrow = [name for name in extra if name in (*NARROW, "reason_group")]
    if narrow or selection.needs_outcomes(scope):
        rows = nw.from_native(chosen(shown, scope, version))
        by = [*tallies.CELL, *(selection.column(name) for name in narrow)]
        cells: pl.LazyFrame = tallies.tally(rows, by, clock=scope.clock).to_native()
        return cells
    if _is_now(shown, scope, version):
        whole = shown.tally(scope.clock)
    else:
        whole = _cells(shown, scope.clock, scope.as_of_us, version, _period(scope))
    types = named(shown, version).buyer_type
    mine = selection.cells(
        scope,
        zone=shown.zone.name,
        buyer_types=types,
        mature_days=mature_days(shown, scope, version),
    )
    return whole.lazy().filter(mine)


def everywhere(shown: Edition, scope: Scope, version: int | None) -> pl.LazyFrame:
    """Outcomes inside the filters, of any day."""
    wide = replace(scope, first=EVER, last=date(2100, 1, 1), clock="delivered", base="feedback")
    return chosen(shown, wide, version)


# --- steps: what changed when ---------------------------------------------------------------


@lru_cache(maxsize=2)
def _stepped(shown: Edition, version: int) -> pl.DataFrame:
    return shown.stepped(as_of_us=shown.as_of_us, version=version)


def steps(shown: Edition, scope: Scope, version: int | None) -> pl.LazyFrame:
    """Changes up to as-of of the deliveries inside the filters, of any day (`changes.COLUMNS`)."""
    past = version not in {None, shown.version}
    rows = _stepped(shown, version or 0).lazy() if past else shown.steps()
    types = named(shown, version).buyer_type
    mine = selection.attributes(scope, buyer_types=types)
    return rows.filter(mine, pl.col("at_us") <= scope.as_of_us)


def timeless(scope: Scope) -> Scope:
    """A scope without its period and what steps do not heed, so that kept answers are found."""
    return replace(plainly(scope), first=to_date(0), last=to_date(0))


def plainly(scope: Scope) -> Scope:
    """A scope without what steps do not heed: base, clock, rows, what is compared with."""
    plain = replace(scope, base="feedback", clock="delivered", compare="before", rows=Rows())
    return replace(plain, learned_us=None)


@lru_cache(maxsize=32)
def changes(shown: Edition, scope: Scope, version: int | None) -> pl.DataFrame:
    """The change tally inside the filters, up to as-of (`changes.CHANGE_CELL`).

    Only of deliveries dated inside the scope's period, unless the scope is `timeless`.
    """
    found = steps(shown, scope, version)
    if scope.first > to_date(0):
        first, last = day_number(scope.first), day_number(scope.last)
        found = found.filter(pl.col("dated_day").is_between(first, last))
    rows = nw.from_native(found)
    cells: pl.LazyFrame = stepping.tally(rows, shown.zone).to_native()
    return cells.collect()


@lru_cache(maxsize=32)
def curves(shown: Edition, as_of_us: int, version: int | None) -> maturity.Curves:
    """How sales of the whole store develop with age, as known at a moment."""
    everything = Scope(first=to_date(0), last=to_date(0), as_of_us=as_of_us)
    return maturity.curves(
        changes(shown, timeless(everything), version),
        unknown_day(as_of_us, shown.zone.name),
        named(shown, version).buyer_type,
    )


def mature_days(shown: Edition, scope: Scope, version: int | None) -> dict[str, int]:
    """Age from which deliveries of each buyer are old enough; nothing where no base asks."""
    if scope.base != "mature" or scope.clock != "delivered":
        return {}
    return curves(shown, scope.knowing_us, version).mature_days


def unknown_day(as_of_us: int, zone: str) -> int:
    """The first day that is not wholly known at a moment, as a day number."""
    return day_number(local_day(as_of_us + 1, zone))
