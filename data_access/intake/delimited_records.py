"""Delimited text -> records, one by one, each with the line it begins on.

A record that cannot be cut is given back with a code and never swallows the next: a
quote that is not closed spoils its own line only, a record over too many lines is refused
once and passed over whole. Each line is looked at a bounded number of times.
"""

from __future__ import annotations

import csv
from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from data_access.intake.refusals import MAX_CELL, MAX_LINES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_FAR: Final = 100_000
"""So many lines ahead the end of a record is looked for."""
csv.field_size_limit(1 << 30)  # the length of a cell is judged here, row by row


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its cells, or a code that says why it has none."""

    line: int
    cells: list[str]
    raw: str
    code: str | None = None
    allowed: str = ""


class _Ahead:
    """Lines of a stream with a look ahead, and which of them have an odd number of quotes."""

    def __init__(self, stream: Iterable[str]) -> None:
        self._lines = iter(stream)
        self._seen: deque[str] = deque()
        self._odd: deque[int] = deque()  # absolute places of lines with an odd number
        self._gone = 0

    def line(self, ahead: int) -> str | None:
        while len(self._seen) <= ahead:
            following = next(self._lines, None)
            if following is None:
                return None
            if following.count('"') % 2:
                self._odd.append(self._gone + len(self._seen))
            self._seen.append(following)
        return self._seen[ahead]

    def next_odd(self) -> int | None:
        """How far after this line the next one with an odd number of quotes is."""
        while True:
            for place in islice(self._odd, 2):
                if place > self._gone:
                    return place - self._gone
            if len(self._seen) > _FAR or self.line(len(self._seen)) is None:
                return None

    def text(self, count: int) -> str:
        """The next lines as one text."""
        return "".join(islice(self._seen, count))

    def skip(self, count: int) -> None:
        for _ in range(count):
            self._seen.popleft()
        self._gone += count
        while self._odd and self._odd[0] < self._gone:
            self._odd.popleft()


def read(stream: Iterable[str], *, delimiter: str, width: int, first_line: int) -> Iterator[Record]:
    """Cut physical lines into records of `width` cells; blank lines are passed over."""
    lines = _Ahead(stream)
    number = first_line
    while (line := lines.line(0)) is not None:
        used = 1
        if '"' in line:
            record, used = _quoted(lines, line, delimiter, width, number)
            yield record
        elif line.strip():
            yield _checked(line.rstrip("\r\n").split(delimiter), line, number, width)
        lines.skip(used)
        number += used


def _quoted(
    lines: _Ahead, line: str, delimiter: str, width: int, number: int
) -> tuple[Record, int]:
    """The record that begins at the first line ahead, and how many lines it takes."""
    if line.count('"') % 2 and _opens(line, delimiter):
        end = lines.next_odd()
        if end is not None:
            used = end + 1
            cells = _cells(lines.text(used), delimiter)
            if cells is not None and used > MAX_LINES and len(cells) == width:
                allowed = f"at most {MAX_LINES} lines; this row has {used:,}"
                raw = line.rstrip("\r\n")[:MAX_CELL]
                return Record(number, [], raw, "row_too_long", allowed), used
            if cells is not None and used <= MAX_LINES:
                return _checked(cells, lines.text(used), number, width), used
    elif (cells := _cells(line, delimiter)) is not None:
        return _checked(cells, line, number, width), 1
    allowed = 'quotes closed, and doubled inside ("")'
    return Record(number, [], line.rstrip("\r\n")[:MAX_CELL], "broken_quotes", allowed), 1


def _cells(text: str, delimiter: str) -> list[str] | None:
    """The cells of one record; None where its quotes are broken."""
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        return None


def _opens(line: str, delimiter: str) -> bool:
    """Whether some cell of a line begins with a quote; a quote inside a bare cell is text."""
    return any(cell.startswith('"') for cell in line.split(delimiter))


def _checked(cells: list[str], raw: str, line: int, width: int) -> Record:
    raw = raw.rstrip("\r\n")
    if len(cells) != width:
        raw = raw[:MAX_CELL]
        return Record(line, cells, raw, "ragged_row", f"{width} cells; this row has {len(cells)}")
    if any(len(cell) > MAX_CELL for cell in cells):
        return Record(line, [], raw[:MAX_CELL], "cell_too_long", f"at most {MAX_CELL:,} characters")
    return Record(line, cells, raw)
