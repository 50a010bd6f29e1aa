"""Workbooks and Parquet files -> rows of text, judged by their own extents first."""

from __future__ import annotations

import re
import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

from data_access.intake.file_limits import (
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_SHEET_CELLS,
    MAX_UNPACKED,
    BadLine,
    Opened,
    PieceRows,
    UnreadableFile,
    check_header,
    in_pieces,
)
from data_access.intake.refusals import MAX_CELL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from data_access.intake.file_limits import Piece, Row

_BLOCK: Final = 1 << 20
_OVERLAP: Final = 256
_CELL: Final = re.compile(rb'<(?:\w+:)?c\b[^>]{0,200}?\br="([A-Z]{1,3})([0-9]{1,7})"')
_ERROR: Final = re.compile(rb"<(?:\w+:)?c\b([^>]{0,200}?\bt=[\"']e[\"'][^>]{0,200})>")
_PLACE: Final = re.compile(rb"\br=[\"']([A-Z]{1,3})([0-9]{1,7})[\"']")
_SHOWN: Final = re.compile(rb"<(?:\w+:)?v>(#[^<]{1,20})<")
_RELATIONS: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def is_workbook(path: Path) -> bool:
    """Whether a zip archive is an XLSX workbook; UnreadableFile where it unfolds too far."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            size = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    if "xl/workbook.xml" not in names:
        return False
    if size > MAX_UNPACKED:
        message = f"the workbook unpacks to {size:,} bytes; at most {MAX_UNPACKED:,}"
        raise UnreadableFile(message)
    return True


def open_workbook(path: Path) -> tuple[Opened, Iterator[Piece]]:
    """The first sheet of a workbook: its first row with cells is the header."""
    from python_calamine import (  # noqa: PLC0415 - only where a workbook comes
        CalamineWorkbook,
    )

    errors = _check_extents(path)
    try:
        sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
        first = (sheet.start or (0, 0))[1]
        rows = sheet.iter_rows()
    except Exception as error:  # noqa: BLE001 - the library's errors have no common kind
        message = f"the workbook cannot be read: {error}"
        raise UnreadableFile(message) from None
    texts = ((line, _texts(row)) for line, row in enumerate(rows, start=1))
    shown = ((line, _with_errors(cells, first, errors.get(line))) for line, cells in texts)
    filled = ((line, cells) for line, cells in shown if any(cells))
    head = next(filled, None)
    if head is None:
        message = "no rows: the first sheet is empty"
        raise UnreadableFile(message)
    return _with_header(head[1], filled)


def _with_header(
    names: Sequence[str | None], rows: Iterator[tuple[int, list[str | None]]]
) -> tuple[Opened, Iterator[Piece]]:
    """Nameless columns are left out where they hold nothing below either."""
    while names and names[-1] is None:
        names = names[:-1]
    header = check_header([name or f"__unnamed_{at}" for at, name in enumerate(names)])
    ahead = next(rows, None)
    if ahead is None:
        message = "no rows under the header"
        raise UnreadableFile(message)
    return Opened("flat", header), in_pieces(header, _checked(ahead, rows, len(header)))


def _checked(
    ahead: tuple[int, list[str | None]], rows: Iterator[tuple[int, list[str | None]]], width: int
) -> Iterator[Row]:
    following: tuple[int, list[str | None]] | None = ahead
    while following is not None:
        line, cells = following
        raw = "\t".join(cell or "" for cell in cells)[:MAX_CELL]
        if any(cell is not None for cell in cells[width:]):
            allowed = f"{width} cells; this row has {len(cells)}"
            yield BadLine(line, "ragged_row", allowed, raw)
        elif any(len(cell) > MAX_CELL for cell in cells if cell is not None):
            yield BadLine(line, "cell_too_long", f"at most {MAX_CELL:,} characters", raw)
        else:
            yield line, [*cells[:width], *[None] * (width - len(cells))]
        following = next(rows, None)


def _texts(row: Sequence[Any]) -> list[str | None]:
    return [_text(cell) for cell in row]


def _with_errors(
    cells: list[str | None], first: int, errors: dict[int, str] | None
) -> list[str | None]:
    """Cells in which a formula failed hold what a spreadsheet shows there; the reader has none."""
    for column, shown in (errors or {}).items():
        if 0 <= (at := column - first) < len(cells):
            cells[at] = shown
    return cells


def _text(cell: object) -> str | None:  # noqa: PLR0911 - one kind of cell a line
    """A cell as a sender would write it; an empty one is nothing."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)  # noqa: PLR2004 - exact below
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(int(cell.total_seconds()))
    return str(cell)


