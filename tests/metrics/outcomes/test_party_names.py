"""What somebody is called: the latest word, unless the operator says otherwise."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import polars as pl
import pytest

from data_access.columns import ALIASES, ENTITIES
from metrics.outcomes import parties

SETTINGS = pl.DataFrame(schema=ENTITIES)
MERGED = pl.DataFrame(
    [{"kind": "buyer", "entity_id": "b_old", "canonical_id": "b1"}], schema=ALIASES
)
ALONE = MERGED.clear()


def saying(entity: str, said: str | None, at: int, **more: Any) -> dict[str, Any]:
    """A name of a buyer, heard at a time."""
    return {
        "kind": "buyer",
        "entity_id": entity,
        "what": "name",
        "said": said,
        "at": at,
        "event_id": f"e{at}",
        **more,
    }


def heard(*sayings: dict[str, Any]) -> pl.DataFrame:
    """Sayings as a frame."""
    return pl.DataFrame(list(sayings), schema=parties.NAMINGS)


def setting(seq: int, **said: Any) -> pl.DataFrame:
    """One row of the operator's settings."""
    row = dict.fromkeys(ENTITIES) | {"seq": seq, "kind": "buyer", **said}
    return pl.DataFrame([row], schema=ENTITIES)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_latest_name_counts_in_whatever_order_it_came(order: tuple[int, ...]) -> None:
    """Silence is no name."""
    sayings = (saying("b1", "Old", 1), saying("b1", "New", 2), saying("b1", None, 3))
    found = parties.latest(heard(*(sayings[place] for place in order)))
    assert found["said"].to_list() == ["New"]


def test_at_the_same_moment_the_higher_event_counts() -> None:
    """The same on every machine."""
    found = parties.latest(
        heard(saying("b1", "B", 1, event_id="x"), saying("b1", "A", 1, event_id="y"))
    )
    assert found["said"].to_list() == ["A"]


def test_names_types_and_kinds_do_not_mix() -> None:
    """A source may have the id of a buyer."""
    named = parties.named(
        heard(
            saying("x", "Buyer", 1),
            saying("x", "Source", 2, kind="source"),
            saying("x", "lead_buyer", 3, what="buyer_type"),
            saying("y", "Untyped", 4),
        ),
        SETTINGS,
        ALONE,
    )
    assert named.buyer == {"x": "Buyer", "y": "Untyped"}
    assert named.source == {"x": "Source"}
    assert named.buyer_type == {"x": "lead_buyer", "y": None}


def test_the_operators_word_counts_above_all_and_its_latest_above_earlier_ones() -> None:
    """Name and type are set apart from each other."""
    settings = pl.concat(
        [
            setting(2, entity_id="b1", name="Second"),
            setting(1, entity_id="b1", name="First", buyer_type="data_buyer"),
        ]
    )
    named = parties.named(heard(saying("b1", "Heard", 9)), settings, ALONE)
    assert named.buyer == {"b1": "Second"}
    assert named.buyer_type == {"b1": "data_buyer"}


def test_a_setting_under_a_merged_id_is_one_of_the_id_it_was_merged_into() -> None:
    """Only of the same kind."""
    settings = pl.concat(
        [
            setting(1, entity_id="b_old", name="Merged"),
            setting(2, entity_id="b_old", name="A source", kind="source"),
        ]
    )
    named = parties.named(heard(), settings, MERGED)
    assert named.buyer == {"b1": "Merged"}
    assert named.source == {"b_old": "A source"}
