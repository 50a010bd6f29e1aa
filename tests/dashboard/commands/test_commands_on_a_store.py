"""What each command does to a small store, and says of it."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING

import pytest
from builders import delivered, reported
from click.testing import CliRunner
from report_market import two_months

from dashboard.commands import (
    command_base,
    demo,
    entities,
    export,
    import_files,
    progress,
    report,
    serve,
    store,
)

if TYPE_CHECKING:
    from pathlib import Path

    import click
    from builders import Desk

EVENT = (
    '{"event_type": "recipient.delivered", "lead_id": "L-1", "recipient": {"id": "b1"}, '
    '"timestamp": "2026-10-05T09:00:00Z"}\n'
)


@pytest.fixture(autouse=True)
def _apart(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store of the test is the one that commands work on."""
    monkeypatch.chdir(desk.folder)
    monkeypatch.setenv("LEADLOOP_DATA_DIR", str(desk.folder))


def run(command: click.Command, *words: str, status: int = 0) -> str:
    """What a command says."""
    done = CliRunner().invoke(command, list(words))
    assert done.exit_code == status, done.output
    return done.output


def test_an_export_is_the_table_with_its_manifest(desk: Desk) -> None:
    """Filters are options; the manifest knows the file's size."""
    desk.take(*two_months())
    out = desk.folder / "sources.csv"
    said = run(export.export, "sources", "--from", "2026-10-01", "--to", "2026-10-31",
               "--source", "src_oak", "--out", str(out))  # fmt: skip
    assert f"{out}: 1 rows" in said
    lines = out.read_text("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "src_oak" in lines[1]
    manifest = json.loads(out.with_name("sources.csv.manifest.json").read_text("utf-8"))
    assert manifest["resources"][0]["bytes"] == out.stat().st_size


def test_an_unknown_table_is_answered_with_the_nearest() -> None:
    """And with all there are."""
    assert "nearest: sources" in run(export.export, "sorces", status=2)
    assert "needs --out FILE" in run(export.export, "sources", "--format", "xlsx", status=2)


def test_an_import_says_what_became_of_every_row(desk: Desk) -> None:
    """A second time all of it is known; a check keeps nothing."""
    path = desk.write("deliveries.ndjson", EVENT + EVENT.replace("L-1", "L-2"))
    checked = run(import_files.import_, str(path), "--validate-only")
    assert "nothing was kept" in checked
    assert desk.facts()["attempts"] == []
    assert "2 rows: 2 created" in run(import_files.import_, str(path))
    told = json.loads(run(import_files.import_, str(path), "--json"))
    assert told["rows"] == 2
    assert len(desk.facts()["attempts"]) == 2


def test_one_file_that_cannot_be_read_does_not_keep_the_others_out(desk: Desk) -> None:
    """The command ends with a status of its own."""
    good = desk.write("good.ndjson", EVENT)
    bad = desk.write("bad.csv", b"%PDF-1.7")
    said = run(import_files.import_, str(bad), str(good), status=import_files.UNREADABLE)
    assert "of 2 files, 1 could not be read" in said
    assert len(desk.facts()["attempts"]) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("monhly",), "nearest: monthly"),
        (("monthly",), "say where it goes"),
        (("monthly", "--out", "m.doc"), "neither .html nor .pdf"),
        (("monthly", "--out", "absent/m.html"), "there is no folder"),
        (("monthly", "--publish"), "needs --who NAME"),
        (("monthly", "--out", "m.html", "--who", "Ana"), "--who goes with --publish"),
    ],
)
def test_a_report_that_cannot_be_says_why(words: tuple[str, ...], said: str) -> None:
    """Before anything is read."""
    assert said in run(report.report, *words, status=2)


def test_a_letter_is_written_with_the_file_of_its_leads(desk: Desk) -> None:
    """The same question for both."""
    desk.take(*two_months())
    out = desk.folder / "acme.html"
    run(report.report, "buyer", "--buyer", "buy_acme", "--from", "2026-10-01",
        "--to", "2026-10-31", "--out", str(out))  # fmt: skip
    assert "Leads delivered to Acme" in out.read_text("utf-8")
    leads = (desk.folder / "acme.unanswered.csv").read_text("utf-8-sig").splitlines()
    assert len(leads) == 1 + 12


def test_a_backup_goes_back_and_the_doctor_is_content(desk: Desk, tmp_path: Path) -> None:
    """With the rows it counts."""
    desk.take(delivered("L1", "b1", "2026-10-05T09:00:00Z"))
    desk.take(reported("L1", "b1", "converted", "2026-10-06T09:00:00Z"))
    file = tmp_path / "store.backup"
    assert "1 attempts" in run(store.backup, str(file))
    desk.take(delivered("L2", "b1", "2026-10-05T09:00:00Z"))
    run(store.restore, str(file), "--replace")
    assert [row["lead_id"] for row in desk.facts()["attempts"]] == ["L1"]
    assert run(store.doctor).splitlines()[-1] == "all is well"


def test_names_and_merges_count_over_events(desk: Desk) -> None:
    """A type belongs to a buyer; nothing is merged with itself."""
    desk.take(delivered("L1", "b1", "2026-10-05T09:00:00Z", buyer_name="Heard"))
    run(entities.name, "buyer", "b1", "--called", "Acme", "--buyer-type", "lead_buyer")
    run(entities.merge, "buyer", "b1", "b2")
    with desk.store.reading() as connection:
        aliases = desk.store.aliases(connection)
    assert aliases.select("kind", "entity_id", "canonical_id").rows() == [("buyer", "b1", "b2")]
    wrong = run(entities.name, "source", "s1", "--buyer-type", "lead_buyer", status=2)
    assert "goes with a buyer" in wrong
    run(entities.merge, "buyer", "b1", "b1", status=2)


def test_a_demo_fills_an_empty_store_once(desk: Desk) -> None:
    """With the truth beside it; a day to come is refused."""
    truth = desk.folder / "truth.json"
    words = ("--deliveries", "200", "--until", "2026-05-31", "--if-empty")
    assert run(demo.demo, *words, "--truth", str(truth)).startswith("demo: ")
    assert json.loads(truth.read_text("utf-8"))["deliveries"] == 200
    assert run(demo.demo, *words) == ""
    assert "is in the future" in run(demo.demo, "--until", "2999-01-01", status=2)
    assert "is no date" in run(demo.demo, "--until", "31.05.2026", status=2)


def test_a_progress_bar_is_silent_where_nobody_watches() -> None:
    """It can be moved all the same."""
    bar, move = progress.progress_bar("file")
    with bar:
        move(5)
    assert bar.disable
    assert bar.tasks[0].completed == 5


def test_only_this_machine_is_served() -> None:
    """And a port in use is said to be."""
    assert "would show every lead" in run(serve.serve, "--host", "0.0.0.0", status=2)  # noqa: S104 - refused
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert f"port {port} of 127.0.0.1 is in use" in run(serve.serve, "--port", port, status=2)


def test_every_command_ends_in_a_sentence_of_ours() -> None:
    """By being one of ours."""
    commands = (export.export, import_files.import_, report.report, serve.serve, demo.demo)
    others = (store.backup, store.restore, store.doctor, entities.name, entities.merge)
    assert all(isinstance(one, command_base.Command) for one in (*commands, *others))
