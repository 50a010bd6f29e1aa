"""Offers come out in the numbers that were asked for, in an order that time allows."""

from __future__ import annotations

import numpy as np
import pytest
import small_market
from small_market import DELIVERIES, draws, expected, month, rates, sales, who

from data_access.demo import offers, roster
from data_access.demo.rate_arrays import DAYS, EPOCH


def test_the_months_cover_every_day_once_and_their_deliveries_add_up() -> None:
    """Rounding is carried on, so that nothing is lost at the end."""
    found = offers.months(expected())
    assert [m.key for m in found] == list(range(found[0].key, found[0].key + len(found)))
    assert np.concatenate([m.days for m in found]).tolist() == list(range(DAYS))
    assert sum(m.deliveries for m in found) == DELIVERIES
    for one in found:
        assert one.deliveries == pytest.approx(expected().expected[:, one.days].sum(), abs=1)


def test_a_pick_falls_where_the_weights_end() -> None:
    """One of four up to a quarter; what has no weight is never picked."""
    chances = np.array([0.0, 0.2499, 0.25, 0.999999])
    assert offers.pick(np.array([1.0, 3.0]), chances).tolist() == [0, 0, 1, 1]
    assert offers.pick(np.array([0.0, 2.0, 0.0]), chances).tolist() == [1, 1, 1, 1]


def test_a_month_ends_with_the_delivery_that_completes_its_number() -> None:
    """Neither one more nor one less, and no offer after it."""
    assert int(sales().arrived.sum()) == month().deliveries
    assert sales().arrived[-1]


def test_leads_ask_within_the_month_and_are_offered_afterwards() -> None:
    """The first attempt follows by the delays of the buyer's type."""
    first = (expected().first - EPOCH).days
    day = sales().submitted // offers.DAY - first
    assert set(day.tolist()) <= set(month().days.tolist())
    for place, buyer in enumerate(who().buyers):
        mine = sales().buyer == place
        wait = (sales().first_at - sales().submitted)[mine] / offers.SECOND
        least, most = offers.DELAYS[buyer.buyer_type]
        assert wait.min() >= least
        assert wait.max() <= most


def test_attempts_end_at_the_third_and_refusals_at_the_first() -> None:
    """A refusal is an answer; what got through was not refused."""
    assert set(sales().attempts.tolist()) == {1, 2, 3}
    assert not (sales().arrived & sales().business).any()
    assert (sales().attempts[sales().business] == 1).all()
    plain = sales().attempts == 1
    assert (sales().delivered_at[plain] == sales().first_at[plain]).all()
    twice = np.flatnonzero(sales().attempts == 2)
    waited = sales().delivered_at[twice] - sales().first_at[twice]
    assert (waited == sales().gap[twice]).all()


def test_a_lead_is_offered_to_up_to_three_different_buyers_that_its_source_serves() -> None:
    """And to one alone where it is exclusive."""
    pairs = list(zip(sales().lead.tolist(), sales().buyer.tolist(), strict=True))
    assert len(set(pairs)) == len(pairs)
    count = np.bincount(sales().lead)
    assert set(count.tolist()) == {1, 2, 3}
    assert (count[sales().lead[sales().exclusive]] == 1).all()
    weights = np.array([source.weights for source in who().sources])
    assert (weights[sales().source, sales().buyer] > 0).all()


def test_prices_are_in_half_dollars_and_leave_a_margin() -> None:
    """Leads sold to one buyer cost more than leads that are shared."""
    assert (sales().price % 50 == 0).all()
    assert (sales().cost < sales().price).all()
    shared = np.bincount(sales().lead)[sales().lead] > 1
    mine = sales().buyer == who().buyer(roster.STRONG)
    assert sales().price[mine & shared].max() < sales().price[mine & ~shared].min()


def test_the_same_draws_give_the_same_offers_and_others_do_not() -> None:
    """Nothing but the random numbers decides."""
    again = offers.month_sales(who(), rates(), expected(), month=month(), rng=draws(11))
    other = small_market.sales(99)
    assert again.submitted.tolist() == sales().submitted.tolist()
    assert again.price.tolist() == sales().price.tolist()
    assert other.submitted.tolist() != sales().submitted.tolist()


def test_taking_some_takes_them_in_every_array() -> None:
    """By positions or by a mask."""
    some = sales().take(np.array([4, 2]))
    assert some.lead.tolist() == [sales().lead[4], sales().lead[2]]
    assert some.delivered_at.tolist() == sales().delivered_at[[4, 2]].tolist()
    assert sales().take(sales().arrived).arrived.all()
