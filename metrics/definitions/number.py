"""What a number of the product is: its name, meaning, unit, and which way is better."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unit = Literal["count", "rate", "money", "duration", "points", "ratio", "estimate", "words"]
Better = Literal["higher", "lower", "neither"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number of the product.

    `of` names the denominator of a rate: a key, or "base" where *Out of* decides.
    `counts` is the key of its numerator, so that every rate can be recounted.
    """

    key: str
    label: str
    unit: Unit
    definition: str
    formula: str
    better: Better
    counts: str | None = None
    of: str | None = None
