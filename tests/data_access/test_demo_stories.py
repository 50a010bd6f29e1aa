"""What the demo plants to be found, each held against its truth."""

from __future__ import annotations

import polars as pl
from demo_rows import SEED, UNTIL, frames, market_of_default_size, outcomes, rate, story, truth

from data_access.demo import market as demo_market
from data_access.demo import truth as truths


def test_the_collapsing_sub_source_has_150_deliveries_a_week_and_half_the_conversion() -> None:
    """In the last ten weeks; its siblings hold."""
    told = story("collapse")
    assert told["since"] == "2026-04-27"
    mine = outcomes().filter(
        pl.col("source_id") == told["source_id"], pl.col("sub_source") == told["sub_source"]
    )
    weeks = mine.filter(pl.col("age") < 70).group_by(pl.col("age") // 7).len()
    assert weeks["len"].min() >= 150  # type: ignore[operator]
    fallen = mine.filter(pl.col("age").is_between(14, 34))
    before = mine.filter(pl.col("age").is_between(35, 139))
    assert rate(fallen, "converted") / rate(before, "converted") < 0.65
    beside = outcomes().filter(
        pl.col("source_id") == told["source_id"], pl.col("sub_source") != told["sub_source"]
    )
    steady = rate(beside.filter(pl.col("age").is_between(14, 34)), "converted")
    assert steady / rate(beside.filter(pl.col("age") > 34), "converted") > 0.65


def test_the_lucky_source_is_small_and_converts_about_twice_its_true_rate() -> None:
    """40 – 60 mature deliveries of an average source."""
    told = story("lucky")
    mine = outcomes().filter(pl.col("source_id") == told["source_id"])
    assert 40 <= mine.filter(pl.col("age") >= 30).height <= 60
    [entry] = [row for row in truth()["sources"] if row["source_id"] == told["source_id"]]
    assert rate(mine, "converted", "covered") > 1.6 * entry["conversion_of_feedback"]
    assert entry["quality"] == 1.0


def test_the_claiming_buyer_returns_over_twice_what_its_sources_show_elsewhere() -> None:
    """The same sources at their other buyers."""
    buyer = story("claims")["buyer_id"]
    mine = outcomes().filter(pl.col("buyer_id") == buyer)
    elsewhere = outcomes().filter(
        pl.col("buyer_id") != buyer, pl.col("source_id").is_in(mine["source_id"].unique().implode())
    )
    assert 2.0 < rate(mine, "returned") / rate(elsewhere, "returned") < 3.2


def test_the_order_of_a_pair_of_sources_reverses_at_every_buyer_they_share() -> None:
    """One leads overall, the other at both buyers."""
    told = story("reversal")
    first, second = (
        outcomes().filter(pl.col("source_id") == told[name])
        for name in ("looks_better", "is_better")
    )
    assert rate(first, "converted", "covered") > rate(second, "converted", "covered")
    for buyer in told["buyers"]:
        here, there = (rows.filter(pl.col("buyer_id") == buyer) for rows in (first, second))
        assert min(here.height, there.height) > 1_000
        assert rate(here, "converted", "covered") < rate(there, "converted", "covered")
    assert set(first["buyer_id"]) == set(second["buyer_id"]) == set(told["buyers"])


def test_the_silent_buyer_receives_but_reports_nothing_for_five_weeks() -> None:
    """Before that it reported on nearly everything."""
    told = story("silence")
    _, feedback = market_of_default_size()
    mine = feedback.filter(
        pl.col("reporter_id") == told["buyer_id"], pl.col("reported_at").str.len_chars() == 27
    )
    assert str(mine["reported_at"].max()) < told["since"]
    assert str(mine["reported_at"].max()) > "2026-04-25"
    received = outcomes().filter(pl.col("buyer_id") == told["buyer_id"])
    assert received.filter(pl.col("age") < 35).height > 200
    assert rate(received.filter(pl.col("age") > 100), "covered") > 0.9


def test_without_stories_nobody_is_out_of_the_ordinary() -> None:
    """Returns are even and every buyer reports to the end."""
    market = demo_market.market(SEED, stories=False)
    told = truths.truth(market, until=UNTIL, deliveries=5_000)
    assert told["stories"] == []
    returns = [buyer.returns for buyer in market.buyers if buyer.buyer_type == "lead_buyer"]
    assert max(returns) / min(returns) < 1.4
    rows = pl.concat(frames(5_000, stories=False), how="diagonal")
    told_since = story("silence")["since"]
    last = rows.group_by("reporter_id").agg(pl.col("reported_at").max()).drop_nulls()
    assert (last["reported_at"] > told_since).all()


def test_no_row_tells_the_truth() -> None:
    """No column is named for what is true."""
    words = ("quality", "stor", "lucky", "true_", "factor")
    for rows in market_of_default_size():
        assert not [name for name in rows.columns if any(word in name for word in words)]
