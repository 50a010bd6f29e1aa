"""What may be read of a file of others: its limits, and the form in which its rows come.

Nothing here needs more than the standard library: the reading process starts with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final

from data_access.explained import ExplainedError
from data_access.intake.refusals import MAX_CELL
from data_access.store.storable_text import storable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_COLUMNS: Final = 128
MAX_ROWS: Final = 20_000_000
MAX_SHEET_CELLS: Final = 24_000_000  # a workbook's reader lays out the whole rectangle
MAX_JSON: Final = 64 * 1_048_576
MAX_UNPACKED: Final = 2_147_483_648
PIECE_SIZE: Final = 32 * 1_048_576  # characters; a piece of wide rows has fewer of them


class UnreadableFile(ExplainedError, ValueError):  # noqa: N818 - says what the file is
    """A file that cannot be read as rows; the message names why and what would help."""

    def __init__(self, message: str) -> None:
        super().__init__(storable(message))


class PieceRows:
    """So many rows a piece has at most; the reading process is told how many."""

    most: ClassVar[int] = 20_000


@dataclass(frozen=True, slots=True)
class BadLine:
    """A row that could not even be cut into cells."""

    line: int
    code: str
    allowed: str
    raw: str
    field: str | None = None
    """The path of the field in an event, where it is one field."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A file whose beginning was understood.

    `form` is `events` or `flat`; `escaped` says that a `'` may stand before text that a
    spreadsheet would run, as in the delimited files that we write.
    """

    form: str
    header: tuple[str, ...] = ()
    delimiter: str = ","
    escaped: bool = False


@dataclass(slots=True)
class Piece:
    """Some rows of a file: their lines, their cells by column, and what could not be cut.

    `end` counts the records of the file up to here.
    """

    end: int
    lines: list[int] = field(default_factory=list)
    columns: dict[str, list[str | None]] = field(default_factory=dict)
    bad: list[BadLine] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The piece as it goes from the reading process to the one that asked."""
        bad = [[b.line, b.code, b.allowed, b.raw, b.field] for b in self.bad]
        return {"end": self.end, "lines": self.lines, "columns": self.columns, "bad": bad}

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Piece:
        """The piece as it arrives."""
        bad = [BadLine(*row) for row in body["bad"]]
        return cls(body["end"], body["lines"], body["columns"], bad)


def check_header(header: Sequence[str]) -> tuple[str, ...]:
    """The header, or UnreadableFile where it has too many columns or one of them twice."""
    if len(header) > MAX_COLUMNS:
        message = f"{len(header):,} columns; at most {MAX_COLUMNS}"
        raise UnreadableFile(message)
    twice = sorted({column for column in header if list(header).count(column) > 1})
    if twice:
        message = f"the column {twice[0][:100]!r} appears twice in the header"
        raise UnreadableFile(message)
    if any(len(column) > MAX_CELL for column in header):
        message = f"a column name is longer than {MAX_CELL:,} characters"
        raise UnreadableFile(message)
    return tuple(header)


def in_pieces(header: Sequence[str], rows: Iterator[Row]) -> Iterator[Piece]:
    """Rows of cells as pieces, each of at most `PieceRows.most` rows and about `PIECE_SIZE`."""
    end = 0
    piece, cells, size = Piece(0), [], 0
    for row in rows:
        end += 1
        if end > MAX_ROWS:
            message = f"more than {MAX_ROWS:,} rows; split the file"
            raise UnreadableFile(message)
        if isinstance(row, BadLine):
            piece.bad.append(row)
            size += len(row.raw)
        else:
            piece.lines.append(row[0])
            cells.append(row[1])
            size += sum(len(cell) for cell in row[1] if cell is not None)
        if len(piece.lines) + len(piece.bad) >= PieceRows.most or size >= PIECE_SIZE:
            yield _filled(piece, header, cells, end)
            piece, cells, size = Piece(0), [], 0
    if piece.lines or piece.bad:
        yield _filled(piece, header, cells, end)


def _filled(piece: Piece, header: Sequence[str], cells: list[Cells], end: int) -> Piece:
    columns = list(zip(*cells, strict=True)) or [()] * len(header)
    piece.columns = {name: list(column) for name, column in zip(header, columns, strict=True)}
    piece.end = end
    return piece


Cells = list[str | None]
Row = tuple[int, Cells] | BadLine
"""A row's line with its cells, or why it has none."""
