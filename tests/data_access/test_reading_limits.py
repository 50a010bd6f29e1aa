"""Files that would fill the memory, take for ever or end the reader: a sentence each."""

from __future__ import annotations

import io
import json
import os
import sys
from datetime import date, datetime
from typing import TYPE_CHECKING

import polars as pl
import psutil
import pytest
import xlsxwriter
from workbook_files import row, text_cell, write_sheet

from data_access.intake import delimited_records, file_reader
from data_access.intake.file_reader import Limits, UnreadableFile, open_rows
from data_access.intake.mapping_profile import UnknownProfile, load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from builders import Desk

HEADER = ("lead_id", "outcome", "revenue", "contacted_date", "notes")
BULK = ",".join(HEADER) + "\n"


def _sheet(path: Path, *more: str) -> Path:
    rows = row(1, *HEADER) + row(2, "L1", "contacted", "", "2026-05-03", "x") + "".join(more)
    return write_sheet(path, rows)


@pytest.mark.parametrize(
    ("place", "number"),
    [
        ("XFD1048576", 1_048_576),
        ("XFD3", 3),
        ("A400000", 400_000),
        ("DZ4", 4),
        ("Z1000000", 1_000_000),
    ],
)
def test_a_cell_far_from_the_table_costs_no_memory(desk: Desk, place: str, number: int) -> None:
    """A workbook of 2 kB whose rectangle would be gigabytes: refused, or read, and said."""
    path = _sheet(desk.folder / "f.xlsx", f'<row r="{number}">{text_cell(place, "x")}</row>')
    before = psutil.Process().memory_info().rss
    try:
        done = desk.load(path, buyer="B1")
    except UnreadableFile as error:
        assert place in str(error)  # noqa: PT017 - both ends are right
    else:
        assert place == "A400000"
        assert done.rows == 2
    assert psutil.Process().memory_info().rss - before < 200 * 1_048_576


def test_a_workbook_that_unfolds_is_ended_and_said(desk: Desk) -> None:
    """A few hundred kB of text repeated to gigabytes: the reading process ends, not ours."""
    rows = row(1, *HEADER) + row(2, "L1", "contacted", "", "2026-05-03", "x" * 150_000_000)
    path = write_sheet(desk.folder / "f.xlsx", rows)
    assert path.stat().st_size < 1_000_000
    before = psutil.Process().memory_info().rss
    with pytest.raises(UnreadableFile, match=r"f\.xlsx: cannot be read: .*memory"):
        list(open_rows(path, limits=Limits(memory=450 * 1_048_576)).chunks)
    assert psutil.Process().memory_info().rss - before < 400 * 1_048_576


def test_a_parquet_file_that_unfolds_is_ended_and_said(desk: Desk) -> None:
    """One long text, named a million times by a dictionary of a few bytes."""
    path = desk.folder / "f.parquet"
    words = pl.Series(["y" * 1_000_000]).cast(pl.Categorical)
    frame = pl.DataFrame({"lead_id": words.new_from_index(0, 200_000), "outcome": "contacted"})
    frame.write_parquet(path, compression="zstd")
    assert path.stat().st_size < 3_000_000
    try:
        chunks = list(open_rows(path, limits=Limits(memory=900 * 1_048_576)).chunks)
    except UnreadableFile as error:
        assert "memory" in str(error)  # noqa: PT017 - or each row is refused by its cell
    else:
        assert {bad.code for chunk in chunks for bad in chunk.bad} == {"cell_too_long"}


