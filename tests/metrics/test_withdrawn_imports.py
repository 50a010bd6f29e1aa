"""Withdrawn imports: every table is that of a store that never took them in, and keeps its past."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import polars as pl
import pytest
from builders import NOW, postgres_url, us
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_markets import Market, markets, scopes
from oracle_shop import Shop, check_editions, opened, rebuilt
from polars.testing import assert_frame_equal

from dashboard.editions import clock
from dashboard.tables.registry import TABLES
from data_access.columns import RESTORE, WITHDRAW
from data_access.store import withdrawals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_markets import Fact

    from dashboard.answers.workspace import Workspace
    from metrics.definitions.scope import Scope

HOUR: Final = 3_600_000_000
COUNTED: Final = [name for name, table in TABLES.items() if table.kind != "receipts"]
OWN: Final = ("feedback_id", "attempt_id", "recorded_at", "batch_id", "first_batch_id", "channel")
"""Columns that tell of numbers and imports, which are others in another store."""
BY: Final = {"rates": ("buyer", "source"), "incidence": ("source",)}


@dataclass
class Undoing:
    """A shop with the imports that it took in, and an hour that goes on with every word."""

    shop: Shop
    patch: pytest.MonkeyPatch
    hours: int = 0

    @property
    def now_us(self) -> int:
        """The hour that it is."""
        return us(NOW) + self.hours * HOUR

    @property
    def batches(self) -> list[str]:
        """The imports in the order in which they came."""
        return self.shop.desk.batches

    def pass_an_hour(self) -> None:
        """Move the clock on."""
        self.hours += 1
        self.patch.setattr(clock, "now_us", lambda at=self.now_us: at)

    def say(self, batch: str, action: str) -> None:
        """Withdraw or restore an import, an hour later, and take it into the edition."""
        self.pass_an_hour()
        withdrawals.record(self.shop.desk.store, batch, action, at_us=self.now_us)
        self.shop.workspace.refresh()


@contextmanager
def undoing(market: Market, url: str | None = None) -> Iterator[Undoing]:
    """A shop that took every batch of a market in, refreshed after each."""
    with pytest.MonkeyPatch.context() as patch, opened(market, url) as shop:
        at_work = Undoing(shop, patch)
        at_work.pass_an_hour()
        for batch in market.batches:
            shop.take(batch)
            shop.workspace.refresh()
        if market.merge_last:
            shop.merge()
            shop.workspace.refresh()
        yield at_work


def taken_by(shop: Shop) -> list[tuple[Fact, ...]]:
    """What was new in each batch, in order: a row that was known already is of an earlier one."""
    taken = {id(fact) for fact in shop.taken.values()}
    return [tuple(f for f in batch if id(f) in taken) for batch in shop.market.batches]


@contextmanager
def without(at_work: Undoing, gone: set[int]) -> Iterator[Workspace]:
    """A workspace of another store, which never took some batches in."""
    facts = taken_by(at_work.shop)
    left = tuple(facts[n] for n in range(len(facts)) if n not in gone)
    with opened(replace(at_work.shop.market, batches=left)) as other:
        for batch in left:
            if batch:
                other.take(batch)
        if other.market.merge_last:
            other.merge()
        yield other.workspace


def tables(
    workspace: Workspace, scope: Scope, version: int | None = None, names: list[str] = COUNTED
) -> dict[str, pl.DataFrame]:
    """Tables under a scope, whole."""
    found = {}
    for name in names:
        pages = list(workspace.frames(name, scope, by=BY.get(name), data_version=version))
        found[name] = pl.concat(pages) if pages else pl.DataFrame()
    return found


def counted(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows that count, without what is another's in another store."""
    if "withdrawn_at" in frame.columns:
        frame = frame.filter(pl.col("withdrawn_at").is_null())
    return frame.drop(OWN, strict=False)


