"""What becomes of deliveries: ends in their words, times in their order."""

from __future__ import annotations

import numpy as np
import pytest
import small_market
from small_market import draws, ended, month, rates, sales, who

from data_access.demo import fates
from data_access.demo.offers import DAY, HOUR, MINUTE, SECOND


def test_ends_have_the_words_of_the_wire() -> None:
    """Two ways to come back are one word."""
    assert fates.ENDS[fates.NO_CONTACT] == "no_contact"
    assert fates.WORDS[fates.RETURNED_SPOKEN] == "returned"
    assert fates.WORDS[fates.RETURNED_UNREACHED] == "returned"
    assert fates.WORDS[fates.CONVERTED] == "converted"


def test_each_fate_is_that_of_one_delivery() -> None:
    """In the order of the deliveries, with their source and buyer."""
    arrived = sales().take(sales().arrived)
    assert (np.diff(ended().of) > 0).all()
    assert (ended().source == arrived.source[ended().of]).all()
    assert (ended().buyer == arrived.buyer[ended().of]).all()
    assert (ended().delivered == arrived.delivered_at[ended().of]).all()
    assert len(ended()) == ended().end.size


def test_as_many_are_reported_on_as_their_buyers_report() -> None:
    """Within five standard deviations of the sum of their coverages."""
    coverage = rates().coverage[sales().buyer[sales().arrived]]
    spread = float(np.sqrt((coverage * (1 - coverage)).sum()))
    assert len(ended()) == pytest.approx(float(coverage.sum()), abs=5 * spread)


def test_as_many_sell_as_their_cells_say() -> None:
    """In the season of their month, within five standard deviations."""
    lines = rates().vertical[ended().source]
    season = rates().season[lines, month().key % 12]
    rate = rates().conversion[ended().source, ended().buyer] * season
    spread = float(np.sqrt((rate * (1 - rate)).sum()))
    found = int((ended().end == fates.CONVERTED).sum())
    assert found == pytest.approx(float(rate.sum()), abs=5 * spread)


def test_an_end_comes_after_the_delivery_and_is_told_after_it_came() -> None:
    """At least 20 seconds and at most 90 days later."""
    took = ended().ended - ended().delivered
    assert took.min() >= 20 * SECOND
    assert took.max() <= 90 * DAY
    assert ((ended().reported - ended().ended) > 0).all()


def test_buyers_with_a_batch_tell_at_their_hour() -> None:
    """Within the ten minutes after it, at most a day later; the others within two days."""
    for place, buyer in enumerate(who().buyers):
        mine = ended().take(ended().buyer == place)
        hour = buyer.entry.batch_hour
        late = mine.reported - mine.ended
        if hour is None:
            assert late.max() <= 2 * DAY
        else:
            assert ((mine.reported % DAY - hour * HOUR) < 10 * MINUTE).all()
            assert late.max() <= DAY + 10 * MINUTE


def test_sales_take_longer_than_other_ends() -> None:
    """By the middle one."""
    took = ended().ended - ended().delivered
    sold = ended().end == fates.CONVERTED
    assert np.median(took[sold]) > 2 * np.median(took[~sold])


def test_seconds_keep_their_whole_part() -> None:
    """What is behind the comma is drawn anew."""
    times = fates.split_seconds(np.array([1.9, 3.2, 0.0]), draws(1))
    assert (times // SECOND).tolist() == [1, 3, 0]


def test_the_same_draws_give_the_same_fates() -> None:
    """And others do not."""
    arrived = sales().take(sales().arrived)
    again = fates.fates(who(), rates(), small_market.expected(), sales=arrived, rng=draws(12))
    assert again.end.tolist() == ended().end.tolist()
    assert again.reported.tolist() == ended().reported.tolist()
    assert small_market.ended(13).of.tolist() != ended().of.tolist()
