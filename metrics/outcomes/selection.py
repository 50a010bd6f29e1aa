"""Which deliveries, or which cells of a tally, a question is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from metrics.definitions.empty_values import meant
from metrics.definitions.report_calendar import day_number, local_day
from metrics.definitions.scope import MATURE_DAYS, NARROW, Rows, Scope
from metrics.outcomes import contradictions
from metrics.outcomes.tallies import DAY_OF

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


COLUMN_OF: Final = {"source": "source_id", "buyer": "buyer_id"}
"""Filters whose column has another name; all others are their own column."""


NO_DAYS: Final[dict[str, int]] = {}
"""No cut-off ages: 30 days for every buyer."""


def column(dimension: str) -> str:
    """The column of outcomes and tallies that a dimension is about."""
    return COLUMN_OF.get(dimension, dimension)


def mature(as_of_day: int, days: Mapping[str, int], day: str = "dated_day") -> pl.Expr:
    """Old enough to judge: aged at least the days of its buyer (30 for an unknown one)."""
    needed = pl.col("buyer_id").replace_strict(days, default=MATURE_DAYS, return_dtype=pl.Int64)
    return as_of_day - pl.col(day) >= (needed if days else MATURE_DAYS)


def rated(as_of_day: int, days: Mapping[str, int], window_days: int) -> pl.Expr:
    """What ratings count: delivered, old enough to judge, for not longer than the window."""
    over = mature(as_of_day - window_days, days)
    return (pl.col("delivered") == 1) & mature(as_of_day, days) & ~over


def _one_of(dimension: str, values: tuple[str, ...]) -> pl.Expr:
    """A column equal to one of the values, or empty, as they say (`empty_values.meant`)."""
    cells = pl.col(column(dimension))
    if dimension == "sold_to":
        return cells.is_in([int(value) for value in values if value.isdigit()])
    wanted = [meant(value) for value in values]
    named = cells.is_in([value for value in wanted if value is not None]).fill_null(value=False)
    return named | cells.is_null() if None in wanted else named


def cells(
    scope: Scope,
    *,
    zone: str,
    buyer_types: Mapping[str, str | None],
    mature_days: Mapping[str, int] = NO_DAYS,
    day: str = "day",
) -> pl.Expr:
    """Condition on cells of a wide tally, or on outcomes with `day` as their day.

    `mature_days` says per buyer from which age on deliveries are old enough to judge.
    """
    within = pl.col(day).is_between(day_number(scope.first), day_number(scope.last))
    conditions = [within, attributes(scope, buyer_types=buyer_types)]
    if scope.base == "mature" and scope.clock == "delivered":
        as_of_day = day_number(local_day(scope.as_of_us, zone))
        conditions.append(mature(as_of_day, mature_days, day))
    return pl.all_horizontal(conditions)


def attributes(scope: Scope, *, buyer_types: Mapping[str, str | None]) -> pl.Expr:
    """Condition on the dimensions alone: the filters, whatever the day."""
    conditions = [pl.lit(value=True)]
    for dimension, values in scope.filters.items():
        if dimension == "buyer_type":
            conditions.append(_of_types(values, buyer_types))
        else:
            conditions.append(_one_of(dimension, values))
    return pl.all_horizontal(conditions)


def _of_types(wanted: Sequence[str], buyer_types: Mapping[str, str | None]) -> pl.Expr:
    """Condition on the buyer's type; a buyer of whom nothing was said has none."""
    kinds = {meant(value) for value in wanted}
    right = [b for b, kind in buyer_types.items() if (kind or None) in kinds]
    if None not in kinds:
        return pl.col("buyer_id").is_in(right)
    return ~pl.col("buyer_id").is_in([b for b in buyer_types if b not in set(right)])


def deliveries(
    scope: Scope,
    *,
    zone: str,
    buyer_types: Mapping[str, str | None],
    mature_days: Mapping[str, int] = NO_DAYS,
) -> pl.Expr:
    """Condition on outcomes: period, filters and the conditions on single rows."""
    chosen = cells(
        scope,
        zone=zone,
        buyer_types=buyer_types,
        mature_days=mature_days,
        day=DAY_OF[scope.clock],
    )
    if scope.clock != "delivered":
        chosen &= pl.col("covered") == 1
    return chosen & rows(scope.rows, as_of_day=day_number(local_day(scope.as_of_us, zone)))


KEEN: Final = (pl.col("converted") == 1) | (
    (pl.col("ever_qualified") == 1) & (pl.col("contacted") == 1)
)
"""Ever interested, or sold: the step of the funnel before the sale."""


def needs_outcomes(scope: Scope) -> bool:
    """Whether a tally of the wide cells cannot answer a scope."""
    return scope.rows != Rows() or any(name in NARROW for name in scope.filters)


def rows(wanted: Rows, *, as_of_day: int) -> pl.Expr:
    """Condition on single deliveries; one whose cell is empty meets no condition on it.

    Without feedback nothing is known of contact and sale, neither true nor false, and nothing
    was claimed back; an offer that did not go through has no age and no return.
    """
    found = [pl.lit(value=True), *_words(wanted), *_flags(wanted)]
    age = pl.when(pl.col("delivered") == 1).then(as_of_day - pl.col("dated_day"))
    if wanted.min_age_days is not None:
        found.append(age >= wanted.min_age_days)
    if wanted.max_age_days is not None:
        found.append(age <= wanted.max_age_days)
    if wanted.contradiction:
        found.append(_contradicting(wanted.contradiction))
    if wanted.lead is not None:
        found.append(pl.col("lead_id") == wanted.lead)
    return pl.all_horizontal(found)


def _words(wanted: Rows) -> list[pl.Expr]:
    return [
        pl.col(name).is_in(list(values)).fill_null(value=False)
        for name in ("outcome", "reason_group", "reason", "return_state")
        if (values := getattr(wanted, name))
    ]


def _flags(wanted: Rows) -> list[pl.Expr]:
    found = [
        (pl.col("covered") == 1) & (pl.col(name) == int(value))
        for name in ("contacted", "converted")
        if (value := getattr(wanted, name)) is not None
    ]
    if wanted.returned is not None:
        returned = pl.col("returned").fill_null(0) == int(wanted.returned)
        found.append((pl.col("delivered") == 1) & returned)
    if wanted.interested is not None:
        found.append((pl.col("covered") == 1) & KEEN.eq(wanted.interested))
    if wanted.status is not None:
        found.append(pl.col("delivered") == int(wanted.status == "delivered"))
    if wanted.feedback is not None:
        found.append(pl.col("covered") == int(wanted.feedback == "any"))
        found.append(pl.col("delivered") == 1)
    return found


def _contradicting(codes: tuple[str, ...]) -> pl.Expr:
    """Deliveries with one of the codes; `any` and `none` are codes of their own."""
    mask = pl.col("contradiction_mask")
    found = [mask.and_(contradictions.bit(c)) != 0 for c in codes if c not in {"any", "none"}]
    if "any" in codes:
        found.append(mask != 0)
    if "none" in codes:
        found.append(mask == 0)
    return pl.any_horizontal(found)
