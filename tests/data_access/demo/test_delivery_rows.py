"""Offers in the words of the wire: a row an attempt, and nothing said twice."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl
from small_market import draws, offered, sales, who

from data_access.demo import delivery_rows
from data_access.demo.offers import DAY
from data_access.demo.wire_text import money


@cache
def attempts() -> pl.DataFrame:
    """All attempts of the month."""
    return delivery_rows.attempts(who(), sales(), offered(), draws(31))


def test_an_offer_is_said_in_the_words_of_its_source_and_buyer() -> None:
    """Its sub-source and product are among those that the source has."""
    lines = {vertical.name: {name for name, _ in vertical.products} for vertical in who().verticals}
    assert offered().height == sales().lead.size
    for place in range(0, offered().height, 97):
        row = offered().row(place, named=True)
        source = who().sources[sales().source[place]]
        buyer = who().buyers[sales().buyer[place]]
        assert (row["source_id"], row["buyer_id"]) == (source.source_id, buyer.buyer_id)
        assert row["sub_source"] in {name for name, _ in source.sub_sources}
        assert row["product"] in lines[source.vertical]
        assert row["method"] == delivery_rows.METHODS[buyer.buyer_type]
        assert row["price_cents"] == sales().price[place]


def test_the_offers_of_a_lead_share_its_id_and_no_others_do() -> None:
    """By the number of the lead."""
    pairs = pl.DataFrame({"lead": sales().lead, "lead_id": offered()["lead_id"]}).unique()
    assert pairs["lead"].n_unique() == pairs["lead_id"].n_unique() == pairs.height


def test_there_is_a_row_for_every_attempt_with_an_id_of_its_own() -> None:
    """Counted from one, each later by the same gap."""
    assert attempts().height == int(sales().attempts.sum())
    assert attempts()["event_id"].n_unique() == attempts().height
    numbers = [number for most in sales().attempts.tolist() for number in range(1, most + 1)]
    assert attempts()["attempt_number"].cast(pl.Int64).to_list() == numbers
    of = np.repeat(np.arange(sales().lead.size), sales().attempts)
    at = sales().first_at[of] + (np.array(numbers) - 1) * sales().gap[of]
    assert attempts()["at"].to_list() == at.tolist()


def test_what_arrived_has_a_price_and_what_failed_a_reason() -> None:
    """Never both; the last attempt of what arrived is the delivery."""
    arrived = attempts().filter(event_type="recipient.delivered")
    failed = attempts().filter(event_type="recipient.failed")
    assert arrived.height == int(sales().arrived.sum())
    assert arrived.height + failed.height == attempts().height
    assert arrived["price"].null_count() == 0
    assert arrived["failure_reason"].null_count() == arrived.height
    assert arrived["attempted_price"].null_count() == arrived.height
    assert failed["attempted_price"].null_count() == 0
    assert failed["price"].null_count() == failed.height
    known = set(delivery_rows.FAILURES)
    assert set(failed.select("failure_category", "failure_reason").iter_rows()) <= known


def test_a_refusal_is_not_tried_again_and_other_failures_are_until_the_last() -> None:
    """`retry_eligible` says whether another attempt follows."""
    of = np.repeat(np.arange(sales().lead.size), sales().attempts)
    rows = attempts().with_columns(of=pl.Series(of)).filter(event_type="recipient.failed")
    last = rows["attempt_number"].cast(pl.Int64) == pl.Series(sales().attempts[rows["of"]])
    assert ((rows["retry_eligible"] == "true") == ~last).all()
    assert set(rows.filter(failure_category="business")["retry_eligible"]) == {"false"}


def test_money_and_times_are_written_as_they_are_on_the_wire() -> None:
    """Recounted from the arrays."""
    of = np.repeat(np.arange(sales().lead.size), sales().attempts)
    cents = pl.DataFrame({"cost": sales().cost[of]}).select(money(pl.col("cost")))
    assert attempts()["lead_cost"].to_list() == cents["cost"].to_list()
    moments = attempts()["attempted_at"].str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ")
    assert moments.cast(pl.Int64).to_list() == attempts()["at"].to_list()
    assert attempts()["submitted_at"].str.ends_with("Z").all()
    assert (attempts()["at"] - pl.Series(sales().submitted[of]) < DAY).all()


def test_three_of_five_buyers_give_ids_of_their_own_to_what_arrived() -> None:
    """And the others to nothing."""
    own = attempts().filter(pl.col("buyer_lead_id").is_not_null())
    assert set(own["event_type"]) == {"recipient.delivered"}
    arrived = attempts().filter(event_type="recipient.delivered")
    giving = [buyer.buyer_id for place, buyer in enumerate(who().buyers) if place % 5 < 3]
    assert own.height == arrived.filter(pl.col("buyer_id").is_in(giving)).height
    assert own["buyer_lead_id"].n_unique() == own.height
