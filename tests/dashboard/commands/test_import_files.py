"""`leadloop import`: every file is tried, and the status says what came of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from dashboard.commands import import_files
from dashboard.commands.import_files import REFUSED, UNREADABLE

if TYPE_CHECKING:
    from pathlib import Path

    from builders import Desk
    from click.testing import Result

HEADER = "lead_id,outcome,revenue,contacted_date,notes\n"
GOOD = HEADER + "".join(f"L{n},converted,10.00,2026-01-02,\n" for n in range(4))
ONE_BAD = HEADER + "".join(f"M{n},converted,10.00,2026-01-02,\n" for n in range(9))
ONE_BAD += "M9,converted,12,2026-13-45,\n"


@pytest.fixture(autouse=True)
def _apart(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store of the test is the one that the command works on."""
    monkeypatch.chdir(desk.folder)
    monkeypatch.setenv("LEADLOOP_DATA_DIR", str(desk.folder))


def run(*words: str | Path) -> Result:
    """The command, with a buyer for all rows."""
    said = [*map(str, words), "--buyer", "b1"]
    return CliRunner().invoke(import_files.import_, said)


def lines(result: Result) -> list[dict[str, Any]]:
    """What it says as JSON, a file a line."""
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def files(desk: Desk) -> dict[str, Path]:
    """One that is good, one with a bad row of ten, one that is no text, one that is not there."""
    return {
        "good": desk.write("good.csv", GOOD),
        "bad": desk.write("bad.csv", ONE_BAD),
        "pdf": desk.write("pdf.csv", b"%PDF-1.7"),
        "absent": desk.folder / "absent.csv",
    }


@pytest.mark.parametrize(
    ("names", "status"),
    [
        (("good",), 0),
        (("good", "good"), 0),
        (("bad",), REFUSED),
        (("bad", "good"), REFUSED),
        (("pdf",), UNREADABLE),
        (("absent",), UNREADABLE),
        (("good", "absent"), UNREADABLE),
        (("bad", "absent", "good"), UNREADABLE),
    ],
)
def test_the_status_says_the_worst_that_came_of_any_file(
    files: dict[str, Path], names: tuple[str, ...], status: int
) -> None:
    """Known rows are well; refused ones are 3, an unreadable file is 2 and wins."""
    assert run(*(files[name] for name in names)).exit_code == status
    checked = run(*(files[name] for name in names), "--validate-only")
    assert checked.exit_code == status


def test_a_conflict_is_a_refusal_and_a_duplicate_is_none(desk: Desk) -> None:
    """The same event id says something else."""
    event = {
        "event_type": "recipient.delivered",
        "event_id": "d1",
        "timestamp": "2026-10-05T09:00:00Z",
        "lead_id": "L1",
        "recipient": {"id": "b1"},
    }
    first = desk.write("first.ndjson", json.dumps(event) + "\n")
    other = desk.write("other.ndjson", json.dumps({**event, "lead_id": "L2"}) + "\n")
    assert [run(path).exit_code for path in (first, first, other)] == [0, 0, REFUSED]


@pytest.mark.parametrize(
    ("share", "status"),
    [("0.1", 0), ("10%", 0), ("10.5 %", 0), ("0.09", REFUSED), ("9.9%", REFUSED), ("0", REFUSED)],
)
def test_a_share_of_refused_rows_may_be_allowed(
    files: dict[str, Path], share: str, status: int
) -> None:
    """One row of ten is refused; the share itself is allowed."""
    assert run(files["bad"], "--fail-over", share).exit_code == status


def test_each_file_is_held_against_the_share_by_itself(files: dict[str, Path]) -> None:
    """A large good file does not outweigh a small bad one; unreadable is never allowed."""
    assert run(files["good"], files["bad"], "--fail-over", "8%").exit_code == REFUSED
    assert run(files["absent"], "--fail-over", "100%").exit_code == UNREADABLE


@pytest.mark.parametrize("share", ["much", "-1", "1.5", "101%", "2 percent", ""])
def test_what_is_no_share_is_said_before_anything_is_read(
    desk: Desk, files: dict[str, Path], share: str
) -> None:
    """With what to write."""
    result = run(files["good"], "--fail-over", share)
    assert result.exit_code == 2
    assert "write 0.02 or 2%" in result.stderr
    assert desk.facts()["feedback"] == []


def test_every_file_is_tried_and_listed_at_the_end(desk: Desk, files: dict[str, Path]) -> None:
    """One that is missing keeps no other out, wherever it stands."""
    result = run(files["absent"], files["bad"], desk.folder, files["good"])
    assert len(desk.facts()["feedback"]) == 13
    assert result.stderr.splitlines() == [
        "leadloop: absent.csv: cannot be read: no such file",
        f"leadloop: {files['bad']}: 1 of 10 rows refused",
        f"leadloop: {desk.folder.name}: cannot be read: it is a folder, not a file",
        f"leadloop: {files['good']}: all 4 rows taken or known",
        "leadloop: of 4 files, 2 could not be read, 1 had more rows refused than allowed",
    ]


def test_json_says_why_by_code_and_field(files: dict[str, Path]) -> None:
    """With the first line and what is allowed; a file that cannot be read says why."""
    result = run(files["bad"], files["absent"], files["good"], "--json")
    bad, absent, good = lines(result)
    [why] = bad["reasons"]
    assert (why["code"], why["rows"], why["line"]) == ("time_impossible", 1, 11)
    assert why["field"]
    assert why["allowed"]
    answers = ("created", "duplicate", "conflict", "parked", "rejected")
    assert [bad[answer] for answer in answers] == [0, 0, 0, 9, 1]
    assert bad["batch_id"].startswith("b-")
    assert bad["error_file"].endswith(".csv")
    assert absent == {"file": "absent.csv", "error": "absent.csv: cannot be read: no such file"}
    assert (good["reasons"], good["rows"], good["error_file"]) == ([], 4, None)


def test_reasons_are_counted_by_field(desk: Desk) -> None:
    """The same code in two fields is two reasons, the most frequent first."""
    text = HEADER + (
        "L1,converted,10.00,2026-01-02,\n"
        "L2,sold?,10.00,2026-01-02,\n"
        "L3,converted,ten,2026-01-02,\n"
        "L4,converted,1e9,2026-01-02,\n"
    )
    [told] = lines(run(desk.write("several.csv", text), "--json"))
    found = [(why["code"], why["field"], why["rows"], why["line"]) for why in told["reasons"]]
    assert found == [("money_format", "value", 2, 4), ("unknown_word", "outcome", 1, 3)]


def test_help_says_what_each_status_means() -> None:
    """For whoever puts the command into a script."""
    words = " ".join(CliRunner().invoke(import_files.import_, ["--help"]).output.split())
    assert "The status is 0 where every row was taken or known" in words
    assert "3 where rows were refused" in words
    assert "2 where a file could not be read" in words
