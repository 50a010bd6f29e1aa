"""Against the period before, at the same age: worked by hand and against the sources."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest
from builders import delivered, reported, us

from dashboard.answers.workspace import Workspace
from data_access.settings import Settings
from metrics.definitions.catalogue import BY_KEY
from metrics.definitions.intervals import difference, wilson
from metrics.definitions.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from builders import Desk


@pytest.mark.parametrize(
    ("now", "before", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((5, 56), (0, 29), -0.0381, 0.1926),
    ],
)
def test_the_range_of_a_difference_is_newcombes(
    now: tuple[int, int], before: tuple[int, int], low: float, high: float
) -> None:
    """Three rows of table II of the paper, method 10."""
    least, most = difference(_rate(*now), _rate(*before))
    assert (round(least, 4), round(most, 4)) == (low, high)


def _rate(count: int, of: int) -> tuple[float, float, float]:
    low, high = wilson(pl.lit(count), pl.lit(of))
    return (count / of, *pl.select(low.alias("l"), high.alias("h")).row(0))


@pytest.fixture
def workspace(desk: Desk) -> Iterator[Workspace]:
    """Two fortnights of constant quality; the buyer reports every sale after ten days."""
    facts = []
    for day in range(1, 29):
        for n in range(4):
            lead = f"L{day}-{n}"
            facts.append(delivered(lead, "B1", f"2026-06-{day:02d}T10:00:00Z", price="10"))
            if n == 0 and day + 10 <= 28:
                facts.append(reported(lead, "B1", "converted", f"2026-06-{day + 10:02d}T10:00:00Z"))
            if n == 1:
                facts.append(reported(lead, "B1", "no_contact", f"2026-06-{day:02d}T11:00:00Z"))
    desk.take(*facts)
    opened = Workspace(Settings(data_dir=desk.folder))
    yield opened
    opened.store.close()


SCOPE = Scope(first=date(2026, 6, 15), last=date(2026, 6, 28), as_of_us=us("2026-06-28T23:00:00Z"))


def test_constant_quality_is_level_at_the_same_age(workspace: Workspace) -> None:
    """The fortnight before is taken as it was known a fortnight earlier, not as it is now."""
    rows = {row["key"]: row for row in workspace.table("headline", SCOPE).iter_rows(named=True)}
    conversion = rows["conversion_rate"]
    assert (conversion["numerator"], conversion["denominator"]) == (4, 18)
    assert conversion["previous"] == conversion["value"] == 4 / 18
    assert conversion["verdict"] == "level"
    earlier = Scope(first=date(2026, 6, 1), last=date(2026, 6, 14), as_of_us=SCOPE.as_of_us)
    plain = workspace.table("sources", earlier)
    assert plain["converted"].item() == 14  # what a plain comparison would hold against it


def test_a_verdict_follows_better_when_and_never_the_sign(workspace: Workspace, desk: Desk) -> None:
    """More returns are worse, though the number rose."""
    desk.take(
        *(
            reported(f"L{day}-{n}", "B1", "returned", "2026-06-28T20:00:00Z")
            for day in range(15, 29)
            for n in (2, 3)
        )
    )
    workspace.refresh()
    rows = {row["key"]: row for row in workspace.table("headline", SCOPE).iter_rows(named=True)}
    assert rows["return_rate"]["change"] == 0.5
    assert rows["return_rate"]["verdict"] == "worse"
    assert rows["coverage"]["verdict"] == "better"
    assert rows["delivered"]["verdict"] is None
    assert BY_KEY["return_rate"].better == "lower"


def test_without_an_earlier_record_there_is_no_comparison(workspace: Workspace) -> None:
    """Nothing is compared with a period the record does not reach."""
    first = Scope(first=date(2026, 6, 1), last=date(2026, 6, 14), as_of_us=SCOPE.as_of_us)
    table = workspace.table("headline", first)
    assert table["previous"].null_count() == table.height
    assert table["verdict"].null_count() == table.height
    trend = workspace.table("trend", first, grain="week")
    assert trend["previous_conversion_rate"].null_count() == trend.height


def test_a_trend_has_every_bucket_and_says_which_are_cut_or_young(workspace: Workspace) -> None:
    """Weeks from Monday; 15 June 2026 is one."""
    scope = Scope(
        first=date(2026, 6, 10), last=date(2026, 6, 30), as_of_us=us("2026-07-20T12:00:00Z")
    )
    trend = workspace.table("trend", scope, grain="week")
    assert trend["start"].to_list() == [date(2026, 6, d) for d in (8, 15, 22, 29)]
    assert trend["partial"].to_list() == [True, False, False, True]
    assert trend["young"].to_list() == [False, True, True, True]  # old enough: up to 20 June
    assert trend["delivered"].to_list() == [20, 28, 28, 0]
    days = workspace.table("trend", scope, grain="day")
    assert days.height == 21
    months = workspace.table("trend", scope, grain="month")
    assert (months["start"].item(), months["delivered"].item()) == (date(2026, 6, 1), 76)


def test_mature_restricts_every_count_alike(workspace: Workspace) -> None:
    """Delivered at least 30 days before as-of, silent ones included."""
    scope = Scope(
        first=date(2026, 6, 1),
        last=date(2026, 6, 28),
        as_of_us=us("2026-07-10T12:00:00Z"),
        base="mature",
    )
    row = workspace.table("sources", scope).row(0, named=True)
    assert (row["attempted"], row["delivered"], row["conversion_base"]) == (40, 40, 40)
    assert (row["converted"], row["contact_base"], row["gross_cents"]) == (10, 40, 40_000)
