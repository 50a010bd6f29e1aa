"""Why rows were refused, and what to know of taken ones, in plain words."""

from __future__ import annotations

from typing import Final

from dashboard.presentation import formats

WORDS: Final = {
    # the whole row
    "conflict": "The same event id says something else than before",
    "lead_missing": "No lead is named",
    "buyer_missing": "No buyer is named",
    "missing_time": "No time is given",
    "nothing_said": "The row says nothing we know",
    "retracts_and_replaces": "It takes back and replaces at once",
    "links_to_itself": "The event refers to itself",
    "unknown_event": "An event of a kind we do not know",
    "converted_and_returned": "Sold and returned in one row",
    # a cell
    "id_format": "An id that is not written like one",
    "too_long": "A text that is too long",
    "control_character": "A text with control characters",
    "unknown_word": "A word that is not on the list",
    "money_format": "An amount that cannot be read",
    "money_too_large": "An amount that is too large",
    "money_negative": "An amount below zero",
    "time_format": "A time that cannot be read",
    "time_naive": "A time without its zone",
    "time_impossible": "A day or time that does not exist",
    "time_too_early": "A time before 2000",
    "future": "A time that lies in the future",
    "number_format": "A number that cannot be read",
    "bool_format": "Neither yes nor no",
    "share_format": "A share that cannot be read",
    "scale_format": "A rating outside of 0 to 10",
    "rating_format": "A rating outside of 0 to 100",
    "span_format": "A length of time that cannot be read",
    # the file
    "broken_quotes": "Quotes that are not closed",
    "ragged_row": "More or fewer cells than the heading",
    "cell_too_long": "A cell that is too long",
    "row_too_long": "A row over too many lines",
    "too_large": "An event that is too large",
    "bad_text": "Text that is broken",
    "json_invalid": "Not valid JSON",
    "json_duplicate_key": "The same key twice in an object",
    "json_not_finite": "A number without an end",
    "json_too_deep": "Objects nested too deep",
    "too_many_fields": "Too many fields in one event",
    "not_an_object": "A value where an object belongs",
    "not_a_value": "An object where a value belongs",
    "outcome_differs": "The outcome contradicts its own part of the event",
}

ADVICE: Final = {
    "other_delivery": "a link to a report about another lead",
    "retraction_is_final": "a link to a retraction, which is final",
    "not_earlier": "a replacement of a report that is not earlier",
    "replaced_already": "a replacement of what is replaced already",
}
"""What is wrong with the link of a row that was taken all the same."""


def advised(counts: dict[str, int], *, kept: bool = True) -> str:
    """One sentence on rows that were taken and whose link does nothing, or not alone.

    `kept` is whether they were taken in, and not only checked.

    >>> advised({"not_earlier": 2})
    'Taken, and listed as contradictions: a replacement of a report that is not earlier (2 rows).'
    """
    verb = "Taken" if kept else "Would be taken"
    several = [f"{ADVICE[c]} ({formats.quantity(n, 'row')})" for c, n in sorted(counts.items())]
    return f"{verb}, and listed as contradictions: {'; '.join(several)}."


def reasons(found: dict[str, tuple[int, int]]) -> str:
    """One sentence on why rows were refused: by code how many, and the line of the first.

    >>> reasons({"money_format": (2, 7), "buyer_missing": (1, 3)})
    'Refused: an amount that cannot be read (2 rows, first line 7); no buyer is named (line 3).'
    """
    most_first = sorted(found.items(), key=lambda item: (-item[1][0], item[1][1]))
    several = [f"{_small(said(code))} ({_place(*place)})" for code, place in most_first]
    return f"Refused: {'; '.join(several)}."


def _place(count: int, line: int) -> str:
    return f"line {line:,}" if count == 1 else f"{count:,} rows, first line {line:,}"


def _small(text: str) -> str:
    return f"{text[:1].lower()}{text[1:]}"


def said(code: str) -> str:
    """A code of the intake in words; one that is not listed as it is spelt."""
    plain = code.replace("_", " ")
    return WORDS.get(code, plain[:1].upper() + plain[1:])
