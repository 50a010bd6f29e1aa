"""How many decimals an amount has is the currency's own matter (ISO 4217)."""

from __future__ import annotations

import pytest

from data_access.currencies import CURRENCIES, decimals, in_units, smallest


@pytest.mark.parametrize(
    ("currency", "places"),
    [
        *(("USD", 2), ("EUR", 2), ("CHF", 2), ("MGA", 2), ("HUF", 2)),
        *(("JPY", 0), ("KRW", 0), ("CLP", 0), ("XOF", 0), ("ISK", 0)),
        *(("KWD", 3), ("BHD", 3), ("TND", 3), ("CLF", 4), ("UYW", 4)),
    ],
)
def test_decimals_are_those_of_the_standard(currency: str, places: int) -> None:
    """Two for most."""
    assert currency in CURRENCIES
    assert decimals(currency) == places
    assert smallest(currency) == int("1" + "0" * places)


def test_the_standard_names_so_many_of_each_kind() -> None:
    """Counted in its list of active codes, without funds but with CLF and UYW."""
    counts = [sum(decimals(each) == places for each in CURRENCIES) for places in (0, 3, 4)]
    assert counts == [16, 7, 2]
    assert len(set(CURRENCIES)) == len(CURRENCIES)


def test_smallest_units_become_an_amount() -> None:
    """1,234 of them."""
    assert [in_units(1_234, each) for each in ("USD", "JPY", "KWD", "CLF")] == [
        *(12.34, 1_234.0, 1.234, 0.1234),
    ]
