"""Every table of numbers worked out anew at two sizes of the store.

`python -m benchmarks.analyses SMALL_DIR LARGE_DIR` prints each table's cost as a multiple of
that of `sources` in the same run, and how it grows from the small store to the large one.
"""

from __future__ import annotations

import argparse
import statistics
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from benchmarks.timing import seconds, table
from dashboard.answers.workspace import Workspace
from dashboard.tables import registry
from data_access.settings import Settings
from metrics.definitions.scope import Scope

ROUNDS = 3


def costs(folder: Path) -> tuple[int, dict[str, float]]:
    """Deliveries of a store, and the median seconds of each of its tables, last 90 days."""
    workspace = Workspace(Settings(data_dir=folder))
    status = workspace.status()
    last = status.last_day or date(2026, 1, 1)
    scope = Scope(first=last - timedelta(days=89), last=last, as_of_us=workspace.edition.as_of_us)
    found = {}
    for name, one in registry.TABLES.items():
        if one.make is None:
            continue
        times = []
        for turn in range(ROUNDS + 1):
            registry.table.cache_clear()
            query = replace(scope, first=scope.first + timedelta(days=turn % 2))
            times.append(seconds(lambda n=name, a=query: workspace.table(n, a)))  # type: ignore[misc]
        found[name] = statistics.median(times[1:])
    workspace.store.close()
    return status.deliveries, found


def main() -> None:
    """Print the table of docs/performance.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("small", type=Path)
    parser.add_argument("large", type=Path)
    given = parser.parse_args()
    few, small = costs(given.small)
    many, large = costs(given.large)
    rows = [
        (
            f"`{name}`",
            f"{large[name] / large['sources']:,.1f} ×",
            f"{large[name] / small[name]:.1f} ×",
        )
        for name in sorted(large, key=lambda n: -large[n])
    ]
    title = f"Tables at {many:,} deliveries, against `sources` and against {few:,} deliveries"
    print(table(title, ("table", "of `sources`", f"for {many / few:.1f} × the deliveries"), rows))


if __name__ == "__main__":
    main()
