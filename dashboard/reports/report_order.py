"""What report is asked for: its kind, period, filters and moment, from parameters.

The names are those of the pages and the API. Nothing is guessed: what cannot be taken is
refused with what is allowed and the nearest name.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from dashboard.query import filters, parameters, periods
from dashboard.query.parameters import BadQuery, Problem
from metrics.definitions.scope import DIMENSIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dashboard.answers.workspace import Workspace
    from dashboard.query.filters import Query, Value
    from metrics.definitions.scope import Scope

KINDS: Final = {
    "monthly": "The month on one page: money, quality, where it will end, risks, decisions.",
    "weekly": "The week: numbers, unusual changes, movers, claims, decisions.",
    "daily": "The day: numbers, unusual changes, claims, what is missing.",
    "source": "A pack for one source: results, reasons, what is asked of it; no prices, no buyers.",
    "buyer": "A letter to one buyer, with the leads it has not answered as a file.",
}
PERIOD_OF: Final = {"monthly": "month", "weekly": "week", "daily": "day"}
COMMON: Final = (*DIMENSIONS, "base", "as_of", "data_version")
_MONTH: Final = re.compile(r"([0-9]{4})-([0-9]{2})")
_WEEK_DAYS: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOrder:
    """One report that was asked for."""

    kind: str
    query: Query

    @property
    def scope(self) -> Scope:
        """Period, filters and moment."""
        return self.query.scope

    @property
    def version(self) -> int | None:
        """The data version that was asked for; None for the newest."""
        return self.query.version

    def frozen(self, *, as_of_us: int, version: int) -> ReportOrder:
        """The same report at a moment and a data version that stay."""
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=as_of_us)
        scope = replace(self.scope, as_of_us=as_of_us)
        query = replace(self.query, scope=scope, as_of=moment, version=version)
        return replace(self, query=query)

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters that ask for it again, the period by name where it has one."""
        dates: dict[str, Value] = {"period": None, "from": None, "to": None}
        name = PERIOD_OF.get(self.kind)
        if name is None:
            dates = {"from": self.scope.first, "to": self.scope.last}
        said = filters.parameters(self.query, **dates)
        if name is not None:
            first = self.scope.first.isoformat()
            said.insert(0, (name, first[:7] if name == "month" else first))
        return said

    def query_text(self) -> str:
        """The same as a URL query."""
        return urlencode(self.pairs())

    def command(self) -> str:
        """The command that makes it again."""
        words = " ".join(
            f"--{name.replace('_', '-')} {_quoted(text)}" for name, text in self.pairs()
        )
        return f"leadloop report {self.kind} {words}"


def _quoted(text: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9._:@+-]+", text):
        return text
    return "'" + text.replace("'", "'\"'\"'") + "'"


def allowed(kind: str) -> tuple[str, ...]:
    """The parameters a kind of report takes."""
    period = PERIOD_OF.get(kind)
    return (*((period,) if period else ("from", "to")), *COMMON)


def nearest(kind: str) -> str | None:
    """The kind of report whose name is closest."""
    return next(iter(difflib.get_close_matches(kind, KINDS, n=1)), None)


def read(kind: str, params: Mapping[str, Sequence[str]], workspace: Workspace) -> ReportOrder:
    """An order from parameters.

    Raises:
        BadQuery: with every parameter that could not be taken.
    """
    takes = allowed(kind)
    unknown = [name for name in params if name not in takes]
    problems = [
        Problem(
            parameter=name,
            value=params[name][0][: parameters.LONGEST] if params[name] else "",
            message=parameters.unknown("parameter", name, takes),
        )
        for name in unknown
    ]
    reader = parameters.Reader(params)
    known = {name: params[name] for name in params if name in takes}
    moment = workspace.read({k: v for k, v in known.items() if k == "as_of"})
    days = _days(kind, reader, moment, ZoneInfo(moment.zone))
    if days is not None:
        _judge_begun(kind, reader, days[0], _today(moment, ZoneInfo(moment.zone)))
    query = workspace.read(_dated(known, days))
    if kind in {"source", "buyer"}:
        _one_party(kind, reader, query)
    problems += [*reader.problems, *query.notices]
    if problems:
        raise BadQuery(problems)
    return ReportOrder(kind=kind, query=query)


def _dated(
    known: Mapping[str, Sequence[str]], days: tuple[date, date] | None
) -> dict[str, Sequence[str]]:
    taken = {name: known[name] for name in known if name in filters.PARAMETERS}
    if days is not None:
        taken |= {"from": [days[0].isoformat()], "to": [days[1].isoformat()]}
    return taken


def _days(
    kind: str, reader: parameters.Reader, query: Query, zone: ZoneInfo
) -> tuple[date, date] | None:
    """First and last day of a named period; None where from and to say it."""
    today = _today(query, zone)
    if kind == "monthly":
        first = _first_of_month(reader)
        return (
            month_of(first) if first else periods.days_of("last_month", today=today, first_day=None)
        )
    if kind == "weekly":
        monday = reader.day("week")
        if monday and monday.weekday():
            near = monday - timedelta(days=monday.weekday())
            reader.refuse("week", str(monday), f"week {monday} is no Monday; nearest: {near}")
        monday = monday or today - timedelta(days=today.weekday() + _WEEK_DAYS)
        return monday, monday + timedelta(days=_WEEK_DAYS - 1)
    if kind == "daily":
        day = reader.day("day") or today - timedelta(days=1)
        return day, day
    return None


def _today(query: Query, zone: ZoneInfo) -> date:
    """The day of as-of."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=query.scope.as_of_us)
    return periods.day_of(moment, zone)


def _judge_begun(kind: str, reader: parameters.Reader, first: date, today: date) -> None:
    """A period of which nothing can be known yet is refused."""
    if first <= today:
        return
    name = PERIOD_OF[kind]
    said, newest = (day.isoformat()[:7] if name == "month" else day for day in (first, today))
    if name == "week":
        newest = today - timedelta(days=today.weekday())
    reader.refuse(name, str(said), f"{name} {said} has not begun; the newest is {newest}")


def file_name(order: ReportOrder) -> str:
    """What a file of a report is called, without its ending: by its month, week or day."""
    first = order.scope.first.isoformat()
    if order.kind in PERIOD_OF:
        return f"{order.kind}-{first[:7] if PERIOD_OF[order.kind] == 'month' else first}"
    party = getattr(order.scope, order.kind)[0]
    return f"{order.kind}-{re.sub(r'[^A-Za-z0-9._-]', '_', party)}-{first}"


def month_of(first: date) -> tuple[date, date]:
    """First and last day of the month that begins on a day."""
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first, following - timedelta(days=1)


def _first_of_month(reader: parameters.Reader) -> date | None:
    text = reader.one("month")
    if text is None:
        return None
    found = _MONTH.fullmatch(text)
    try:
        first = date(int(found[1]), int(found[2]), 1) if found else None
    except ValueError:
        first = None
    if first is None or not periods.EARLIEST <= first < periods.LATEST.replace(day=1):
        message = f"month {parameters.shown(text)} is not a month like 2026-10, 1970 - 2199"
        reader.refuse("month", text, message)
        return None
    return first


def _one_party(kind: str, reader: parameters.Reader, query: Query) -> None:
    chosen = getattr(query.scope, kind)
    given = any(notice.parameter == kind for notice in query.notices)
    if len(chosen) != 1 and not given:
        said = f"{len(chosen)} are given" if chosen else "none is given"
        reader.refuse(
            kind, ",".join(chosen), f"the report is about one {kind}; {said}: use {kind}=ID"
        )
