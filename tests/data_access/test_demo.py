from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import permutations
from typing import Any, Final

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from data_access.columns import ATTEMPT_FIELDS, FEEDBACK_FIELDS, ID_PATTERN
from data_access.demo import generate, rate_arrays
from data_access.demo import market as demo_market
from data_access.demo import truth as truths
from data_access.intake.contract import check

UNTIL: Final = date(2026, 5, 31)
NOW_US: Final = int(datetime(2026, 6, 1, tzinfo=UTC).timestamp()) * 1_000_000
SEED: Final = 1


def frames(deliveries: int, *, seed: int = SEED, stories: bool = True) -> list[pl.DataFrame]:
    """All frames of a market."""
    return list(generate.chunks(deliveries=deliveries, seed=seed, until=UNTIL, stories=stories))


@cache
def market_of_default_size() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Delivery rows and feedback rows of the default market, as they came."""
    rows = frames(generate.DEFAULT_DELIVERIES)
    deliveries = [frame for frame in rows if "attempted_at" in frame.columns]
    feedback = [frame for frame in rows if "attempted_at" not in frame.columns]
    return pl.concat(deliveries, how="diagonal"), pl.concat(feedback, how="diagonal")


@cache
def outcomes() -> pl.DataFrame:
    """One row per delivery of the default market, with how it ended, recounted plainly."""
    attempts, feedback = market_of_default_size()
    delivered = attempts.filter(
        pl.col("event_type") == "recipient.delivered", ~pl.col("event_id").str.contains("-bad")
    ).unique(["lead_id", "buyer_id"], keep="first", maintain_order=True)
    known = feedback.filter(
        pl.col("event_type") == "feedback.received", ~pl.col("event_id").str.contains("-bad")
    ).unique("event_id", keep="first", maintain_order=True)
    undone = known.select(event_id=pl.coalesce("retracts", "replaces")).drop_nulls()
    live = known.filter(pl.col("retracts").is_null()).join(undone, on="event_id", how="anti")
    rank = pl.col("outcome").replace_strict(RANKS, default=0, return_dtype=pl.Int64)
    ended = (
        live.with_columns(rank=rank)
        .sort("rank", "occurred_at", "reported_at", "event_id")
        .group_by("lead_id", "reporter_id", maintain_order=True)
        .agg(pl.col("outcome").last(), covered=pl.lit(1).first(), told=pl.col("reported_at").max())
    )
    rows = delivered.join(
        ended, left_on=["lead_id", "buyer_id"], right_on=["lead_id", "reporter_id"], how="left"
    )
    day = pl.col("attempted_at").str.slice(0, 10).str.to_date()
    return rows.with_columns(
        age=(pl.lit(UNTIL) - day).dt.total_days(),
        covered=pl.col("covered").fill_null(0),
        converted=(pl.col("outcome") == "converted").fill_null(value=False),
        returned=(pl.col("outcome") == "returned").fill_null(value=False),
    )


RANKS: Final = {
    "converted": 30, "returned": 30, "not_interested": 20, "already_purchased": 20,
    "bad_info": 20, "duplicate": 20, "no_contact": 1, "contacted": 2, "qualified": 3,
}  # fmt: skip


def truth(**window: date) -> dict[str, Any]:
    """The truth of the default market in a window of delivery days."""
    market = demo_market.market(SEED)
    days = (window.get("first"), window.get("last"))
    return truths.truth(market, until=UNTIL, deliveries=generate.DEFAULT_DELIVERIES, window=days)


def story(kind: str) -> dict[str, Any]:
    """The one story of a kind."""
    [found] = [one for one in truth()["stories"] if one["story"] == kind]
    return dict(found)


def rate(rows: pl.DataFrame, above: str, below: str | None = None) -> float:
    """Rows that are `above`, of all rows or of those that are `below`."""
    under = rows.height if below is None else int(rows[below].sum())
    return int(rows[above].sum()) / under


def test_the_same_arguments_give_the_same_frames() -> None:
    """Frame by frame, column by column."""
    first, second = frames(2_000), frames(2_000)
    assert len(first) == len(second)
    for one, other in zip(first, second, strict=True):
        assert_frame_equal(one, other)


def test_another_seed_gives_another_market() -> None:
    """Neither leads nor true parameters are shared."""
    leads = [pl.concat(frames(500, seed=seed), how="diagonal")["lead_id"] for seed in (1, 2)]
    assert set(leads[0]).isdisjoint(leads[1])
    assert demo_market.market(1).sources != demo_market.market(2).sources


def test_known_rows_are_not_told_otherwise_by_an_earlier_cut() -> None:
    """A cut leaves rows out and changes none."""
    cut = datetime(2026, 3, 10, 12, tzinfo=UTC)
    whole = pl.concat(frames(3_000), how="diagonal")
    early = pl.concat(
        generate.chunks(
            deliveries=3_000,
            seed=SEED,
            until=UNTIL,
            stories=True,
            cut_us=int(cut.timestamp()) * 1_000_000,
        ),
        how="diagonal",
    )
    assert 0.7 * whole.height < early.height < whole.height
    assert max_time(early) <= "2026-03-10T12:00:00"
    assert early.join(whole, on=early.columns, how="anti", nulls_equal=True).is_empty()


def max_time(rows: pl.DataFrame) -> str:
    """The latest time in any column."""
    times = [name for name in rows.columns if name.endswith("_at")]
    return max(str(rows[name].max()) for name in times if rows[name].null_count() < rows.height)


def test_nothing_is_later_than_the_last_day() -> None:
    """Seen in every time column; the last day itself is there."""
    for rows in market_of_default_size():
        assert max_time(rows).startswith("2026-05-31")


def test_the_first_deliveries_are_18_months_old() -> None:
    """548 days, both ends included."""
    attempts, _ = market_of_default_size()
    assert str(attempts["attempted_at"].min())[:10] == (UNTIL - timedelta(days=547)).isoformat()


@pytest.mark.parametrize("deliveries", [200, 12_345])
def test_the_number_of_deliveries_is_the_one_asked_for(deliveries: int) -> None:
    """Different (lead, buyer) that were reached, within 2 %."""
    rows = pl.concat(frames(deliveries), how="diagonal").filter(
        pl.col("event_type") == "recipient.delivered", ~pl.col("event_id").str.contains("-bad")
    )
    assert rows.select("lead_id", "buyer_id").n_unique() == pytest.approx(deliveries, rel=0.02)


@pytest.mark.parametrize("deliveries", [199, 2_000_001])
def test_a_number_out_of_range_is_refused_with_the_range(deliveries: int) -> None:
    """One below the fewest, one above the most."""
    with pytest.raises(ValueError, match="allowed are 200 to 2,000,000"):
        frames(deliveries)


def test_frames_are_small_and_hold_either_deliveries_or_feedback() -> None:
    """Text only, no empty column, 50,000 rows at most."""
    for frame in generate.chunks(deliveries=400_000, seed=SEED, until=UNTIL, stories=True):
        assert 0 < frame.height <= 50_000
        assert ("attempted_at" in frame.columns) != ("reported_at" in frame.columns)
        assert all(dtype == pl.String for dtype in frame.dtypes)
        assert all(frame[name].null_count() < frame.height for name in frame.columns)
        if frame["event_type"][0].startswith("feedback"):
            break


def test_every_column_is_a_known_field() -> None:
    """Named as the contract names them, plus `event_id`."""
    for rows, fields in zip(
        market_of_default_size(), (ATTEMPT_FIELDS, FEEDBACK_FIELDS), strict=True
    ):
        assert set(rows.columns) <= {"event_id", *(field.name for field in fields)}


def test_ids_have_the_form_of_ids() -> None:
    """The general form, a letter first, and 16 characters for leads."""
    for rows in market_of_default_size():
        for name in rows.columns:
            if name.endswith("_id") or name in {"retracts", "replaces"}:
                said = rows[name].drop_nulls()
                assert said.str.contains(ID_PATTERN).all()
                assert said.str.contains(r"^[A-Za-z]").all()
    attempts, _ = market_of_default_size()
    assert attempts["lead_id"].str.contains(r"^lead_[0-9a-f]{16}$").all()


def test_there_are_24_sources_14_buyers_4_verticals_and_3_types() -> None:
    """Counted in the rows."""
    attempts, _ = market_of_default_size()
    sizes = [
        attempts[name].n_unique() for name in ("source_id", "buyer_id", "vertical", "buyer_type")
    ]
    assert sizes == [24, 14, 4, 3]


def test_the_contract_takes_all_but_the_bad_rows() -> None:
    """About 0.05 % are refused, for four different reasons."""
    allowed = {"unknown_word", "time_naive", "time_impossible", "money_format"}
    rows = pl.concat(frames(8_000), how="diagonal")
    numbered = rows.with_columns(line=pl.int_range(rows.height, dtype=pl.Int64), raw=pl.lit(""))
    problems = check(numbered, now_us=NOW_US).problems
    bad = numbered.filter(pl.col("event_id").str.contains("-bad"))["line"]
    assert set(problems["line"]) == set(bad)
    assert set(problems["code"]) == allowed
    assert 0.0001 < problems.height / rows.height < 0.001


def test_each_buyer_reports_on_40_to_98_percent() -> None:
    """Of deliveries over 100 days old; habits differ widely."""
    mature = outcomes().filter(pl.col("age") > 100)
    shares = mature.group_by("buyer_id").agg(pl.col("covered").mean())["covered"]
    assert shares.is_between(0.40, 0.98).all()
    assert float(shares.max()) - float(shares.min()) > 0.4  # type: ignore[arg-type]


def test_levels_are_those_of_a_real_market() -> None:
    """Coverage, conversion, returns and shared leads, all told."""
    mature = outcomes().filter(pl.col("age") > 60)
    assert 0.80 < rate(mature, "covered") < 0.90
    assert 0.06 < rate(mature, "converted", "covered") < 0.14
    assert 0.04 < rate(mature, "returned") < 0.12
    shared = mature.group_by("lead_id").len()["len"] > 1
    assert 0.28 < float(shared.mean()) < 0.42  # type: ignore[arg-type]


def test_offers_that_never_arrive_are_3_to_8_percent_of_each_buyer() -> None:
    """Final failures, with half a point of chance."""
    attempts, _ = market_of_default_size()
    arrived = (pl.col("event_type") == "recipient.delivered").any()
    offers = attempts.group_by("lead_id", "buyer_id").agg(arrived=arrived)
    lost = offers.group_by("buyer_id").agg(lost=1 - pl.col("arrived").mean())["lost"]
    assert lost.is_between(0.025, 0.085).all()


def test_price_and_lead_cost_are_known_of_every_delivery() -> None:
    """So margin is never missing; a lead costs 55 – 75 % of its price."""
    rows = outcomes().select(pl.col("price", "lead_cost").cast(pl.Float64))
    assert rows.null_count().row(0) == (0, 0)
    assert 0.55 < float(rows["lead_cost"].sum()) / float(rows["price"].sum()) < 0.75


def test_every_kind_of_dirt_is_there() -> None:
    """Repeats, conflicts, links, strangers, contradictions, early reports."""
    attempts, feedback = market_of_default_size()
    for rows in (attempts, feedback):
        again = rows.group_by("event_id").agg(
            rows=pl.len(), contents=pl.struct(pl.all()).n_unique()
        )
        assert again.filter(pl.col("rows") > pl.col("contents")).height > 100  # the same twice
        assert again.filter(pl.col("contents") > 1).height > 100  # the same id, other content
    assert feedback["retracts"].drop_nulls().len() > 100
    assert feedback["replaces"].drop_nulls().len() > 100
    assert feedback.join(attempts, on="lead_id", how="anti").height in range(15, 21)
    both = feedback.group_by("lead_id", "reporter_id").agg(
        (pl.col("outcome") == word).any().alias(word) for word in ("converted", "returned")
    )
    assert both.filter(pl.col("converted") & pl.col("returned")).height > 20
    early = feedback.join(
        outcomes(), left_on=["lead_id", "reporter_id"], right_on=["lead_id", "buyer_id"]
    ).filter(pl.col("reported_at") < pl.col("attempted_at"))
    assert early.height > 100


def test_what_is_retracted_or_replaced_was_said_before_about_the_same_delivery() -> None:
    """By the same buyer, in an earlier row."""
    _, feedback = market_of_default_size()
    numbered = feedback.with_row_index("line")
    links = numbered.select(
        "lead_id", "reporter_id", "line", event_id=pl.coalesce("retracts", "replaces")
    ).drop_nulls()
    said = numbered.select("event_id", "lead_id", "reporter_id", before="line")
    met = links.join(said, on=["event_id", "lead_id", "reporter_id"], how="left")
    assert (met["before"] < met["line"]).all()
    assert met["before"].null_count() == 0


def test_rates_of_the_rows_agree_with_the_truth() -> None:
    """Standardised distances of 83 cells have mean 0 and deviation 1."""
    last = UNTIL - timedelta(days=101)
    mature = outcomes().filter(pl.col("age") >= 101)
    counted = mature.group_by("source_id", "buyer_id").agg(
        pl.len().alias("n"), pl.col("covered", "converted", "returned").sum()
    )
    cells = pl.DataFrame(truth(last=last)["cells"]).filter(
        pl.col("source_id") != story("lucky")["source_id"]
    )
    rows = cells.join(counted, on=["source_id", "buyer_id"], how="left")
    for above, below, share in (
        ("covered", "n", "coverage"),
        ("converted", "covered", "conversion_of_feedback"),
        ("converted", "n", "conversion_of_delivered"),
        ("returned", "n", "return_of_delivered"),
    ):
        p = rows[share].to_numpy()
        n = rows[below].to_numpy()
        z = (rows[above].to_numpy() - n * p) / np.sqrt(n * p * (1 - p))
        assert abs(z.mean()) < 0.4
        assert 0.8 < z.std() < 1.25
    assert rows["n"].to_numpy() == pytest.approx(rows["expected_deliveries"].to_numpy(), rel=0.2)


def test_the_truth_names_everybody_and_can_be_written_down() -> None:
    """As JSON: sources, buyers, traded cells, seasons, five stories."""
    written = json.loads(json.dumps(truth(), allow_nan=False))
    assert len(written["sources"]) == 24
    assert len(written["buyers"]) == 14
    assert {len(season) for season in written["seasons"].values()} == {12}
    kinds = [one["story"] for one in written["stories"]]
    assert kinds == ["collapse", "lucky", "claims", "reversal", "silence"]
    traded = {(row["source_id"], row["buyer_id"]) for row in outcomes().iter_rows(named=True)}
    assert traded == {(cell["source_id"], cell["buyer_id"]) for cell in written["cells"]}
    assert sum(cell["share_of_deliveries"] for cell in written["cells"]) == pytest.approx(
        1, abs=1e-4
    )


def test_seasons_have_mean_one() -> None:
    """So a rate out of season is the mean of the year."""
    for season in truth()["seasons"].values():
        assert sum(season) / 12 == pytest.approx(1)


def test_offers_per_lead_are_those_of_picking_one_after_another() -> None:
    """Worked out by hand for two and for three buyers."""
    # weights 3 : 1 : 0, half the leads to one buyer, half to two: the second gets them all
    assert rate_arrays.offers_per_lead([3, 1, 0], [0.5, 0.5, 0]) == pytest.approx([0.875, 0.625, 0])
    three = rate_arrays.offers_per_lead([5, 3, 2], [0, 1, 0])
    by_hand = [0.0, 0.0, 0.0]
    shares = [0.5, 0.3, 0.2]
    for one, two in permutations(range(3), 2):
        chance = shares[one] * shares[two] / (1 - shares[one])
        by_hand[one] += chance
        by_hand[two] += chance
    assert three == pytest.approx(by_hand)


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
