"""Workbooks and Parquet files as the text that a sender would write."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
import xlsxwriter

from data_access.intake import workbooks
from data_access.intake.file_limits import UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from data_access.intake.file_limits import Piece


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Writes rows of cells as the first sheet of a workbook."""

    def write(*rows: list[Any]) -> Path:
        path = tmp_path / "leads.xlsx"
        with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm"}) as workbook:
            sheet = workbook.add_worksheet()
            for number, cells in enumerate(rows):
                for place, cell in enumerate(cells):
                    sheet.write(number, place, cell)
        return path

    return write


def only(found: Any) -> Piece:
    """The only piece of a file."""
    [piece] = found
    return piece  # type: ignore[no-any-return]


def test_cells_are_written_as_people_would(written: Callable[..., Path]) -> None:
    """Whole numbers without a point, truth in words, times as they are."""
    when = datetime(2026, 10, 5, 9, 30)  # noqa: DTZ001 - cells have no zone
    path = written(["lead", "price", "sold", "when"], ["L-1", 20.0, True, when], ["L-2", 0.5])
    opened, pieces = workbooks.open_workbook(path)
    assert opened.header == ("lead", "price", "sold", "when")
    piece = only(pieces)
    assert piece.lines == [2, 3]
    assert piece.columns == {
        "lead": ["L-1", "L-2"],
        "price": ["20", "0.5"],
        "sold": ["true", None],
        "when": ["2026-10-05 09:30:00", None],
    }


def test_lines_are_those_of_the_sheet(written: Callable[..., Path]) -> None:
    """Empty rows are passed over and counted."""
    path = written([], ["lead"], [], ["L-1"], [], ["L-2"])
    _, pieces = workbooks.open_workbook(path)
    assert only(pieces).lines == [4, 6]


def test_a_row_that_is_wider_than_the_header_is_refused(written: Callable[..., Path]) -> None:
    """The others are read."""
    path = written(["lead", "price"], ["L-1", 1, "beyond"], ["L-2", 2])
    _, pieces = workbooks.open_workbook(path)
    piece = only(pieces)
    assert piece.columns["lead"] == ["L-2"]
    assert [(row.line, row.code) for row in piece.bad] == [(2, "ragged_row")]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [([], "the first sheet is empty"), ([["lead"]], "no rows under the header")],
)
def test_a_sheet_without_rows_is_said_to_be_one(
    written: Callable[..., Path], rows: list[list[str]], sentence: str
) -> None:
    """With and without a header."""
    with pytest.raises(UnreadableFile, match=sentence):
        workbooks.open_workbook(written(*rows))


def test_a_cell_far_away_is_refused_before_the_sheet_is_laid_out(tmp_path: Path) -> None:
    """Named by its place."""
    path = tmp_path / "far.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write(0, 0, "lead")
        sheet.write(1_000_000, 100, "far")
    with pytest.raises(UnreadableFile, match="reaches to cell CW1000001"):
        workbooks.open_workbook(path)


def test_only_an_archive_with_a_workbook_in_it_is_one(
    tmp_path: Path, written: Callable[..., Path]
) -> None:
    """Neither other archives nor other files."""
    assert workbooks.is_workbook(written(["lead"]))
    other, text = tmp_path / "other.zip", tmp_path / "text.xlsx"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("a.txt", "a")
    text.write_text("lead\n", "utf-8")
    assert not workbooks.is_workbook(other)
    assert not workbooks.is_workbook(text)


def test_parquet_columns_are_text_of_their_kind(tmp_path: Path) -> None:
    """Times in UTC with a Z, decimals without zeros behind, durations in seconds."""
    path = tmp_path / "leads.parquet"
    when = datetime(2026, 10, 5, 9, 30)  # noqa: DTZ001 - zones are put on below
    pl.DataFrame(
        {
            "lead": ["L-1", None],
            "day": [date(2026, 10, 5), None],
            "local": [when, None],
            "aware": pl.Series([when, None]).dt.replace_time_zone("Europe/Berlin"),
            "price": pl.Series([Decimal("20.50"), Decimal("100.00")]),
            "took": [timedelta(minutes=2), None],
            "sold": [True, False],
        }
    ).write_parquet(path)
    opened, pieces = workbooks.open_parquet(path)
    piece = only(pieces)
    assert opened.header[0] == "lead"
    first = {name: cells[0] for name, cells in piece.columns.items()}
    assert first == {
        "lead": "L-1",
        "day": "2026-10-05",
        "local": "2026-10-05T09:30:00.000000",
        "aware": "2026-10-05T07:30:00.000000Z",
        "price": "20.5",
        "took": "120",
        "sold": "true",
    }
    assert [cells[1] for cells in piece.columns.values()] == [
        *(None, None, None, None, "100", None, "false"),
    ]


def test_nested_columns_are_refused_by_name(tmp_path: Path) -> None:
    """Nobody would know how to write them in a cell."""
    path = tmp_path / "leads.parquet"
    pl.DataFrame({"lead": ["L-1"], "tags": [["a", "b"]]}).write_parquet(path)
    with pytest.raises(UnreadableFile, match="column 'tags' holds"):
        workbooks.open_parquet(path)


def test_what_is_no_parquet_file_inside_is_said_so(tmp_path: Path) -> None:
    """Also one without rows."""
    path = tmp_path / "leads.parquet"
    path.write_bytes(b"PAR1 and nothing more")
    with pytest.raises(UnreadableFile, match="the Parquet file cannot be read"):
        workbooks.open_parquet(path)
    pl.DataFrame({"lead": []}, schema={"lead": pl.String}).write_parquet(path)
    with pytest.raises(UnreadableFile, match="no rows under the header"):
        workbooks.open_parquet(path)
