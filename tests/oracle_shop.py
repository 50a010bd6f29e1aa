"""A market put through the real intake, read through the real book, and compared."""

from __future__ import annotations

import math
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import oracle_tables as tables
import polars as pl
import sqlalchemy as sa
from builders import NOW, Desk, us
from oracle_facts import ATTRIBUTES, Row, Told
from oracle_markets import MERGED
from polars.testing import assert_frame_equal

from dashboard.answers.workspace import Workspace
from data_access.settings import Settings
from data_access.store.store import Store
from metrics.definitions.scope import CLOCKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from oracle_markets import Fact, Market

    from metrics.definitions.scope import Scope

DIMENSIONS: Final = (
    "source",
    "sub_source",
    "campaign",
    "buyer",
    "buyer_type",
    "vertical",
    "product",
    "state",
    "sold_to",
    "reason_group",
    "day",
    "week",
    "month",
)
SHARED: Final = (
    *("delivery_id", "lead_id", "buyer_id", "buyer_name", "buyer_type", *ATTRIBUTES),
    *("source_name", "sold_to", "status", "attempts", "attempted_at", "delivered_at"),
    *("delivered_date", "price_cents", "lead_cost_cents", "outcome", "outcome_class"),
    *("outcome_raw", "reason_group", "reason", "reason_raw", "contacted", "converted"),
    *("returned", "return_state", "credit_requested_cents", "credit_approved_cents"),
    *("value_cents", "occurred_at", "occurred_precision", "first_reported_at"),
    *("last_reported_at", "seconds_to_feedback", "age_days", "mature", "feedback_events"),
    *("reported_at", "reported_precision", "winning_event_id"),
)
"""Columns of `deliveries` that are compared one to one."""


# --- through the real intake and the real book ----------------------------------------


@dataclass
class Shop:
    """A store on disk with its book, and what it took in the order it took it."""

    desk: Desk
    workspace: Workspace
    market: Market
    taken: dict[tuple[str, ...], Fact]
    merged_at: int | None = None

    def take(self, batch: Sequence[Fact]) -> None:
        """One batch through the intake; what was accepted is remembered."""
        for fact, answer in zip(batch, self.desk.answers(*batch), strict=True):
            if answer in {"created", "parked"}:
                self.taken[_identity(fact)] = fact

    def merge(self) -> None:
        """Say which ids are others'."""
        for (kind, entity), canonical in MERGED.items():
            self.desk.store.merge(kind, entity, canonical, at_us=us(NOW))
        self.merged_at = self.desk.store.data_version()

    def order(self) -> list[tuple[int, Fact]]:
        """Accepted facts by their number."""
        queries = {
            ("attempt",): "SELECT seq, event_id FROM attempts",
            ("report",): "SELECT seq, reporter_id, event_id FROM feedback",
        }
        found = []
        with self.desk.store.reading() as connection:
            for kind, query_text in queries.items():
                for seq, *key in connection.execute(sa.text(query_text)):
                    found.append((seq, self.taken[*kind, *key]))
        assert len(found) == len(self.taken)
        return sorted(found, key=lambda pair: pair[0])

    def told(self, version: int | None = None) -> Told:
        """What the store had been told up to a data version."""
        version = self.desk.store.data_version() if version is None else version
        facts = tuple(f for seq, f in self.order() if seq <= version)
        merged = self.merged_at is not None and self.merged_at <= version
        return Told(facts, self.market.zone, MERGED if merged else {})


def _identity(fact: Fact) -> tuple[str, ...]:
    if "buyer_id" in fact:
        return "attempt", fact["event_id"]
    return "report", fact["reporter_id"], fact["event_id"]


