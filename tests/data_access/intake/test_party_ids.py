"""Two names never share an id, and one name has one id."""

from __future__ import annotations

import re
from hashlib import blake2b
from itertools import combinations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.columns import ID_PATTERN
from data_access.intake import party_ids
from data_access.spelling import spelt_name

LONG = "N" * 299
APART = (
    *("M\u00fcller KG", "M\u00f6ller KG", "Muller KG", "muller KG"),
    *(
        "a&b",
        "a+b",
        "a b",
        "a_b",
        "a  b",
        "a__b",
        "a/b",
        "a-b",
        "ab",
        "1 2",
        "1_2",
        "a b_c",
        "a_b c",
    ),
    *("A&B", "A+B", "A B", "A_B", "A-B", "A.B", "A:B", "AB", "A  B", "A\u00a0B", "A/B"),
    *("_abc", "-abc", ".abc", ":abc", "abc", "abc_", "abc-", "__abc"),
    *("\U0001f98a", "\U0001f427", "\u6771\u4eac", "\u5927\u962a", "\u041b\u0443\u0433 7", "7"),
    *(LONG + "1", LONG + "2", "N" * 128, "N" * 129),
    *("(none)", "none_", "none", "=SUM(1)", "'x", "x", "\u200bx", "n", "N"),
)
"""Names that somebody may take for each other, and a machine must not."""


def digits(name: str) -> str:
    """Eight hexadecimal digits of a name's hash."""
    return blake2b(name.encode(), digest_size=4).hexdigest()


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("Oak Media", "Oak_Media"),
        ("  Oak Media ", "Oak_Media"),
        ("web.7:a-b", "web.7:a-b"),
        ("N" * 128, "N" * 128),
        ("Haus & Heim", "Haus___Heim-" + digits("Haus & Heim")),
        ("oak_media", "oak_media"),
        ("oak__media_", "oak__media_"),
        ("oak media", "oak_media-" + digits("oak media")),
        ("Oak_Media", "Oak_Media-" + digits("Oak_Media")),
        ("oak Media", "oak_Media"),
        ("-x", "x-" + digits("-x")),
        ("\u6771\u4eac", "n-" + digits("\u6771\u4eac")),
        ("(none)", "none_-" + digits("(none)")),
        (LONG, "N" * 119 + "-" + digits(LONG)),
    ],
)
def test_an_id_says_the_name_and_makes_good_what_it_loses(name: str, made: str) -> None:
    """One blank between words with a capital is no loss; a sign, a letter and a length are."""
    assert party_ids.id_from_name(name) == made


def test_names_that_look_alike_have_ids_of_their_own() -> None:
    """All of them are ids."""
    ids = {name: party_ids.id_from_name(name) for name in APART}
    assert len(set(ids.values())) == len(APART)
    assert all(re.search(ID_PATTERN, one) for one in ids.values())


def test_a_name_that_reads_like_an_id_made_of_another_is_not_it() -> None:
    """Neither of a lost letter nor of a lost end."""
    for other in ("M\u00fcller", "m\u00fcller", LONG + "1", "\u6771\u4eac", "a b"):
        made = party_ids.id_from_name(other)
        again = party_ids.id_from_name(made)
        assert again != made
        assert len(again) <= 128


def test_one_name_has_one_id_however_it_is_typed() -> None:
    """Composed or not, with blanks around it, with marks of direction inside."""
    same = ["Cafe\u0301", "Caf\u00e9", " Caf\u00e9\u00a0", "\u202aCaf\u00e9\u202c"]
    assert {party_ids.id_from_name(name) for name in same} == {"Caf_-" + digits("Caf\u00e9")}


@given(st.sets(st.text(min_size=1, max_size=12), min_size=2, max_size=8))
def test_any_two_names_have_two_ids(names: set[str]) -> None:
    """Of whatever signs."""
    sent = {name for name in names if spelt_name(name).isprintable() and spelt_name(name)}
    for one, other in combinations(sent, 2):
        alike = spelt_name(one) == spelt_name(other)
        assert (party_ids.id_from_name(one) == party_ids.id_from_name(other)) == alike


@given(st.text(alphabet="aB _.-:1\u00e9", min_size=1, max_size=6))
def test_an_id_of_few_signs_leads_back_to_its_name(name: str) -> None:
    """Without a hash, the blanks of one with a capital are the only thing to put back."""
    name = spelt_name(name)
    made = party_ids.id_from_name(name) if name else ""
    if name and not made.endswith(digits(name)):
        assert (made.replace("_", " ") if "B" in made else made) == name


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("Haus & Heim", "Haus___Heim"),
        ("  Acme ", "Acme"),
        ("-_x", "x"),
        ("a" * 200, "a" * 128),
        ("\u6771", "n_" + blake2b("\u6771".encode(), digest_size=6).hexdigest()),
    ],
)
def test_the_older_rule_is_remembered(name: str, made: str) -> None:
    """For stores that were filled by it."""
    assert party_ids.id_of_before(name) == made


@pytest.mark.parametrize("rows", [0, 1, 25_000])
def test_a_file_of_any_size_gets_ids(rows: int) -> None:
    """By names alone."""
    named = pl.DataFrame({"source_name": ["Oak"] * rows}, schema={"source_name": pl.String})
    found = party_ids.with_ids(named, None, party_ids.by_name_alone)
    assert found["source_id"].to_list() == ["Oak"] * rows


def test_every_party_that_is_only_named_gets_an_id() -> None:
    """A given id counts; who reports is the buyer; a name of which nothing is left has none."""
    rows = pl.DataFrame(
        {
            "source_id": ["s1", None, None],
            "source_name": ["Oak", "Oak & Elm", "\u200f"],
            "buyer_name": ["Ash", None, "B\u00e4r"],
            "target_name": [None, "Oak & Elm", None],
        }
    )
    found = party_ids.with_ids(rows, "b_file", party_ids.by_name_alone)
    oak, bear = "Oak___Elm-" + digits("Oak & Elm"), "B_r-" + digits("B\u00e4r")
    assert found["source_id"].to_list() == ["s1", oak, None]
    assert found["target_id"].to_list() == [None, oak, None]
    assert found["buyer_id"].to_list() == ["Ash", "b_file", bear]
    assert found["reporter_id"].to_list() == ["Ash", "b_file", bear]
    assert found["reporter_name"].to_list() == ["Ash", None, "B\u00e4r"]
    alone = pl.DataFrame({"reporter_name": ["Elm"], "lead_id": ["L1"]})
    spoken = party_ids.with_ids(alone, None, party_ids.by_name_alone)
    assert spoken.select("reporter_id", "buyer_id").row(0) == ("Elm", None)