# --- extents ---------------------------------------------------------------------------


_Errors = dict[int, dict[int, str]]
"""Cells in which a formula failed: by line and column what a spreadsheet shows there."""


def _check_extents(path: Path) -> _Errors:
    """Refuse a sheet whose cells lie so far apart that laying it out would fill the memory."""
    errors: _Errors = {}
    with zipfile.ZipFile(path) as archive:
        if any(entry.flag_bits & _LOCKED for entry in archive.infolist()):
            message = "the workbook is protected by a password; save it without one"
            raise UnreadableFile(message)
        try:
            column, row = _reach(archive, _first_sheet(archive), errors)
        except (LookupError, ET.ParseError, zipfile.BadZipFile, OSError, ValueError, *_BROKEN):
            return errors  # the library says what is wrong with it
    across = _number(column)
    if across > MAX_COLUMNS or row * across > MAX_SHEET_CELLS:
        message = (
            f"the first sheet reaches to cell {column}{row}: more than {MAX_COLUMNS} "
            f"columns, or more than {MAX_SHEET_CELLS:,} cells. Delete what lies far from the "
            "table, or save it as CSV"
        )
        raise UnreadableFile(message)
    return errors


_LOCKED: Final = 1
_BROKEN: Final = (StopIteration, NotImplementedError, RuntimeError, zlib.error)


def _first_sheet(archive: zipfile.ZipFile) -> str:
    """The path of the first sheet's cells inside a workbook."""
    workspace = ET.fromstring(_small(archive, "xl/workbook.xml"))  # noqa: S314 - expat refuses bombs
    sheet = next(e for e in workspace.iter() if e.tag.rpartition("}")[2] == "sheet")
    wanted = sheet.get(_RELATIONS)
    links = ET.fromstring(_small(archive, "xl/_rels/workbook.xml.rels"))  # noqa: S314
    target = next(e.get("Target", "") for e in links.iter() if e.get("Id") == wanted)
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as stream:
        return stream.read(_BLOCK)


def _reach(archive: zipfile.ZipFile, name: str, errors: _Errors) -> tuple[str, int]:
    """The rightmost column and the lowest row of any cell; nothing is laid out for it.

    Cells in which a formula failed are put into `errors` on the way.
    """
    column, row, rest, size = "A", 1, b"", 0
    with archive.open(name) as stream:
        while block := stream.read(_BLOCK):
            size += len(block)
            if size > MAX_UNPACKED:
                return "XFD", 1_048_576
            found = _CELL.findall(rest + block)
            if found:
                letters = max({letters for letters, _ in found}, key=lambda a: (len(a), a))
                column = max(column, letters.decode(), key=lambda a: (len(a), a))
                row = max(row, *(int(number) for number in {number for _, number in found}))
            _note_errors(rest + block, errors)
            rest = block[-_OVERLAP:]
    return column, row


def _note_errors(text: bytes, errors: _Errors) -> None:
    for cell in _ERROR.finditer(text):
        place = _PLACE.search(cell.group(1))
        if place is not None:
            shown = _SHOWN.search(text, cell.end(), cell.end() + _LONGEST_FORMULA)
            told = shown.group(1).decode(errors="replace") if shown else "#ERROR!"
            row = errors.setdefault(int(place.group(2)), {})
            row[_number(place.group(1).decode()) - 1] = told


_LONGEST_FORMULA: Final = 16_384


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


# --- Parquet ---------------------------------------------------------------------------


def open_parquet(path: Path) -> tuple[Opened, Iterator[Piece]]:
    """The rows of a Parquet file, a batch at a time."""
    import pyarrow as pa  # noqa: PLC0415 - only where such a file comes
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        file = pq.ParquetFile(path, pre_buffer=False)
        told = file.metadata
        size = sum(told.row_group(at).total_byte_size for at in range(told.num_row_groups))
    except (pa.ArrowException, OSError, ValueError) as error:
        message = f"the Parquet file cannot be read: {_first_line(error)}"
        raise UnreadableFile(message) from None
    _check_kinds(told.schema.to_arrow_schema())
    header = check_header(told.schema.to_arrow_schema().names)
    if told.num_rows > MAX_ROWS or size > MAX_UNPACKED:
        message = (
            f"{told.num_rows:,} rows that unfold to {size:,} bytes; at most "
            f"{MAX_ROWS:,} rows and {MAX_UNPACKED:,} bytes"
        )
        raise UnreadableFile(message)
    if not told.num_rows:
        message = "no rows under the header"
        raise UnreadableFile(message)
    return Opened("flat", header), in_pieces(header, _parquet_rows(file))


