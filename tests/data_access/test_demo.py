"""The made-up market: as ordered, of the right form, and like a real one."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import permutations

import numpy as np
import polars as pl
import pytest
from demo_rows import (
    NOW_US,
    SEED,
    UNTIL,
    frames,
    market_of_default_size,
    outcomes,
    rate,
    story,
    truth,
)
from polars.testing import assert_frame_equal

from data_access.columns import ATTEMPT_FIELDS, FEEDBACK_FIELDS, ID_PATTERN
from data_access.demo import generate, rate_arrays
from data_access.demo import market as demo_market
from data_access.intake.contract import check


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
