"""What was asked: filters and counting as URL parameters, for pages, API and commands.

The same names mean the same everywhere. `read` never raises: what it cannot take is
listed in `Asked.notices` and the default stands in. A page shows the notices, the API
refuses the request with them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from dashboard.presentation import formats
from dashboard.query import periods
from dashboard.query.parameters import Problem, Reader, whole_number
from data_access.columns import DETAIL_ONLY, OUTCOMES
from data_access.spelling import spelt_lead
from metrics.definitions.reasons import GROUPS as REASON_GROUPS
from metrics.definitions.reasons import OTHER as OTHER_REASON
from metrics.definitions.reasons import REASONS
from metrics.definitions.scope import (
    BASES,
    CLOCKS,
    COMPARES,
    DIMENSIONS,
    Base,
    Clock,
    Compare,
    Rows,
    Scope,
)
from metrics.outcomes.contradictions import CODES as CONTRADICTIONS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from typing import Literal

PRESETS: Final = periods.PRESETS
RETURN_STATES: Final = ("waiting", "credited", "refused")
ROW_PARAMETERS: Final = tuple(condition.name for condition in fields(Rows))
PARAMETERS: Final = (
    *("period", "from", "to"),
    *DIMENSIONS,
    *("base", "clock", "as_of", "data_version", "compare"),
    *ROW_PARAMETERS,
)
NOUNS: Final = {
    "source": ("source", "sources"),
    "buyer": ("buyer", "buyers"),
    "buyer_type": ("buyer type", "buyer types"),
    "vertical": ("vertical", "verticals"),
    "product": ("product", "products"),
    "sub_source": ("sub-source", "sub-sources"),
    "campaign": ("campaign", "campaigns"),
    "state": ("state", "states"),
    "sold_to": ("number of buyers", "numbers of buyers"),
}
"""What one and many of a dimension's values are called."""
_STATUSES: Final = ("delivered", "failed")
_SILENT: Final = {
    ("period", periods.DEFAULT),
    ("base", "feedback"),
    ("clock", "delivered"),
    ("compare", "before"),
}
COUNTING: Final = ("base", "clock", "as_of", "data_version", "compare")
"""Parameters of how things are counted and compared."""

