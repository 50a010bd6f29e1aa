"""A shelf of immutable Parquet files under one manifest.

A reader takes the manifest once and then has one consistent version: files are never
changed, and a new manifest replaces the old one in one step. The files of the last three
versions stay, and every file stays for some hours, so that a reader who looks for a newer
version every hour never misses one.

Nothing on the disk is trusted: the manifest carries a sum of itself and of every file, and
a file is held against its sum when it is first read, and again when it looks changed.
"""

from __future__ import annotations

import json
import logging
import os
import re
import time
import uuid
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass, field
from hashlib import blake2b, file_digest
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from data_access.explained import ExplainedError

if TYPE_CHECKING:
    from collections.abc import Iterator

LOG: Final = logging.getLogger(__name__)
FORMAT: Final = 2
NEWEST_STAY: Final = 3
STAYS_SECONDS: Final = 2 * 3_600
"""How long a file stays though newer versions have replaced it."""


class Damaged(RuntimeError):  # noqa: N818 - says what is the matter with a file
    """A file of the snapshot is not what was written; the message names it."""


class SnapshotUnwritable(ExplainedError, RuntimeError):  # noqa: N818 - says what is the matter
    """The snapshot's folder takes no files; the message names folder and cause."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a frame: its sum, its rows and the days they span (null where undated)."""

    file: str
    digest: str
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
            frame: {name: list(astuple(part)) for name, part in named.items()}
            for frame, named in self.parts.items()
        }
        body = {"format": FORMAT, "number": self.number, "notes": self.notes, "parts": parts}
        return json.dumps({**body, "digest": _sum(body)}, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Manifest | None:
        """A manifest read back; None where another format wrote it.

        Raises:
            Damaged: it is not what was written.
        """
        try:
            body = json.loads(text)
            digest = body.pop("digest", None)
            if body.get("format") != FORMAT:
                return None
            if digest != _sum(body):
                message = "its manifest does not carry its own sum"
                raise Damaged(message)
            parts = {
                frame: {name: Part(*values) for name, values in named.items()}
                for frame, named in body["parts"].items()
            }
            return cls(body["number"], body["notes"], parts)
        except (ValueError, TypeError, AttributeError, KeyError):
            message = "its manifest cannot be read"
            raise Damaged(message) from None


def _sum(body: dict[str, Any]) -> str:
    return blake2b(json.dumps(body, sort_keys=True).encode(), digest_size=16).hexdigest()


class ParquetVersions:
    """A folder of immutable files and the manifest that says which of them count."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sound: dict[str, tuple[int, int, int]] = {}

    @property
    def _manifest(self) -> Path:
        return self.folder / "manifest.json"

    def manifest(self) -> Manifest | None:
        """The version in force; None before the first, and where it is damaged (said once)."""
        try:
            return Manifest.from_json(self._manifest.read_bytes().decode("utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (Damaged, OSError, UnicodeDecodeError) as error:
            self.tell(error)
            return None

    def latest_number(self) -> int:
        """The number of the newest version that was ever put in force here; 0 for none."""
        names = (path.stem.rpartition("-")[2] for path in self.folder.glob("kept-*.json"))
        return max((int(name) for name in names if name.isdecimal()), default=0)

    def tell(self, error: Exception) -> None:
        """Say that the snapshot is made anew, and why."""
        why = error if isinstance(error, Damaged) else "its manifest cannot be read"
        LOG.warning("leadloop: the snapshot in %s is made anew: %s", self.folder, why)

    def put(self, frame: str, rows: pl.DataFrame, *, day: str | None = None) -> Part:
        """Write rows to a new file; `day` names the column of day numbers they span.

        Raises:
            SnapshotUnwritable: the folder takes no file.
        """
        name = f"{frame}-{uuid.uuid4().hex[:16]}.parquet"
        path = self.folder / name
        try:
            rows.write_parquet(path, compression="zstd", compression_level=1)
            digest = _digest(path)
        except (OSError, pl.exceptions.ComputeError) as error:
            with suppress(OSError):
                path.unlink(missing_ok=True)
            raise self._unwritable(error) from error
        if day is None or not rows.height:
            return Part(name, digest, rows.height)
        first, last = rows[day].min(), rows[day].max()
        return Part(name, digest, rows.height, _number(first), _number(last))

    def _unwritable(self, error: Exception) -> SnapshotUnwritable:
        said = getattr(error, "strerror", None) or str(error).partition("\n")[0]
        cause = said.partition(" (os error")[0]  # and a name that is another each time
        mend = "give it room and the right to write"
        if isinstance(error, FileExistsError | NotADirectoryError):
            cause, mend = "something that is no folder is in its place", "move that away"
        return SnapshotUnwritable(
            f"the folder {self.folder} cannot be written ({cause}), so newer figures cannot be "
            f"made. Nothing is lost: {mend}, and figures follow"
        )

    def scan(self, parts: list[Part]) -> pl.LazyFrame:
        """Rows of some parts, lazily; Damaged where one is not what was written."""
        for part in parts:
            self._check(part)
        return pl.scan_parquet([self.folder / part.file for part in parts], glob=False)

    def check(self, manifest: Manifest) -> None:
        """Hold every file of a version against its sum; Damaged names the first that differs."""
        for named in manifest.parts.values():
            for part in named.values():
                self._check(part)

    def _check(self, part: Part) -> None:
        path = f"{self.folder}/{part.file}"  # a hundred of them at every look at the freshness
        try:
            found = os.stat(path)  # noqa: PTH116 - paths are slow to build
            mark = (found.st_ino, found.st_size, found.st_mtime_ns)
            if self._sound.get(part.file) == mark:
                return
            digest = _digest(Path(path))
        except OSError:
            message = f"its file {part.file} is missing or cannot be read"
            raise Damaged(message) from None
        if digest != part.digest:
            message = f"its file {part.file} is not what was written"
            raise Damaged(message)
        self._sound[part.file] = mark

    def publish(self, manifest: Manifest) -> None:
        """Put a new version in force in one step and sweep what only older ones need.

        Raises:
            SnapshotUnwritable: the folder takes no file; the old version stays in force.
        """
        draft = self.folder / f"manifest-{uuid.uuid4().hex[:8]}.tmp"
        try:
            with draft.open("w", encoding="utf-8") as stream:
                stream.write(manifest.as_json())
                stream.flush()
                os.fsync(stream.fileno())
            kept = self.folder / f"kept-{manifest.number:09d}.json"
            kept.write_text(manifest.as_json(), "utf-8")
            draft.replace(self._manifest)
        except OSError as error:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            raise self._unwritable(error) from error
        with suppress(OSError):
            self._sweep()

    def _sweep(self) -> None:
        kept = sorted(self.folder.glob("kept-*.json"))
        for old in kept[:-NEWEST_STAY]:
            old.unlink(missing_ok=True)
        named: set[str] = set()
        for path in kept[-NEWEST_STAY:]:
            text = path.read_bytes().decode("utf-8", errors="replace")
            named |= set(re.findall(r'"([^"]+\.parquet)"', text))
        old_enough = time.time() - STAYS_SECONDS
        for path in (*self.folder.glob("*.parquet"), *self.folder.glob("*.tmp")):
            if path.name not in named and path.stat().st_mtime < old_enough:
                path.unlink(missing_ok=True)
                self._sound.pop(path.name, None)

    @contextmanager
    def writing(self) -> Iterator[bool]:
        """One writer at a time across processes; False where another one is at it.

        Raises:
            SnapshotUnwritable: the folder cannot be made or takes no file.
        """
        import fcntl  # noqa: PLC0415 - not on every platform, and only writers need it

        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            stream = (self.folder / "writer.lock").open("w")
        except OSError as error:
            raise self._unwritable(error) from error
        with stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return file_digest(stream, lambda: blake2b(digest_size=16)).hexdigest()


def _number(value: object) -> int | None:
    return int(value) if isinstance(value, int) else None
