"""The process in which a file of others is read: `python -m data_access.intake.file_process`.

It is told on standard input what to read, answers on standard output in messages of a
length and JSON, and has a limit on its memory. Whatever a file does to it, only this
process ends, and `data_access.intake.file_reader` says so in a sentence.
"""

from __future__ import annotations

import json
import os
import struct
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from data_access.intake.file_limits import Opened, PieceRows, UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from data_access.intake.file_limits import Piece

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
HEAD: Final = struct.Struct(">I")


def open_file(path: Path, rules: Mapping[str, Any]) -> tuple[Opened, Iterator[Piece]]:
    """What a file is, by its first bytes, and its rows; UnreadableFile where it is nothing."""
    with path.open("rb") as stream:
        head = stream.read(4096)
    if not head:
        message = "no rows: the file is empty"
        raise UnreadableFile(message)
    if head.startswith((b"PAR1", b"PK\x03\x04")):
        from data_access.intake import workbooks  # noqa: PLC0415 - it starts slower than text

        if head.startswith(b"PAR1"):
            return workbooks.open_parquet(path)
        if workbooks.is_workbook(path):
            return workbooks.open_workbook(path)
    for magic, name in _MAGIC.items():
        if head.startswith(magic):
            message = f"it is {name}, not text; unpack or save it as CSV, XLSX or JSON"
            raise UnreadableFile(message)
    return _open_text(path, head, rules)


def _open_text(path: Path, head: bytes, rules: Mapping[str, Any]) -> tuple[Opened, Iterator[Piece]]:
    from data_access.intake import delimited_text, json_events  # noqa: PLC0415 - as above

    encoding = delimited_text.encoding_of(path, head, rules)
    start = head.decode(encoding, errors="ignore").lstrip("\ufeff \t\r\n")[:1]
    if start in {"{", "["}:
        return json_events.open_events(path, encoding, whole=start == "[")
    return delimited_text.open_delimited(path, encoding, rules)


def send(stream: BinaryIO, kind: str, body: object) -> None:
    """One message: its length, then `[kind, body]` as JSON."""
    text = json.dumps([kind, body]).encode()
    stream.write(HEAD.pack(len(text)) + text)
    stream.flush()


def _limit_memory(most: int) -> None:
    """So much address space and no dump of it; where a system knows no such limit, none."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - not on every platform

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _why(error: OSError) -> str:
    """Why the system does not give a file, in plain words where it is an everyday one."""
    if isinstance(error, FileNotFoundError):
        return "no such file"
    if isinstance(error, IsADirectoryError):
        return "it is a folder, not a file"
    return error.strerror or str(error)


def main() -> None:
    """Read the file that standard input names, to the end or to what cannot be read."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no answer
    order = json.loads(sys.stdin.readline())
    _limit_memory(order["memory"])
    PieceRows.most = order["rows"]
    path = Path(order["path"])
    try:
        opened, pieces = open_file(path, order["rules"])
        send(answers, "opened", asdict(opened))
        for piece in pieces:
            send(answers, "piece", piece.as_json())
        send(answers, "end", None)
    except UnreadableFile as error:
        send(answers, "unreadable", str(error))
    except MemoryError:
        send(answers, "memory", None)
    except BrokenPipeError:  # nobody asks any longer
        os._exit(0)
    except OSError as error:
        send(answers, "unreadable", f"cannot be read: {_why(error)}")
    except Exception as error:  # noqa: BLE001 - its end, whatever it is, is a sentence
        send(answers, "broken", str(error)[:300] or None)


if __name__ == "__main__":
    main()
