"""What the analyses find again of a made-up marketplace whose truth is known.

`python -m benchmarks.recovery --seeds 20` makes so many marketplaces with stories and as
many without, and prints how often each story is found, how close rankings come to the
truth and how often 95 % ranges cover it. Not a timing: it belongs to `docs/metrics.md`.
"""

from __future__ import annotations

import argparse
import math
import tempfile
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from scipy import stats

from benchmarks.timing import table
from dashboard.answers.workspace import Workspace
from dashboard.editions.table_query import TableQuery
from data_access.demo import generate, load, roster
from data_access.demo import market as demo_market
from data_access.demo import truth as truths
from data_access.settings import Settings
from metrics.definitions.report_calendar import end_of_day_us
from metrics.definitions.scope import Scope
from metrics.insights.score import quality_score

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY_US = 86_400_000_000
UNTIL = date(2026, 11, 22)
NOW_US = end_of_day_us(UNTIL, "UTC")
SCOPE = Scope(first=UNTIL - timedelta(days=180), last=UNTIL, as_of_us=NOW_US)


@contextmanager
def marketplace(seed: int, deliveries: int, *, stories: bool) -> Iterator[Workspace]:
    """A book of one made-up market."""
    with tempfile.TemporaryDirectory(prefix="leadloop-recovery-") as folder:
        workspace = Workspace(Settings(data_dir=Path(folder)))
        order = load.DemoOrder(
            deliveries=deliveries, seed=seed, until=UNTIL, stories=stories, now_us=lambda: NOW_US
        )
        load.load(workspace.store, order)
        yield workspace
        workspace.store.close()


Notes = dict[str, list[float]]


def stories(workspace: Workspace, seed: int, found: Notes) -> None:
    """Is each planted story where a reader would look first?"""
    entity = roster.entity_id
    for days, when in {0: "", 3: ", three days before", 7: ", a week before"}.items():
        query = replace(SCOPE, as_of_us=NOW_US - days * DAY_US)
        first = workspace.table("alerts", query).row(0, named=True)
        fallen = first["source_id"] == entity(roster.COLLAPSING)
        found[f"collapse ranks first in alerts{when}"].append(fallen)
        found[f"collapse raises an alert{when}"].append(fallen and first["alert"])
    strict = workspace.table("buyer_strictness", SCOPE)["buyer_id"][0]
    found["strict buyer ranks first"].append(strict == entity(roster.CLAIMING))
    silent = workspace.table("overdue_feedback", SCOPE)["buyer_id"][0]
    found["silent buyer ranks first"].append(silent == entity(roster.FALLING_SILENT))
    pairs = workspace.table("source_by_buyer", SCOPE)
    rates = dict(pairs.select("source_id", "standardised_rate").unique().iter_rows())
    better, looks = entity(roster.IS_BETTER), entity(roster.LOOKS_BETTER)
    found["reversed pair is in its true order"].append(rates[better] > rates[looks])
    ranks = {row["id"]: row for row in workspace.table("ranking", SCOPE).to_dicts()}
    lucky = ranks.get(entity(roster.LUCKY))
    tiers = dict(workspace.table("tiers", SCOPE).select("id", "tier").iter_rows())
    praised = tiers.get(entity(roster.LUCKY), "").startswith(("Excellent", "Good"))
    sure = lucky is not None and (lucky["rank_high"] or lucky["of"]) <= lucky["of"] / 2
    found["lucky source is not called better"].append(not (sure or praised))
    assert seed >= 0


