"""The error file: refused rows as they came, each with why, ready to be corrected.

While an import runs, refused rows are noted beside it, so that a killed import loses
none of them; when it ends they are written once, in the form of the file they came from.
"""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Final

import polars as pl

from data_access.exporting import defused
from data_access.wire import NotAnEvent, parse

if TYPE_CHECKING:
    from pathlib import Path

    from data_access.files import Chunk, Rows
    from data_access.importing import Order
    from data_access.intake import Taken
    from data_access.profile import Profile

ERROR_COLUMNS: Final = ("error_line", "error_code", "error_field", "error_value", "error_allowed")
_PROBLEM: Final = ("line", "code", "field", "value", "allowed", "nearest")


class Pending:
    """Refused rows of an import that is under way."""

    def __init__(self, order: Order, rows: Rows, profile: Profile) -> None:
        self._order, self._rows, self._profile = order, rows, profile
        self._part: Path | None = None

    def begin(self, *, resumed: bool, batch_id: str) -> None:
        """Start noting, or go on where a killed import stopped."""
        if self._order.validate_only:
            return
        self._part = self._order.errors_dir / f"{batch_id}.part"
        if not resumed:
            self._part.unlink(missing_ok=True)

    def add(self, taken: Taken, chunk: Chunk) -> None:
        """Note the refused rows of a chunk, before its commit."""
        if self._part is None or not taken.refused.height:
            return
        self._part.parent.mkdir(parents=True, exist_ok=True)
        cells = {
            row[0]: list(row[1:])
            for row in chunk.rows.filter(
                chunk.rows["line"].is_in(taken.refused["line"].implode())
            ).iter_rows()
        }
        with self._part.open("a", encoding="utf-8") as stream:
            for row in taken.refused.iter_rows(named=True):
                problem = {key: row[key] for key in _PROBLEM}
                note = {"problem": problem, "raw": row["raw"], "cells": cells.get(row["line"])}
                stream.write(json.dumps(note, ensure_ascii=False) + "\n")

    def finish(self, batch_id: str) -> Path | None:
        """Write the error file and return its path, or None where nothing was refused."""
        if self._part is None or not self._part.exists():
            return None
        with self._part.open(encoding="utf-8") as stream:
            notes = {note["problem"]["line"]: note for note in map(json.loads, stream)}
        ordered = [notes[line] for line in sorted(notes)]
        flat = self._rows.form == "flat"
        stem = self._order.path.stem
        path = self._order.errors_dir / f"{stem}-{batch_id}.{'csv' if flat else 'ndjson'}"
        if flat:
            self._write_csv(path, ordered)
        else:
            self._write_events(path, ordered)
        self._part.unlink()
        return path

    def _write_csv(self, path: Path, notes: list[dict[str, dict[str, object]]]) -> None:
        """The original columns, then why; an extra column is no fact and is read past."""
        header = self._rows.header
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(
                stream, delimiter=self._profile.file.delimiter or self._rows.delimiter
            )
            writer.writerow([*header, *ERROR_COLUMNS])
            for note in notes:
                cells = note["cells"] or self._cells(str(note["raw"]))
                problem = note["problem"]
                why = [problem[key] for key in ("line", "code", "field", "value", "allowed")]
                row = pl.Series([None if c is None else str(c) for c in [*cells, *why]])
                writer.writerow(pl.select(defused(pl.lit(row, pl.String))).to_series())

    def _cells(self, raw: str) -> list[str]:
        """What could be cut out of a broken row, filled up or cut to the header's width."""
        width = len(self._rows.header)
        cells = raw.split(self._rows.delimiter)
        return [*cells, *[""] * width][:width]

    def _write_events(self, path: Path, notes: list[dict[str, dict[str, object]]]) -> None:
        """One event a line with its `error`; text that is no JSON stands as it came."""
        with path.open("w", encoding="utf-8") as stream:
            for note in notes:
                raw = str(note["raw"]).replace("\n", " ")
                try:
                    event = parse(raw)
                except NotAnEvent:
                    stream.write(raw + "\n")
                    continue
                if isinstance(event, dict):
                    event = {**event, "error": note["problem"]}
                stream.write(json.dumps(event, default=_number) + "\n")


def _number(value: object) -> object:
    """Decimals of parsed JSON back to numbers, exactly where a double can hold them."""
    text = str(value)
    return int(text) if text.lstrip("-").isdigit() else float(text)
