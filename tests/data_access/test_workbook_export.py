"""Workbooks: dates are dates, the sheet About begins with what was asked."""

# ruff: noqa: DTZ001 - a cell knows no zone

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from openpyxl import load_workbook

from data_access import workbook_export

if TYPE_CHECKING:
    from pathlib import Path

INSTANT = pl.Datetime("us", "UTC")
SCHEMA: dict[str, pl.DataType] = {
    "lead_id": pl.String(),
    "occurred_at": INSTANT,
    "recorded_at": INSTANT,
    "delivered_date": pl.Date(),
    "price_cents": pl.Int64(),
    "conversion_rate": pl.Float64(),
    "returned": pl.Boolean(),
}
MANIFEST: dict[str, Any] = {
    "name": "x",
    "leadloop": {
        "title": "Deliveries",
        "from": "2026-05-01",
        "to": "2026-05-31",
        "filters": {"source": ["S1"]},
        "as_of": "2026-06-01T00:00:00.000000Z",
        "data_version": 7,
        "page": "/leads?from=2026-05-01",
    },
}


def rows() -> pl.DataFrame:
    """A whole second, one with a fraction, and nothing at all."""
    whole = datetime(2026, 5, 4, 10, 0, 1, tzinfo=UTC)
    broken = datetime(2026, 5, 4, 10, 0, 1, 123456, tzinfo=UTC)
    return pl.DataFrame(
        {
            "lead_id": ["=1+1", "x" * 99, "L3"],
            "occurred_at": [whole, broken, None],
            "recorded_at": [broken, whole, None],
            "delivered_date": [date(2026, 5, 4), date(1970, 1, 1), None],
            "price_cents": [1250, 2**53 + 1, None],
            "conversion_rate": [0.125, 1.0, None],
            "returned": [True, False, None],
        },
        schema=SCHEMA,
    )


@pytest.fixture
def book(tmp_path: Path) -> Any:
    """What was written, as another program reads it."""
    path = tmp_path / "book.xlsx"
    frames = (rows().slice(at, 1) for at in range(3))
    workbook_export.write_xlsx(path, frames, SCHEMA, MANIFEST, rows=3)
    return load_workbook(path)


def test_cells_are_of_their_kind(book: Any) -> None:
    """Times of facts with a fraction stay text, so that they come back as they were."""
    sheet = book["Rows"]
    header, first, second, third = ([cell.value for cell in row] for row in sheet.iter_rows())
    assert header == list(SCHEMA)
    assert first == [
        "=1+1",
        datetime(2026, 5, 4, 10, 0, 1),
        datetime(2026, 5, 4, 10, 0, 1, 123000),
        datetime(2026, 5, 4),
        1250,
        0.125,
        True,
    ]
    assert second[1:5] == [
        "2026-05-04T10:00:01.123456Z",
        datetime(2026, 5, 4, 10, 0, 1),
        datetime(1970, 1, 1),
        "9007199254740993",
    ]
    assert third == ["L3", *[None] * 6]
    assert sheet["A2"].data_type == "s"


def test_cells_look_as_what_they_are(book: Any) -> None:
    """With a filter, a head that stays, and columns as wide as their names and texts."""
    sheet = book["Rows"]
    looks = {sheet.cell(2, at).column_letter: sheet.cell(2, at).number_format for at in range(2, 7)}
    assert looks == {
        "B": "yyyy-mm-dd hh:mm:ss",
        "C": "yyyy-mm-dd hh:mm:ss.000",
        "D": "yyyy-mm-dd",
        "E": "0",
        "F": "0.0###",
    }
    assert sheet.auto_filter.ref == "A1:G4"
    assert sheet.freeze_panes == "A2"
    widths = [sheet.column_dimensions[letter].width for letter in "ABF"]
    assert widths[0] < widths[1]
    assert widths[2] >= len("conversion_rate")


def test_about_begins_with_what_was_asked(book: Any) -> None:
    """Period, filters, as-of and link; the whole manifest below."""
    told = [tuple(cell.value for cell in row) for row in book["About"].iter_rows()]
    assert [name for name, _ in told[:7]] == [
        "title",
        "from",
        "to",
        "filters.source[0]",
        "as_of",
        "data_version",
        "page",
    ]
    assert told[1][1] == "2026-05-01"
    assert ("leadloop.as_of", "2026-06-01T00:00:00.000000Z") in told
    assert book["About"].column_dimensions["B"].width > 60


def test_a_sheet_of_no_rows_has_its_head(tmp_path: Path) -> None:
    """And a filter over one empty line."""
    path = tmp_path / "empty.xlsx"
    workbook_export.write_xlsx(path, iter(()), SCHEMA, {}, rows=0)
    sheet = load_workbook(path)["Rows"]
    assert [cell.value for cell in next(sheet.iter_rows())] == list(SCHEMA)
    assert sheet.auto_filter.ref == "A1:G2"


def test_more_rows_than_a_sheet_holds_are_refused() -> None:
    """With what to take instead."""
    workbook_export.check_sheet(workbook_export.MAX_SHEET_ROWS)
    with pytest.raises(workbook_export.TooManyRows, match="take csv, ndjson or parquet"):
        workbook_export.check_sheet(workbook_export.MAX_SHEET_ROWS + 1)
