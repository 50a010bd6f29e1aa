"""Numbers as the text that a sender would write."""

import numpy as np
import polars as pl
import pytest
from builders import us

from data_access.demo import wire_text


def test_no_two_leads_of_two_months_share_an_id() -> None:
    """16 hexadecimal characters each; another seed gives others."""
    numbers = np.arange(5_000)
    one, next_month = (wire_text.lead_ids(1, month, numbers) for month in (24_000, 24_001))
    other = wire_text.lead_ids(2, 24_000, numbers)
    assert one.str.contains(r"^lead_[0-9a-f]{16}$").all()
    assert pl.concat([one, next_month, other]).n_unique() == 15_000
    assert one.equals(wire_text.lead_ids(1, 24_000, numbers))


def test_an_id_follows_from_the_mixing_as_published() -> None:
    """SplitMix64's finish, done here in whole numbers of Python."""
    mask = (1 << 64) - 1
    start = (1 + 1) * 0x9E3779B97F4A7C15 & mask
    start = (start ^ (start >> 32)) * 0xD6E8FEB86659FD93 & mask
    key = (7 + (24_000 << 24)) ^ start
    key = (key ^ (key >> 30)) * 0xBF58476D1CE4E5B9 & mask
    key = (key ^ (key >> 27)) * 0x94D049BB133111EB & mask
    key ^= key >> 31
    assert wire_text.lead_ids(1, 24_000, np.array([7])).to_list() == [f"lead_{key:016x}"]


@pytest.mark.parametrize(
    ("cents", "text"),
    [(0, "0.00"), (5, "0.05"), (100, "1.00"), (1_250, "12.50"), (1_234_567, "12345.67")],
)
def test_money_has_two_decimals(cents: int, text: str) -> None:
    """Cents below ten keep their zero."""
    frame = pl.DataFrame({"cents": [cents]})
    assert frame.select(wire_text.money(pl.col("cents"))).item() == text


def test_nothing_is_written_where_nothing_is_known() -> None:
    """No amount and no flag."""
    frame = pl.DataFrame(
        {"cents": [None], "flag": [None]}, schema={"cents": pl.Int64, "flag": pl.Boolean}
    )
    written = frame.select(wire_text.money(pl.col("cents")), wire_text.flags(pl.col("flag")))
    assert written.row(0) == (None, None)


def test_flags_and_times_are_those_of_the_wire() -> None:
    """Microseconds and a Z; true and false in small letters."""
    frame = pl.DataFrame({"at": [us("2026-05-01T09:00:00.000123+00:00")], "flag": [True]})
    written = frame.select(wire_text.times("at"), wire_text.flags(~pl.col("flag")))
    assert written.row(0) == ("2026-05-01T09:00:00.000123Z", "false")


def test_words_are_taken_by_place_and_chances_by_their_share() -> None:
    """A share may differ from row to row."""
    assert wire_text.words(["a", None, "c"], np.array([2, 1, 0, 2])).to_list() == [
        *("c", None, "a", "c"),
    ]
    chances = np.array([0.0, 0.3, 0.3])
    assert wire_text.some(chances, 0.3).to_list() == [True, False, False]
    assert wire_text.some(chances, np.array([0.0, 0.4, 0.2])).to_list() == [False, True, False]


def test_columns_that_say_nothing_are_left_out() -> None:
    """One word is enough to stay."""
    rows = pl.DataFrame(
        {"a": [None, "x"], "b": [None, None]}, schema={"a": pl.String, "b": pl.String}
    )
    assert wire_text.sayable(rows).columns == ["a"]
