"""What buyers say beside the outcome: contact, interest, accuracy; one value a delivery.

The latest live statement of each kind counts, by (report, event id). Lazy Narwhals only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import narwhals as nw

from metrics.outcomes.known_facts import KEY, flag

if TYPE_CHECKING:
    from metrics.outcomes.known_facts import Frame

FLAGS: Final = ("phone_answered", "spoke_to_lead", "right_party")
SCALES: Final = ("interest_product",)
WORDS: Final = (
    "interest_timeline",
    "interest_budget",
    "accuracy_name",
    "accuracy_phone",
    "accuracy_email",
    "accuracy_address",
)
DETAILS: Final = (*FLAGS, *SCALES, *WORDS)
"""Columns of outcomes: flags are 0 / 1, interest 0 - 10, the rest words; null: not said."""


def latest(events: Frame) -> Frame:
    """The latest statement of each kind per delivery; deliveries without any are left out."""
    said = nw.any_horizontal(*(~nw.col(name).is_null() for name in DETAILS), ignore_nulls=True)
    columns = [flag_or_null(name) for name in FLAGS] + [nw.col(n) for n in (*SCALES, *WORDS)]
    told = events.filter(said).select(*KEY, "reported", "event_id", "reporter_id", *columns)
    counted = told.with_columns(of=nw.len().over(*KEY))
    once = counted.filter(nw.col("of") == 1).select(*KEY, *DETAILS)
    several = counted.filter(nw.col("of") > 1)
    order = ["reported", "event_id", "reporter_id"]
    numbered = several.with_columns(
        nw.col(name).cum_count(reverse=True).over(*KEY, order_by=order).alias(f"{name}_nth")
        for name in DETAILS
    )
    last = numbered.with_columns(
        nw.when(nw.col(f"{name}_nth") == 1).then(nw.col(name)).alias(name) for name in DETAILS
    )
    joined = last.group_by(*KEY).agg(nw.col(name).max() for name in DETAILS)
    return nw.concat([once, joined.select(*KEY, *DETAILS)], how="vertical")


def flag_or_null(name: str) -> nw.Expr:
    """A nullable boolean as 0 / 1; null stays null."""
    return nw.when(~nw.col(name).is_null()).then(flag(nw.col(name))).alias(name)
