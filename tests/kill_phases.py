"""kill -9 at any moment of an import, a rebuild, a refresh, a backup or a restore.

Each try: begin the phase in a process of its own, end it after a random while, look at what
lies there, do it again to the end, and hold the end against one that was left alone.

    python tests/kill_phases.py --times 1000
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from collections.abc import Callable

PHASES: Final = ("import", "rebuild", "refresh", "backup", "restore")
ROWS: Final = 3_000
ROOMS: Final = str(Path(__file__).parent.parent)  # tests has folders of their names
PIECE: Final = 250
AT_US: Final = 1_795_000_000_000_000
ZONE: Final = "UTC"


# --- in the process that is ended ----------------------------------------------------------


def _store(folder: Path) -> Any:
    from data_access.store.store import Store  # noqa: PLC0415 - the parent needs none of it

    return Store(f"sqlite:///{folder / 'leadloop.sqlite3'}")


def _import(folder: Path, name: str = "first.csv") -> None:
    from data_access.intake import file_reader  # noqa: PLC0415
    from data_access.intake.import_file import import_file  # noqa: PLC0415
    from data_access.intake.import_order import ImportOrder  # noqa: PLC0415

    file_reader.LIMITS = file_reader.Limits(rows=PIECE)
    store = _store(folder)
    order = ImportOrder(
        path=folder / name, buyer="B1", errors_dir=folder / "refused", now_us=lambda: AT_US
    )
    import_file(store, order)
    store.close()


def _build(folder: Path) -> None:
    from dashboard.editions import builder  # noqa: PLC0415
    from data_access.snapshot.parquet_versions import ParquetVersions  # noqa: PLC0415
    from metrics.definitions.rules import Rules  # noqa: PLC0415

    store = _store(folder)
    versions = ParquetVersions(folder / "snapshot")
    with versions.writing() as mine:
        assert mine, "a process that was ended holds no lock"
        builder.build(store, versions, zone=ZONE, now_us=AT_US, rules=Rules())
    store.close()


def _backup(folder: Path) -> None:
    from data_access.store import backup  # noqa: PLC0415

    store = _store(folder)
    (folder / "copy").unlink(missing_ok=True)
    backup.backup(store, folder / "copy")
    store.close()


def _restore(folder: Path) -> None:
    from data_access.store import backup  # noqa: PLC0415

    store = _store(folder)
    backup.restore(store, folder / "copy", replace=True, at_us=AT_US)
    store.close()


ACTIONS: Final[dict[str, Callable[[Path], None]]] = {
    "import": _import,
    "rebuild": _build,
    "refresh": _build,
    "backup": _backup,
    "restore": _restore,
}


# --- what lies there, and what must ---------------------------------------------------------


def _rows(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the store, but for what a restore adds."""
    import sqlalchemy as sa  # noqa: PLC0415

    from data_access.store import tables  # noqa: PLC0415

    store = _store(folder)
    found: dict[str, list[tuple[Any, ...]]] = {}
    with store.reading() as connection:
        for table in tables.METADATA.sorted_tables:
            rows = [tuple(row) for row in connection.execute(sa.select(table))]
            found[table.name] = sorted(rows, key=repr)
    store.close()
    found["audit"] = [row for row in found["audit"] if "restore" not in row]
    found["counters"] = [row for row in found["counters"] if row[0] != "audit"]
    found.pop("properties")
    return found


def _errors(folder: Path) -> dict[str, bytes]:
    """The files of refused rows, and nothing else, lie in their folder."""
    return {path.name: path.read_bytes() for path in sorted((folder / "refused").glob("*"))}


def _figures(folder: Path) -> tuple[int, int, str]:
    """Version, deliveries, and a digest of all outcomes of the snapshot in force."""
    from hashlib import sha256  # noqa: PLC0415

    from dashboard.editions import builder  # noqa: PLC0415
    from data_access.snapshot.parquet_versions import ParquetVersions  # noqa: PLC0415
    from metrics.definitions.rules import Rules  # noqa: PLC0415

    store = _store(folder)
    versions = ParquetVersions(folder / "snapshot")
    edition = builder.standing(store, versions, zone=ZONE, now_us=AT_US, rules=Rules())
    store.close()
    if edition is None:
        return (0, 0, "")
    rows = edition.outcomes().collect().sort("lead_id", "buyer_id")
    text = rows.select(sorted(rows.columns)).write_csv()
    return edition.version, rows.height, sha256(text.encode()).hexdigest()


@dataclass
class Stage:
    """Folders in which phases begin, and what each comes to when it is left alone."""

    root: Path
    server: Server
    expected: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def folder(self, phase: str) -> Path:
        """A fresh copy of the state in which a phase begins."""
        folder = self.root / f"try-{phase}"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.root / f"before-{phase}", folder)
        return folder

    def outcome(self, phase: str, folder: Path) -> Any:
        """What the end of a phase is judged by."""
        if phase == "import":
            return _rows(folder), _errors(folder)
        if phase in {"rebuild", "refresh"}:
            return _figures(folder)
        return _rows(folder)


def _write(path: Path, first: int, rows: int) -> None:
    lines = ["lead_id,outcome,revenue,contacted_date,notes"]
    for n in range(first, first + rows):
        outcome = "maybe" if n % 40 == 17 else "converted"
        lines.append(f"L{n},{outcome},{n % 900}.50,2026-01-{n % 28 + 1:02d},'row {n}")
    path.write_text("\n".join(lines) + "\n")


