"""Workbooks: rows with real dates and numbers as people read them, and a sheet about them.

A time of a fact is written so that it comes back as it was: as a date cell where a cell can
hold it (whole seconds), else as text. Other times are date cells to the millisecond.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from data_access.columns import ATTEMPT_FIELDS, FEEDBACK_FIELDS, Kind
from data_access.explained import ExplainedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

MAX_SHEET_ROWS: Final = 1_048_575
EXACT: Final = frozenset(
    {"delivered_at"}
    | {field.name for field in (*ATTEMPT_FIELDS, *FEEDBACK_FIELDS) if field.kind is Kind.TIME}
)
"""Times that are read back into the store."""
WIDEST: Final = 44
"""Characters; longer texts are cut off by the next cell, as in any sheet."""
LOOKED_AT: Final = 200
"""So many rows say how wide a column must be."""
ABOUT_FIRST: Final = (
    *("title", "from", "to", "filters", "base", "clock", "as_of", "data_version"),
    *("page", "api", "command", "report_zone", "currency", "rows", "rows_in_all"),
)
"""What the sheet About begins with, of what the manifest says."""
_NARROWEST: Final = 8
_STAMP: Final = 20  # characters of a date with its time
_INTEGER: Final = 2**53  # beyond it a cell has not every whole number
_Format = Any  # of the library, which says nothing of its types


class TooManyRows(ExplainedError, ValueError):  # noqa: N818 - says what is the matter
    """More rows than the format can hold; the message names the alternatives."""


def check_sheet(rows: int) -> None:
    """Raise TooManyRows where a sheet cannot hold so many."""
    if rows > MAX_SHEET_ROWS:
        message = (
            f"{rows:,} rows do not fit a sheet (at most {MAX_SHEET_ROWS:,}); take csv, ndjson or "
            "parquet, or narrow the filters"
        )
        raise TooManyRows(message)


@dataclass(frozen=True, slots=True)
class _Looks:
    """How cells look, one format of the library each."""

    head: _Format
    day: _Format
    second: _Format
    milli: _Format
    whole: _Format
    share: _Format


def write_xlsx(
    path: Path,
    frames: Iterable[pl.DataFrame],
    schema: Mapping[str, pl.DataType],
    manifest: Mapping[str, Any],
    *,
    rows: int,
) -> None:
    """A workbook: the rows, and a sheet "About" with the manifest. Text stays text."""
    import xlsxwriter  # noqa: PLC0415 - few who start need it

    check_sheet(rows)
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(path), options) as workbook:
        looks = _looks(workbook)
        _write_rows(workbook.add_worksheet("Rows"), frames, schema, looks, rows)
        about = workbook.add_worksheet("About")
        about.set_column(0, 0, 28)
        about.set_column(1, 1, 100)
        for at, (key, value) in enumerate(_about(manifest)):
            about.write_string(at, 0, key, looks.head)
            about.write_string(at, 1, value)


def _looks(workbook: Any) -> _Looks:  # noqa: ANN401 - untyped library
    return _Looks(
        head=workbook.add_format({"bold": True}),
        day=workbook.add_format({"num_format": "yyyy-mm-dd"}),
        second=workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        milli=workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss.000"}),
        whole=workbook.add_format({"num_format": "0"}),
        share=workbook.add_format({"num_format": "0.0###"}),
    )


def _write_rows(
    sheet: Any,  # noqa: ANN401 - untyped library
    frames: Iterable[pl.DataFrame],
    schema: Mapping[str, pl.DataType],
    looks: _Looks,
    rows: int,
) -> None:
    pieces = iter(frames)
    first = next(pieces, pl.DataFrame(schema=dict(schema)))
    for at, (name, width) in enumerate(_widths(first, schema).items()):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, name, looks.head)
    sheet.freeze_panes(1, 0)
    if schema:
        sheet.autofilter(0, 0, max(rows, 1), len(schema) - 1)
    cells = _Cells(sheet, looks)
    writers = [cells.writer(name, kind) for name, kind in schema.items()]
    line = 1
    for frame in chain([first], pieces):
        for row in frame.iter_rows():
            for at, value in enumerate(row):
                if value is not None:
                    writers[at](line, at, value)
            line += 1


def _widths(first: pl.DataFrame, schema: Mapping[str, pl.DataType]) -> dict[str, int]:
    """How wide each column is, by its name and its first rows."""
    widths = {}
    for name, kind in schema.items():
        longest = _STAMP if kind.base_type() == pl.Datetime else _NARROWEST
        if kind == pl.String:
            said = first[name].head(LOOKED_AT).str.len_chars().max()
            longest = said if isinstance(said, int) else 0
        widths[name] = min(WIDEST, max(_NARROWEST, longest, len(name)) + 2)
    return widths


@dataclass(frozen=True, slots=True)
class _Cells:
    """Writes values into cells of a sheet, each kind in its own look."""

    sheet: Any
    looks: _Looks

    def writer(self, name: str, kind: pl.DataType) -> Callable[[int, int, Any], None]:
        """What writes a value of a column."""
        if kind.base_type() == pl.Datetime:
            return self._exact_instant if name in EXACT else self._instant
        kinds = {pl.Boolean: self._flag, pl.Date: self._day, pl.Float64: self._share}
        return kinds.get(kind.base_type(), self._whole if kind == pl.Int64 else self._text)

    def _flag(self, line: int, at: int, value: object) -> None:
        self.sheet.write_boolean(line, at, value)

    def _whole(self, line: int, at: int, value: int) -> None:
        if abs(value) > _INTEGER:
            self._text(line, at, value)
        else:
            self.sheet.write_number(line, at, value, self.looks.whole)

    def _share(self, line: int, at: int, value: float) -> None:
        self.sheet.write_number(line, at, value, self.looks.share)

    def _day(self, line: int, at: int, value: object) -> None:
        self.sheet.write_datetime(line, at, value, self.looks.day)

    def _exact_instant(self, line: int, at: int, value: datetime) -> None:
        if value.microsecond:
            text = value.isoformat(timespec="microseconds").replace("+00:00", "Z")
            self._text(line, at, text)
        else:
            self._instant(line, at, value)

    def _instant(self, line: int, at: int, value: datetime) -> None:
        look = self.looks.milli if value.microsecond else self.looks.second
        self.sheet.write_datetime(line, at, value.replace(tzinfo=None), look)

    def _text(self, line: int, at: int, value: object) -> None:
        self.sheet.write_string(line, at, str(value))


def _about(manifest: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What was asked, as known when and where it is shown; then all that the manifest says."""
    told = manifest.get("leadloop", {})
    for key in ABOUT_FIRST:
        if told.get(key) not in (None, {}, ""):
            yield from flat(told[key], key)
    yield "", ""
    yield from flat(manifest)


def flat(value: Any, prefix: str = "") -> Iterator[tuple[str, str]]:  # noqa: ANN401 - JSON
    """Nested names and values, one a line."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from flat(inner, f"{prefix}.{key}" if prefix else key)
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from flat(inner, f"{prefix}[{at}]")
    else:
        yield prefix, "" if value is None else str(value)
