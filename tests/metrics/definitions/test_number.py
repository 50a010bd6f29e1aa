"""A number is a value: it cannot be changed, and without a base it has none."""

from dataclasses import FrozenInstanceError, asdict

import pytest

from metrics.definitions.catalogue import number
from metrics.definitions.number import Number

PLAIN = Number(
    key="calls", label="Calls", unit="count", definition="Calls.", formula="calls", better="neither"
)


def test_a_plain_number_counts_nothing_of_anything() -> None:
    """Only rates have a numerator and a denominator."""
    assert asdict(PLAIN) | {"counts": None, "of": None} == asdict(PLAIN)


def test_a_meaning_cannot_be_changed_in_passing() -> None:
    """It is the same for everybody who reads it."""
    with pytest.raises(FrozenInstanceError):
        PLAIN.definition = "Something else."  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        number("conversion_rate").label = "Rate"  # type: ignore[misc]


def test_two_that_say_the_same_are_the_same() -> None:
    """They can stand in sets."""
    again = Number(**asdict(PLAIN))
    assert {PLAIN, again} == {PLAIN}
