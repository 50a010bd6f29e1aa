"""One spelling of what reads the same: of the names of parties, and of lead ids."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import polars as pl

_BIDI: Final = "[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
"""Characters that turn the direction of what follows, and with it the order of a page."""


def spelt_name(name: str) -> str:
    r"""A name as it is kept: composed (NFC), without outer blanks and marks of direction.

    >>> spelt_name("\u202e Cafe\u0301 ")
    'Café'
    """
    return unicodedata.normalize("NFC", re.sub(_BIDI, "", name)).strip()


def spelt_names(names: pl.Expr) -> pl.Expr:
    """The same of a text column; null where nothing is left."""
    return names.str.replace_all(_BIDI, "").str.normalize("NFC").str.strip_chars().replace("", None)


def spelt_lead(lead_id: str) -> str:
    r"""A lead id as it is kept: composed (NFC), without outer blanks, else as it was sent.

    >>> spelt_lead(" Le\u0301a 0001 ")
    'Léa 0001'
    """
    return unicodedata.normalize("NFC", lead_id).strip()


def spelt_leads(lead_ids: pl.Expr) -> pl.Expr:
    """The same of a text column."""
    return lead_ids.str.normalize("NFC").str.strip_chars()
