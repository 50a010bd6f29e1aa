"""How each kind of field is read from text: the value, or the code of what is wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from builders import us
from hypothesis import given
from hypothesis import strategies as st

from data_access.columns import Field, Kind
from data_access.intake import field_readers
from data_access.intake.refusals import LONGEST

NOW = us("2026-11-22T12:00:00Z")


def field(kind: Kind, name: str = "x_at", words: tuple[str, ...] = ()) -> Field:
    """A field of a kind."""
    return Field(name, kind, words=words)


def read(one: Field, text: str | None) -> tuple[Any, ...]:
    """The stored values of a text, then the code of what is wrong with it."""
    found = field_readers.reading(one, now_us=NOW)
    frame = pl.DataFrame({one.name: [text]}, schema={one.name: pl.String})
    columns = [expr.alias(f"{name}!") for name, expr in found.columns.items()]
    return frame.select(*columns, code=found.code).row(0)


def code(kind: Kind, text: str, **said: Any) -> str | None:
    """What is wrong with a text."""
    found: str | None = read(field(kind, **said), text)[-1]
    return found


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.WORD])
def test_an_empty_cell_says_nothing(kind: Kind) -> None:
    """Of whatever kind."""
    assert set(read(field(kind), None)[:-1]) == {None}


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Kind.MONEY, "12", 1_200),
        (Kind.MONEY, " 12.5 ", 1_250),
        (Kind.MONEY, "0012.05", 1_205),
        (Kind.INT, "+7", 7),
        (Kind.INT, "-3", -3),
        (Kind.BOOL, " Yes", True),
        (Kind.BOOL, "0", False),
        (Kind.SHARE, "25 %", 0.25),
        (Kind.SHARE, "0.25", 0.25),
        (Kind.SHARE, "1", 1.0),
        (Kind.SCALE, "7/10", 7),
        (Kind.SCALE, " 10 ", 10),
        (Kind.RATING, "87.5", 87.5),
        (Kind.SPAN, "90", 90),
        (Kind.SPAN, "1d 2h", 93_600),
        (Kind.SPAN, "5 m 3 s", 303),
        (Kind.ID, "lead_1:a.b-c", "lead_1:a.b-c"),
        (Kind.LEAD, " +49 30/1 = x@y ", "+49 30/1 = x@y"),
        (Kind.NAME, "\u202e Cafe\u0301 ", "Café"),
        (Kind.MONEY, "45.5000", 4_550),
        (Kind.TEXT, "très bien → 😀", "très bien → 😀"),
    ],
)
def test_good_texts_are_read(kind: Kind, text: str, value: Any) -> None:
    """In each way to write them."""
    assert read(field(kind), text) == (value, None)


@pytest.mark.parametrize(
    ("kind", "text", "wrong"),
    [
        (Kind.MONEY, "12,50", "money_format"),
        (Kind.MONEY, "1.234", "money_format"),
        (Kind.MONEY, "$12", "money_format"),
        (Kind.MONEY, "١٢", "money_format"),
        (Kind.MONEY, "9" * 14, "money_too_large"),
        (Kind.MONEY, "-1", "money_negative"),
        (Kind.INT, "1.0", "number_format"),
        (Kind.INT, "1" * 13, "number_format"),
        (Kind.BOOL, "maybe", "bool_format"),
        (Kind.SHARE, "101 %", "share_format"),
        (Kind.SHARE, "1.01", "share_format"),
        (Kind.SHARE, "-0.1", "share_format"),
        (Kind.SCALE, "11", "scale_format"),
        (Kind.SCALE, "7/5", "scale_format"),
        (Kind.RATING, "100.1", "rating_format"),
        (Kind.SPAN, "soon", "span_format"),
        (Kind.SPAN, "-5", "span_format"),
        (Kind.ID, "a b", "id_format"),
        (Kind.LEAD, "x" * 129, "id_format"),
        (Kind.LEAD, "a\tb", "control_character"),
        (Kind.LEAD, "  ", "lead_missing"),
        (Kind.NAME, "a\x07b", "control_character"),
        (Kind.TEXT, "a\x07b", "control_character"),
        (Kind.TEXT, "x" * (LONGEST + 1), "too_long"),
    ],
)
def test_bad_texts_are_refused_with_a_code(kind: Kind, text: str, wrong: str) -> None:
    """One each."""
    assert code(kind, text) == wrong


@pytest.mark.parametrize(
    ("text", "places", "value"),
    [
        ("1200", 0, 1_200),
        ("1200.00", 0, 1_200),
        ("1.234", 3, 1_234),
        ("0.5", 4, 5_000),
        ("9999999999999", 4, 99_999_999_999_990_000),
        ("12.5", 0, None),
        ("1.2345", 3, None),
    ],
)
def test_an_amount_has_the_decimals_of_its_currency(
    text: str, places: int, value: int | None
) -> None:
    """More of them only where they are zeros."""
    reads = field_readers.reading(field(Kind.MONEY, "x"), now_us=NOW, places=places)
    row = pl.DataFrame({"x": [text]}).select(value=reads.columns["x_cents"], code=reads.code).row(0)
    assert row == ((value, None) if value is not None else (row[0], "money_format"))


def test_only_a_margin_may_be_below_zero() -> None:
    """And reads as it is."""
    assert read(field(Kind.MONEY, name="margin"), "-1.25") == (-125, None)


def test_a_word_is_on_the_list_or_it_is_not() -> None:
    """Case counts."""
    one = field(Kind.WORD, name="outcome", words=("converted", "returned"))
    assert read(one, "returned") == ("returned", None)
    assert read(one, "Returned")[-1] == "unknown_word"


@pytest.mark.parametrize(
    ("text", "moment", "precision"),
    [
        ("2026-10-05T09:00:00Z", "2026-10-05T09:00:00+00:00", "instant"),
        ("2026-10-05 09:00:00+02:00", "2026-10-05T07:00:00+00:00", "instant"),
        ("2026-10-05T09:00:00.25-05:30", "2026-10-05T14:30:00.250000+00:00", "instant"),
        ("2026-10-05T09:00:00.123456789Z", "2026-10-05T09:00:00.123456+00:00", "instant"),
        ("2026-10-05", "2026-10-05T00:00:00+00:00", "day"),
    ],
)
def test_times_are_instants_or_days(text: str, moment: str, precision: str) -> None:
    """What lies below a microsecond is cut off."""
    assert read(field(Kind.TIME), text) == (us(moment), precision, None)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("2026-10-05T09:00:00", "time_naive"),
        ("2026-10-05 09:00", "time_naive"),
        ("05.10.2026", "time_format"),
        ("2026-10-05T24:00:00Z", "time_format"),
        ("2026-02-30", "time_impossible"),
        ("2026-02-30T09:00:00Z", "time_impossible"),
        ("1999-12-31T23:59:59Z", "time_too_early"),
        ("2026-11-23T12:00:01Z", "future"),
        ("2026-11-25", "future"),
    ],
)
def test_times_that_cannot_be_are_refused(text: str, wrong: str) -> None:
    """It is noon on the 22nd of November 2026."""
    assert code(Kind.TIME, text) == wrong


@pytest.mark.parametrize("text", ["2026-11-23T12:00:00Z", "2026-11-24", "2000-01-01"])
def test_a_clock_may_be_behind_by_a_day_and_days_differ_by_zones(text: str) -> None:
    """The edges are allowed."""
    assert code(Kind.TIME, text) is None


@given(st.decimals(min_value=0, max_value=Decimal("9999999999.99"), places=2))
def test_every_amount_is_read_to_the_cent(amount: Decimal) -> None:
    """As decimals have it."""
    assert read(field(Kind.MONEY), f"{amount:f}") == (int(amount * 100), None)


@given(
    st.datetimes(
        min_value=datetime(2000, 1, 2),  # noqa: DTZ001 - the strategy wants it so
        max_value=datetime(2026, 11, 21),  # noqa: DTZ001 - likewise
        timezones=st.just(UTC),
    )
)
def test_every_instant_is_read_to_the_microsecond(moment: datetime) -> None:
    """As Python writes it."""
    assert read(field(Kind.TIME), moment.isoformat()) == (us(moment.isoformat()), "instant", None)


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2026, 11, 22)))
def test_every_day_is_read(day: date) -> None:
    """At its midnight."""
    assert read(field(Kind.TIME), day.isoformat()) == (us(day.isoformat()), "day", None)