def closeness(workspace: Workspace, seed: int, deliveries: int, found: Notes) -> None:
    """How close rates and rankings come to the truth, and how often ranges cover it."""
    market = demo_market.market(seed, stories=True)
    last = UNTIL - timedelta(days=30)
    days = (SCOPE.first, last)
    truth: Any = truths.truth(market, until=UNTIL, deliveries=deliveries, window=days)
    true = {row["source_id"]: row for row in truth["sources"]}
    lucky = roster.entity_id(roster.LUCKY)
    mature = replace(SCOPE, last=last, base="mature")
    ranking = workspace.table("ranking", mature).filter(pl.col("id") != lucky)
    for part in ranking.partition_by("peers"):
        standard = [true[i]["standard_conversion_of_feedback"] for i in part["id"]]
        if part.height > 3:  # noqa: PLR2004 - fewer have hardly an order
            found["rank correlation, raw"].append(
                stats.spearmanr(part["conversion_rate"], standard).statistic
            )
            found["rank correlation, adjusted"].append(
                stats.spearmanr(part["adjusted_rate"], standard).statistic
            )
    for row in ranking.to_dicts():
        value = true[row["id"]]["standard_conversion_of_feedback"]
        found["adjusted range covers"].append(row["adjusted_low"] <= value <= row["adjusted_high"])
    for row in workspace.table("sources", replace(mature, base="feedback")).to_dicts():
        value = true.get(row["id"], {}).get("conversion_of_feedback")
        if value is not None and row["id"] != lucky and row["conversion_low"] is not None:
            found["conversion range covers"].append(
                row["conversion_low"] <= value <= row["conversion_high"]
            )

    for row in workspace.table("scores", replace(mature, base="feedback")).to_dicts():
        rates = true.get(row["id"], {})
        if row["score"] is not None and row["id"] != lucky and rates:
            value = quality_score(
                delivery=rates["delivery_rate"],
                contact=rates["contact_of_feedback"],
                conversion=rates["conversion_of_feedback"],
                returns=rates["return_of_delivered"],
            )
            assert value is not None
            found["score range covers"].append(row["score_low"] <= value <= row["score_high"])


def forecast(workspace: Workspace, found: Notes) -> None:
    """Delivery weeks at 14 days of age: expected ends and raw counts against the ends."""
    for weeks in range(8, 26, 2):
        sunday = UNTIL - timedelta(days=7 * weeks)
        week = replace(SCOPE, first=sunday - timedelta(days=6), last=sunday)
        then = replace(week, as_of_us=end_of_day_us(sunday + timedelta(days=14), "UTC"))
        early = workspace.table("cohorts", then).row(0, named=True)
        changes = TableQuery(shown=workspace.edition, scope=then).period_changes()
        raw = int(changes.filter(pl.col("age_week") < 2)["converted"].sum())  # noqa: PLR2004 - 14 days
        end = workspace.table("cohorts", week)["converted"][0]
        if early["expected_final"] is not None:
            low, high = math.floor(early["expected_low"]), math.ceil(early["expected_high"])
            found["expected range covers the end"].append(low <= end <= high)
        if end >= 200 and early["expected_final"] is not None:  # noqa: PLR2004 - large groups only
            found["error of expected ends"].append(abs(early["expected_final"] - end) / end)
            found["error of raw counts"].append(abs(raw - end) / end)


def main() -> None:
    """Make the marketplaces and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--deliveries", type=int, default=generate.DEFAULT_DELIVERIES)
    given = parser.parse_args()
    found: Notes = defaultdict(list)
    for seed in range(given.first, given.first + given.seeds):
        with marketplace(seed, given.deliveries, stories=True) as workspace:
            stories(workspace, seed, found)
            closeness(workspace, seed, given.deliveries, found)
            forecast(workspace, found)
        with marketplace(seed, given.deliveries, stories=False) as workspace:
            alert = bool(workspace.table("alerts", SCOPE)["alert"].any())
            found["calm stores with an alert"].append(alert)
        print(
            seed,
            {name: round(float(np.mean(values)), 4) for name, values in found.items()},
            flush=True,
        )
    rows = [(name, f"{np.mean(values):.3f}", f"{len(values):,}") for name, values in found.items()]
    print(table("Recovery of a known truth", ("what", "mean or share", "cases"), rows))


if __name__ == "__main__":
    main()
