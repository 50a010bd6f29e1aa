"""What a number of the product is: its name, meaning, unit, and which way is better."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unit = Literal["count", "rate", "money", "duration", "points", "ratio", "estimate", "words"]
Better = Literal["higher", "lower", "neither"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number of the product.

    `counts` is the key of a rate's numerator, so that every rate can be recounted, and `of` of
    its denominator: a key, or "base" where *Out of* decides; then `base_column` is the column
    that holds it. `stem` begins the columns of its likely range.
    """

    key: str
    label: str
    unit: Unit
    definition: str
    formula: str
    better: Better
    counts: str | None = None
    of: str | None = None
    base_column: str | None = None
    stem: str | None = None

    @property
    def denominator(self) -> str | None:
        """The column of what the rate is of, in tables of rates; None where it is no rate."""
        return self.base_column or self.of

    @property
    def low(self) -> str:
        """The column of the lower end of its likely range."""
        return f"{self.stem}_low"

    @property
    def high(self) -> str:
        """The column of the upper end."""
        return f"{self.stem}_high"

    def counted(self, base: str = "feedback") -> tuple[str, str]:
        """Numerator and denominator among the counts of a cell; `base` where it decides.

        Raises:
            ValueError: it is no rate that is counted.
        """
        if self.counts is None or self.of is None:
            message = f"{self.key} has no numerator and denominator"
            raise ValueError(message)
        return self.counts, base if self.of == "base" else self.of
