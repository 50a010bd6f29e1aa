"""The forecast of final sales on real leads: what was expected at three dates, what came.

`LEADLOOP_TEST_DATA=… python -m benchmarks.olist` imports the Olist files and prints, for each
cut-off, sales known then, the end expected then, and sales by 2018-11-14, of the deliveries of
the twelve weeks before the cut-off; and the same-age comparison then against the final one.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.timing import table
from dashboard.answers.workspace import Workspace
from dashboard.editions.table_query import TableQuery
from data_access.settings import Settings
from metrics.definitions.report_calendar import end_of_day_us
from metrics.definitions.scope import Scope
from metrics.insights import expected_final

if TYPE_CHECKING:
    import polars as pl

PROFILES = Path(__file__).parent.parent / "tests" / "profiles"
FILES = {
    "olist_leads.toml": "olist_marketing_qualified_leads_dataset.csv",
    "olist_deals.toml": "olist_closed_deals_dataset.csv",
}
CUTS = (date(2018, 3, 1), date(2018, 4, 15), date(2018, 5, 31))
END = date(2018, 11, 14)
WEEKS = 12


def workspace(folder: Path) -> Workspace:
    """A book of the Olist leads."""
    data = Path(os.environ["LEADLOOP_TEST_DATA"]) / "olist"
    env = {**os.environ, "LEADLOOP_DATA_DIR": str(folder)}
    for profile, file in FILES.items():
        words = ["import", str(data / file), "--profile", str(PROFILES / profile)]
        command = [sys.executable, "-m", "dashboard.commands.main", *words]
        subprocess.run(command, check=True, env=env, capture_output=True)
    return Workspace(Settings(data_dir=folder))


def share(frame: pl.DataFrame) -> str:
    """Sales of all deliveries, in words."""
    sold, of = (int(frame[name].sum()) for name in ("converted", "delivered"))
    return f"{100 * sold / max(of, 1):.1f} %"


def row(known: Workspace, cut: date) -> tuple[str, ...]:
    """One cut-off."""
    then = Scope(
        first=cut - timedelta(days=7 * WEEKS - 1), last=cut, as_of_us=end_of_day_us(cut, "UTC")
    )
    query = TableQuery(shown=known.edition, scope=then)
    history = query.changes()
    [found] = expected_final.expected(
        query.period_changes(), query.curves, query.unknown_day, [], history
    ).to_dicts()
    late = Scope(first=then.first, last=cut, as_of_us=end_of_day_us(END, "UTC"))
    final = known.table("rates", late)["converted"].sum()
    before = Scope(
        first=then.first - timedelta(days=7 * WEEKS),
        last=then.first - timedelta(days=1),
        as_of_us=late.as_of_us,
    )
    rates = [
        known.table(
            "rates", Scope(first=s.first, last=s.last, as_of_us=s.as_of_us, base="delivered")
        )
        for s in (then, then.previous(), late, before)
    ]
    shares = [share(frame) for frame in rates]
    expected = found["expected_final"]
    told = (
        "no forecast"
        if expected is None
        else f"{expected:.0f} ({found['expected_low']:.0f} – {found['expected_high']:.0f})"
    )
    return (
        cut.isoformat(),
        f"{found['delivered']:,}",
        f"{found['converted']:,}",
        told,
        f"{final:,}",
        f"{shares[0]} / {shares[1]}",
        f"{shares[2]} / {shares[3]}",
    )


def main() -> None:
    """Print the table of docs/metrics.md."""
    with tempfile.TemporaryDirectory(prefix="leadloop-olist-") as folder:
        known = workspace(Path(folder))
        rows = [row(known, cut) for cut in CUTS]
        known.store.close()
    header = (
        "known on",
        "deliveries of 12 weeks",
        "sales then",
        "expected then",
        "sales by 2018-11-14",
        "of deliveries, then: this / before at the same age",
        "in the end: this / before",
    )
    print(table("Olist: forecast and same-age comparison against what came", header, rows))


if __name__ == "__main__":
    main()
