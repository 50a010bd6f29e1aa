"""Making an edition anew against refreshing 1,000 touched deliveries."""

from __future__ import annotations

import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl
import sqlalchemy as sa

from benchmarks.timing import seconds, short, table
from dashboard.editions import builder
from data_access.intake.accept import Receipt, take
from data_access.snapshot.parquet_versions import ParquetVersions
from data_access.store.connections import writing
from data_access.store.store import Store
from metrics.definitions.rules import Rules

TOUCHED = 1_000


def main(data_dir: Path, size: int) -> str:
    """The table; the store is copied, its facts stay as they are."""
    with tempfile.TemporaryDirectory(prefix="leadloop-snap-") as name:
        folder = Path(name)
        for file in data_dir.glob("leadloop.sqlite3*"):
            shutil.copy2(file, folder / file.name)
        command = [sys.executable, "-m", "benchmarks.snapshots", str(folder)]
        out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rebuild, peak, spread, recent = (float(text) for text in out.split())
    rows = [
        ["1,000 deliveries of the last 30 days", short(recent), f"{rebuild / recent:.0f} × faster"],
        [
            "1,000 deliveries spread over 18 months",
            short(spread),
            f"{rebuild / spread:.0f} × faster",
        ],
    ]
    made = f"{short(rebuild)}, peak {peak:.1f} GB"
    title = f"Refresh against a full rebuild ({made}), {size:,} deliveries"
    return table(title, ["touched", "refresh", "than a rebuild"], rows)


def _run(folder: Path) -> tuple[float, float, float, float]:
    store = Store(f"sqlite:///{folder / 'leadloop.sqlite3'}")
    versions = ParquetVersions(folder / "snapshot")

    def build() -> None:
        now_us = time.time_ns() // 1000
        builder.build(store, versions, zone="UTC", now_us=now_us, rules=Rules())

    rebuild = seconds(build)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000_000  # kilobytes on Linux
    taken: dict[str, list[float]] = {"spread": [], "recent": []}
    for turn in range(3):
        for kind, times in taken.items():
            _touch(store, kind, turn)
            times.append(seconds(build))
    store.close()
    spread, recent = (statistics.median(taken[kind]) for kind in ("spread", "recent"))
    return rebuild, peak, spread, recent


def _touch(store: Store, kind: str, turn: int) -> None:
    """Take in one more report on each of 1,000 deliveries."""
    with store.reading() as connection:
        newest = connection.execute(sa.text("SELECT max(attempted_us) FROM attempts")).scalar_one()
        since = newest - 30 * 86_400_000_000 if kind == "recent" else 0
        query = sa.text(
            "SELECT lead_id, buyer_id FROM attempts WHERE attempted_us > :since "
            "ORDER BY event_id LIMIT :count OFFSET :skip"
        )
        said = {"since": since, "count": TOUCHED, "skip": turn * TOUCHED}
        rows = connection.execute(query, said).all()
    frame = pl.DataFrame(
        {
            "line": pl.int_range(1, len(rows) + 1, dtype=pl.Int64, eager=True),
            "event_type": ["feedback.received"] * len(rows),
            "lead_id": [row[0] for row in rows],
            "reporter_id": [row[1] for row in rows],
            "event_id": [f"bench-{kind}-{turn}-{n}" for n in range(len(rows))],
            "outcome": ["contacted"] * len(rows),
            "reported_at": ["2026-11-22T20:00:00Z"] * len(rows),
        }
    )
    with writing(store.engine) as connection:
        take(store, connection, frame, receipt=Receipt("bench", time.time_ns() // 1000))


if __name__ == "__main__":
    print(*_run(Path(sys.argv[1])))
