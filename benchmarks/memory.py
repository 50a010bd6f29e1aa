"""Resident memory of the serving process, against the size of what it shows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil

from benchmarks.timing import table
from dashboard.answers.workspace import Workspace
from dashboard.query.filters import read
from data_access.settings import Settings
from data_access.snapshot.parquet_versions import ParquetVersions

MB = 1_000_000


def main(data_dir: Path, size: int) -> str:
    """The table; measured in a process that does nothing else."""
    command = [sys.executable, "-m", "benchmarks.memory", str(data_dir)]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    start, opened, used = (int(text) for text in out.split())
    facts = sum(path.stat().st_size for path in data_dir.glob("leadloop.sqlite3*")) // MB
    snapshot = _in_force(data_dir / "snapshot") // MB
    row = [f"{start} MB", f"{opened} MB", f"{used} MB", f"{facts} MB", f"{snapshot} MB"]
    header = [
        "imports only",
        "edition open",
        "all pages' tables asked",
        "store on disk",
        "snapshot on disk",
    ]
    return table(f"Resident memory, {size:,} deliveries", header, [row])


def _in_force(folder: Path) -> int:
    """Bytes of the files that the newest version names; older ones stay for some hours."""
    manifest = ParquetVersions(folder).manifest()
    frames = manifest.parts.values() if manifest else ()
    files = [part.file for parts in frames for part in parts.values()]
    return sum((folder / file).stat().st_size for file in files)


def _measure(data_dir: Path) -> None:
    own = psutil.Process()
    start = own.memory_info().rss
    workspace = Workspace(Settings(data_dir=data_dir, database_url=None))
    status = workspace.status()
    opened = own.memory_info().rss
    query = read(
        {}, now=status.now, zone=status.zone, first_day=status.first_day, known=workspace.names()
    )
    for name in ("sources", "headline", "trend", "outcome_mix", "clocks"):
        workspace.table(name, query.scope)
    workspace.deliveries(query.scope)
    print(start // MB, opened // MB, own.memory_info().rss // MB)
    workspace.store.close()


if __name__ == "__main__":
    _measure(Path(sys.argv[1]))
