"""What takes back and replaces, as any story of it and in any order of arrival."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from builders import Desk, postgres_url
from hypothesis import given, settings
from hypothesis import strategies as st
from link_stories import (
    ZONE,
    check_alone,
    check_together,
    every_order,
    some_orders,
    stories,
)
from oracle_markets import Market
from oracle_shop import check_editions, opened, rebuilt

from data_access.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from link_stories import Fact


@pytest.fixture(scope="module")
def postgres_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One PostgreSQL store for many stories."""
    with postgres_url() as url:
        store = Store(url)
        yield Desk(store, tmp_path_factory.mktemp("stories"))
        store.close()


@settings(max_examples=15)
@given(story=stories(tries=2, reports=3), seed=st.integers(0, 99))
def test_up_to_five_facts_in_each_of_their_orders_give_one_history(
    sqlite_desk: Desk, story: list[Fact], seed: int
) -> None:
    """All permutations, cut into batches anywhere, the merge before, between or after."""
    check_together(sqlite_desk, every_order(story, random.Random(seed)))  # noqa: S311 - no secret


@settings(max_examples=10)
@given(story=stories(tries=3, reports=9), seed=st.integers(0, 99))
def test_larger_stories_give_one_history_in_many_orders(
    sqlite_desk: Desk, story: list[Fact], seed: int
) -> None:
    """Chains and circles, foreign links, ids shared by merged senders, equal times, dates."""
    check_alone(sqlite_desk, some_orders(story, random.Random(seed), 4))  # noqa: S311


@pytest.mark.postgres
@settings(max_examples=4)
@given(story=stories(tries=2, reports=6), seed=st.integers(0, 99))
def test_order_plays_no_part_on_postgresql(
    postgres_desk: Desk, story: list[Fact], seed: int
) -> None:
    """The same on the other database."""
    check_alone(postgres_desk, some_orders(story, random.Random(seed), 4))  # noqa: S311


@settings(max_examples=4)
@given(story=stories(tries=3, reports=8), seed=st.integers(0, 99), late=st.booleans())
def test_an_edition_kept_fresh_equals_one_made_at_once(
    story: list[Fact], seed: int, *, late: bool
) -> None:
    """Refreshed after every batch, whatever links come before what they name."""
    [telling] = some_orders(story, random.Random(seed), 1)  # noqa: S311
    market = Market(ZONE, None, telling.batches, merge_last=late)  # type: ignore[arg-type]
    with opened(market) as shop:
        for batch in market.batches:
            shop.take(batch)
            shop.workspace.refresh()
        if late:
            shop.merge()
            shop.workspace.refresh()
        with rebuilt(shop) as whole:
            check_editions(shop.workspace, whole)
