"""The demo market that several tests look at, made once a process."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Final

import polars as pl

from data_access.demo import generate
from data_access.demo import market as demo_market
from data_access.demo import truth as truths

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