def _check_kinds(schema: Any) -> None:  # noqa: ANN401 - an untyped library
    """Refuse columns whose cells have no text that a sender would write."""
    import pyarrow as pa  # noqa: PLC0415 - only where such a file comes

    kinds = pa.types
    for column in schema:
        kind = column.type.value_type if kinds.is_dictionary(column.type) else column.type
        plain = not kinds.is_nested(kind) and not kinds.is_decimal256(kind)
        binary = kinds.is_binary(kind) or kinds.is_large_binary(kind)
        if binary or kinds.is_fixed_size_binary(kind) or not plain:
            message = f"column {column.name[:100]!r} holds {kind}; flat files hold plain values"
            raise UnreadableFile(message)


def _parquet_rows(file: Any) -> Iterator[Row]:  # noqa: ANN401 - an untyped library
    import polars as pl  # noqa: PLC0415 - only where such a file comes
    import pyarrow as pa  # noqa: PLC0415

    line = 1
    try:
        for batch in file.iter_batches(batch_size=PieceRows.most):
            found = pl.from_arrow(batch)
            frame = found if isinstance(found, pl.DataFrame) else found.to_frame()
            for cells in _text_frame(frame).iter_rows():
                line += 1
                yield from _checked((line, list(cells)), iter(()), len(cells))
    except (
        pa.ArrowException,
        OSError,
        pl.exceptions.PolarsError,
        pl.exceptions.PanicException,
    ) as error:
        message = f"the Parquet file cannot be read: {_first_line(error)}"
        raise UnreadableFile(message) from None


def _text_frame(frame: Any) -> Any:  # noqa: ANN401 - Polars is imported late
    """Typed columns as the text a sender would write."""
    import polars as pl  # noqa: PLC0415 - only where such a file comes

    texts = []
    for name, kind in frame.schema.items():
        column = pl.col(name)
        if isinstance(kind, pl.Datetime):
            texts.append(_moment(column, kind))
        elif kind == pl.Date:
            first, last = (day.toordinal() - _EPOCH for day in (date.min, date.max))
            texts.append(_within(column, first, last, "%Y-%m-%d"))
        elif isinstance(kind, pl.Decimal):
            written = column.cast(pl.String)
            short = written.str.strip_chars_end("0").str.strip_chars_end(".")
            texts.append(
                pl.when(written.str.contains(".", literal=True)).then(short).otherwise(written)
            )
        elif kind == pl.Duration:
            texts.append(column.dt.total_seconds().cast(pl.String))
        else:
            texts.append(column.cast(pl.String))
    return frame.select(text.alias(name) for name, text in zip(frame.columns, texts, strict=True))


_EPOCH: Final = date(1970, 1, 1).toordinal()
_DAY_S: Final = 86_400


def _moment(column: Any, kind: Any) -> Any:  # noqa: ANN401 - Polars is imported late
    second = {"ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}[kind.time_unit]
    days = (date.min.toordinal() + 1, date.max.toordinal() - 1)  # whatever the zone
    first, last = ((day - _EPOCH) * _DAY_S * second for day in days)
    if kind.time_zone:
        column, ending = column.dt.convert_time_zone("UTC"), "Z"
    else:
        ending = ""
    return _within(column, first, last, f"%Y-%m-%dT%H:%M:%S%.6f{ending}")


def _within(column: Any, first: int, last: int, form: str) -> Any:  # noqa: ANN401 - as above
    """A time as text; one that no calendar has stays the number it is, and is refused by row."""
    import polars as pl  # noqa: PLC0415 - only where such a file comes

    number = column.to_physical().cast(pl.Int64)
    longest = 2**63 - 1
    dated = number.is_between(max(first, -longest), min(last, longest))
    written = pl.when(dated).then(column).dt.strftime(form)
    return pl.coalesce(written, number.cast(pl.String))


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:300]
