"""The `sources` table against the same by SQL on SQLite and by DuckDB over raw facts."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from benchmarks.timing import in_turn, short, table
from dashboard.answers.workspace import Workspace
from dashboard.tables import registry
from data_access.settings import Settings
from metrics.definitions.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Callable

DAY_US = 86_400_000_000

# One row per delivery by its deciding event, then one per source: the plain cases of the
# definitions (earliest success, latest decisive, else closed, else furthest progress,
# what was taken back left out), without merges, dates without a time, or money.
QUERY = """
WITH ok AS (
  SELECT lead_id, buyer_id, source_id, attempted_us,
    row_number() OVER (PARTITION BY lead_id, buyer_id ORDER BY attempted_us, event_id) AS nth
  FROM attempts WHERE event_type = 'recipient.delivered' AND attempted_us <= {now}
), deliveries AS (
  SELECT * FROM ok WHERE nth = 1 AND attempted_us >= {first} AND attempted_us < {last}
), undone AS (
  SELECT lead_id, reporter_id, coalesce(retracts, replaces) AS event_id FROM feedback
  WHERE retracts IS NOT NULL OR replaces IS NOT NULL
), live AS (
  SELECT f.lead_id, f.reporter_id, f.outcome, f.phone_answered, f.spoke_to_lead,
    row_number() OVER (PARTITION BY f.lead_id, f.reporter_id ORDER BY
      CASE WHEN f.outcome IN ('converted', 'returned') THEN 3
        WHEN f.outcome IN ('not_interested', 'already_purchased', 'bad_info', 'duplicate') THEN 2
        WHEN f.outcome IS NOT NULL THEN 1 ELSE 0 END DESC,
      CASE f.outcome WHEN 'qualified' THEN 3 WHEN 'contacted' THEN 2 WHEN 'no_contact' THEN 1
        ELSE 0 END DESC,
      f.occurred_us DESC, f.reported_us DESC, f.event_id DESC) AS nth
  FROM feedback f
  JOIN deliveries d ON d.lead_id = f.lead_id AND d.buyer_id = f.reporter_id
  LEFT JOIN undone u ON u.lead_id = f.lead_id AND u.reporter_id = f.reporter_id
    AND u.event_id = f.event_id
  WHERE f.event_type = 'feedback.received' AND f.retracts IS NULL AND u.event_id IS NULL
    AND f.reported_us <= {now}
), outcomes AS (
  SELECT lead_id, reporter_id,
    max(CASE WHEN nth = 1 THEN outcome END) AS outcome,
    max(CASE WHEN outcome IN ('contacted', 'qualified', 'converted', 'not_interested',
      'already_purchased') OR (phone_answered = 1 AND spoke_to_lead = 1)
      THEN 1 ELSE 0 END) AS contacted
  FROM live GROUP BY lead_id, reporter_id
)
SELECT d.source_id, count(*) AS delivered, count(o.lead_id) AS feedback,
  sum(coalesce(o.contacted, 0)) AS contacted,
  sum(CASE WHEN o.outcome = 'converted' THEN 1 ELSE 0 END) AS converted,
  sum(CASE WHEN o.outcome = 'returned' THEN 1 ELSE 0 END) AS returned
FROM deliveries d
LEFT JOIN outcomes o ON o.lead_id = d.lead_id AND o.reporter_id = d.buyer_id
GROUP BY d.source_id ORDER BY d.source_id
"""
FACTS = {
    "attempts": "lead_id, buyer_id, source_id, attempted_us, event_id, event_type",
    "feedback": "lead_id, reporter_id, outcome, phone_answered, spoke_to_lead, occurred_us, "
    "reported_us, event_id, event_type, retracts, replaces",
}


def demo(data_dir: Path, size: int) -> None:
    """Fill a data directory with the demo, unless it has one."""
    if (data_dir / "leadloop.sqlite3").exists():
        return
    words = ["demo", "--deliveries", str(size), "--until", "2026-11-22"]
    command = [sys.executable, "-m", "dashboard.commands.main", *words]
    subprocess.run(command, check=True, env={**os.environ, "LEADLOOP_DATA_DIR": str(data_dir)})


def main(data_dir: Path, size: int) -> str:
    """The table: 90 days and 18 months, all sources."""
    workspace = Workspace(Settings(data_dir=data_dir, database_url=None))
    status = workspace.status()
    assert status.last_day is not None
    duck = _duck(workspace)
    rows = []
    for label, days in (("90 days", 90), ("18 months", 548)):
        last = date(2026, 11, 22)
        scope = Scope(
            first=last - timedelta(days=days - 1), last=last, as_of_us=workspace.edition.as_of_us
        )
        sql = _filled(scope)
        checked = _check(workspace, scope, duck, sql)
        ours = _fresh(workspace, scope)
        with_sqlite = in_turn([ours, lambda q=sql: _sqlite(workspace, q)], rounds=3)  # type: ignore[misc]
        with_duck = in_turn([ours, lambda q=sql: duck.execute(q).fetchall()], rounds=7)  # type: ignore[misc]
        rows.append(
            [
                label,
                short(with_duck[0]),
                f"{with_sqlite[1] / with_sqlite[0]:,.0f} × ({short(with_sqlite[1])})",
                f"{with_duck[1] / with_duck[0]:,.1f} × ({short(with_duck[1])})",
                f"{checked} sources equal",
            ]
        )
    workspace.store.close()
    header = [
        "period",
        "ours",
        "faster than SQL on SQLite",
        "faster than DuckDB on raw facts",
        "check",
    ]
    return table(f"`sources`, {size:,} deliveries (aims: ≥ 50 ×, ≥ 2 ×)", header, rows)


def _filled(scope: Scope) -> str:
    first = (scope.first - date(1970, 1, 1)).days * DAY_US
    last = ((scope.last - date(1970, 1, 1)).days + 1) * DAY_US
    return QUERY.format(now=scope.as_of_us, first=first, last=last)


def _fresh(workspace: Workspace, scope: Scope) -> Callable[[], object]:
    """Our answer worked out anew: the kept ones are forgotten before each call."""

    def call() -> object:
        registry.table.cache_clear()
        return workspace.table("sources", scope)

    return call


def _sqlite(workspace: Workspace, query: str) -> list[tuple[object, ...]]:
    with workspace.store.reading() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def _duck(workspace: Workspace) -> duckdb.DuckDBPyConnection:
    """The raw facts as DuckDB's own tables."""
    duck = duckdb.connect()
    for name, columns in FACTS.items():
        facts = workspace.edition.facts(name).select(columns.split(", ")).collect().to_arrow()
        duck.register("facts", facts)
        duck.execute(f"CREATE TABLE {name} AS SELECT * FROM facts")
        duck.unregister("facts")
    return duck


def _check(workspace: Workspace, scope: Scope, duck: duckdb.DuckDBPyConnection, query: str) -> int:
    """All three give the same counts for every source."""
    columns = ("id", "delivered", "feedback", "contacted", "converted", "returned")
    ours = workspace.table("sources", scope).select(columns).rows()
    assert ours == _sqlite(workspace, query) == duck.execute(query).fetchall()
    return len(ours)


if __name__ == "__main__":
    print(main(Path(sys.argv[1]), int(sys.argv[2])))
