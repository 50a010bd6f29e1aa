"""Reading the parameters of tables that are no filters: what is asked of a table itself."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dashboard.query import filters
from dashboard.query.parameters import MOST, Problem, shown
from dashboard.tables import registry
from dashboard.tables.table import DIMENSIONS, GRAINS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dashboard.tables.table import Table

_WIDEST: Final = 0.5
_DIGITS: Final = 15  # more than any number of ours has


@dataclass(frozen=True, slots=True)
class Options:
    """The parameters of `OPTIONS`, read."""

    by: tuple[str, ...] = ()
    grain: str = "week"
    columns: tuple[str, ...] = ()
    limit: int | None = None
    after: str | None = None
    changed_since: int | None = None
    seed: int = 0
    precision: float = 0.05


def problem(name: str, value: str, allowed: str, known: Sequence[str] = ()) -> Problem:
    """Say what was not taken, what is allowed, and which known name is nearest."""
    near = difflib.get_close_matches(value[:200], known, n=1)
    hint = f" Nearest: {near[0]}." if near else ""
    message = f"{name}={shown(value)} was not taken; allowed: {allowed}.{hint}"
    return Problem(parameter=name, value=value[:200], message=message)


def read(table: Table, params: Mapping[str, Sequence[str]]) -> tuple[Options, list[Problem]]:
    """The options of a request to a table, and what could not be taken."""
    problems: list[Problem] = []
    by = tuple(part for text in params.get("by", ()) for part in text.split(",") if part)
    dimensions = table.split_by or DIMENSIONS
    unknown = [part for part in by if part not in dimensions][:MOST]
    allowed = ", ".join(dimensions)
    problems += [problem("by", part, allowed, dimensions) for part in unknown]
    if len(set(by)) < len(by):
        problems.append(problem("by", ",".join(by), "each dimension once"))
    for name in ("by", "grain", "seed", "precision"):
        if name in params and name not in table.options:
            where = [t.name for t in registry.TABLES.values() if name in t.options]
            problems.append(problem(name, params[name][0], f"only with {', '.join(where)}"))
    if len(by) > 1 and table.one_split:
        problems.append(problem("by", ",".join(by), f"one dimension with {table.name}"))
    grain = params.get("grain", ["week"])[0]
    if grain not in GRAINS:
        problems.append(problem("grain", grain, ", ".join(GRAINS), GRAINS))
    numbers = {name: _number(name, params, problems) for name in ("limit", "changed_since")}
    seed = _number("seed", params, problems) or 0
    precision = _precision(params, problems)
    after = params.get("after", [None])[0]
    if table.kind != "rows":
        problems += [
            problem(name, params[name][0], "only with tables of rows")
            for name in ("after", "changed_since")
            if name in params
        ]
    columns = tuple(part for text in params.get("columns", ()) for part in text.split(",") if part)
    query = Options(by, grain, columns, after=after, seed=seed, precision=precision, **numbers)
    return query, problems


def _precision(params: Mapping[str, Sequence[str]], problems: list[Problem]) -> float:
    text = params.get("precision", ["0.05"])[0]
    if re.fullmatch(r"0\.[0-9]{1,4}", text) and 0 < float(text) <= _WIDEST:
        return float(text)
    problems.append(problem("precision", text, "one number like 0.05, above 0, up to 0.5"))
    return 0.05


def _number(name: str, params: Mapping[str, Sequence[str]], problems: list[Problem]) -> int | None:
    if name not in params:
        return None
    text = params[name][0]
    least = 1 if name == "limit" else 0
    if (
        len(params[name]) > 1
        or not text.isascii()
        or not text.isdigit()
        or len(text) > _DIGITS
        or int(text) < least
    ):
        problems.append(problem(name, text, f"one whole number from {least}"))
        return None
    return int(text)


def no_filters(table: Table, params: Mapping[str, Sequence[str]]) -> list[Problem]:
    """Filters given to a table that takes none."""
    given = [name for name in params if name in filters.PARAMETERS]
    return [problem(name, params[name][0], f"no filters with {table.name}") for name in given]
