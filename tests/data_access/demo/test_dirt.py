"""Dirt adds rows after those they are made from, and takes none away."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from small_market import draws

from data_access.demo import dirt
from data_access.demo.event_times import DIRT

ROWS = 20_000
COPIES = ROWS * DIRT


def deliveries() -> pl.DataFrame:
    """Clean delivery rows, ten seconds apart."""
    places = np.arange(ROWS)
    return pl.DataFrame(
        {
            "told_at": places * 10,
            "event_id": [f"dlv_{place:05}" for place in places],
            "price": ["20.00"] * ROWS,
            "attempted_at": ["2026-05-01T09:00:00.000000Z"] * ROWS,
        }
    )


def reports() -> pl.DataFrame:
    """Clean feedback rows: a quarter about nothing but a decision, one in ten to a source."""
    places = np.arange(ROWS)
    kinds = ["feedback.sent" if place % 10 == 0 else "feedback.received" for place in places]
    return pl.DataFrame(
        {
            "told_at": places * 10,
            "event_id": [f"evt_{place:05}" for place in places],
            "event_type": kinds,
            "lead_id": [f"lead_{place:016x}" for place in places],
            "outcome": [None if place % 4 == 0 else "no_contact" for place in places],
            "value": ["5.00"] * ROWS,
            "reported_at": ["2026-05-01T09:00:00.000000Z"] * ROWS,
            "occurred_at": ["2026-05-01T08:00:00.000000Z"] * ROWS,
            "retracts": ["evt_x"] * ROWS,
            "replaces": [None] * ROWS,
            "notes": ["as it was"] * ROWS,
        },
        schema_overrides={"replaces": pl.String},
    )


def test_every_clean_delivery_is_still_there_as_it_was() -> None:
    """With as many copies and contradictions as the share of dirt says."""
    clean = deliveries()
    dirty = dirt.delivered(clean, draws(1))
    first = dirty.unique("event_id", keep="first", maintain_order=True)
    kept = first.filter(~pl.col("event_id").str.contains("-bad"))
    assert kept.select(clean.columns).equals(clean)
    again = dirty.filter(
        pl.col("event_id").is_duplicated() & ~pl.col("event_id").is_first_distinct()
    )
    differing = again.filter(price="120.00")
    assert differing.height == pytest.approx(COPIES, abs=1)
    assert again.height - differing.height == pytest.approx(COPIES, abs=1)
    assert set(again["price"]) == {"20.00", "120.00"}


def test_bad_deliveries_have_ids_of_their_own_and_one_mistake() -> None:
    """An amount with a letter in it, or a time without its zone."""
    dirty = dirt.delivered(deliveries(), draws(1))
    bad = dirty.filter(pl.col("event_id").str.contains("-bad"))
    assert bad.height == pytest.approx(ROWS * dirt.BAD, abs=2)
    wrong_price = bad["price"] == "12,5O"
    wrong_time = ~bad["attempted_at"].str.ends_with("Z")
    assert (wrong_price ^ wrong_time).all()


def test_rows_stay_in_the_order_of_time_with_a_copy_after_its_original() -> None:
    """So that the first is the one that counts."""
    dirty = dirt.delivered(deliveries(), draws(1))
    assert dirty["told_at"].is_sorted()
    for event in dirty.filter(price="120.00")["event_id"]:
        assert dirty.filter(event_id=event)["price"][0] == "20.00"


def test_only_reports_with_an_outcome_are_copied_or_spoiled() -> None:
    """Messages to sources and decisions come once."""
    dirty = dirt.reported(reports(), draws(2), np.array([], dtype=np.int64), seed=3)
    added = dirty.filter(
        pl.col("event_id").str.contains("-bad") | ~pl.col("event_id").is_first_distinct()
    )
    assert added.height == pytest.approx(2 * COPIES * 0.675 + ROWS * 0.675 * dirt.BAD, abs=5)
    assert set(added["event_type"]) == {"feedback.received"}
    assert set(added["outcome"]) <= {"no_contact", "maybe"}
    bad = added.filter(pl.col("event_id").str.contains("-bad"))
    assert bad["retracts"].null_count() == bad.height
    assert set(added.filter(notes="Corrected by hand")["value"]) == {"5.00"}


def test_the_impossible_day_lies_a_year_before() -> None:
    """A thirtieth of February is no day, and no row of it may come in."""
    dirty = dirt.reported(reports(), draws(2), np.array([], dtype=np.int64), seed=3)
    spoiled = dirty.filter(pl.col("event_id").str.ends_with("-bad3"))
    assert set(spoiled["occurred_at"]) == {"2025-02-30T09:15:00Z"}


def test_strangers_are_leads_that_were_never_sold() -> None:
    """As many as were asked for, each with an event of its own that links to nothing."""
    clean = reports()
    dirty = dirt.reported(clean, draws(2), np.arange(5), seed=3)
    unknown = dirty.filter(~pl.col("lead_id").is_in(clean["lead_id"].implode()))
    assert unknown.height == 5
    assert unknown["lead_id"].n_unique() == 5
    assert unknown["retracts"].null_count() == 5
    assert unknown["event_id"].to_list() == [
        f"evt_{lead.removeprefix('lead_')}" for lead in unknown["lead_id"]
    ]


def test_the_same_draws_give_the_same_dirt() -> None:
    """And others do not."""
    assert dirt.delivered(deliveries(), draws(1)).equals(dirt.delivered(deliveries(), draws(1)))
    assert not dirt.delivered(deliveries(), draws(1)).equals(dirt.delivered(deliveries(), draws(2)))
