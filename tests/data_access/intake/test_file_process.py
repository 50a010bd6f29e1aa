"""The reading process: what it takes a file for, and the messages it answers in."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from data_access.intake import file_process
from data_access.intake.file_limits import UnreadableFile
from data_access.intake.file_process import HEAD

if TYPE_CHECKING:
    from pathlib import Path

    from data_access.intake.file_limits import Opened


def read(path: Path) -> tuple[Opened, list[dict[str, list[str | None]]]]:
    """What a file is, and the columns of all of its pieces."""
    opened, pieces = file_process.open_file(path, {})
    return opened, [piece.columns for piece in pieces]


def messages(stream: bytes) -> list[list[Any]]:
    """What was sent, message by message."""
    found, at = [], 0
    while at < len(stream):
        (length,) = HEAD.unpack_from(stream, at)
        at += HEAD.size
        found.append(json.loads(stream[at : at + length]))
        at += length
    return found


@pytest.mark.parametrize(
    ("head", "named"),
    [
        (b"\x1f\x8b\x08\x00", "a gzip archive"),
        (b"%PDF-1.7", "a PDF"),
        (b"\x7fELF\x02", "a program"),
        (b"BZh91AY", "a bzip2 archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Excel workbook"),
    ],
)
def test_what_is_no_text_is_named_by_its_first_bytes(
    tmp_path: Path, head: bytes, named: str
) -> None:
    """With what would help."""
    path = tmp_path / "leads.csv"
    path.write_bytes(head + b"\n1,2\n")
    with pytest.raises(UnreadableFile, match=f"it is {named}.*not text"):
        file_process.open_file(path, {})


def test_an_archive_that_is_no_workbook_is_an_archive(tmp_path: Path) -> None:
    """Both begin with the same bytes."""
    path = tmp_path / "leads.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("leads.csv", "lead_id\nL-1\n")
    with pytest.raises(UnreadableFile, match="a zip archive"):
        file_process.open_file(path, {})


def test_an_empty_file_has_no_rows(tmp_path: Path) -> None:
    """It is said before anything is guessed."""
    path = tmp_path / "leads.csv"
    path.write_bytes(b"")
    with pytest.raises(UnreadableFile, match="no rows: the file is empty"):
        file_process.open_file(path, {})


@pytest.mark.parametrize(
    "text", ['{"lead_id": "L-1"}\n', ' \n[{"lead_id": "L-1"}]', '﻿[{"lead_id":"L-1"}]']
)
def test_a_brace_or_a_bracket_begins_events(tmp_path: Path, text: str) -> None:
    """Behind blanks and marks of order, too; the name of the file does not matter."""
    path = tmp_path / "leads.csv"
    path.write_text(text, "utf-8")
    opened, _ = read(path)
    assert opened.form == "events"


def test_anything_else_is_a_table(tmp_path: Path) -> None:
    """Cut at its own delimiter."""
    path = tmp_path / "leads.json"
    path.write_text("lead_id;outcome\nL-1;converted\n", "utf-8")
    opened, pieces = read(path)
    assert (opened.form, opened.header, opened.delimiter) == ("flat", ("lead_id", "outcome"), ";")
    assert pieces == [{"lead_id": ["L-1"], "outcome": ["converted"]}]


def test_a_message_is_its_length_and_its_text() -> None:
    """As many as are sent, one behind the other."""
    stream = io.BytesIO()
    file_process.send(stream, "opened", {"form": "flat"})
    file_process.send(stream, "end", None)
    assert messages(stream.getvalue()) == [["opened", {"form": "flat"}], ["end", None]]


def answers(path: Path, rows: int) -> list[list[Any]]:
    """What the process of its own says to an order."""
    order = {"memory": 2 << 30, "rows": rows, "path": str(path), "rules": {}}
    done = subprocess.run(
        [sys.executable, "-m", "data_access.intake.file_process"],
        input=json.dumps(order).encode() + b"\n",
        check=True,
        capture_output=True,
    )
    return messages(done.stdout)


def test_the_process_tells_header_pieces_and_end(tmp_path: Path) -> None:
    """In pieces of as many rows as it was told."""
    path = tmp_path / "leads.csv"
    path.write_text("lead_id\n" + "".join(f"L-{n}\n" for n in range(5)), "utf-8")
    said = answers(path, rows=2)
    assert [kind for kind, _ in said] == ["opened", "piece", "piece", "piece", "end"]
    assert said[0][1]["header"] == ["lead_id"]
    leads = [lead for kind, body in said if kind == "piece" for lead in body["columns"]["lead_id"]]
    assert leads == ["L-0", "L-1", "L-2", "L-3", "L-4"]


def test_the_process_says_what_it_cannot_read(tmp_path: Path) -> None:
    """In a sentence, and ends well."""
    [[kind, sentence]] = answers(tmp_path / "absent.csv", rows=2)
    assert kind == "unreadable"
    assert sentence == "cannot be read: no such file"
