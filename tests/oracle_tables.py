"""Tables from the oracle's rows: rates, mix, buckets of time, clocks, headline, events."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta
from math import sqrt
from typing import TYPE_CHECKING, Final

from oracle import CLASS_OF, Known
from oracle_facts import Moment, Row, Told, day_of

if TYPE_CHECKING:
    from metrics.definitions.scope import Rows, Scope

Z: Final = 1.959963984540054
NONE: Final = "(none)"
COLUMN_OF: Final = {"source": "source_id", "buyer": "buyer_id"}
RATES: Final = ("delivery_rate", "coverage", "contact_rate", "conversion_rate", "return_rate")
RANGE_OF: Final = {rate: rate.removesuffix("_rate") for rate in RATES}
COUNTS: Final = ("attempted", "delivered", "feedback")
MONEY: Final = (
    "gross_cents",
    "credit_cents",
    "net_cents",
    "cost_cents",
    "margin_cents",
    "value_cents",
)
_OF: Final = {
    "delivery_rate": ("delivered", "attempted"),
    "coverage": ("feedback", "delivered"),
    "contact_rate": ("contacted", "contact_base"),
    "conversion_rate": ("converted", "conversion_base"),
    "return_rate": ("returned", "delivered"),
}


def wilson(count: int, of: int) -> tuple[float, float]:
    """The likely range of a share, by Wilson's formula of 1927."""
    share, square = count / of, Z * Z / of
    middle = (share + square / 2) / (1 + square)
    half = Z * sqrt(share * (1 - share) / of + square / (4 * of)) / (1 + square)
    return max(0.0, middle - half), min(1.0, middle + half)


# --- what a scope holds ---------------------------------------------------------------


def _dated(row: Row, clock: str) -> date | None:
    moment: Moment | None = row["dated"] if clock == "delivered" else row[clock]
    return None if moment is None else moment.day


def _held(row: Row, scope: Scope) -> bool:
    for dimension, wanted in scope.filters.items():
        value = row[COLUMN_OF.get(dimension, dimension)]
        if (NONE if value is None else str(value)) not in wanted:
            return False
    return True


def _listed(row: Row, wanted: Rows) -> bool:  # noqa: C901, PLR0911 - one condition a line
    for name in ("outcome", "reason_group", "reason", "return_state"):
        if getattr(wanted, name) and row[name] not in getattr(wanted, name):
            return False
    if wanted.status is not None and row["status"] != wanted.status:
        return False
    if wanted.feedback == "any" and not row["covered"]:
        return False
    if wanted.feedback == "none" and (row["covered"] or row["status"] == "failed"):
        return False
    for name in ("contacted", "interested", "converted", "returned"):
        if getattr(wanted, name) is not None and row[name] is not getattr(wanted, name):
            return False
    least, most, age = wanted.min_age_days, wanted.max_age_days, row["age_days"]
    if least is not None and (age is None or age < least):
        return False
    if most is not None and (age is None or age > most):
        return False
    said = row["codes"] | ({"any"} if row["codes"] else {"none"})
    if wanted.contradiction and not said & set(wanted.contradiction):
        return False
    return wanted.lead is None or row["lead_id"] == wanted.lead


def selected(told: Told, scope: Scope) -> list[Row]:
    """Deliveries of a scope: period, filters, base and row conditions."""
    rows = Known(told, scope.as_of_us).deliveries
    return [row for row in rows if _in_scope(row, scope)]


def _in_scope(row: Row, scope: Scope) -> bool:
    day = _dated(row, scope.clock)
    if day is None or not scope.first <= day <= scope.last:
        return False
    if scope.clock == "delivered" and scope.base == "mature" and not row["old_enough"]:
        return False
    return _held(row, scope) and _listed(row, scope.rows)


# --- rates ----------------------------------------------------------------------------


def rates(rows: list[Row], scope: Scope) -> Row:
    """Every count, rate, range and sum of some deliveries."""
    through = [r for r in rows if r["status"] == "delivered"]
    covered = [r for r in through if r["covered"]]
    by_delivery = scope.clock == "delivered"
    base = len(through) if by_delivery and scope.base != "feedback" else len(covered)
    found: Row = {
        "attempted": len(rows) if by_delivery else None,
        "delivered": len(through) if by_delivery else None,
        "feedback": len(covered),
        "contacted": sum(r["contacted"] for r in covered),
        "contact_base": base,
        "converted": sum(r["converted"] for r in covered),
        "conversion_base": base,
        "returned": sum(r["returned"] for r in covered),
    }
    for rate, (count, of) in _OF.items():
        n, d = found[count], found[of]
        known = n is not None and d
        low, high = wilson(n, d) if known else (None, None)
        found |= {rate: n / d if known else None}
        found |= {f"{RANGE_OF[rate]}_low": low, f"{RANGE_OF[rate]}_high": high}
    return found | _money(through)


