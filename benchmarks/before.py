"""The state of now against an earlier one: the same steps, in turn, in a process each.

`python -m benchmarks.before --earlier DIR` takes another checkout of this repository, for
example `git worktree add DIR COMMIT`, whose modules are called as they are here. It makes one
store of about 100,000 facts with the earlier state, gives each a copy of it in every round, and
compares medians.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS: Final = 3
DELIVERIES: Final = 40_000
LOOKS: Final = 300
ROOT: Final = Path(__file__).resolve().parent.parent
NAMES: Final = {
    "csv": "import, CSV, 100,000 rows",
    "ndjson": "import, NDJSON, 100,000 events",
    "rebuild": "first page with no snapshot",
    "start": "first page with a snapshot",
    "refresh": "refresh after 1,000 reports",
    "status": f"`book().status()`, {LOOKS} times",
    "backup": "backup",
    "restore": "restore into an empty store",
}


def main() -> None:
    """Print the table."""
    from benchmarks.importing import PROFILE, _file  # noqa: PLC0415 - the child has another tree
    from benchmarks.timing import short, table  # noqa: PLC0415

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--earlier", type=Path, required=True)
    earlier = parser.parse_args().earlier.resolve()
    with tempfile.TemporaryDirectory(prefix="leadloop-before-") as name:
        folder = Path(name)
        _file(folder / "rows.csv")
        (folder / "rows.toml").write_text(PROFILE)
        _events(folder / "events.ndjson")
        _child(earlier, folder, folder / "made", "--make")
        taken: dict[Path, list[dict[str, float]]] = {earlier: [], ROOT: []}
        for turn in range(ROUNDS):
            for tree, found in taken.items():
                work = folder / f"{turn}-{tree is ROOT}"
                shutil.copytree(folder / "made", work)
                found.append(json.loads(_child(tree, folder, work)))
                shutil.rmtree(work)
    then, now = (_medians(found) for found in taken.values())
    rows = [
        [
            text,
            short(now[step]),
            f"{now[step] / then[step]:.2f} × ({short(then[step])})" if step in then else "new",
        ]
        for step, text in NAMES.items()
    ]
    title = f"Now against an earlier state, {DELIVERIES:,} deliveries (about 100,000 facts)"
    print(table(title, ["step", "now", "of the earlier time"], rows))


def _medians(found: list[dict[str, float]]) -> dict[str, float]:
    return {step: statistics.median(each[step] for each in found) for step in found[0]}


def _events(path: Path) -> None:
    """Deliveries, each with a report after it."""
    with path.open("w") as stream:
        for n in range(50_000):
            day = f"2026-{n % 9 + 1:02d}-{n % 27 + 1:02d}"
            delivered = {
                "event_type": "recipient.delivered",
                "timestamp": f"{day}T08:00:00Z",
                "lead_id": f"lead_{n:08x}",
                "recipient": {"id": f"buyer_{n % 12}"},
            }
            reported = {
                "event_type": "feedback.received",
                "timestamp": f"{day}T19:00:00Z",
                "lead_id": f"lead_{n:08x}",
                "source": {"entity_id": f"buyer_{n % 12}"},
                "feedback": {"outcome": "contacted", "notes": "not yet decided"},
            }
            stream.write(f"{json.dumps(delivered)}\n{json.dumps(reported)}\n")


def _child(tree: Path, folder: Path, work: Path, *words: str) -> str:
    command = [sys.executable, "-P", __file__, "--child", str(folder), str(work), *words]
    clean = {k: v for k, v in os.environ.items() if not k.startswith("LEADLOOP_")}
    env = {**clean, "PYTHONPATH": str(tree), "LEADLOOP_DATA_DIR": str(work)}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=env, cwd=tree)
    return done.stdout.splitlines()[-1]


def _steps(folder: Path, work: Path) -> dict[str, float]:
    """The steps on one tree's code, with a store of its own."""
    from benchmarks.snapshots import _touch  # noqa: PLC0415 - of the tree that is measured
    from benchmarks.timing import seconds  # noqa: PLC0415
    from dashboard.answers.workspace import Workspace  # noqa: PLC0415
    from data_access.intake.import_file import import_file  # noqa: PLC0415
    from data_access.intake.import_order import ImportOrder  # noqa: PLC0415
    from data_access.settings import Settings  # noqa: PLC0415
    from data_access.store.store import Store  # noqa: PLC0415

    def taken_in(name: str, profile: str | None) -> Callable[[], object]:
        store = Store(f"sqlite:///{work / name}.sqlite3")
        order = ImportOrder(
            path=folder / name,
            profile=profile,
            errors_dir=work,
            now_us=lambda: 1_795_000_000_000_000,
        )
        return lambda: import_file(store, order)

    found = {
        "csv": seconds(taken_in("rows.csv", str(folder / "rows.toml"))),
        "ndjson": seconds(taken_in("events.ndjson", None)),
    }
    settings = Settings()
    Workspace(settings).store.close()  # a migration that is due is done once
    books: list[Workspace] = []
    for step in ("rebuild", "start"):
        books.append(Workspace(settings))
        found[step] = seconds(books[-1].status)
    workspace = books[-1]
    _touch(workspace.store, "recent", 0)
    found["refresh"] = seconds(workspace.refresh)
    found["status"] = seconds(lambda: [workspace.status() for _ in range(LOOKS)])
    if hasattr(Store, "writing"):  # the state that can be copied
        found |= _copies(workspace.store, work)
    return found


def _copies(store: object, work: Path) -> dict[str, float]:
    from benchmarks.timing import seconds  # noqa: PLC0415 - as above
    from data_access.store import backup  # noqa: PLC0415
    from data_access.store.store import Store  # noqa: PLC0415

    assert isinstance(store, Store)
    file = work / "store.backup"
    empty = Store(f"sqlite:///{work / 'restored'}.sqlite3")
    at_us = time.time_ns() // 1_000
    return {
        "backup": seconds(lambda: backup.backup(store, file)),
        "restore": seconds(lambda: backup.restore(empty, file, replace=False, at_us=at_us)),
    }


def _make() -> None:
    from dashboard.commands.main import main as leadloop  # noqa: PLC0415 - of the tree that is measured

    words = ["demo", "--deliveries", str(DELIVERIES), "--until", "2026-10-31"]
    leadloop(words, standalone_mode=False)
    print()


if __name__ == "__main__":
    if "--child" in sys.argv:
        at = sys.argv.index("--child")
        if "--make" in sys.argv:
            Path(sys.argv[at + 2]).mkdir()
            _make()
        else:
            print(json.dumps(_steps(Path(sys.argv[at + 1]), Path(sys.argv[at + 2]))))
    else:
        main()
