"""Steps 3 and 4 on another engine: the same lazy code, the same cells."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import narwhals as nw
import polars as pl
import pytest
from builders import IN_CI, delivered, reported, us
from polars.testing import assert_frame_equal

from data_access.demo import load
from data_access.snapshot import fact_reader
from metrics.definitions import reasons
from metrics.definitions.report_calendar import ReportZone
from metrics.definitions.scope import CLOCKS
from metrics.outcomes import known_facts, resolve, tallies

if TYPE_CHECKING:
    from builders import Desk

KEY = ["lead_id", "buyer_id"]
DAYS = [f"2026-05-0{day}T10:00:00Z" for day in range(1, 8)]
LINKED = [
    *(delivered(lead, buyer, DAYS[0]) for lead in ("links-1", "links-2") for buyer in ("b1", "b2")),
    reported("links-1", "b1", "converted", DAYS[1], event_id="e", value="100"),
    reported("links-1", "b1", "returned", DAYS[2], event_id="p1", replaces="e"),
    reported("links-1", "b1", "contacted", DAYS[2], event_id="p2", replaces="e"),
    reported("links-1", "b2", "converted", DAYS[3], event_id="f", replaces="e"),
    reported("links-1", "b2", "contacted", DAYS[4], event_id="g", replaces="f"),
    reported("links-2", "b1", "qualified", DAYS[5], event_id="h", replaces="e"),
    reported("links-2", "b1", None, DAYS[5], event_id="r", retracts="h"),
    reported("links-2", "b1", "contacted", DAYS[6], event_id="s", retracts="r"),
    reported("links-2", "b2", "converted", DAYS[4], event_id="x", replaces="y"),
    reported("links-2", "b2", "returned", "2026-05-05", event_id="y", replaces="x"),
    reported("links-2", "b2", "returned", DAYS[6], event_id="z", retracts="nothing"),
]
"""Links of every kind: those that act, those that do not, a circle, one that waits."""


@pytest.fixture
def facts(desk: Desk) -> list[pl.DataFrame]:
    """The demo's facts with all its dirt, links of every kind, and a merge of two sources."""
    order = load.DemoOrder(
        deliveries=1_200,
        seed=5,
        until=date(2026, 10, 31),
        stories=True,
        now_us=lambda: us(desk.now),
    )
    load.load(desk.store, order)
    desk.take(*LINKED)
    known = (
        fact_reader.read_all(desk.store, zone="UTC")
        .attempts["source_id"]
        .drop_nulls()
        .unique()
        .sort()
    )
    desk.store.merge("source", known[0], known[1], at_us=1)
    read = fact_reader.read_all(desk.store, zone="UTC")
    mapping = reasons.mapping(read.feedback["reason"].drop_nulls().unique())
    return [read.attempts, read.feedback, read.aliases, mapping]


def test_polars_and_duckdb_give_the_same_outcomes_and_tallies(facts: list[pl.DataFrame]) -> None:
    """As of now and as of a moment in the middle, by every clock, across changes of clocks."""
    zone = "Europe/Berlin"
    for as_of in ("2026-11-22T00:00:00Z", "2026-03-15T12:00:00Z"):
        connection = duckdb.connect()
        relations = [connection.from_arrow(frame.to_arrow()) for frame in facts]
        one = _resolved([frame.lazy() for frame in facts], zone, as_of)
        two = _resolved(relations, zone, as_of)
        ours = _frame(one).sort(KEY)
        assert ours.height > 100
        assert_frame_equal(ours, _frame(two).select(ours.columns).sort(KEY), check_dtypes=False)
        for clock in CLOCKS:
            cells = [_frame(tallies.tally(rows, tallies.CELL, clock=clock)) for rows in (one, two)]
            left, right = (c.select(cells[0].columns).sort(tallies.CELL) for c in cells)
            assert_frame_equal(left, right, check_dtypes=False)


def test_polars_and_spark_give_the_same_outcomes_and_tallies(
    facts: list[pl.DataFrame], tmp_path: Path
) -> None:
    """The heavy steps run unchanged on many machines; here on two local workers."""
    _needs_java()
    folder = tmp_path / "spark"
    folder.mkdir()
    for name, frame in zip(("attempts", "feedback", "aliases", "reasons"), facts, strict=True):
        frame.write_parquet(folder / f"{name}.parquet")
    as_of = "2026-06-15T12:00:00Z"
    script = Path(__file__).parent.parent / "spark_steps.py"
    rooms = str(script.parent.parent)  # beside tests, which has folders of their names
    subprocess.run(
        [sys.executable, str(script), str(folder), str(us(as_of))],
        check=True,
        capture_output=True,
        timeout=600,
        env={**os.environ, "PYTHONPATH": rooms},
    )
    one = _resolved([frame.lazy() for frame in facts], "Europe/Berlin", as_of)
    ours = _frame(one).sort(KEY)
    theirs = pl.read_parquet(folder / "outcomes" / "*.parquet")
    assert_frame_equal(ours, theirs.select(ours.columns).sort(KEY), check_dtypes=False)
    for clock in CLOCKS:
        left = _frame(tallies.tally(one, tallies.CELL, clock=clock)).sort(tallies.CELL)
        right = pl.read_parquet(folder / f"tally_{clock}" / "*.parquet").select(left.columns)
        assert_frame_equal(left, right.sort(tallies.CELL), check_dtypes=False)


def _needs_java() -> None:
    if shutil.which("java") is None:
        if IN_CI:
            pytest.fail("Spark needs a Java runtime")
        pytest.skip("Spark needs a Java runtime")


def _resolved(frames: list[Any], zone: str, as_of: str) -> known_facts.Frame:
    span = ReportZone.of(zone, first_us=us("2024-01-01"), last_us=us("2027-01-01"))
    known = known_facts.Facts(*(nw.from_native(frame) for frame in frames))
    return resolve.resolve(known, as_of_us=us(as_of), zone=span)


def _frame(rows: known_facts.Frame) -> pl.DataFrame:
    native = rows.to_native()
    if isinstance(native, pl.LazyFrame):
        return native.collect()
    return pl.DataFrame(native.arrow().read_all())
