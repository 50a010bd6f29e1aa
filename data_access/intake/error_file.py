"""The error file: refused rows as they came, each with why, ready to be corrected.

While an import runs, the refused rows of each chunk are noted beside it, in a file a
chunk, so that a killed import loses none of them and a repeated chunk doubles none. When
it ends they are written once, whole or not at all, in the form of the file they came from.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from data_access.explained import ExplainedError
from data_access.export_formats import defused
from data_access.intake.refusals import ERROR_COLUMNS, PROBLEM
from data_access.intake.wire import NotAnEvent, parse
from data_access.store.storable_text import storable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import TextIO

    from data_access.intake.accept import IntakeResult
    from data_access.intake.file_reader import Chunk, FileRows
    from data_access.intake.import_order import ImportOrder
    from data_access.intake.mapping_profile import Profile

_PARTS: Final = ".parts"
_LONGEST_STEM: Final = 120  # bytes; with batch and ending it fits every file system


class ErrorFileUnwritable(ExplainedError, RuntimeError):  # noqa: N818 - says what is the matter
    """Refused rows cannot be noted beside the store; the message names folder and cause."""


class Pending:
    """Refused rows of an import that is under way; of a check, none are kept."""

    def __init__(self, order: ImportOrder, rows: FileRows, profile: Profile) -> None:
        self._order, self._rows, self._profile = order, rows, profile
        self._parts: Path | None = None
        self._file: Path | None = None

    def begin(self, *, resumed: bool, batch_id: str) -> None:
        """Start noting, or go on where a killed import stopped; under the writers' lock."""
        if self._order.validate_only:
            return
        folder = self._order.errors_dir
        self._parts = folder / f"{batch_id}{_PARTS}"
        ending = "csv" if self._rows.form == "flat" else "ndjson"
        self._file = folder / f"{_stem(self._order)}-{batch_id}.{ending}"
        if not resumed:
            shutil.rmtree(self._parts, ignore_errors=True)

    def add(self, taken: IntakeResult, chunk: Chunk) -> None:
        """Note the refused rows of a chunk, before its commit and under the writers' lock."""
        if self._parts is None or not taken.refused.height:
            return
        mine = chunk.rows["line"].is_in(taken.refused["line"].implode())
        cells = {row[0]: list(row[1:]) for row in chunk.rows.filter(mine).iter_rows()}
        note_file = self._parts / f"{chunk.end:012d}.ndjson"
        with self._in_words(), _whole_file(note_file, self._parts) as stream:
            for row in taken.refused.iter_rows(named=True):
                problem = {key: row[key] for key in PROBLEM}
                note = {"problem": problem, "raw": row["raw"], "cells": cells.get(row["line"])}
                stream.write(json.dumps(note, ensure_ascii=False) + "\n")

    def write(self) -> Path | None:
        """Write the error file and return its path, or None where nothing was refused.

        Raises:
            ErrorFileUnwritable: the folder takes no file; the import can be repeated.
        """
        if self._parts is None or self._file is None:
            return None
        if not self._parts.is_dir():
            return self.written()
        flat = self._rows.form == "flat"
        encoding = "utf-8-sig" if flat else "utf-8"
        with self._in_words(), _whole_file(self._file, self._parts, encoding) as out:
            write = self._write_rows if flat else _write_events
            write(out, _notes(self._parts))
        return self._file

    def written(self) -> Path | None:
        """The error file, where there is one already."""
        return self._file if self._file is not None and self._file.exists() else None

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            message = (
                f"refused rows cannot be written to {self._order.errors_dir} ({error.strerror}): "
                "make room there, or allow it, and run the same import again: it goes on where "
                "it stopped"
            )
            raise ErrorFileUnwritable(message) from error

    def done(self) -> None:
        """Let go of the notes: receipt and error file are complete."""
        if self._parts is not None:
            shutil.rmtree(self._parts, ignore_errors=True)

    def _write_rows(self, out: TextIO, parts: Iterator[list[dict[str, Any]]]) -> None:
        """The original columns, then why; an extra column is no fact and is read past."""
        delimiter = self._profile.file.delimiter or self._rows.delimiter
        writer = csv.writer(out, delimiter=delimiter)
        header = [*self._rows.header, *ERROR_COLUMNS]
        writer.writerow(header)
        for notes in parts:
            rows = [[*self._cells(note), *_why(note)] for note in notes]
            texts = pl.Series([cell for row in rows for cell in row], dtype=pl.String)
            safe = pl.select(defused(pl.lit(texts))).to_series().to_list()
            width = len(header)
            writer.writerows(safe[at : at + width] for at in range(0, len(safe), width))

    def _cells(self, note: Mapping[str, Any]) -> list[str | None]:
        """The cells of a row; what could be cut out of a broken one, filled up or cut off."""
        width = len(self._rows.header)
        if note["cells"] is not None:
            return [*note["cells"], *[None] * width][:width]
        cells: list[str | None] = [*str(note["raw"]).split(self._rows.delimiter)]
        return [*cells, *[""] * width][:width]