def _deliveries(path: Path, rows: int) -> None:
    """Every third lead is delivered, so that there are outcomes."""
    event = '{{"event_type":"recipient.delivered","timestamp":"2026-01-01T00:00:00Z",'
    event += '"lead_id":"L{}","recipient":{{"id":"B1"}}}}'
    path.write_text("\n".join(event.format(n) for n in range(0, rows, 3)) + "\n")


def prepare(root: Path) -> Stage:
    """The state before each phase, and its outcome when nobody ends it."""
    stage = Stage(root, Server())
    begun = root / "before-import"
    begun.mkdir(parents=True)
    _write(begun / "first.csv", 0, ROWS)
    _write(begun / "second.csv", ROWS, ROWS // 4)
    _deliveries(begun / "deliveries.ndjson", ROWS * 5 // 4)
    _import(begun, "deliveries.ndjson")
    filled = root / "filled"
    shutil.copytree(begun, filled)
    _import(filled)
    shutil.copytree(filled, root / "before-rebuild")
    shutil.copytree(filled, root / "before-backup")
    _build(filled)
    _import(filled, "second.csv")
    shutil.copytree(filled, root / "before-refresh")
    _backup(filled)
    shutil.copytree(begun, root / "before-restore")
    shutil.copy(filled / "copy", root / "before-restore" / "copy")
    for phase in PHASES:
        folder = stage.folder(phase)
        began = time.monotonic()
        assert stage.server.run(phase, folder, after=None)
        stage.seconds[phase] = time.monotonic() - began
        stage.expected[phase] = stage.outcome(phase, folder)
    return stage


class Server:
    """A process that has everything loaded and forks one for each phase: starting is no part."""

    def __init__(self) -> None:
        single = {"POLARS_MAX_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            [sys.executable, __file__, "--serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **single, "PYTHONPATH": ROOMS},
        )
        assert self._line() == "ready"

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def run(self, phase: str, folder: Path, *, after: float | None) -> bool:
        """A phase in a process of its own, ended after so long; whether it came to its end."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{phase} {after if after is not None else 600} {folder}\n")
        self._process.stdin.flush()
        code = int(self._line())
        if code not in {0, -signal.SIGKILL}:
            message = f"{phase} ended with {code}"
            raise AssertionError(message)
        return code == 0

    def close(self) -> None:
        """End the server."""
        with self._process as process:
            process.kill()


def serve() -> None:
    """Fork a process for each line of standard input; say its number, then how it ended."""
    import dashboard.editions.builder  # noqa: F401, PLC0415 - loaded once, for all
    import data_access.intake.import_file  # noqa: PLC0415
    import data_access.store.backup  # noqa: F401, PLC0415

    _say("ready")
    for line in sys.stdin:
        phase, after, folder = line.split(maxsplit=2)
        pid = os.fork()
        if pid == 0:
            _act(phase, Path(folder.strip()))
        _say(str(_ended(pid, time.monotonic() + float(after))))


def _act(phase: str, folder: Path) -> None:
    code = 1
    try:
        ACTIONS[phase](folder)
        code = 0
    except BaseException:  # noqa: BLE001 - the tester is told by the code
        traceback.print_exc()
    finally:
        os._exit(code)


def _ended(pid: int, until: float) -> int:
    """Wait for our child, and end it when its time is over; how it ended."""
    while time.monotonic() < until:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.0005)
    os.kill(pid, signal.SIGKILL)  # not yet waited for, so the number is still its own
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def attempt(stage: Stage, phase: str, after: float) -> bool:
    """One try; AssertionError where something is left that must not be. Whether it was ended."""
    folder = stage.folder(phase)
    whole = stage.server.run(phase, folder, after=after)
    if phase == "backup":
        _assert_whole_or_absent(folder / "copy")
    if phase == "restore":
        assert stage.outcome(phase, folder) in (
            stage.expected[phase],
            _rows(stage.root / "before-restore"),
        ), "a restore that was ended left half of it"
    assert stage.server.run(phase, folder, after=None)
    assert stage.outcome(phase, folder) == stage.expected[phase], f"{phase} came to another end"
    if phase == "backup":
        left = {path.name for path in folder.glob("copy*")}
        assert left == {"copy"}, f"a backup that was ended left {left}"
    return not whole


def _assert_whole_or_absent(path: Path) -> None:
    from data_access.store import backup  # noqa: PLC0415

    if path.exists():
        backup.examined(path)


def many(times: int, *, seed: int, root: Path, phases: tuple[str, ...] = PHASES) -> dict[str, int]:
    """So many tries, phase by phase in turn; how many of each were ended before their end."""
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets
    stage = prepare(root)
    ended = dict.fromkeys(phases, 0)
    try:
        for at in range(times):
            phase = phases[at % len(phases)]
            ended[phase] += attempt(stage, phase, chance.uniform(0.0, stage.seconds[phase]))
    finally:
        stage.server.close()
    return ended


@click.command()
@click.option("--serve", "served", is_flag=True, hidden=True)
@click.option("--times", type=click.IntRange(1, 100_000), default=100)
@click.option("--seed", type=int, default=1)
def main(*, served: bool, times: int, seed: int) -> None:
    """Run tries and print what came of them."""
    if served:
        serve()
        return
    with tempfile.TemporaryDirectory(prefix="leadloop-kills-") as place:
        ended = many(times, seed=seed, root=Path(place) / "stage")
    click.echo(json.dumps({"tries": times, "seed": seed, "ended": ended, "wrong": 0}))


if __name__ == "__main__":
    main()