def _money(through: list[Row]) -> Row:
    prices = [r["price_cents"] for r in through if r["price_cents"] is not None]
    costs = [r["lead_cost_cents"] for r in through if r["lead_cost_cents"] is not None]
    sales = [r for r in through if r["converted"]]
    values = [r["value_cents"] for r in sales if r["value_cents"] is not None]
    gross = sum(prices) if prices or not through else None
    credit = sum(r["credit_approved_cents"] or 0 for r in through)
    net = None if gross is None else gross - credit
    cost = sum(costs) if costs or not through else None
    whole = net is not None and cost is not None and len(costs) == len(through)
    return {
        "gross_cents": gross,
        "credit_cents": credit,
        "net_cents": net,
        "cost_cents": cost,
        "margin_cents": net - cost if whole and net is not None and cost is not None else None,
        "value_cents": sum(values) if values or not sales else None,
        "cost_known_share": len(costs) / len(through) if through else None,
    }


def _key(row: Row, dimension: str, scope: Scope) -> str | int | date:
    if dimension in {"day", "week", "month"}:
        day = _dated(row, scope.clock)
        assert day is not None
        return bucket(day, dimension)
    value: str | int | None = row[COLUMN_OF.get(dimension, dimension)]
    return NONE if value is None else value


def by(told: Told, scope: Scope, *dimensions: str) -> list[Row]:
    """The rates per value, or combination of values, of some dimensions."""
    cells: dict[tuple[str | int | date, ...], list[Row]] = {}
    for row in selected(told, scope):
        key = tuple(_key(row, dimension, scope) for dimension in dimensions)
        cells.setdefault(key, []).append(row)
    found = []
    for key, rows in cells.items():
        names = dict(zip(dimensions, key, strict=True))
        for kind in ("source", "buyer"):
            if kind in names:
                heard = told.latest(kind, f"{kind}_name")
                names[f"{kind}_name"] = heard.get(str(names[kind]), names[kind])
        found.append(names | rates(rows, scope))
    return found


def mix(told: Told, scope: Scope) -> dict[str, Row]:
    """Per outcome, and `silent` where the base holds them, its deliveries and share."""
    through = [r for r in selected(told, scope) if r["status"] == "delivered"]
    outcomes = [r["outcome"] or "silent" for r in through]
    if scope.clock != "delivered" or scope.base == "feedback":
        outcomes = [o for o in outcomes if o != "silent"]
    found = {}
    for outcome in sorted(set(outcomes)):
        n, d = outcomes.count(outcome), len(outcomes)
        low, high = wilson(n, d)
        found[outcome] = {
            "outcome_class": CLASS_OF.get(outcome, "silent"),
            "deliveries": n,
            "base": d,
            "share": n / d,
            "low": low,
            "high": high,
        }
    return found


# --- time -----------------------------------------------------------------------------


def bucket(day: date, grain: str) -> date:
    """The first day of the day's bucket; weeks begin on Monday."""
    if grain == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if grain == "month" else day


def _last_day(start: date, grain: str) -> date:
    if grain == "month":
        return start.replace(day=monthrange(start.year, start.month)[1])
    return start + timedelta(days=6 if grain == "week" else 0)


def before(scope: Scope) -> Scope:
    """The period compared with, as it was known when its last day was as old."""
    first, last = _compared(scope)
    apart = (scope.last - last).days
    earlier = scope.as_of_us - apart * 24 * 3600 * 1_000_000
    return replace(scope, first=first, last=last, as_of_us=earlier)


def _months_back(scope: Scope) -> tuple[bool, int]:
    """Whether it is whole months, and how many months back it is compared, 0 for days."""
    days = (scope.last - scope.first).days + 1
    begins = scope.first.day == 1
    whole = begins and scope.last.day == monthrange(scope.last.year, scope.last.month)[1]
    touched = 12 * (scope.last.year - scope.first.year) + scope.last.month - scope.first.month + 1
    if scope.compare == "last_year":
        return whole, 12 if whole or days % 7 else 0
    return whole, touched if whole or (begins and touched == 1) else 0