def sweep(folder: Path, finished: set[str]) -> None:
    """Remove the notes of imports that ended before they could remove them themselves."""
    for batch_id in finished:
        shutil.rmtree(folder / f"{batch_id}{_PARTS}", ignore_errors=True)


def noted(folder: Path) -> list[str]:
    """The imports of which notes lie in a folder."""
    if not folder.is_dir():
        return []
    return sorted(path.name.removesuffix(_PARTS) for path in folder.glob(f"*{_PARTS}"))


def _stem(order: ImportOrder) -> str:
    """The beginning of the error file's name, in signs that every file system takes."""
    stem = order.name.rpartition(".")[0] or order.name
    plain = re.sub(r'[\\/:*?"<>|\s]+', "_", storable(stem))
    return plain.encode()[:_LONGEST_STEM].decode(errors="ignore").lstrip(".-") or "file"


class _whole_file:  # noqa: N801 - used like a function
    """A file that appears under its name only when it is complete and on the disk.

    Its draft lies with the notes, and goes with them should the process be ended.
    """

    def __init__(self, path: Path, drafts: Path, encoding: str = "utf-8") -> None:
        self._path = path
        self._draft = drafts / f"{uuid.uuid4().hex}.tmp"
        self._encoding = encoding

    def __enter__(self) -> TextIO:
        self._draft.parent.mkdir(parents=True, exist_ok=True)
        self._stream = self._draft.open("w", encoding=self._encoding, newline="")
        return self._stream

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            with self._stream:
                if kind is None:
                    self._stream.flush()
                    os.fsync(self._stream.fileno())
            if kind is None:
                self._draft.replace(self._path)
        finally:
            self._draft.unlink(missing_ok=True)


def _notes(folder: Path) -> Iterator[list[dict[str, Any]]]:
    """The notes of each chunk, in the order of the file."""
    for path in sorted(folder.glob("*.ndjson")):
        with path.open(encoding="utf-8", newline="\n") as stream:
            yield sorted(map(json.loads, stream), key=lambda note: note["problem"]["line"])


def _why(note: Mapping[str, Any]) -> list[str | None]:
    found = [note["problem"][key] for key in ("line", "code", "field", "value", "allowed")]
    return [None if value is None else str(value) for value in found]


def _write_events(out: TextIO, parts: Iterator[list[dict[str, Any]]]) -> None:
    """One event a line with its `error`; text that is no JSON object stands as it came."""
    for notes in parts:
        out.writelines(
            _with_error(str(note["raw"]).replace("\n", " "), note["problem"]) + "\n"
            for note in notes
        )


def _with_error(raw: str, problem: dict[str, Any]) -> str:
    """The event as it came, letter for letter, with why it was refused as its last key."""
    try:
        event = parse(raw)
    except NotAnEvent:
        return raw
    if not isinstance(event, dict):
        return raw
    if "error" in event:
        return json.dumps({**event, "error": problem}, default=_number)
    comma = ", " if event else ""
    return f'{raw.rstrip()[:-1]}{comma}"error": {json.dumps(problem)}}}'


def _number(value: object) -> object:
    """Decimals of parsed JSON back to numbers, where a double can hold them; else text."""
    text = str(value)
    if text.lstrip("-").isdigit():
        return int(text) if len(text) < 300 else text  # noqa: PLR2004 - beyond any number
    number = float(text)
    return number if abs(number) != float("inf") else text
