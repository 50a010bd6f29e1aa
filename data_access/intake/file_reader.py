"""Files of others -> chunks of text rows with their lines, whatever wrote them.

The reading is done by a process of its own (`data_access.intake.file_process`), which looks at the
bytes before anything is parsed, unpacks nothing that is no workbook, and may use so much
memory and time and no more. Every cell stays text; the contract types it.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from data_access.intake.file_limits import BadLine, Opened, Piece, PieceRows, UnreadableFile
from data_access.intake.file_process import HEAD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from data_access.intake.mapping_profile import FileRules

__all__ = ["BadLine", "Chunk", "FileRows", "Limits", "UnreadableFile", "open_rows"]
_MIB: Final = 1_048_576
_MAX_MESSAGE: Final = 512 * _MIB


@dataclass(frozen=True, slots=True)
class Limits:
    """What the reading process may use: bytes of memory, seconds a piece, and rows of a piece."""

    memory: int = 1_536 * _MIB
    seconds: float = 120.0
    rows: int = PieceRows.most


LIMITS = Limits()
"""What is in force; tests read with smaller ones."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of a file: `rows` has `line` and text columns; `end` counts records so far."""

    rows: pl.DataFrame
    bad: list[BadLine]
    end: int


class FileRows:
    """A file opened for reading; `form`, `header` and `delimiter` are those of `Opened`."""

    def __init__(self, reader: _Reader, opened: Opened) -> None:
        self.form, self.delimiter, self.escaped = opened.form, opened.delimiter, opened.escaped
        self.header = tuple(_column(column) for column in opened.header)
        self._reader = reader

    @property
    def chunks(self) -> Iterator[Chunk]:
        """The rows, once; UnreadableFile where they end in something that cannot be read."""
        while (body := self._reader.answer("piece", "end")) is not None:
            yield _chunk(Piece.from_json(body))

    def close(self) -> None:
        """Let go of the file: the reading process ends."""
        self._reader.close()


def open_rows(
    path: Path,
    rules: FileRules | None = None,
    *,
    name: str | None = None,
    limits: Limits | None = None,
) -> FileRows:
    """Open a file as rows; UnreadableFile where its bytes are nothing we read.

    `name` is what messages call it, where it is not its own name.
    """
    said = {"delimiter": rules.delimiter, "encoding": rules.encoding} if rules else {}
    order = {
        "path": str(path.absolute()),
        "name": name or path.name,
        "rules": {key: value for key, value in said.items() if value},
    }
    reader = _Reader(order, limits or LIMITS)
    try:
        opened = Opened(**reader.answer("opened"))
    except BaseException:
        reader.close()
        raise
    return FileRows(reader, opened)


def _column(name: str) -> str:
    """A column's name; `line` is ours."""
    return "line " if name == "line" else name


def _chunk(piece: Piece) -> Chunk:
    columns = {
        _column(name): pl.Series(cells, dtype=pl.String) for name, cells in piece.columns.items()
    }
    lines = pl.Series(piece.lines, dtype=pl.Int64)
    return Chunk(pl.DataFrame({"line": lines, **columns}), piece.bad, piece.end)


class _Reader:
    """The reading process of one file, and the sentences that its end is worth."""

    def __init__(self, order: dict[str, Any], limits: Limits) -> None:
        self._name, self._limits = order["name"], limits
        # -P: a module in the working directory must not take the place of one of ours.
        command = [sys.executable, "-P", "-m", "data_access.intake.file_process"]
        clean = {k: v for k, v in os.environ.items() if not k.startswith("LEADLOOP_")}
        quiet = {"ARROW_DEFAULT_MEMORY_POOL": "system", "POLARS_MAX_THREADS": "1"}
        self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**clean, **quiet},
        )
        stdin = self._process.stdin
        assert stdin is not None  # noqa: S101 - it was asked for
        told = {**order, "memory": limits.memory, "rows": limits.rows}
        with suppress(BrokenPipeError), stdin:  # how it ended is said when it is asked
            stdin.write(json.dumps(told).encode() + b"\n")

    def answer(self, *expected: str) -> Any:  # noqa: ANN401 - JSON of its own making
        """The body of the next message, if it is of an expected kind; else UnreadableFile."""
        until = time.monotonic() + self._limits.seconds
        size = HEAD.unpack(self._bytes(HEAD.size, until))[0]
        if size > _MAX_MESSAGE:
            raise self._ended(kind="memory")
        kind, body = json.loads(self._bytes(size, until))
        if kind in expected:
            return body
        if kind == "unreadable":
            message = f"{self._name}: {body}"
            raise UnreadableFile(message)
        raise self._ended(kind=kind, detail=body)

    def _bytes(self, count: int, until: float) -> bytes:
        stream = self._process.stdout
        assert stream is not None  # noqa: S101 - it was asked for
        ready = select.poll()  # a server may hold more files than `select` can tell
        ready.register(stream, select.POLLIN | select.POLLHUP)
        found = bytearray()
        while len(found) < count:
            left = until - time.monotonic()
            if left <= 0 or not ready.poll(left * 1000):
                raise self._ended(kind="time")
            block = os.read(stream.fileno(), min(count - len(found), _MIB))
            if not block:
                raise self._ended(kind="dead")
            found += block
        return bytes(found)

    def _ended(self, *, kind: str, detail: str | None = None) -> UnreadableFile:
        """Why the file could not be read to its end, as a sentence."""
        code = self._process.wait() if kind == "dead" else None
        self.close()
        if kind == "time":
            why = f"a part of it took longer than {self._limits.seconds:g} seconds to read"
        elif kind == "memory" or code in {-signal.SIGABRT, -signal.SIGKILL, -signal.SIGSEGV}:
            why = (
                f"reading it needs more than {self._limits.memory // _MIB:,} MB of memory; "
                "split it, or save it as CSV"
            )
        else:
            why = "it is damaged, or no file of its kind" + (f" ({detail})" if detail else "")
        return UnreadableFile(f"{self._name}: cannot be read: {why}")

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