def test_a_file_that_takes_too_long_is_ended_and_said(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reading process is ended by its number; nothing of it stays."""
    fifo = desk.folder / "f.csv"
    os.mkfifo(fifo)
    before = {child.pid for child in psutil.Process().children()}
    with pytest.raises(UnreadableFile, match=r"longer than 0\.5 seconds"):
        open_rows(fifo, limits=Limits(seconds=0.5))
    assert {child.pid for child in psutil.Process().children()} == before
    monkeypatch.undo()


def test_a_reader_that_dies_is_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever ends it."""
    path = desk.write("f.csv", BULK + "L1,contacted,,2026-05-03,x\n")
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(UnreadableFile, match=r"f\.csv: cannot be read: it is damaged"):
        open_rows(path)


def test_the_reading_process_is_gone_after_each_file(desk: Desk) -> None:
    """Read to the end, broken off, or refused."""
    before = {child.pid for child in psutil.Process().children()}
    desk.load(desk.write("f.csv", BULK + "L1,contacted,,2026-05-03,x\n"), buyer="B1")
    rows = open_rows(desk.write("g.csv", BULK + "L2,contacted,,2026-05-03,x\n"))
    rows.close()
    with pytest.raises(UnreadableFile):
        desk.load(desk.write("h.csv", b"\x7fELF"))
    assert {child.pid for child in psutil.Process().children()} == before


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("f.parquet", b"PAR1\x00", "Parquet"),
        ("f.parquet", b"PAR1" + b"\x15" * 400 + b"PAR1", "Parquet"),
        ("f.xlsx", b"PK\x03\x04" + b"\x00" * 100, "zip archive"),
        (
            "f.csv",
            b"\xef\xbb\xbf" + BULK.encode() + b"L1,contacted,,2026-05-03,Zo\xeb\n",
            "not UTF-8",
        ),
        ("f.csv", BULK.encode("utf-16") + b"\x00\xd8\x00\xd8", "not UTF-16"),
        ("f.csv", BULK.encode("utf-16")[:-1], "not UTF-16"),
        ("f.json", b"[" * 100_000, "json_too_deep"),
        ("f.csv", b"x" * 9_000_000, "longer than"),
        ("f.csv", b'"' * 9_000_001, "longer than"),
    ],
)
def test_broken_bytes_are_a_sentence(desk: Desk, name: str, content: bytes, says: str) -> None:
    """Named by kind; nothing is kept."""
    with pytest.raises((UnreadableFile, UnknownProfile), match=says):
        desk.load(desk.write(name, content), buyer="B1")
    assert desk.store.data_version() == 0


def test_a_parquet_file_cut_in_the_middle_says_how_far_it_was_taken(desk: Desk) -> None:
    """The rows before the damage are facts; the sentence says how many, and it can go on."""
    frame = pl.DataFrame(
        {
            "lead_id": [f"L{n}" for n in range(3_000)],
            "outcome": "contacted",
            "revenue": "",
            "contacted_date": "2026-05-03",
            "notes": [f"note {n * 7919}" for n in range(3_000)],
        }
    )
    path = desk.folder / "f.parquet"
    frame.write_parquet(path, row_group_size=1_000, compression="uncompressed", statistics=False)
    content = bytearray(path.read_bytes())
    at = content.rindex(b"note ")
    content[at - 4_000 : at - 200] = b"\xff" * 3_800
    path.write_bytes(bytes(content))
    old, file_reader.LIMITS = file_reader.LIMITS, Limits(rows=500)
    try:
        desk.load(path, buyer="B1")
    except UnreadableFile as error:
        assert "rows are taken in" in str(error)  # noqa: PT017 - or every byte can be text
        assert desk.store.data_version() > 0
    finally:
        file_reader.LIMITS = old


def test_a_date_cell_is_a_date(desk: Desk) -> None:
    """As a vendor's workbook has them: a date, a date with a time, and text."""
    path = desk.folder / "f.xlsx"
    with xlsxwriter.Workbook(path) as workspace:
        sheet = workspace.add_worksheet()
        day = workspace.add_format({"num_format": "yyyy-mm-dd"})
        moment = workspace.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.write_row(0, 0, HEADER)
        for at, (number, lead) in enumerate([(45, "L1"), (45.5, "L2"), (0.3, "L3")], start=1):
            sheet.write_row(at, 0, [lead, "converted", number])
        sheet.write_datetime(1, 3, datetime(2026, 5, 3), day)  # noqa: DTZ001 - as Excel has it
        sheet.write_datetime(2, 3, datetime(2026, 5, 3, 10, 30), moment)  # noqa: DTZ001
        sheet.write_string(3, 3, date(2026, 5, 3).isoformat())
    done = desk.load(path, buyer="B1")
    assert desk.refused() == [(3, "time_naive", "occurred_at")]
    assert done.counts["parked"] == 2
    found = desk.facts()["feedback"]
    assert {(f["lead_id"], f["value_cents"], f["occurred_precision"]) for f in found} == {
        ("L1", 4500, "day"),
        ("L3", 30, "day"),
    }


