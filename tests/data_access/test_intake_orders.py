"""Order, repetition and batching of facts change nothing."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING

import polars as pl
from builders import Desk, delivered, reported
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.columns import ANSWERS
from data_access.store.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


DAY1, DAY2, DAY3 = "2026-01-01T10:00:00Z", "2026-01-02T10:00:00Z", "2026-01-03T10:00:00Z"


DAY1, DAY2, DAY3 = "2026-01-01T10:00:00Z", "2026-01-02T10:00:00Z", "2026-01-03T10:00:00Z"


DAY1, DAY2, DAY3 = "2026-01-01T10:00:00Z", "2026-01-02T10:00:00Z", "2026-01-03T10:00:00Z"


FACTS = [
    *[delivered(f"L{n}", f"B{n % 2}", DAY1, price="10") for n in range(4)],
    *[reported(f"L{n}", f"B{n % 2}", "contacted", DAY2, event_id=f"e{n}") for n in range(5)],
    *[reported(f"L{n}", f"B{n % 2}", "converted", DAY3) for n in range(3)],
    reported("L0", "B0", None, DAY3, event_id="r", retracts="e0"),
    reported("L1", "B1", "returned", DAY3, event_id="s", replaces="e1"),
    reported("L1", "B1", "contacted", DAY3, event_id="t", replaces="e1"),
    reported("L0", "B0", None, DAY3, event_id="u", retracts="r"),
    reported("L0", "B0", "contacted", DAY3, event_id="v", retracts="e2"),
    reported("L1", "B1", "contacted", DAY1, event_id="w", replaces="s"),
    reported("L0", "B1", "contacted", DAY3, event_id="x", replaces="e0"),
]


@settings(max_examples=25)
@given(
    order=st.permutations(range(len(FACTS))),
    again=st.lists(st.integers(0, len(FACTS) - 1), max_size=8),
    cuts=st.lists(st.integers(1, len(FACTS)), max_size=3),
)
def test_order_repetition_and_batching_change_nothing(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], again: list[int], cuts: list[int]
) -> None:
    """The same facts in any order, any number of times, in any batches: the same store."""
    one = _desk(tmp_path_factory.mktemp("one"))
    two = _desk(tmp_path_factory.mktemp("two"))
    one.take(*FACTS)
    sent = [FACTS[n] for n in [*order, *again]]
    edges = [0, *sorted(cuts), len(sent)]
    total = dict.fromkeys(ANSWERS, 0)
    for start, end in itertools.pairwise(edges):
        if sent[start:end]:
            for answer, count in two.take(*sent[start:end]).counts.items():
                total[answer] += count
    assert two.facts() == one.facts()
    assert sum(total.values()) == len(sent)
    for desk in (one, two):
        desk.store.close()


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000))
def test_a_batch_gets_the_answers_of_its_rows_sent_alone(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    """Batching is invisible in the answers and in the store."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    sent = [dict(chance.choice(FACTS)) for _ in range(20)]
    for fact in sent:
        if chance.random() < 0.2:
            fact["reason"] = chance.choice(["x", "y"])
        if chance.random() < 0.1:
            fact["lead_id"] = "not an id"
    one, two = (_desk(tmp_path_factory.mktemp(n)) for n in ("batch", "alone"))
    alone = [two.take(fact) for fact in sent]
    together = one.take(*sent)
    answers = [taken.answers["answer"].item() for taken in alone]
    assert together.answers.sort("line")["answer"].to_list() == answers
    advice = [taken.advice.with_columns(line=n) for n, taken in enumerate(alone, 1)]
    assert together.advice.rows() == pl.concat(advice, how="vertical_relaxed").rows()
    assert one.facts() == two.facts()
    for desk in (one, two):
        desk.store.close()


def _desk(folder: Path) -> Desk:
    return Desk(Store(f"sqlite:///{folder / 's.sqlite3'}"), folder)