def _compared(scope: Scope) -> tuple[date, date]:
    """First and last day of the period compared with, case by case."""
    days = (scope.last - scope.first).days + 1
    whole, back = _months_back(scope)
    if not back:
        length = timedelta(days=364 if scope.compare == "last_year" else days)
        return scope.first - length, scope.last - length
    first, last = scope.first, scope.last
    for _ in range(back):
        first = (first.replace(day=1) - timedelta(days=1)).replace(day=1)
        last = last.replace(day=1) - timedelta(days=1)
    length_of_last = last.day
    first = first.replace(day=min(scope.first.day, monthrange(first.year, first.month)[1]))
    return first, last if whole else last.replace(day=min(scope.last.day, length_of_last))


def _earlier(told: Told, scope: Scope) -> list[Row] | None:
    """Deliveries of the period before; None where the record does not reach so far."""
    query = before(scope)
    days = [attempt["at"].day for attempt in told.attempts]
    if not days or query.first < min(days):
        return None
    return selected(told, query)


def trend(told: Told, scope: Scope, grain: str) -> list[Row]:
    """One row per bucket of the period, beside the bucket one period earlier."""
    days = [scope.first + timedelta(days=n) for n in range((scope.last - scope.first).days + 1)]
    now, then = selected(told, scope), _earlier(told, scope)
    query = before(scope)
    length = scope.first - query.first
    today = day_of(scope.as_of_us, told.zone)
    found = []
    for start in sorted({bucket(day, grain) for day in days}):
        mine = [day for day in days if bucket(day, grain) == start]
        inside = [r for r in now if _dated(r, scope.clock) in mine]
        past = {day - length for day in mine}
        if grain == "month" and (back := _months_back(scope)[1]):
            past = _month_before(start, back)
        earlier = [r for r in then or [] if _dated(r, scope.clock) in past]
        rated = rates(earlier, query)
        found.append(
            {
                "start": start,
                "end": mine[-1],
                "partial": mine[0] > start or mine[-1] < _last_day(start, grain),
                **rates(inside, scope),
                "young": scope.clock == "delivered" and (today - mine[-1]).days < 30,
                **{f"previous_{rate}": rated[rate] for rate in RATES},
            }
        )
    return found


def _month_before(start: date, back: int) -> set[date]:
    """The days of the month so many months back."""
    for _ in range(back):
        start = (start - timedelta(days=1)).replace(day=1)
    return {start + timedelta(days=n) for n in range(monthrange(start.year, start.month)[1])}


def clocks(told: Told, scope: Scope) -> list[Row]:
    """Per clock, the deliveries it dates inside the period, and when they were delivered."""
    rows = Known(told, scope.as_of_us).deliveries
    through = [r for r in rows if r["status"] == "delivered" and _held(r, scope)]
    found = []
    for clock in ("delivered", "occurred", "reported"):
        days = [(r, _dated(r, clock)) for r in through]
        mine = [r for r, day in days if day is not None and scope.first <= day <= scope.last]
        dated = [r["dated"].day for r in mine]
        found.append(
            {
                "clock": clock,
                "deliveries": len(mine),
                "feedback": sum(r["covered"] for r in mine),
                "converted": sum(bool(r["converted"]) for r in mine),
                "delivered_in_period": sum(scope.first <= day <= scope.last for day in dated),
                "delivered_before": sum(day < scope.first for day in dated),
                "delivered_after": sum(day > scope.last for day in dated),
            }
        )
    return found


def headline(told: Told, scope: Scope) -> dict[str, Row]:
    """Per number its value and that of the period before, at the same age."""
    now = rates(selected(told, scope), scope)
    earlier = _earlier(told, scope)
    then = rates(earlier or [], before(scope))
    if earlier is None:
        then = dict.fromkeys(then)
    found: dict[str, Row] = {}
    for key in (*RATES, *COUNTS, *MONEY):
        row: Row = {"value": now[key], "previous": then[key]}
        if key in RATES:
            count, of = _OF[key]
            row |= {"numerator": now[count], "denominator": now[of]}
            for end in ("low", "high"):
                row[end] = now[f"{RANGE_OF[key]}_{end}"]
                row[f"previous_{end}"] = then[f"{RANGE_OF[key]}_{end}"]
        known = row["value"] is not None and row["previous"] is not None
        row["change"] = row["value"] - row["previous"] if known else None
        found[key] = row
    return found


def events(told: Told, as_of: int) -> dict[tuple[str, str], Row]:
    """Per feedback known at the moment, whether it counts and what took it back."""
    known = Known(told, as_of)
    live = {(f["sent_id"], f["id"]) for f in known.live}
    keys = [(f["sent_id"], f["id"]) for f in known.feedback]
    return {key: {"effective": key in live, "retracted_by": known.undone.get(key)} for key in keys}