def test_a_column_called_line_is_the_files_own(desk: Desk) -> None:
    """In text, in a workbook and in Parquet."""
    header = [*HEADER, "line"]
    body = ["L1", "contacted", "", "2026-05-03", "x", "7"]
    write_sheet(desk.folder / "f.xlsx", row(1, *header) + row(2, *body))
    pl.DataFrame([body], schema=header, orient="row").write_parquet(desk.folder / "f.parquet")
    desk.write("f.csv", ",".join(header) + "\n" + ",".join(body) + "\n")
    counts = [
        desk.load(desk.folder / f"f.{kind}", buyer="B1").counts
        for kind in ("csv", "xlsx", "parquet")
    ]
    assert [(c["parked"], c["duplicate"]) for c in counts] == [(1, 0), (0, 1), (0, 1)]


def test_utf_32_and_a_single_nul_are_read(desk: Desk) -> None:
    """The first as it is; of the second only its own row is refused."""
    text = BULK + "L1,contacted,,2026-05-03,gr\u00fc\u00dfe\n"
    desk.load(desk.write("f.csv", text.encode("utf-32")), buyer="B1")
    assert desk.facts()["feedback"][0]["notes"] == "gr\u00fc\u00dfe"
    text += "L2,contacted,,2026-05-03,a\x00b\nL3,contacted,,2026-05-03,c\n"
    done = desk.load(desk.write("g.csv", text), buyer="B1")
    assert (done.counts["duplicate"], done.counts["parked"]) == (1, 1)
    assert desk.refused() == [(3, "control_character", "notes")]


def test_the_depth_of_lists_counts(desk: Desk) -> None:
    """A list in a list is a level further down, as an object in an object is."""
    event = {"event_type": "recipient.delivered", "timestamp": "2026-05-01T10:00:00Z"}
    event |= {"lead_id": "L1", "recipient": {"id": "B1"}}  # type: ignore[dict-item]
    flat = json.dumps({**event, "x": [[[1, 2, 3]]]})
    deep = json.dumps({**event, "lead_id": "L2", "x": [[[[[[[[1]]]]]]]]})
    mixed = json.dumps({**event, "lead_id": "L3", "x": [{"a": [{"b": [{"c": [{}]}]}]}]})
    desk.load(desk.write("f.ndjson", f"{flat}\n{deep}\n{mixed}"))
    assert desk.refused() == [(2, "json_too_deep", None), (3, "json_too_deep", None)]


def test_many_unclosed_quotes_take_no_longer_than_as_many_rows(desk: Desk) -> None:
    """Each line is looked at a bounded number of times: counted, not timed."""
    looked = 0

    def each() -> Iterator[str]:
        nonlocal looked
        for line in io.StringIO(lines, newline=""):
            looked += 1
            yield line

    lines = 'x,"never closed\n' * 30_000
    calls = 0
    cut = delimited_records._cells  # noqa: SLF001 - counted here

    def counted(text: str, delimiter: str) -> list[str] | None:
        nonlocal calls
        calls += len(text)
        return cut(text, delimiter)

    delimited_records._cells = counted  # noqa: SLF001 # type: ignore[assignment]
    try:
        found = list(delimited_records.read(each(), delimiter=",", width=2, first_line=1))
    finally:
        delimited_records._cells = cut  # noqa: SLF001
    assert looked == 30_000
    assert calls <= 3 * len(lines)
    assert sum(record.code is None for record in found) + sum(r.code is not None for r in found)
    assert desk.store.data_version() == 0


