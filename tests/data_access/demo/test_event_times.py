"""The events about deliveries: which there are, and that each comes at its time."""

from __future__ import annotations

from functools import cache

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from small_market import draws, ended, who

from data_access.demo import event_times
from data_access.demo.fates import CONVERTED, RETURNED_SPOKEN, RETURNED_UNREACHED, WORDS


@cache
def said(seed: int = 21) -> pl.DataFrame:
    """All events of the month."""
    return event_times.event_times(who(), ended(), draws(seed))


def tagged(tag: str) -> pl.DataFrame:
    """The events with a tag."""
    return said().filter(tag=tag)


def test_every_fate_is_told_once_and_no_event_has_the_id_of_another() -> None:
    """By the tag of the last event, and by tag and delivery."""
    last = tagged(event_times.LAST)
    assert last["of"].to_list() == list(range(len(ended())))
    assert last["outcome"].to_list() == [WORDS[end] for end in ended().end.tolist()]
    assert said().select("of", "tag").is_duplicated().sum() == 0


def test_nothing_is_told_before_it_happened() -> None:
    """Whatever kind of event it is."""
    assert (said()["reported"] >= said()["occurred"]).all()


def test_progress_goes_forward_and_stays_before_the_end() -> None:
    """Contact comes before interest, and each was possible by the end that followed."""
    ends = tagged("f").select("of", end="occurred", ended_as="outcome")
    steps = said().filter(pl.col("tag").is_in(["p", "q", "r"])).join(ends, on="of")
    assert steps.height > 100
    assert (steps["occurred"] < steps["end"]).all()
    wide = steps.pivot(on="tag", index="of", values="occurred")
    for earlier, later in (("p", "q"), ("p", "r"), ("q", "r")):
        pairs = wide.drop_nulls([earlier, later])
        assert pairs.height > 0
        assert (pairs[earlier] < pairs[later]).all()
    interested = steps.filter(tag="r")
    assert set(interested["ended_as"]) == {"converted"}
    assert set(steps.filter(tag="p")["outcome"]) == {"no_contact"}


def test_a_retraction_names_a_mistake_about_the_same_delivery() -> None:
    """Told before it, and it says nothing else."""
    pairs = tagged("y").join(tagged("x"), on="of", how="left", suffix="_of_mistake")
    assert pairs.height == tagged("x").height > 0
    assert set(pairs["retracts"]) == {"x"}
    assert pairs["outcome"].null_count() == pairs.height
    assert set(pairs["outcome_of_mistake"]) <= {"bad_info", "not_interested"}
    assert (pairs["reported"] > pairs["reported_of_mistake"]).all()


def test_a_replacement_names_an_earlier_report_of_the_same_end() -> None:
    """Every wrong report is replaced, and nothing else is."""
    replaced = tagged("f").filter(pl.col("replaces").is_not_null())
    pairs = replaced.join(tagged("w"), on="of", suffix="_wrong")
    assert pairs.height == replaced.height == tagged("w").height > 0
    assert (pairs["reported"] > pairs["reported_wrong"]).all()
    assert pairs["outcome"].to_list() == pairs["outcome_wrong"].to_list()


def test_claims_alone_are_decided_and_only_credits_have_an_amount() -> None:
    """In the claim itself or in an event of its own, never in both."""
    decided = said().filter(pl.col("approved").is_not_null())
    claims = {RETURNED_SPOKEN, RETURNED_UNREACHED}
    assert {int(ended().end[of]) for of in decided["of"]} <= claims
    assert decided["of"].is_duplicated().sum() == 0
    assert set(decided["tag"]) == {"f", "d"}
    assert (
        decided.filter(~pl.col("approved"))["paid"].null_count()
        == decided.filter(~pl.col("approved")).height
    )
    assert set(decided["paid"].drop_nulls()) == {0.5, 1.0}
    of_claims = sum(int(end) in claims for end in ended().end)
    low, high = event_times.DECIDED
    credited = int(decided["approved"].sum())
    assert credited / of_claims == pytest.approx(low, abs=0.15)
    assert decided.height / of_claims == pytest.approx(high, abs=0.15)


def test_a_cancelled_sale_comes_before_the_claim() -> None:
    """A few of those that came back after a conversation."""
    pairs = tagged("c").join(tagged("f"), on="of", suffix="_end")
    assert set(pairs["outcome"]) <= {WORDS[CONVERTED]}
    assert set(pairs["outcome_end"]) <= {"returned"}
    assert (pairs["occurred"] < pairs["occurred_end"]).all()


def test_the_same_draws_give_the_same_events() -> None:
    """And others do not."""
    again = event_times.event_times(who(), ended(), draws(21))
    assert_frame_equal(again, said())
    assert not said(22).equals(said())