Value = str | int | bool | date | tuple[str, ...] | list[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One question as asked: its scope, the preset behind the dates, an explicit as-of.

    `as_of` is None for "now", a date for the end of that day in the report zone, or an
    instant. `version` is a data version: only facts that the store had taken up to it; None
    for all. `notices` lists the parameters that were not taken.
    """

    scope: Scope
    preset: str = periods.DEFAULT
    as_of: date | datetime | None = None
    version: int | None = None
    zone: str = "UTC"
    notices: tuple[Problem, ...] = ()


def read(  # noqa: PLR0913 - all keyword-only but the parameters, one fact of the store each
    params: Mapping[str, Sequence[str]],
    *,
    now: datetime,
    zone: str,
    first_day: date | None,
    known: Mapping[str, Collection[str]],
    ended: date | None = None,
    newest: int = 0,
    other: Collection[str] = (),
) -> Query:
    """Read URL parameters into a question; what cannot be taken becomes a notice.

    `first_day` and `ended` are the store's: its first delivery, and its last fact if it is old.
    `known` lists the values of each dimension, `newest` is the store's data version. `other`
    names parameters that belong to the caller (columns, limit, tab, …) and are left to it.
    """
    reader = Reader(params)
    version = reader.version("data_version", newest)
    place = ZoneInfo(zone)
    as_of = reader.as_of(now, place)
    moment = _moment(as_of, now, place)
    preset, first, last = _period(reader, periods.day_of(moment, place), first_day, ended)
    chosen: dict[str, Any] = {n: reader.words(n, known.get(n, ())) for n in DIMENSIONS}
    scope = Scope(
        first=first,
        last=last,
        as_of_us=periods.microseconds(moment),
        base=cast("Base", reader.word("base", BASES) or "feedback"),
        clock=cast("Clock", reader.word("clock", CLOCKS) or "delivered"),
        compare=cast("Compare", reader.word("compare", COMPARES) or "before"),
        **chosen,
        rows=_rows(reader),
    )
    for name in params:
        if name not in PARAMETERS and name not in other:
            reader.refuse_unknown("parameter", name, (*PARAMETERS, *other))
    notices = tuple(reader.problems)
    return Query(
        scope=scope, preset=preset, as_of=as_of, version=version, zone=zone, notices=notices
    )


def version_in(params: Mapping[str, Sequence[str]]) -> int | None:
    """The data version that parameters name, before anything is judged; None for none."""
    return whole_number(params.get("data_version", ()))


def instant_in(params: Mapping[str, Sequence[str]], now: datetime) -> int:
    """The instant up to now that parameters ask for, in microseconds; 0 for none."""
    moment = Reader({"as_of": params.get("as_of", ())}).as_of(now, ZoneInfo("UTC"))
    return periods.microseconds(moment) if isinstance(moment, datetime) else 0


def parameters(query: Query, /, **changes: Value) -> list[tuple[str, str]]:
    """The parameters that say what was asked, defaults left out, in a stable order.

    `changes` replaces parameters by name (None removes one, a sequence repeats it);
    names of the caller's own come last.
    """
    if changes.get("period", periods.CUSTOM) != periods.CUSTOM:
        changes = {**changes, "from": None, "to": None}
    elif "from" in changes or "to" in changes:
        changes = {**changes, "period": None}
    chosen = {**_given(query), **changes}
    names = [*PARAMETERS, *(name for name in chosen if name not in PARAMETERS)]
    return [
        (name, text)
        for name in names
        for text in _texts(chosen.get(name))
        if (name, text) not in _SILENT
    ]


def query_string(query: Query, /, **changes: Value) -> str:
    """The URL query string of a question, without a question mark; see `parameters`."""
    return urlencode(parameters(query, **changes))


def sentence(query: Query, names: Mapping[str, Mapping[str, str]], fresh: str) -> str:
    """Say in plain words what is counted, when, by which clock and base, and how fresh."""
    scope = query.scope
    verbs = {"delivered": "delivered", "occurred": "happened", "reported": "reported"}
    bases = {
        "feedback": "of feedback",
        "delivered": "of deliveries",
        "mature": "of deliveries old enough to judge",
    }
    parts = [_chosen("source", scope.source, names.get("source", {}))]
    parts += [
        _chosen(name, values, names.get(name, {}))
        for name, values in scope.filters.items()
        if name != "source"
    ]
    parts.append(f"{verbs[scope.clock]} {formats.period(scope.first, scope.last)}")
    parts.append(bases[scope.rate_base])
    if scope.rows.lead:
        parts = ["One lead with all its deliveries, whatever the filters"]
    if isinstance(query.as_of, datetime):
        parts.append(f"as known at {formats.moment(query.as_of, ZoneInfo(query.zone))}")
    elif query.as_of:
        parts.append(f"as known on {formats.day(query.as_of)}")
    if query.version is not None:
        parts.append(f"with what had come in by data version {query.version}")
    if scope.compare == "last_year" and not scope.rows.lead:
        parts.append("compared with a year before")
    if fresh:
        parts.append(f"data to {fresh}")
    return " · ".join(parts)


def counted_otherwise(query: Query) -> bool:
    """Whether base, clock, as-of or the comparison differ from their defaults."""
    return changes(query) > 0


def changes(query: Query) -> int:
    """How many of `COUNTING` differ from their defaults."""
    said = _given(query)
    return sum(said[name] is not None and (name, said[name]) not in _SILENT for name in COUNTING)


def _moment(as_of: date | datetime | None, now: datetime, zone: ZoneInfo) -> datetime:
    """The instant that as-of means; the current day ends now."""
    if as_of is None or isinstance(as_of, datetime):
        return as_of or now
    return min(now, periods.end_of_day(as_of, zone))


def _period(
    reader: Reader, today: date, first_day: date | None, ended: date | None
) -> tuple[str, date, date]:
    preset = reader.word("period", PRESETS)
    first, last = reader.day("from"), reader.day("to")
    default = (periods.DEFAULT, *periods.days_of(periods.DEFAULT, today=today, first_day=None))
    named = default
    if preset not in (None, periods.CUSTOM):
        days = periods.days_of(preset, today=today, first_day=first_day, ended=ended)
        named = (preset, *days)
    if first is None and last is None:
        if preset == periods.CUSTOM:
            reader.refuse("period", preset, "period 'custom' needs from, to or both")
        return named
    if preset not in (None, periods.CUSTOM):
        name = "from" if first else "to"
        message = f"{name} goes with period=custom, not with period={preset}"
        reader.refuse(name, (first or last or today).isoformat(), message)
        return named
    last = last or max(today, first or today)
    first = first or min(first_day or last, last)
    if first > last:
        message = f"from {first} lies after to {last}; exchange them"
        reader.refuse("from", first.isoformat(), message)
        return default
    return periods.CUSTOM, first, last


def _rows(reader: Reader) -> Rows:
    low, high = reader.age("min_age_days"), reader.age("max_age_days")
    if low is not None and high is not None and low > high:
        message = f"min_age_days {low} is more than max_age_days {high}; exchange them"
        reader.refuse("min_age_days", str(low), message)
        low = high = None
    return Rows(
        outcome=reader.words("outcome", (*OUTCOMES, DETAIL_ONLY)),
        reason_group=reader.words("reason_group", REASON_GROUPS),
        reason=reader.words("reason", (*REASONS, OTHER_REASON)),
        status=cast('Literal["delivered", "failed"] | None', reader.word("status", _STATUSES)),
        feedback=cast('Literal["any", "none"] | None', reader.word("feedback", ("any", "none"))),
        contacted=reader.flag("contacted"),
        interested=reader.flag("interested"),
        converted=reader.flag("converted"),
        returned=reader.flag("returned"),
        return_state=reader.words("return_state", RETURN_STATES),
        min_age_days=low,
        max_age_days=high,
        rated=reader.flag("rated"),
        contradiction=reader.words("contradiction", (*CONTRADICTIONS, "any", "none")),
        lead=spelt_lead(reader.one("lead") or "") or None,
    )


def _given(query: Query) -> dict[str, Value]:
    """Every parameter of a question by name."""
    scope = query.scope
    dates: dict[str, Value] = {"period": query.preset}
    if query.preset == periods.CUSTOM:
        dates = {"from": scope.first, "to": scope.last}
    return {
        **dates,
        **scope.filters,
        "base": scope.base,
        "clock": scope.clock,
        "as_of": query.as_of,
        "data_version": query.version,
        "compare": scope.compare,
        **{name: getattr(scope.rows, name) for name in ROW_PARAMETERS},
    }


def _texts(value: Value) -> list[str]:
    """A parameter's value as texts: none, one, or one each for a sequence."""
    if value is None:
        return []
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, datetime):
        return [value.astimezone(UTC).isoformat().replace("+00:00", "Z")]
    return [str(part) for part in value] if isinstance(value, tuple | list) else [str(value)]


def _chosen(name: str, values: tuple[str, ...], labels: Mapping[str, str]) -> str:
    """Name what is chosen of a dimension; beyond two, count."""
    noun, plural = NOUNS[name]
    if not values:
        return formats.quantity(len(labels), noun, plural)
    if len(values) <= 2:  # noqa: PLR2004 - two names still read well
        return formats.listing([labels.get(value, value) for value in values])
    return f"{len(values)} of {formats.quantity(len(labels), noun, plural)}"
