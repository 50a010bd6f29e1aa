"""Cells that no text file has, in workbooks and Parquet: text, or their row is refused."""

from __future__ import annotations

import zipfile
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from workbook_files import row, text_cell, write_sheet

from data_access.intake.file_reader import UnreadableFile

if TYPE_CHECKING:
    from pathlib import Path

    from builders import Desk

HEADER = ("lead_id", "outcome", "revenue", "contacted_date", "notes")
LONG = "SUM(A1:A9)+" * 90 + "0"


def _failed(place: str, shown: str, formula: str = "1/0") -> str:
    return f'<c r="{place}" t="e"><f>{formula}</f><v>{shown}</v></c>'


@pytest.mark.parametrize("formula", ["1/0", LONG])
def test_a_formula_that_failed_is_no_empty_cell(desk: Desk, formula: str) -> None:
    """What a spreadsheet shows there is what the row says, and the row is refused for it."""
    value = _failed("C2", "#DIV/0!", formula)
    rows = row(1, *HEADER) + f'<row r="2">{text_cell("A2", "L1")}{text_cell("B2", "converted")}'
    rows += f"{value}{text_cell('D2', '2026-05-03')}</row>"
    rows += f'<row r="3">{_failed("A3", "#N/A")}{_failed("B3", "#REF!")}</row>'
    rows += row(4, "L4", "contacted", "", "2026-05-03", "x")
    done = desk.load(write_sheet(desk.folder / "f.xlsx", rows), buyer="B1")
    assert (done.rows, done.counts["parked"], done.counts["rejected"]) == (3, 1, 2)
    assert [line for line, _, _ in desk.refused()] == [2, 3]
    assert desk.refused()[0][1:] == ("money_format", "value")
    assert done.error_file is not None
    assert "#REF!" in done.error_file.read_text("utf-8-sig")


@pytest.mark.parametrize("first", [1, 2, 6])
def test_lines_are_those_of_the_sheet_wherever_the_table_begins(desk: Desk, first: int) -> None:
    """Blank rows above the header count, as they do in the spreadsheet."""
    rows = row(first, *HEADER) + row(first + 1, "L1", "odd", "", "2026-05-03", "x")
    rows += row(first + 5, "L2", "odd", "", "2026-05-03", "x")
    desk.load(write_sheet(desk.folder / "f.xlsx", rows), buyer="B1")
    assert [line for line, _, _ in desk.refused()] == [first + 1, first + 5]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [("locked", "password"), ("no sheet", "Worksheet"), ("no relation", "Relationship")],
)
def test_a_workbook_that_cannot_be_opened_says_why_in_plain_words(
    desk: Desk, spoil: str, says: str
) -> None:
    """No name of a programmer's error is in the sentence."""
    rows = row(1, *HEADER) + row(2, "L1", "contacted", "", "2026-05-03", "x")
    path = _spoilt(write_sheet(desk.folder / "f.xlsx", rows), spoil)
    with pytest.raises(UnreadableFile, match=says) as raised:
        desk.load(path, buyer="B1")
    assert not {"Error", "StopIteration", "Exception"} & set(str(raised.value).split())


def _spoilt(path: Path, spoil: str) -> Path:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    workspace = parts["xl/workbook.xml"]
    if spoil == "no sheet":
        workspace = workspace.replace(b'<sheet name="S" sheetId="1" r:id="rId1"/>', b"")
    elif spoil == "no relation":
        workspace = workspace.replace(b"rId1", b"rId9")
    parts["xl/workbook.xml"] = workspace
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    if spoil == "locked":
        locked = bytearray(path.read_bytes())
        for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            at = -1
            while (at := locked.find(mark, at + 1)) >= 0:
                locked[at + offset] |= 1
        path.write_bytes(bytes(locked))
    return path


def _parquet(folder: Path, **columns: pa.Array) -> Path:
    rows = {
        "lead_id": ["L1", "L2", "L3"],
        "outcome": ["converted"] * 3,
        "revenue": ["1", "2", "3"],
        "contacted_date": ["2026-05-03"] * 3,
        "notes": ["x"] * 3,
    }
    path = folder / "f.parquet"
    pq.write_table(pa.table({**rows, **columns}), path)
    return path


@pytest.mark.parametrize(
    "kind", [pa.date32(), pa.timestamp("us", "UTC"), pa.timestamp("ms", "Europe/Berlin")]
)
def test_a_time_that_no_calendar_has_spoils_its_own_row(desk: Desk, kind: pa.DataType) -> None:
    """The far ends of what such a column can hold; the good row is taken."""
    wide = pa.int32() if kind == pa.date32() else pa.int64()
    bits = 8 * wide.bit_width // 8
    good = 20_500 if kind == pa.date32() else 20_500 * 86_400 * 1_000
    good = good * 1_000 if kind == pa.timestamp("us", "UTC") else good
    times = pa.array([2 ** (bits - 1) - 1, good, -(2 ** (bits - 1))], wide).cast(kind, safe=False)
    done = desk.load(_parquet(desk.folder, contacted_date=times), buyer="B1")
    assert (done.rows, done.counts["parked"], done.counts["rejected"]) == (3, 1, 2)
    assert [line for line, _, _ in desk.refused()] == [2, 4]


def test_decimals_and_spans_of_time_are_numbers(desk: Desk) -> None:
    """Zeros that only fill up a decimal's scale are nobody's words."""
    money = pa.array([Decimal("45.5"), Decimal(100), None], pa.decimal128(18, 6))
    spans = pa.array([timedelta(seconds=90)] * 3, pa.duration("us"))
    desk.load(_parquet(desk.folder, revenue=money, notes=spans), buyer="B1")
    found = desk.facts()["feedback"]
    cents = {fact["lead_id"]: fact["value_cents"] for fact in found}
    assert cents == {"L1": 4550, "L2": 10_000, "L3": None}
    assert {fact["notes"] for fact in found} == {"90"}


@pytest.mark.parametrize(
    "cells",
    [pa.array([Decimal(1)] * 3, pa.decimal256(70, 2)), pa.array([[1]] * 3), pa.array([b"x"] * 3)],
)
def test_a_column_without_text_is_named(desk: Desk, cells: pa.Array) -> None:
    """Too wide a decimal ended the reading process without a word."""
    with pytest.raises(UnreadableFile, match="column 'extra' holds"):
        desk.load(_parquet(desk.folder, extra=cells), buyer="B1")
