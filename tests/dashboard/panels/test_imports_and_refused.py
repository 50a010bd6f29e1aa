"""Refused rows counted and put in plain words, and facts side by side."""

import polars as pl

from dashboard.panels.data import imports_and_refused

REFUSED = pl.DataFrame(
    {
        "code": ["unknown_word", "money_format", "unknown_word", "unknown_word"],
        "answer": ["rejected", "rejected", "rejected", "parked"],
        "field": ["outcome", "price", "outcome", "outcome"],
        "value": [None, "12,50", "sold", "maybe"],
        "allowed": ["converted, returned", "12.50", "converted, returned", "converted"],
    }
)


def test_reasons_are_counted_with_one_value_that_was_found() -> None:
    """The most frequent first; what waits is not what was refused."""
    found = imports_and_refused.by_code(REFUSED)
    assert found.select("code", "answer", "rows", "example").rows() == [
        ("unknown_word", "rejected", 2, "sold"),
        ("money_format", "rejected", 1, "12,50"),
        ("unknown_word", "parked", 1, "maybe"),
    ]


def test_codes_and_answers_are_in_plain_words() -> None:
    """One that nobody listed is said as it is spelt."""
    rows = pl.DataFrame({"code": ["money_format", "new_thing"], "answer": ["conflict", "odd"]})
    assert imports_and_refused.readable(rows).rows() == [
        ("An amount that cannot be read", "Refused"),
        ("New thing", "odd"),
    ]


def test_tiles_hold_no_markup_of_others() -> None:
    """Names and values alike."""
    made = imports_and_refused.tiles([("Zone", "<b>UTC</b>"), ("A & B", "1")])
    assert made.count("<dt>") == made.count("<dd>") == 2
    assert "<b>" not in made
    assert "&lt;b&gt;UTC" in made
    assert "A &amp; B" in made
