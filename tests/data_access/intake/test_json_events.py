"""Events of files: line by line or as an array, and what is broken spoils none but itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from data_access.intake import json_events
from data_access.intake.file_limits import PieceRows, UnreadableFile
from data_access.intake.refusals import MAX_BYTES

if TYPE_CHECKING:
    from pathlib import Path

    from data_access.intake.file_limits import Piece


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file of a test lies."""
    return tmp_path / "events.json"


def pieces(path: Path, text: str) -> list[Piece]:
    """The pieces of a file with this text, where every event with a lead is a report."""
    text = text.replace('{"lead_id"', '{"event_type": "feedback.received", "lead_id"')
    path.write_text(text, "utf-8")
    whole = text.lstrip("\ufeff \n").startswith("[")
    opened, found = json_events.open_events(path, "utf-8", whole=whole)
    assert opened.form == "events"
    return list(found)


def leads(found: list[Piece]) -> list[tuple[int, str | None]]:
    """Line and lead of every event that could be read."""
    return [
        (line, lead)
        for piece in found
        for line, lead in zip(piece.lines, piece.columns.get("lead_id", []), strict=True)
    ]


def bad(found: list[Piece]) -> list[tuple[int, str]]:
    """Line and code of every event that could not."""
    return [(row.line, row.code) for piece in found for row in piece.bad]


def test_lines_are_counted_as_they_stand_in_the_file(path: Path) -> None:
    """Blank ones hold no event and count all the same."""
    found = pieces(path, '{"lead_id": "a"}\n\n  \n{"lead_id": "b"}\n')
    assert leads(found) == [(1, "a"), (4, "b")]
    assert found[-1].end == 2


def test_a_broken_line_spoils_none_but_itself(path: Path) -> None:
    """The first one, too."""
    found = pieces(path, '{"lead_id": "a"\n{"lead_id": "b"}\n{"lead_id": NaN}\n{"lead_id": "d"}\n')
    assert leads(found) == [(2, "b"), (4, "d")]
    assert bad(found) == [(1, "json_invalid"), (3, "json_not_finite")]


def test_one_object_over_many_lines_is_one_event(path: Path) -> None:
    """It is read whole where its first line is none."""
    assert leads(
        pieces(path, '{\n  "event_type": "feedback.received",\n  "lead_id": "a"\n}\n')
    ) == [(1, "a")]


def test_an_array_is_numbered_by_its_elements(path: Path) -> None:
    """What is no object is refused in its place."""
    found = pieces(path, '[{"lead_id": "a"}, 5, {"lead_id": "c"}]')
    assert leads(found) == [(1, "a"), (3, "c")]
    assert bad(found) == [(2, "not_an_object")]


def test_an_array_with_a_broken_element_keeps_the_others(path: Path) -> None:
    """Cut by its brackets; commas and brackets inside of texts cut nothing."""
    found = pieces(path, '[{"lead_id": "a],["}, {"lead_id": nonsense}, {"lead_id": "c"}]')
    assert leads(found) == [(1, "a],["), (3, "c")]
    assert bad(found) == [(2, "json_invalid")]


@pytest.mark.parametrize("text", ['[{"lead_id": "a"}', '[{"lead_id": "a"}] and more', '[{"a": 1}}'])
def test_an_array_whose_brackets_do_not_pair_is_no_file_of_events(path: Path, text: str) -> None:
    """Where it would be cut is anybody's guess."""
    with pytest.raises(UnreadableFile):
        pieces(path, text)


@pytest.mark.parametrize("text", ["[]", "[ ]"])
def test_no_event_is_no_rows(path: Path, text: str) -> None:
    """An empty array is a file with nothing in it."""
    with pytest.raises(UnreadableFile, match="no event"):
        pieces(path, text)


def test_a_line_that_is_too_long_is_refused_and_its_rest_skipped(path: Path) -> None:
    """Only its beginning is held."""
    long = '{"notes": "' + "x" * (3 * MAX_BYTES) + '"}'
    found = pieces(path, f'{{"lead_id": "a"}}\n{long}\n{{"lead_id": "c"}}\n')
    assert leads(found) == [(1, "a"), (3, "c")]
    assert bad(found) == [(2, "too_large")]
    assert len(found[0].bad[0].raw) <= MAX_BYTES


def test_pieces_have_the_rows_they_were_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`end` counts on, and columns hold nothing where an event says nothing."""
    monkeypatch.setattr(PieceRows, "most", 2)
    lines = ['{"lead_id": "a"}', '{"lead_id": "b", "agent": "n"}', '{"lead_id": "c"}']
    found = pieces(path, "\n".join(lines))
    assert [piece.end for piece in found] == [2, 3]
    assert found[0].columns["agent"] == [None, "n"]
    assert found[0].columns["lead_id"] == ["a", "b"]
    assert "agent" not in found[1].columns
