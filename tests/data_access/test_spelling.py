"""What reads the same is spelt the same, and nothing else is touched."""

from __future__ import annotations

import polars as pl
import pytest

from data_access import spelling

NAMES = [
    ("Cafe\u0301 Roma", "Caf\u00e9 Roma"),
    ("\u00a0Oak Media \t", "Oak Media"),
    ("\u202eelpA\u202c", "elpA"),
    ("Elm\u200f", "Elm"),
    ("\u2067Ash\u2069 \u061c", "Ash"),
    ("oak  media", "oak  media"),
    ("Zero\u200bWidth", "Zero\u200bWidth"),
    ("\ufb01ne", "\ufb01ne"),
]


@pytest.mark.parametrize(("sent", "spelt"), NAMES)
def test_a_name_is_composed_and_turns_no_page_around(sent: str, spelt: str) -> None:
    """What differs for the eye stays different."""
    assert spelling.spelt_name(sent) == spelt
    assert spelling.spelt_name(spelt) == spelt
    assert pl.select(spelling.spelt_names(pl.lit(sent))).item() == spelt


def test_a_name_of_which_nothing_is_left_is_none() -> None:
    """Only marks of direction, only blanks."""
    found = pl.DataFrame({"name": ["\u202e\u202c", " \u00a0", None, "x"]})
    assert found.select(spelling.spelt_names(pl.col("name")))["name"].to_list() == [
        *(None, None, None, "x"),
    ]


@pytest.mark.parametrize(
    ("sent", "spelt"),
    [
        (" LEAD 0001 ", "LEAD 0001"),
        ("le\u0301a", "l\u00e9a"),
        ("+1 (555) 010-0199", "+1 (555) 010-0199"),
        ("a\u200fb", "a\u200fb"),
        ("A b", "A b"),
    ],
)
def test_a_lead_id_keeps_its_signs(sent: str, spelt: str) -> None:
    """But outer blanks and the way its letters are composed."""
    assert spelling.spelt_lead(sent) == spelt
    assert pl.select(spelling.spelt_leads(pl.lit(sent))).item() == spelt
