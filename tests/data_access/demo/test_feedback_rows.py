"""Events in the words of the wire: what is said fits the outcome."""

from __future__ import annotations

from functools import cache

import polars as pl
from small_market import draws, ended, sold, who

from data_access.demo import event_times, feedback_rows
from data_access.demo.wire_text import money


@cache
def events() -> pl.DataFrame:
    """What was said, before it is text."""
    return event_times.event_times(who(), ended(), draws(41))


@cache
def rows() -> pl.DataFrame:
    """The same as text, with the tag of each event beside it."""
    told = feedback_rows.rows(who(), ended(), sold(), events(), draws(42))
    return told.with_columns(events().select("tag", "of", "paid"))


def test_there_is_a_row_for_every_event_with_an_id_of_its_own() -> None:
    """About the lead and by the buyer of the delivery."""
    assert rows().height == events().height
    assert rows()["event_id"].n_unique() == rows().height
    mine = sold()[rows()["of"]]
    assert rows()["lead_id"].to_list() == mine["lead_id"].to_list()
    assert rows()["reporter_id"].to_list() == mine["buyer_id"].to_list()
    assert rows()["outcome"].to_list() == events()["outcome"].to_list()


def test_links_name_events_that_exist() -> None:
    """About the same delivery."""
    for link in ("retracts", "replaces"):
        linked = rows().filter(pl.col(link).is_not_null())
        found = linked.join(rows(), left_on=link, right_on="event_id", suffix="_named")
        assert found.height == linked.height > 0
        assert (found["of"] == found["of_named"]).all()


def test_the_row_comes_in_at_the_latest_of_its_times() -> None:
    """A decision that is told in advance comes at its own time."""
    latest = events().select(pl.max_horizontal("occurred", "reported", "decided")).to_series()
    assert rows()["at"].to_list() == latest.to_list()
    assert rows()["told_at"].to_list() == events()["reported"].to_list()
    moments = rows()["reported_at"].str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ")
    assert moments.cast(pl.Int64).to_list() == events()["reported"].to_list()


def test_only_sales_have_a_value() -> None:
    """In whole dollars, at least 20; a few say none."""
    valued = rows().filter(pl.col("value").is_not_null())
    assert set(valued["outcome"]) == {"converted"}
    assert valued["value"].str.ends_with(".00").all()
    assert valued["value"].cast(pl.Float64).min() >= 20  # type: ignore[operator]
    sales = rows().filter(outcome="converted")
    assert 0 < sales["value"].null_count() < 0.1 * sales.height


def test_credits_are_asked_by_claims_and_their_amount_is_a_part_of_the_price() -> None:
    """All of it or half of it; none where it is not named."""
    asked = rows().filter(pl.col("credit_requested").is_not_null())
    assert set(asked["outcome"]) == {"returned"}
    credited = rows().filter(pl.col("credit_amount").is_not_null())
    assert set(credited["credit_approved"]) == {"true"}
    price = sold()[credited["of"]]["price_cents"]
    halved = credited.with_columns(cents=(price * credited["paid"]).round().cast(pl.Int64))
    assert (
        halved["credit_amount"].to_list()
        == halved.select(money(pl.col("cents")))["cents"].to_list()
    )


def test_who_returns_or_declines_says_why() -> None:
    """In the last event; sales and bare retractions say nothing."""
    last = rows().filter(tag="f")
    for outcome in ("returned", "not_interested", "already_purchased", "bad_info", "duplicate"):
        assert last.filter(outcome=outcome)["reason"].null_count() == 0
    assert rows().filter(outcome="converted")["reason"].drop_nulls().is_empty()
    assert rows().filter(tag="y")["reason"].drop_nulls().is_empty()


def test_the_same_draws_say_the_same() -> None:
    """And others do not."""
    again = feedback_rows.rows(who(), ended(), sold(), events(), draws(42))
    other = feedback_rows.rows(who(), ended(), sold(), events(), draws(43))
    assert again.equals(rows().drop("tag", "of", "paid"))
    assert not other.equals(again)