def check_same(found: dict[str, pl.DataFrame], expected: dict[str, pl.DataFrame]) -> None:
    """Two answers to the same questions, to the cell."""
    for name, frame in expected.items():
        try:
            assert_frame_equal(found[name], frame)
        except AssertionError as error:
            message = f"table {name}: {error}"
            raise AssertionError(message) from None


@settings(max_examples=3)
@given(st.data())
def test_what_is_withdrawn_was_never_there_and_was_there_before(data: st.DataObject) -> None:
    """After it, every table is another store's; before it, by moment or version, its own."""
    market = data.draw(markets(), label="market")
    with undoing(market) as at_work:
        workspace, batches = at_work.shop.workspace, at_work.batches
        gone = data.draw(st.sets(st.integers(0, len(batches) - 1), min_size=1), label="gone")
        early = data.draw(scopes(market), label="early")
        early = replace(early, as_of_us=min(early.as_of_us, at_work.now_us))
        now = replace(early, as_of_us=at_work.now_us)
        version = workspace.edition.version
        before = [tables(workspace, scope) for scope in (early, now)]
        for number in sorted(gone):
            at_work.say(batches[number], WITHDRAW)
        for scope, answer in zip((early, now), before, strict=True):
            check_same(tables(workspace, scope), answer)
            check_same(tables(workspace, scope, version), answer)
        later = replace(early, as_of_us=at_work.now_us)
        mine = {name: counted(frame) for name, frame in tables(workspace, later).items()}
        with without(at_work, gone) as other:
            theirs = {name: counted(frame) for name, frame in tables(other, later).items()}
        check_same(mine, theirs)
        for number in sorted(gone):
            at_work.say(batches[number], RESTORE)
        restored = replace(early, as_of_us=at_work.now_us)
        at_work_again = {n: f for n, f in tables(workspace, restored).items() if n not in DATED}
        check_same(at_work_again, {n: f for n, f in before[1].items() if n in at_work_again})


DATED: Final = ("backtest", "unanswered", "overdue", "who_to_ask")
"""Tables in which ages and waits of hours may have moved on with the clock."""


@settings(max_examples=3)
@given(st.data())
def test_an_edition_that_followed_every_word_is_one_made_anew(data: st.DataObject) -> None:
    """Withdrawn, restored, withdrawn again, with facts and merges in between."""
    market = data.draw(markets(), label="market")
    with undoing(market) as at_work:
        _follow(at_work, data)


@settings(max_examples=3)
@given(st.data())
@pytest.mark.postgres
def test_the_same_on_postgresql(data: st.DataObject) -> None:
    """By its own roads in and out."""
    market = data.draw(markets(), label="market")
    with postgres_url() as url, undoing(market, url) as at_work:
        _follow(at_work, data)


def _follow(at_work: Undoing, data: st.DataObject) -> None:
    shop, batches = at_work.shop, at_work.batches
    is_withdrawn = dict.fromkeys(batches, False)
    words = st.lists(st.sampled_from(batches), min_size=1, max_size=4)
    for batch in data.draw(words, label="words"):
        at_work.say(batch, RESTORE if is_withdrawn[batch] else WITHDRAW)
        is_withdrawn[batch] = not is_withdrawn[batch]
        with rebuilt(shop) as whole:
            check_editions(shop.workspace, whole)
            assert shop.workspace.edition.withdrawn == whole.edition.withdrawn
            check_moments(at_work, whole, data)


def check_moments(at_work: Undoing, anew: Workspace, data: st.DataObject) -> None:
    """Any earlier moment and version, looked up in the one and resolved anew in the other."""
    found = at_work.shop.workspace
    scope = data.draw(scopes(at_work.shop.market), label="scope")
    hours = data.draw(st.integers(0, at_work.hours), label="hours")
    scope = replace(scope, as_of_us=min(scope.as_of_us, us(NOW)) + hours * HOUR)
    version = data.draw(st.integers(1, found.edition.version), label="version")
    some = ["sources", "deliveries", "feedback", "attempts", "headline", "trend"]
    for each in (None, version):
        check_same(tables(found, scope, each, some), tables(anew, scope, each, some))
