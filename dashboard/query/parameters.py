"""Reading single URL parameters, strictly, with messages that say what is allowed."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from dashboard.query import periods
from data_access.explained import ExplainedError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from zoneinfo import ZoneInfo

LONGEST: Final = 200
"""So many characters a value may have."""
MOST: Final = 20
"""So many unknown values are listed."""
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_UNSAYABLE: Final = re.compile("[\x00\ud800-\udfff]")
_AGE: Final = re.compile(r"[0-9]{1,5}")
_WHOLE: Final = re.compile(r"[0-9]{1,15}")  # more than any number of ours has
_FEW: Final = 14  # so many allowed values are listed in a message
_SHOWN: Final = 60  # so many characters of a value are quoted in one


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A parameter that could not be taken: what happened and what is allowed."""

    parameter: str
    value: str
    message: str


class BadQuery(ExplainedError, ValueError):  # noqa: N818 - a question that cannot be answered
    """Parameters that mean nothing, or ask for too much; each with what is allowed."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = tuple(problems)


@dataclass(slots=True)
class Reader:
    """Takes parameters one by one and collects what is wrong with them."""

    params: Mapping[str, Sequence[str]]
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, name: str, value: str, message: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(parameter=name, value=value[:LONGEST], message=message))

    def refuse_unknown(self, name: str, value: str, allowed: Collection[str]) -> None:
        """Note an unknown value; after the first few, more would help nobody."""
        if len(self.problems) < MOST:
            self.refuse(name, value, unknown(name, value, allowed))

    def _values(self, name: str) -> list[str]:
        """The values of a parameter that are neither too long nor impossible to store."""
        taken = []
        for value in self.params.get(name, ()):
            if len(value) > LONGEST:
                message = f"{name} has a value of {len(value):,} characters; {LONGEST} are allowed"
                self.refuse(name, value, message)
            elif _UNSAYABLE.search(value):
                self.refuse(name, value, f"{name} {shown(value)} has signs that no text may have")
            else:
                taken.append(value)
        return taken

    def one(self, name: str) -> str | None:
        """The value of a parameter that may be given once."""
        values = self._values(name)
        if len(values) > 1:
            self.refuse(name, values[1], f"{name} is given {len(values)} times; once is allowed")
            return None
        return values[0] if values else None

    def word(self, name: str, allowed: Collection[str]) -> str | None:
        """One of the allowed words."""
        value = self.one(name)
        if value is None or value in allowed:
            return value
        self.refuse_unknown(name, value, allowed)
        return None

    def words(self, name: str, allowed: Collection[str] | None) -> tuple[str, ...]:
        """Any of the allowed values, each once and sorted; all are allowed with None."""
        taken = set()
        for value in self._values(name):
            if value and (allowed is None or value in allowed):
                taken.add(value)
            else:
                self.refuse_unknown(name, value, allowed or ())
        return tuple(sorted(taken))

    def flag(self, name: str) -> bool | None:
        """True or false."""
        value = self.word(name, ("true", "false"))
        return None if value is None else value == "true"

    def age(self, name: str) -> int | None:
        """A whole number of days."""
        value = self.one(name)
        if value is None or _AGE.fullmatch(value):
            return None if value is None else int(value)
        self.refuse(name, value, f"{name} {shown(value)} is not a whole number of days, 0 - 99999")
        return None

    def version(self, name: str, newest: int) -> int | None:
        """A data version of the store."""
        value = self.one(name)
        number = whole_number(self.params.get(name, ()))
        if value is None or (number is not None and number <= newest):
            return number
        if number is None:
            self.refuse(name, value, f"{name} {shown(value)} is no whole number up to {newest}")
        else:
            self.refuse(name, value, f"{name} {value} is not known yet; the newest is {newest}")
        return None

    def day(self, name: str) -> date | None:
        """A calendar date."""
        value = self.one(name)
        day = _as_date(value)
        if value is not None and day is None:
            self.refuse(
                name, value, f"{name} {shown(value)} is not a date like 2026-11-22, 1970 - 2199"
            )
        return day

    def as_of(self, now: datetime, zone: ZoneInfo) -> date | datetime | None:
        """A date or an instant, not after now."""
        value = self.one("as_of")
        if value is None:
            return None
        moment = _as_date(value) or _as_instant(value)
        if moment is None:
            allowed = "a date (2026-11-22) or an instant with its zone (2026-11-22T14:05:00Z)"
            self.refuse("as_of", value, f"as_of {shown(value)} is not {allowed}")
        elif moment > (now if isinstance(moment, datetime) else periods.day_of(now, zone)):
            known = now.isoformat(timespec="seconds").replace("+00:00", "Z")
            message = f"as_of {shown(value)} lies after what is known; up to {known} is"
            self.refuse("as_of", value, message)
            return None
        return moment


def whole_number(values: Sequence[str]) -> int | None:
    """The one whole number that values are; None for anything else."""
    found = _WHOLE.fullmatch(values[0]) if len(values) == 1 else None
    return int(found[0]) if found else None


def unknown(name: str, value: str, allowed: Collection[str]) -> str:
    """Say that a value is unknown, what is allowed, and which known one is nearest."""
    message = f"{name} {shown(value)} is not known"
    near = difflib.get_close_matches(value, list(allowed), n=1)
    if 0 < len(allowed) <= _FEW:
        message += f"; allowed: {', '.join(allowed)}"
    elif not near:
        message += f"; none of the {len(allowed):,} known ones is near"
    return message + (f"; nearest: {near[0]}" if near else "")


def shown(value: str) -> str:
    """A value as quoted in a message: its beginning only, control characters escaped."""
    return repr(value) if len(value) <= _SHOWN else f"{value[:_SHOWN]!r}…"


def _as_date(text: str | None) -> date | None:
    if text is None or not _DATE.fullmatch(text):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if periods.EARLIEST <= day <= periods.LATEST else None


def _as_instant(text: str) -> datetime | None:
    if not _INSTANT.fullmatch(text):
        return None
    try:
        instant = datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return instant if periods.EARLIEST <= instant.date() <= periods.LATEST else None
