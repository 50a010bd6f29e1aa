"""Going on after a row: `after=ID` names the last row that somebody has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dashboard.query.parameters import BadQuery, Problem, shown

if TYPE_CHECKING:
    from collections.abc import Sequence


def unknown(row: str) -> BadQuery:
    """A row that is not among those asked for: an empty answer would look like the end."""
    message = (
        f"after={shown(row)}: there is no such row in this answer. Follow the link to the next "
        "page (rel=next): it keeps as_of and data_version, under which no row goes away"
    )
    return BadQuery([Problem(parameter="after", value=row[:200], message=message)])


def past(frames: Sequence[pl.DataFrame], after: str) -> list[pl.DataFrame]:
    """The rows that come after one, which the first column names.

    Raises:
        BadQuery: no row is called so.
    """
    for place, frame in enumerate(frames):
        at = frame[frame.columns[0]].index_of(after)
        if at is not None:
            return [frame.slice(at + 1), *frames[place + 1 :]]
    raise unknown(after)


def named(frames: Sequence[pl.DataFrame], number: int) -> str | None:
    """What the first column of the nth row says, counted from 1; None where there are fewer."""
    firsts = pl.concat([frame[frame.columns[0]] for frame in frames])
    return str(firsts[number - 1]) if 0 < number <= firsts.len() else None
