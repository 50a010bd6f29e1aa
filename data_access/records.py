"""Delimited text -> records, one by one, each with the line it begins on.

A record that cannot be cut is given back with a code and never swallows the next:
a quote that is not closed within a few lines spoils its own line only.
"""

from __future__ import annotations

import csv
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_CELL: Final = 16_384
MAX_LINES: Final = 200  # of one record with line breaks inside quotes


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its cells, or a code that says why it has none."""

    line: int
    cells: list[str]
    raw: str
    code: str | None = None
    allowed: str = ""


class _Ahead:
    """Lines of a stream with a look ahead."""

    def __init__(self, stream: Iterable[str]) -> None:
        self._lines = iter(stream)
        self._seen: deque[str] = deque()

    def line(self, ahead: int) -> str | None:
        while len(self._seen) <= ahead:
            following = next(self._lines, None)
            if following is None:
                return None
            self._seen.append(following)
        return self._seen[ahead]

    def skip(self, count: int) -> None:
        for _ in range(count):
            self._seen.popleft()


def read(stream: Iterable[str], *, delimiter: str, width: int, first_line: int) -> Iterator[Record]:
    """Cut physical lines into records of `width` cells; blank lines are passed over."""
    lines = _Ahead(stream)
    number = first_line
    while (line := lines.line(0)) is not None:
        used = 1
        if '"' in line:
            record, used = _quoted(lines, delimiter, width, number)
            yield record
        elif line.strip():
            yield _checked(line.rstrip("\r\n").split(delimiter), line, number, width)
        lines.skip(used)
        number += used


def _quoted(lines: _Ahead, delimiter: str, width: int, number: int) -> tuple[Record, int]:
    """The record that begins at the first line ahead, and how many lines it takes."""
    text = ""
    used = 0
    while used < MAX_LINES and (line := lines.line(used)) is not None:
        text += line
        used += 1
        if text.count('"') % 2 and (used > 1 or _opens(line, delimiter)):
            continue
        try:
            cells = next(csv.reader([text], delimiter=delimiter, strict=True))
        except csv.Error:
            break
        return _checked(cells, text, number, width), used
    first = lines.line(0) or ""
    allowed = 'quotes closed, and doubled inside ("")'
    return Record(number, [], first.rstrip("\r\n"), "broken_quotes", allowed), 1


def _opens(line: str, delimiter: str) -> bool:
    """Whether some cell of a line begins with a quote; a quote inside a bare cell is text."""
    return any(cell.startswith('"') for cell in line.split(delimiter))


def _checked(cells: list[str], raw: str, line: int, width: int) -> Record:
    raw = raw.rstrip("\r\n")
    if len(cells) != width:
        return Record(line, cells, raw, "ragged_row", f"{width} cells; this row has {len(cells)}")
    if any(len(cell) > MAX_CELL for cell in cells):
        return Record(line, [], raw[:MAX_CELL], "cell_too_long", f"at most {MAX_CELL:,} characters")
    return Record(line, cells, raw)