@pytest.mark.parametrize("lines", [100, 250, 5_000])
def test_a_row_over_many_lines_is_one_row(desk: Desk, lines: int) -> None:
    """Up to 200 it is read, beyond it is refused once; the next row is read in any case."""
    note = "\n".join(f"line {n}" for n in range(lines))
    text = f'{BULK}L1,contacted,,2026-05-03,"{note}"\nL2,contacted,,2026-05-03,ok\n'
    done = desk.load(desk.write("f.csv", text), buyer="B1")
    assert (done.rows, done.counts["parked"]) == (2, 2 if lines == 100 else 1)
    assert [code for _, code, _ in desk.refused()] == ([] if lines == 100 else ["row_too_long"])
    assert "L2" in {fact["lead_id"] for fact in desk.facts()["feedback"]}


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ('delimiter = "||"', "one sign"),
        ('delimiter = ""', "one sign"),
        ("delimiter = 'a'", "one sign"),
        ("delimiter = '\"'", "one sign"),
        ('datetime_formats = ["%Q"]', "%d.%m.%Y %H:%M"),
        ('datetime_formats = ["%"]', "does not read"),
        ('datetime_formats = ["%Y-%m-%d %H"]', "does not read"),
        ('datetime_formats = ["%d/%m %H:%M"]', "does not read"),
        ('date_formats = ["%m/%Y"]', "does not read a day"),
        ('zone = "localtime"', "no time zone"),
        ('zone = "Europe/Berln"', "nearest: Europe/Berlin"),
        ('decimal = ","\nthousands = ","', "must differ"),
        ('encoding = "klingon"', "encoding"),
    ],
)
def test_a_setting_that_cannot_take_effect_is_refused_with_the_profile(
    desk: Desk, setting: str, says: str
) -> None:
    """One sentence with file and key; never at the first row."""
    text = f'name = "p"\n[columns]\nlead_id = "lead"\n[file]\n{setting}\n'
    with pytest.raises(UnknownProfile, match=says) as raised:
        load(str(desk.write("p.toml", text)))
    assert "p.toml: file" in str(raised.value)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x" * 2_000_000, b"a = [" * 50_000, b"\x00"])
def test_a_profile_that_is_none_is_a_sentence(desk: Desk, content: bytes) -> None:
    """Whatever its bytes."""
    with pytest.raises(UnknownProfile, match=r"p\.toml"):
        load(str(desk.write("p.toml", content)))


def test_twelve_hour_clocks_and_offsets_are_read(desk: Desk) -> None:
    """What the settings allow takes effect."""
    profile = desk.write(
        "p.toml",
        'name = "p"\n[columns]\nlead_id = "lead"\noutcome = "result"\nreported_at = "when"\n'
        '[constants]\nbuyer_id = "B1"\n[file]\nzone = "America/New_York"\n'
        'datetime_formats = ["%m/%d/%Y %I:%M %p", "%d %b %Y %H:%M %z"]\n',
    )
    text = (
        "lead,result,when\nL1,contacted,05/01/2026 02:30 PM\nL2,contacted,05/01/2026 12:05 AM\n"
        "L3,contacted,01 May 2026 10:00 +0200\n"
    )
    desk.load(desk.write("f.csv", text), str(profile))
    at = {f["lead_id"]: f["reported_us"] // 60_000_000 % 1440 for f in desk.facts()["feedback"]}
    assert at == {"L1": 18 * 60 + 30, "L2": 4 * 60 + 5, "L3": 8 * 60}


@pytest.mark.parametrize(
    "name", ["n" * 300, "a/b\\c", "caf\udce9.csv", "..", ".hidden", "tab\there", "\x00"]
)
def test_any_file_name_can_be_imported_and_stored(any_desk: Desk, name: str) -> None:
    """Names that no file system takes come from browsers; the error file has one it takes."""
    path = any_desk.write("f.csv", BULK + "L1,maybe,,2026-05-03,x\n")
    done = any_desk.load(path, buyer="B1", file_name=name)
    assert done.counts["rejected"] == 1
    assert done.error_file is not None
    assert done.error_file.parent == any_desk.folder / "refused"
    assert any_desk.load(done.error_file, buyer="B1").counts["rejected"] == 1
