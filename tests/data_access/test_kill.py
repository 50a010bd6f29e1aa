"""kill -9 in the middle of an import, then the same command again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import sqlalchemy as sa

from data_access.store.store import Store

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 60_000


def _file(path: Path) -> Path:
    with path.open("w") as stream:
        stream.write("lead_id,outcome,revenue,contacted_date,notes\n")
        for n in range(ROWS):
            outcome = "maybe" if n % 5_000 == 17 else "converted"
            stream.write(f"L{n},{outcome},{n % 900}.50,2026-01-{n % 28 + 1:02d},row {n}\n")
    return path


def _command(data: Path, file: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "dashboard.commands.main",
            "import",
            str(file),
            "--buyer",
            "B1",
            "--json",
        ],
        env={**os.environ, "LEADLOOP_DATA_DIR": str(data)},
        stdout=subprocess.PIPE,
        text=True,
    )


def _cursor(data: Path) -> int:
    store = Store(f"sqlite:///{data / 'leadloop.sqlite3'}")
    try:
        with store.reading() as connection:
            return connection.execute(sa.text("SELECT max(cursor) FROM batches")).scalar() or 0
    finally:
        store.close()


def _state(data: Path) -> dict[str, list[tuple[object, ...]]]:
    store = Store(f"sqlite:///{data / 'leadloop.sqlite3'}")
    questions = {
        "facts": "SELECT seq, event_id, content_hash, lead_id, raw FROM feedback ORDER BY seq",
        "batches": "SELECT batch_id, cursor, created, duplicate, conflict, parked, rejected, "
        "finished_us IS NULL FROM batches",
        "quarantine": "SELECT refused_id, line, code, raw FROM quarantine ORDER BY refused_id",
        "counters": "SELECT name, value FROM counters WHERE name <> 'audit' ORDER BY name",
    }
    try:
        with store.reading() as connection:
            return {
                name: [tuple(row) for row in connection.execute(sa.text(query))]
                for name, query in questions.items()
            }
    finally:
        store.close()


def test_an_import_that_was_killed_goes_on_to_the_same_end(tmp_path: Path) -> None:
    """Facts, receipt, quarantine and error file are those of an import left alone."""
    file = _file(tmp_path / "big.csv")
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    left_alone = _command(whole, file)
    told, _ = left_alone.communicate(timeout=300)
    killed = _command(cut, file)
    deadline = time.monotonic() + 120
    while not 0 < (reached := _cursor(cut)) < ROWS:
        assert killed.poll() is None, "the import ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate(timeout=30)
    assert 0 < reached <= _cursor(cut) < ROWS
    again = _command(cut, file)
    told_again, _ = again.communicate(timeout=300)
    first, second = json.loads(told), json.loads(told_again)
    assert second["resumed_at"] >= reached
    assert first["rejected"] == second["rejected"] == ROWS // 5_000
    assert _state(cut) == _state(whole)
    names = [next((folder / "refused").glob("*.csv")) for folder in (whole, cut)]
    assert names[0].read_bytes() == names[1].read_bytes()
