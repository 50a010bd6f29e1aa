"""How things stood at an earlier moment: looked up among the states, against resolved anew.

`python -m benchmarks.lookups --data-dir DIR`; both give the same rows, or it fails.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from polars.testing import assert_frame_equal

from benchmarks.timing import given_store, in_turn, short, table
from dashboard.answers.workspace import Workspace
from data_access.settings import Settings
from metrics.definitions.report_calendar import DAY_US, day_number, local_day
from metrics.outcomes import resolve

if TYPE_CHECKING:
    from pathlib import Path

SPANS = (7, 28, 90)
KEY = ("lead_id", "buyer_id")


def main(data_dir: Path, size: int) -> str:
    """The table: the periods before the last 7, 28 and 90 days, as known at the same age."""
    workspace = Workspace(Settings(data_dir=data_dir))
    shown = workspace.edition
    today = day_number(local_day(shown.as_of_us, shown.zone.name))
    rows = []
    for span in SPANS:
        then = shown.as_of_us - span * DAY_US
        days = (today - 2 * span + 1, today - span)

        def looked_up(then: int = then, days: tuple[int, int] = days) -> object:
            return shown.then(then, days).collect()

        def anew(then: int = then, days: tuple[int, int] = days) -> object:
            return shown.resolve(as_of_us=then, days=days)

        found = shown.then(then, days).collect().sort(KEY)
        resolved = shown.resolve(as_of_us=then, days=days).select(resolve.COLUMNS)
        inside = resolved["dated_day"].is_between(*days)
        assert_frame_equal(found, resolved.filter(inside).sort(KEY))
        ours, theirs = in_turn([looked_up, anew], rounds=5)
        ratio = f"{theirs / ours:.0f} × ({short(theirs)})"
        rows.append((f"{span} days", f"{found.height:,}", short(ours), ratio))
    workspace.store.close()
    head = ("period before", "offers", "looked up", "faster than resolved anew")
    return table(f"Comparison at the same age, {size:,} deliveries", head, rows)


if __name__ == "__main__":
    print(main(*given_store(__doc__)))
