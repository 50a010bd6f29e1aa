"""Why rows were refused, and what to know of taken ones, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.presentation import formats
from data_access.intake.refusals import ADVICE, REFUSALS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from data_access.intake.import_order import Imported, RefusedRows, TakenBefore


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


def worth_knowing(done: Imported, *, taken: bool = True) -> list[str]:
    """Sentences on rows that are no failure: links that do nothing, times that are ahead."""
    texts = [advised(done.advice, taken=taken)] if done.advice else []
    if done.ahead:
        far = formats.duration(done.furthest_us // 1_000_000)
        one = f"1 row is dated {far} ahead of this machine's clock; it counts from then on."
        several = (
            f"{done.ahead:,} rows are dated up to {far} ahead of this machine's clock; each counts "
            "from its own time on."
        )
        texts.append(one if done.ahead == 1 else several)
    if done.behind_us:
        far = formats.duration(done.behind_us // 1_000_000)
        texts.append(
            f"This machine's clock is {far} behind the newest time in the store; please set it "
            "right. What is dated later than the clock waits until then."
        )
    for batch, rows in done.before.items():
        texts += _taken_before(batch, rows)
    return texts


def _taken_before(batch: str, rows: TakenBefore) -> list[str]:
    """Sentences on rows that a withdrawn import holds."""
    texts = []
    if rows.same:
        were = "row was" if rows.same == 1 else "rows were"
        them = "it" if rows.same == 1 else "them"
        texts.append(
            f"{rows.same:,} {were} taken in before with import {batch}, which was withdrawn; "
            f"restore it to count {them}."
        )
    if rows.other:
        texts.append(
            f"Of {formats.quantity(rows.other, 'refused row')} the withdrawn import {batch} holds "
            "other content under the same event id."
        )
    return texts


def reasons(refused: Iterable[RefusedRows]) -> str:
    """One sentence on why rows were refused: by code how many, and the line of the first.

    >>> from data_access.intake.import_order import RefusedRows as Why
    >>> money = (Why("money_format", field, 1, line, None) for field, line in (("a", 9), ("b", 7)))
    >>> reasons([*money, Why("buyer_missing", None, 1, 3, None)])
    'Refused: an amount that cannot be read (2 rows, first line 7); no buyer is named (line 3).'
    """
    places: dict[str, tuple[int, int]] = {}
    for why in refused:
        count, first = places.get(why.code, (0, why.line))
        places[why.code] = (count + why.rows, min(first, why.line))
    most_first = sorted(places.items(), key=lambda item: (-item[1][0], item[1][1]))
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