@contextmanager
def opened(market: Market, url: str | None = None) -> Iterator[Shop]:
    """A shop of its own for one market, empty but for its merges; on SQLite, or at a URL."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = url or f"sqlite:///{folder / 'leadloop.sqlite3'}"
        desk = Desk(Store(url), folder)
        workspace = Workspace(Settings(data_dir=folder, report_zone=market.zone, database_url=url))
        shop = Shop(desk, workspace, market, {})
        if not market.merge_last:
            shop.merge()
        yield shop
        workspace.store.close()
        desk.store.close()


@contextmanager
def filled(market: Market) -> Iterator[Shop]:
    """A shop that has taken everything in."""
    with opened(market) as shop:
        for batch in market.batches:
            shop.take(batch)
        if market.merge_last:
            shop.merge()
        yield shop


@contextmanager
def rebuilt(shop: Shop) -> Iterator[Workspace]:
    """A second book of the same store that has never seen it before."""
    with tempfile.TemporaryDirectory() as name:
        known = shop.workspace.settings
        workspace = Workspace(
            Settings(data_dir=Path(name), database_url=known.url, report_zone=known.report_zone)
        )
        yield workspace
        workspace.store.close()


def check_editions(found: Workspace, expected: Workspace) -> None:
    """What two books have prepared of the same facts, to the cell."""
    assert found.edition.named == expected.edition.named
    outcomes = [workspace.edition.outcomes().collect() for workspace in (found, expected)]
    columns = outcomes[1].columns
    mine, theirs = (frame.select(columns).sort("lead_id", "buyer_id") for frame in outcomes)
    assert_frame_equal(mine, theirs)
    for name, order in {"earlier": "from_us", "steps": "at_us"}.items():
        kept = [_kept(workspace, name) for workspace in (found, expected)]
        keys = ["lead_id", "buyer_id", order]
        mine, theirs = (frame.select(kept[1].columns).sort(keys) for frame in kept)
        assert_frame_equal(mine, theirs)
    for clock in CLOCKS:
        tallies = [workspace.edition.tally(clock) for workspace in (found, expected)]
        mine, theirs = (frame.sort(frame.columns[:5]) for frame in tallies)
        assert_frame_equal(mine, theirs)


def _kept(workspace: Workspace, frame: str) -> pl.DataFrame:
    edition = workspace.edition
    return edition.versions.scan(list(edition.manifest.parts[frame].values())).collect()


# --- comparing ------------------------------------------------------------------------


def _equal(found: object, expected: object) -> bool:
    if isinstance(found, float) and isinstance(expected, int | float):
        return math.isclose(found, expected, rel_tol=1e-12, abs_tol=1e-12)
    return found == expected


def compare(what: str, found: Sequence[Row], expected: Sequence[Row], *key: str) -> None:
    """Every cell of two tables that the oracle knows; rows are matched by key."""

    def keyed(rows: Sequence[Row]) -> dict[tuple[object, ...], Row]:
        return {tuple(row[name] for name in key): row for row in rows}

    mine, theirs = keyed(expected), keyed(found)
    assert len(theirs) == len(found), f"{what}: a key twice"
    assert mine.keys() == theirs.keys(), f"{what}: rows {set(theirs) ^ set(mine)}"
    for name, row in mine.items():
        wrong = {
            column: (theirs[name][column], value)
            for column, value in row.items()
            if not _equal(theirs[name][column], value)
        }
        assert not wrong, f"{what} {name}: (found, expected) {wrong}"


def _listed(workspace: Workspace, scope: Scope, version: int | None = None) -> list[Row]:
    pages = list(workspace.frames("deliveries", scope, data_version=version))
    return pl.concat(pages).to_dicts() if pages else []


def check_deliveries(
    workspace: Workspace, told: Told, scope: Scope, version: int | None = None
) -> None:
    """The table `deliveries` and its count."""
    expected = tables.selected(told, scope)
    found = _listed(workspace, scope, version)
    shared = [{name: row[name] for name in SHARED} for row in expected]
    compare("deliveries", found, shared, "delivery_id")
    order = [
        (row["delivered_at"] or row["attempted_at"], row["lead_id"], row["buyer_id"])
        for row in found
    ]
    assert order == sorted(order), "deliveries are not in order"
    codes = {row["delivery_id"]: row["codes"] for row in expected}
    said = {row["delivery_id"]: set((row["contradiction"] or "").split()) for row in found}
    assert said == codes, {k: (said.get(k), v) for k, v in codes.items() if said.get(k) != v}
    assert workspace.count(scope, data_version=version) == len(expected)


def check_numbers(
    workspace: Workspace, told: Told, scope: Scope, version: int | None = None
) -> None:
    """Every table of numbers."""

    def query(name: str, **options: object) -> list[Row]:
        return workspace.table(name, scope, data_version=version, **options).to_dicts()

    sources = [
        {"id": row.pop("source"), "name": row.pop("source_name"), **row}
        for row in tables.by(told, scope, "source")
    ]
    compare("sources", query("sources"), sources, "id")
    total = tables.rates(tables.selected(told, scope), scope)
    compare("total", query("rates"), [total])
    for split in (*((d,) for d in DIMENSIONS), ("buyer", "state"), ("source", "week")):
        expected = tables.by(told, scope, *split)
        if "sold_to" in split:
            expected = [{**row, "sold_to": str(row["sold_to"])} for row in expected]
        compare(f"rates by {split}", query("rates", by=split), expected, *split)
    _check_mix(query("outcome_mix"), tables.mix(told, scope))
    for grain in ("day", "week", "month"):
        expected = tables.trend(told, scope, grain)
        compare(f"trend {grain}", query("trend", grain=grain), expected, "start")
    compare("clocks", query("clocks"), tables.clocks(told, scope), "clock")
    headline = [{"key": key, **row} for key, row in tables.headline(told, scope).items()]
    compare("headline", query("headline"), headline, "key")


def _check_mix(found: list[Row], expected: dict[str, Row]) -> None:
    some = [row for row in found if row["deliveries"]]
    compare("mix", some, [{"outcome": o, **row} for o, row in expected.items()], "outcome")
    assert len({row["outcome"] for row in found}) == len(found)


def check_events(
    workspace: Workspace, told: Told, scope: Scope, version: int | None = None
) -> None:
    """What the table `feedback` says became of every event of the scope's deliveries."""
    expected = tables.events(told, scope.as_of_us)
    found = pl.concat(workspace.frames("feedback", scope, data_version=version)).to_dicts()
    for row in found:
        mine = expected[row["reporter_id"], row["event_id"]]
        said = {name: row[name] for name in mine}
        assert said == mine, f"{row['event_id']}: found {said}, expected {mine}"
    live = sum(row["feedback_events"] for row in tables.selected(told, scope))
    assert sum(row["effective"] for row in found) == live


def check(workspace: Workspace, told: Told, scope: Scope, version: int | None = None) -> None:
    """Everything."""
    for checked in (check_deliveries, check_numbers, check_events):
        checked(workspace, told, scope, version)
