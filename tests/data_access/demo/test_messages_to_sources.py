"""What the operator passes on to sources: some claims, after they came."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl
import pytest
from small_market import draws, ended, sold

from data_access.columns import OPERATOR
from data_access.demo import source_messages
from data_access.demo.fates import RETURNED_SPOKEN, RETURNED_UNREACHED
from data_access.demo.offers import DAY, HOUR


@cache
def sent(share_of: int = 1) -> pl.DataFrame:
    """Messages about the claims of the month, drawn from it so many times over."""
    found = [source_messages.rows(ended(), sold(), draws(seed)) for seed in range(share_of)]
    return pl.concat(found)


def claimed() -> pl.DataFrame:
    """The claims of the month, with when they were told."""
    mine = np.flatnonzero(np.isin(ended().end, (RETURNED_SPOKEN, RETURNED_UNREACHED)))
    return sold()[mine].with_columns(claim=pl.Series(ended().reported[mine]))


def test_claims_alone_are_passed_on_and_only_a_few() -> None:
    """Four in a hundred, over many draws; each claim is known by its lead and buyer."""
    many = sent(40)
    keys = "snt_" + claimed()["lead_id"].str.slice(5) + "_" + claimed()["code"]
    assert set(many["event_id"]) <= set(keys)
    assert many.height / (40 * keys.len()) == pytest.approx(source_messages.SENT_SHARE, rel=0.25)


def test_a_message_goes_to_the_source_of_the_lead_two_hours_to_three_days_later() -> None:
    """From the operator."""
    pairs = sent(40).join(
        claimed().select("lead_id", "source_id", "source_name", "claim"), on="lead_id"
    )
    assert (pairs["target_id"] == pairs["source_id"]).all()
    assert (pairs["target_name"] == pairs["source_name"]).all()
    alone = pairs.filter(~pl.struct("event_id", "at").is_duplicated())
    waited = alone["at"] - alone["claim"]
    assert waited.min() >= 2 * HOUR  # type: ignore[operator]
    assert waited.max() < 3 * DAY  # type: ignore[operator]
    assert set(pairs["reporter_id"]) == {OPERATOR}


def test_issue_and_action_belong_together() -> None:
    """Four of them, and how often in steps of five percent."""
    kinds = sent(40).select("category", "issue", "action_requested").unique()
    assert kinds.height == kinds["category"].n_unique() == 4
    often = sent(40)["frequency"].str.extract(r"^([0-9]+)% of leads$").cast(pl.Int64)
    assert set(often) == {5, 10, 15, 20, 25, 30}


def test_the_same_draws_say_the_same() -> None:
    """And others do not."""
    assert sent().equals(source_messages.rows(ended(), sold(), draws(0)))
    assert not sent().equals(source_messages.rows(ended(), sold(), draws(1)))
