"""Codes of currencies in use (ISO 4217), and how many decimals amounts in them have.

Funds, metals and codes for testing are left out, but for the two units of account in which
prices are written (CLF, UYW).
"""

from __future__ import annotations

from typing import Final

_CODES: Final = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP
BYN BZD CAD CDF CHF CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP
GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES
KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU
MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON
RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND
TOP TRY TTD TWD TZS UAH UGX USD UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR
ZMW ZWG
"""
CURRENCIES: Final = tuple(_CODES.split())
DEFAULT: Final = "USD"

_USUAL: Final = 2
_OTHERS: Final = {
    code: places
    for places, codes in (
        (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"),
        (3, "BHD IQD JOD KWD LYD OMR TND"),
        (4, "CLF UYW"),
    )
    for code in codes.split()
}


def decimals(currency: str) -> int:
    """How many decimals an amount has: it is kept as a whole number of its smallest unit.

    >>> decimals("USD"), decimals("JPY"), decimals("KWD"), decimals("CLF")
    (2, 0, 3, 4)
    """
    return _OTHERS.get(currency, _USUAL)


def smallest(currency: str) -> int:
    """How many of the smallest unit make one of the currency: 100 cents a dollar."""
    return int(10 ** decimals(currency))


def in_units(amount: float, currency: str) -> float:
    """An amount of smallest units in the currency itself.

    >>> in_units(1234, "USD"), in_units(1234, "JPY"), in_units(1234, "KWD")
    (12.34, 1234.0, 1.234)
    """
    return amount / smallest(currency)
