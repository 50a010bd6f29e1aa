"""Why rows were refused, and what to know of taken ones, in plain words."""

from __future__ import annotations

from dashboard.presentation import formats
from data_access.intake.refusals import ADVICE, REFUSALS


def advised(counts: dict[str, int], *, taken: bool = True) -> str:
    """One sentence on rows that were taken and whose link does nothing, or not alone.

    `taken` is whether they were taken in, and not only checked.

    >>> advised({"not_earlier": 2})
    'Taken, and listed as contradictions: a replacement of a report that is not earlier (2 rows).'
    """
    verb = "Taken" if taken else "Would be taken"
    several = [
        f"{ADVICE[c].words} ({formats.quantity(n, 'row')})" for c, n in sorted(counts.items())
    ]
    return f"{verb}, and listed as contradictions: {'; '.join(several)}."


def reasons(refused: dict[str, tuple[int, int]]) -> str:
    """One sentence on why rows were refused: by code how many, and the line of the first.

    >>> reasons({"money_format": (2, 7), "buyer_missing": (1, 3)})
    'Refused: an amount that cannot be read (2 rows, first line 7); no buyer is named (line 3).'
    """
    most_first = sorted(refused.items(), key=lambda item: (-item[1][0], item[1][1]))
    several = [f"{_small(words_of(code))} ({_place(*place)})" for code, place in most_first]
    return f"Refused: {'; '.join(several)}."


def _place(count: int, line: int) -> str:
    return f"line {line:,}" if count == 1 else f"{count:,} rows, first line {line:,}"


def _small(text: str) -> str:
    return f"{text[:1].lower()}{text[1:]}"


def words_of(code: str) -> str:
    """A code of the intake in words; one that is not listed as it is spelt."""
    plain = code.replace("_", " ")
    return REFUSALS[code].words if code in REFUSALS else plain[:1].upper() + plain[1:]
