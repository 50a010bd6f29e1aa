"""Which parties are proposed to be one, and why; who only looks alike a little is not."""

from __future__ import annotations

import pytest

from metrics.insights.likely_same import LEGAL, LikelySame, likely_same


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("Oak Media", "OAK MEDIA", "differ only in case"),
        ("Caf\u00e9 Leads", "Cafe Leads", "differ only in accents"),
        ("\u00d8st Leads", "Ost Leads", "differ only in accents"),
        ("Oak  Media", "Oak Media", "differ only in blanks or signs"),
        ("Oak_Media", "Oak-Media", "differ only in blanks or signs"),
        ("Oak\u200bMedia", "OakMedia", "differ only in blanks or signs"),
        ("Oak Media GmbH", "Oak Media", "differ only in the legal form"),
        ("Oak Media, Inc.", "Oak Media S.A.", "differ only in the legal form"),
        ("Oak Media GmbH & Co. KG", "Oak Media", "differ only in the legal form"),
        ("Oak Media S.\u00e0 r.l.", "Oak Media BV", "differ only in the legal form"),
        (
            "OAK-MEDIA LTD",
            "Oak Media Corp",
            "differ only in case, blanks or signs and the legal form",
        ),
        ("\u5317\u4eac Ltd", "\u5317\u4eac", "differ only in the legal form"),
        ("Pin\u0303a", "Pi\u00f1a", "have the same name"),
    ],
)
def test_a_pair_is_proposed_with_its_reason(one: str, other: str, why: str) -> None:
    """The id that is first stays, whichever name it has."""
    assert likely_same({"b": one, "a": other}) == [LikelySame("b", "a", why)]
    assert likely_same({"a": one, "b": other}) == [LikelySame("b", "a", why)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("M\u00fcller", "M\u00f6ller"),
        ("Oak 1", "Oak 2"),
        ("GmbH", "AG"),
        ("\U0001f98a", "\U0001f427"),
        ("Oak", "Oaks"),
        ("Ag Lead", "Lead"),
        ("\u6771\u4eac", "\u4eac\u6771"),
    ],
)
def test_who_differs_in_a_letter_is_not_proposed(one: str, other: str) -> None:
    """Nor are names of which nothing is left."""
    assert likely_same({"a": one, "b": other}) == []


def test_ids_of_one_tail_are_proposed_and_the_entity_stays() -> None:
    """Whatever they are called; no id is in two pairs, nor merged into a merged one."""
    names = {"ent_7": "Oak", "rcp_7": "Elm", "elm": "Elm GmbH", "rcp_9": "Ash", "ent_8": "Fir"}
    assert likely_same(names) == [LikelySame("rcp_7", "ent_7", "have the same id after its prefix")]
    three = likely_same({"c": "Oak", "b": "oak", "a": "OAK Inc"})
    assert [(pair.entity_id, pair.canonical_id) for pair in three] == [("b", "a"), ("c", "a")]


def test_thousands_are_grouped_and_not_paired() -> None:
    """Each of 2,500 names twice: 2,500 proposals, and every one of them right."""
    names = {f"n{n}": f"Party {n} GmbH" for n in range(2_500)}
    names |= {f"o{n}": f"party_{n}" for n in range(2_500)}
    found = likely_same(names)
    assert len(found) == 2_500
    assert all(pair.entity_id[1:] == pair.canonical_id[1:] for pair in found)
    assert likely_same(dict(reversed(names.items()))) == found


def test_legal_forms_are_written_as_they_are_compared() -> None:
    """In small letters, without signs."""
    assert all(form.isalpha() and form == form.lower() for form in LEGAL)
