"""Delimited text in whatever encoding -> its header and its rows, every cell as text."""

from __future__ import annotations

import codecs
import csv
from typing import TYPE_CHECKING, Any, Final

from data_access.intake import delimited_records
from data_access.intake.file_limits import BadLine, Opened, UnreadableFile, check_header, in_pieces

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from data_access.intake.file_limits import Piece, Row

_BLOCK: Final = 1 << 20
LONGEST_LINE: Final = 8 * 1_048_576  # characters
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark begins it
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY_SHARE: Final = 0.1
"""So many NUL bytes are no slip of a sender: the text is UTF-16, or no text."""
_HINTS: Final = {
    "utf-8": '; if it is Latin-1, say encoding = "latin-1" under [file] in the profile',
    "utf-8-sig": ", though it begins with the mark of UTF-8; save it as UTF-8 again",
}


def encoding_of(path: Path, head: bytes, rules: Mapping[str, Any]) -> str:
    """The encoding of a text file: by its mark, as the profile says, else UTF-8.

    Raises:
        UnreadableFile: some byte is none of that encoding; the message names it.
    """
    records = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    if records is None and head.count(0) > _BINARY_SHARE * len(head):
        message = (
            "the file holds NUL bytes: it is no text, or UTF-16 without its mark; save it as UTF-8"
        )
        raise UnreadableFile(message)
    records = records or rules.get("encoding") or "utf-8"
    _check_encoding(path, records)
    return records


def _check_encoding(path: Path, encoding: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    offset = 0
    try:
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                decoder.decode(block)
                offset += len(block)
            decoder.decode(b"", final=True)
    except UnicodeError as error:
        start = getattr(error, "start", 0)
        byte = error.object[start] if isinstance(error, UnicodeDecodeError) else 0
        spoken = encoding.upper().removesuffix("-SIG")
        hint = _HINTS.get(encoding, "")
        where = f"byte 0x{byte:02x} after about {offset + start} bytes"
        message = f"not {spoken} ({where}){hint}"
        raise UnreadableFile(message) from None


def open_delimited(
    path: Path, encoding: str, rules: Mapping[str, Any]
) -> tuple[Opened, Iterator[Piece]]:
    """The header of a delimited file, and its rows."""
    stream = path.open(encoding=encoding, newline="")
    first, skipped = _line(stream), 1
    delimiter = rules.get("delimiter")
    if first.lower().startswith("sep="):
        delimiter = first.strip()[4:5] or delimiter
        first, skipped = _line(stream), 2
    if not first.strip():
        message = "no rows: the first line is blank"
        raise UnreadableFile(message)
    delimiter = delimiter or max(",;\t|", key=first.count)
    header = check_header([name.strip() for name in _header(first, delimiter)])
    lines = _lines(stream)
    records = delimited_records.read(
        lines, delimiter=delimiter, width=len(header), first_line=skipped + 1
    )
    ahead = next(records, None)
    if ahead is None:
        message = "no rows under the header"
        raise UnreadableFile(message)
    opened = Opened("flat", header, delimiter, escaped=True)
    return opened, in_pieces(header, _rows(ahead, records))


def _rows(
    ahead: delimited_records.Record, records: Iterator[delimited_records.Record]
) -> Iterator[Row]:
    record: delimited_records.Record | None = ahead
    while record is not None:
        if record.code is None:
            yield record.line, list(record.cells)
        else:
            yield BadLine(record.line, record.code, record.allowed, record.raw)
        record = next(records, None)


def _lines(stream: io.TextIOWrapper) -> Iterator[str]:
    with stream:
        while line := _line(stream):
            yield line


def _line(stream: io.TextIOWrapper) -> str:
    line = stream.readline(LONGEST_LINE)
    if len(line) == LONGEST_LINE and not line.endswith(("\n", "\r")):
        message = f"a line is longer than {LONGEST_LINE:,} characters; is it text?"
        raise UnreadableFile(message)
    return line


def _header(first: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([first], delimiter=delimiter, strict=True))
    except (csv.Error, StopIteration, TypeError):
        message = "the header line cannot be read as columns"
        raise UnreadableFile(message) from None
