"""A shelf of immutable Parquet files under one manifest.

A reader takes the manifest once and then has one consistent version: files are never
changed, and a new manifest replaces the old one in one step. The files of the last three
versions stay, and every file stays for some hours, so that a reader who looks for a newer
version every hour never misses one.
"""

from __future__ import annotations

import json
import os
import re
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORMAT: Final = 1
KEPT: Final = 3
STAYS_SECONDS: Final = 2 * 3_600
"""How long a file stays though newer versions have replaced it."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a frame: its rows and the days they span (null where undated)."""

    file: str
    rows: int
    first_day: int | None = None
    last_day: int | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """One version: `parts` per frame and part name, and whatever the writer noted."""

    number: int
    notes: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, dict[str, Part]] = field(default_factory=dict)

    def as_json(self) -> str:
        """The manifest as it is kept on disk."""
        parts = {
            frame: {name: [p.file, p.rows, p.first_day, p.last_day] for name, p in named.items()}
            for frame, named in self.parts.items()
        }
        body = {"format": FORMAT, "number": self.number, "notes": self.notes, "parts": parts}
        return json.dumps(body, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Manifest | None:
        """A manifest read back; None where another format wrote it."""
        body = json.loads(text)
        if body.get("format") != FORMAT:
            return None
        parts = {
            frame: {name: Part(*values) for name, values in named.items()}
            for frame, named in body["parts"].items()
        }
        return cls(body["number"], body["notes"], parts)


class Shelf:
    """A folder of immutable files and the manifest that says which of them count."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def _manifest(self) -> Path:
        return self.folder / "manifest.json"

    def manifest(self) -> Manifest | None:
        """The version in force, or None before the first."""
        try:
            return Manifest.from_json(self._manifest.read_text("utf-8"))
        except FileNotFoundError:
            return None

    def put(self, frame: str, rows: pl.DataFrame, *, day: str | None = None) -> Part:
        """Write rows to a new file; `day` names the column of day numbers they span."""
        name = f"{frame}-{uuid.uuid4().hex[:16]}.parquet"
        rows.write_parquet(self.folder / name, compression="zstd", compression_level=1)
        if day is None or not rows.height:
            return Part(name, rows.height)
        first, last = rows[day].min(), rows[day].max()
        return Part(name, rows.height, _number(first), _number(last))

    def scan(self, parts: list[Part]) -> pl.LazyFrame:
        """Rows of some parts, lazily."""
        return pl.scan_parquet([self.folder / part.file for part in parts])

    def publish(self, manifest: Manifest) -> None:
        """Put a new version in force in one step and sweep what only older ones need."""
        draft = self.folder / f"manifest-{uuid.uuid4().hex[:8]}.tmp"
        with draft.open("w", encoding="utf-8") as stream:
            stream.write(manifest.as_json())
            stream.flush()
            os.fsync(stream.fileno())
        kept = self.folder / f"kept-{manifest.number:09d}.json"
        kept.write_text(manifest.as_json(), "utf-8")
        draft.replace(self._manifest)
        self._sweep()

    def _sweep(self) -> None:
        kept = sorted(self.folder.glob("kept-*.json"))
        for old in kept[:-KEPT]:
            old.unlink(missing_ok=True)
        named: set[str] = set()
        for path in kept[-KEPT:]:
            named |= set(re.findall(r'"([^"]+\.parquet)"', path.read_text("utf-8")))
        old_enough = time.time() - STAYS_SECONDS
        for path in self.folder.glob("*.parquet"):
            if path.name not in named and path.stat().st_mtime < old_enough:
                path.unlink(missing_ok=True)

    @contextmanager
    def writing(self) -> Iterator[bool]:
        """One writer at a time across processes; False where another one is at it."""
        import fcntl  # noqa: PLC0415 - not on every platform, and only writers need it

        with (self.folder / "writer.lock").open("w") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True


def _number(value: object) -> int | None:
    return int(value) if isinstance(value, int) else None
