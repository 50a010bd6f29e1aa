"""Files -> chunks of text rows with their lines, whatever wrote them.

The bytes are looked at before anything is parsed: what is no text and no workbook is
refused by name, and nothing is unpacked. Every cell stays text; the contract types it.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

import fastexcel
import polars as pl

from data_access import records
from data_access.wire import MAX_BYTES, NotAnEvent, flatten, parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from data_access.profile import FileRules

MAX_COLUMNS: Final = 64
MAX_JSON: Final = 64 * 1_048_576
MAX_UNPACKED: Final = 2_147_483_648
CHUNK: Final = 20_000

_MAGIC: Final = {
    b"\x1f\x8b": "a gzip archive",
    b"PK\x03\x04": "a zip archive",
    b"PK\x05\x06": "an empty zip archive",
    b"%PDF": "a PDF",
    b"\x7fELF": "a program",
    b"MZ": "a program",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"\x28\xb5\x2f\xfd": "a zstd archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (save it as .xlsx)",
}


class UnreadableFile(ValueError):  # noqa: N818 - says what the file is
    """A file that cannot be read as rows; the message names why and what would help."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A row that could not even be cut into cells."""

    line: int
    code: str
    allowed: str
    raw: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of a file: `rows` has `line` and text columns; `end` counts records so far."""

    rows: pl.DataFrame
    bad: list[BadLine]
    end: int


@dataclass(slots=True)
class Rows:
    """A file opened for reading."""

    form: str  # "events" or "flat"
    header: tuple[str, ...]
    chunks: Iterator[Chunk]
    delimiter: str = ","
    stream: io.TextIOBase | None = None

    def close(self) -> None:
        """Let go of the file."""
        if self.stream is not None:
            self.stream.close()


def open_rows(path: Path, rules: FileRules | None = None, *, chunk: int = CHUNK) -> Rows:
    """Open a file as rows; UnreadableFile where its bytes are nothing we read."""
    with path.open("rb") as stream:
        head = stream.read(4096)
    if not head:
        message = f"{path.name}: no rows: the file is empty"
        raise UnreadableFile(message)
    if head.startswith(b"PAR1"):
        return _frame_rows(_text_frame(pl.read_parquet(path)), path, chunk)
    if head.startswith(b"PK\x03\x04") and _is_workbook(path):
        return _frame_rows(_workbook(path), path, chunk)
    for magic, name in _MAGIC.items():
        if head.startswith(magic):
            message = f"{path.name} is {name}, not text; unpack or save it as CSV, XLSX or JSON"
            raise UnreadableFile(message)
    encoding = _encoding(path, head, rules)
    start = head.decode(encoding, errors="ignore").lstrip("\ufeff \t\r\n")[:1]
    if start in {"{", "["}:
        return _events(path, encoding, chunk, whole=start == "[")
    return _csv(path, encoding, rules, chunk)


def _encoding(path: Path, head: bytes, rules: FileRules | None) -> str:
    if head.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\x00" in head:
        message = f"{path.name}: the file holds NUL bytes: UTF-16 without its mark, or no text"
        raise UnreadableFile(message)
    if rules and rules.encoding:
        return rules.encoding
    _check_utf8(path)
    return "utf-8"


def _check_utf8(path: Path) -> None:
    """Strict UTF-8, or a refusal that names the byte."""
    offset = 0
    decoder = io.TextIOWrapper(path.open("rb"), encoding="utf-8", newline="")
    try:
        with decoder:
            while block := decoder.read(1 << 20):
                offset += len(block.encode())
    except UnicodeDecodeError as error:
        message = (
            f"{path.name}: not UTF-8 (byte 0x{error.object[error.start]:02x} after about "
            f'{offset + error.start} bytes); if it is Latin-1, say encoding = "latin-1" under '
            "[file] in the profile"
        )
        raise UnreadableFile(message) from None


# --- tables ---------------------------------------------------------------------------


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            size = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile:
        return False
    if "xl/workbook.xml" not in names:
        return False
    if size > MAX_UNPACKED:
        message = f"{path.name}: the workbook unpacks to {size:,} bytes; at most {MAX_UNPACKED:,}"
        raise UnreadableFile(message)
    return True


def _workbook(path: Path) -> pl.DataFrame:
    sheet = fastexcel.read_excel(path).load_sheet(0, dtypes="string")
    frame = sheet.to_polars()
    return frame.filter(~pl.all_horizontal(pl.all().is_null()))


def _text_frame(frame: pl.DataFrame) -> pl.DataFrame:
    """Typed columns as the text a sender would write."""
    utc = "%Y-%m-%dT%H:%M:%S%.6fZ"
    texts = []
    for name, kind in frame.schema.items():
        column = pl.col(name)
        if isinstance(kind, pl.Datetime):
            aware = column.dt.convert_time_zone("UTC").dt.strftime(utc)
            texts.append(aware if kind.time_zone else column.dt.strftime("%Y-%m-%dT%H:%M:%S%.6f"))
        elif kind.is_nested() or kind == pl.Binary:
            message = f"column {name!r} holds {kind}; flat files hold plain values"
            raise UnreadableFile(message)
        else:
            texts.append(column.cast(pl.String))
    return frame.select(texts)


def _frame_rows(frame: pl.DataFrame, path: Path, chunk: int) -> Rows:
    header = _checked_header(path, frame.columns)
    if not frame.height:
        message = f"{path.name}: no rows under the header"
        raise UnreadableFile(message)
    numbered = frame.with_row_index("line", offset=2).with_columns(pl.col("line").cast(pl.Int64))
    slices = (
        Chunk(part, [], min(start + chunk, frame.height))
        for start in range(0, frame.height, chunk)
        if (part := numbered.slice(start, chunk)) is not None
    )
    return Rows("flat", header, slices)


def _checked_header(path: Path, names: Sequence[str]) -> tuple[str, ...]:
    if len(names) > MAX_COLUMNS * 2:
        message = f"{path.name}: {len(names):,} columns; at most {MAX_COLUMNS * 2}"
        raise UnreadableFile(message)
    twice = sorted({name for name in names if list(names).count(name) > 1})
    if twice:
        message = f"{path.name}: the column {twice[0]!r} appears twice in the header"
        raise UnreadableFile(message)
    if "line" in names:
        names = [name if name != "line" else "line " for name in names]
    return tuple(names)


def _csv(path: Path, encoding: str, rules: FileRules | None, chunk: int) -> Rows:
    stream = path.open(encoding=encoding, newline="")
    try:
        return _open_csv(stream, path, rules, chunk)
    except BaseException:
        stream.close()
        raise


def _open_csv(stream: io.TextIOWrapper, path: Path, rules: FileRules | None, chunk: int) -> Rows:
    first = stream.readline(1 << 20)
    skipped = 1
    delimiter = rules.delimiter if rules else None
    if first.lower().startswith("sep="):
        delimiter = first.strip()[4:5] or delimiter
        first = stream.readline(1 << 20)
        skipped += 1
    if not first.strip():
        message = f"{path.name}: no rows: the first line is blank"
        raise UnreadableFile(message)
    delimiter = delimiter or max(",;\t|", key=first.count)
    header = _checked_header(path, [name.strip() for name in _header(path, first, delimiter)])
    found = records.read(stream, delimiter=delimiter, width=len(header), first_line=skipped + 1)
    ahead = next(found, None)
    if ahead is None:
        message = f"{path.name}: no rows under the header"
        raise UnreadableFile(message)
    return Rows("flat", header, _csv_chunks(ahead, found, header, chunk), delimiter, stream)


def _header(path: Path, first: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([first], delimiter=delimiter, strict=True))
    except (csv.Error, StopIteration):
        message = f"{path.name}: the header line cannot be read as columns"
        raise UnreadableFile(message) from None


def _csv_chunks(
    ahead: records.Record,
    found: Iterator[records.Record],
    header: tuple[str, ...],
    chunk: int,
) -> Iterator[Chunk]:
    end = 0
    pending = [ahead, *islice(found, chunk - 1)]
    while pending:
        good = [r for r in pending if r.code is None]
        columns = list(zip(*(r.cells for r in good), strict=True)) or [()] * len(header)
        rows = pl.DataFrame(
            {
                "line": pl.Series([r.line for r in good], dtype=pl.Int64),
                **{
                    name: pl.Series(cells, dtype=pl.String)
                    for name, cells in zip(header, columns, strict=True)
                },
            }
        )
        bad = [BadLine(r.line, r.code, r.allowed, r.raw) for r in pending if r.code is not None]
        end += len(pending)
        yield Chunk(rows, bad, end)
        pending = list(islice(found, chunk))


# --- events ---------------------------------------------------------------------------


def _events(path: Path, encoding: str, chunk: int, *, whole: bool) -> Rows:
    """NDJSON line by line; an array (or one object over many lines) read at once."""
    if not whole:
        with path.open(encoding=encoding) as stream:
            first = stream.readline(MAX_BYTES + 1)
        try:
            parse(first)
        except NotAnEvent as error:
            whole = error.code == "json_invalid" and path.stat().st_size <= MAX_JSON
            if whole and _is_ndjson(path, encoding):
                whole = False
    texts = _array(path, encoding) if whole else _lines(path, encoding)
    return Rows("events", (), _event_chunks(texts, chunk))


def _is_ndjson(path: Path, encoding: str) -> bool:
    """Whether a file whose first line is broken still goes on line by line."""
    with path.open(encoding=encoding) as stream:
        lines = [line for line in islice(stream, 1, 50) if line.strip()]
    return bool(lines) and all(line.lstrip().startswith("{") for line in lines)


def _lines(path: Path, encoding: str) -> Iterator[tuple[int, str, object]]:
    with path.open(encoding=encoding) as stream:
        for number, line in enumerate(stream, start=1):
            if line.strip():
                yield number, line.strip(), None


def _array(path: Path, encoding: str) -> Iterator[tuple[int, str, object]]:
    if path.stat().st_size > MAX_JSON:
        message = f"{path.name}: a JSON document over {MAX_JSON:,} bytes; send it as NDJSON"
        raise UnreadableFile(message)
    try:
        found = parse(path.read_text(encoding))
    except NotAnEvent as error:
        message = f"{path.name}: {error}"
        raise UnreadableFile(message) from None
    events = found if isinstance(found, list) else [found]
    for number, event in enumerate(events, start=1):
        yield number, json.dumps(event, default=str, ensure_ascii=False), event


def _event_chunks(texts: Iterator[tuple[int, str, object]], chunk: int) -> Iterator[Chunk]:
    end = 0
    empty = True
    while part := list(islice(texts, chunk)):
        empty = False
        facts: list[dict[str, str | int]] = []
        bad: list[BadLine] = []
        for number, text, event in part:
            try:
                if len(text) > MAX_BYTES:
                    raise NotAnEvent("too_large", f"at most {MAX_BYTES:,} bytes an event")  # noqa: EM101, TRY301
                read = flatten(parse(text) if event is None else event)
                facts.append({"line": number, "raw": text, **read})
            except NotAnEvent as error:
                bad.append(BadLine(number, error.code, error.allowed, text[:MAX_BYTES]))
        end += len(part)
        names = dict.fromkeys(name for fact in facts for name in fact)
        kinds = {name: pl.Int64() if name == "line" else pl.String() for name in names}
        rows = pl.DataFrame(facts, schema=kinds or {"line": pl.Int64(), "raw": pl.String()})
        yield Chunk(rows, bad, end)
    if empty:
        message = "no rows: the file holds no event"
        raise UnreadableFile(message)
