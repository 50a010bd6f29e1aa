"""Was the data right: counts and the leads to look at, by hand."""

from __future__ import annotations

import polars as pl

from metrics.definitions.party_names import PartyNames
from metrics.insights import quality

NAMED = PartyNames(source={"s1": "Oak"}, buyer={}, buyer_type={})


def told(*rows: tuple[str, int, str | None, str | None]) -> pl.LazyFrame:
    """Reported leads of one source: id, when, what was said of the phone, the reason."""
    names = ("lead_id", "dated_us", "accuracy_phone", "reason")
    frame = pl.LazyFrame(
        [dict(zip(names, row, strict=True)) for row in rows],
        schema={
            "lead_id": pl.String,
            "dated_us": pl.Int64,
            "accuracy_phone": pl.String,
            "reason": pl.String,
        },
    )
    unsaid = [
        pl.lit(None, pl.String).alias(f"accuracy_{field}")
        for field in quality.FIELDS
        if field != "phone"
    ]
    return frame.with_columns(*unsaid, source=pl.lit("s1"), covered=pl.lit(1))


def test_examples_are_the_newest_three_and_the_newest_comes_first() -> None:
    """Of phones and of areas alike; of two at once the later id."""
    rows = [(f"L{n}", n, "invalid", quality.GEOGRAPHY) for n in range(1, 5)]
    table = quality.accuracy(told(*rows, ("L5", 4, "invalid", quality.GEOGRAPHY)), NAMED)
    mine = table.filter(id="s1")
    found = dict(mine.select("field", "examples").iter_rows())
    assert found == {"geography": "L5 L4 L3", "phone": "L5 L4 L3"}
    assert mine["deliveries"].to_list() == [5, 5]


def test_areas_are_of_all_that_was_reported_and_phones_of_what_was_said_for_sure() -> None:
    """One of four out of area; of two phones that were told of for sure one is wrong."""
    rows = [
        ("L1", 1, "invalid", None),
        ("L2", 2, "verified", None),
        ("L3", 3, "unknown", quality.GEOGRAPHY),
        ("L4", 4, None, None),
    ]
    table = quality.accuracy(told(*rows), NAMED).filter(id="s1")
    shares = {(row["field"], row["status"]): row["share"] for row in table.to_dicts()}
    assert shares["geography", quality.GEOGRAPHY] == 0.25
    assert shares["phone", "invalid"] == 0.5
    assert shares["phone", "unknown"] is None
