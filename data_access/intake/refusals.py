"""Why a row is refused, and what to know of the link of one that is taken: every code, once.

A code has words for the screen and says what is allowed; the limits that it names stand here too.
Whoever refuses gives the code, and more of what is allowed where the row itself says more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from data_access.columns import DELIVERY_EVENTS, FEEDBACK_EVENTS, ID_RULE

LONGEST: Final = 4_000  # characters of a text
MAX_CELL: Final = 16_384  # characters of a cell
MAX_LINES: Final = 200  # of one record with line breaks inside quotes
MAX_DEPTH: Final = 8  # levels of an event
MAX_FIELDS: Final = 64  # of an event
MAX_BYTES: Final = 1_048_576  # of an event


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a row is refused: `words` for people, and what is `allowed`."""

    code: str
    words: str
    allowed: str


@dataclass(frozen=True, slots=True)
class Advice:
    """What is wrong with a taken row's link, and what would act (`allowed`)."""

    code: str
    words: str
    allowed: str


CONFLICT: Final = "conflict"
_ALL: Final = (
    # the whole row
    Refusal(
        "conflict",
        "The same event id says something else than before",
        "the content this event id already has; the first stays",
    ),
    Refusal("lead_missing", "No lead is named", "a lead_id, or the buyer's own buyer_lead_id"),
    Refusal(
        "buyer_missing", "No buyer is named", "a buyer in the row, in the profile or by --buyer"
    ),
    Refusal("missing_time", "No time is given", "when it was delivered, happened or was reported"),
    Refusal(
        "nothing_said",
        "The row says nothing we know",
        "a delivery, an outcome, a detail or a retraction",
    ),
    Refusal(
        "retracts_and_replaces",
        "It takes back and replaces at once",
        "retracts or replaces, not both",
    ),
    Refusal("links_to_itself", "The event refers to itself", "the event_id of another event"),
    Refusal(
        "unknown_event",
        "An event of a kind we do not know",
        ", ".join((*DELIVERY_EVENTS, *FEEDBACK_EVENTS)),
    ),
    Refusal(
        "converted_and_returned",
        "Sold and returned in one row",
        "converted = true beside anything but returned",
    ),
    # a cell
    Refusal("id_format", "An id that is not written like one", ID_RULE),
    Refusal("too_long", "A text that is too long", f"at most {LONGEST} characters"),
    Refusal(
        "control_character", "A text with control characters", "text without control characters"
    ),
    Refusal("unknown_word", "A word that is not on the list", "one of the known words"),
    Refusal(
        "money_format",
        "An amount that cannot be read",
        "digits with at most the decimals of the store's currency, like 45.00; zeros may follow",
    ),
    Refusal(
        "money_too_large", "An amount that is too large", "at most 13 digits before the decimals"
    ),
    Refusal("money_negative", "An amount below zero", "0 or more"),
    Refusal(
        "time_format",
        "A time that cannot be read",
        "RFC 3339 with an offset, like 2026-05-01T10:30:00Z, or a date",
    ),
    Refusal(
        "time_naive",
        "A time without its zone",
        "a time with its offset, or a profile that names the zone",
    ),
    Refusal("time_impossible", "A day or time that does not exist", "a day and time that exist"),
    Refusal("time_too_early", "A time before 2000", "2000-01-01 or later"),
    Refusal(
        "future",
        "A time that lies in the future",
        "at most a day later than this machine's clock",
    ),
    Refusal("number_format", "A number that cannot be read", "a whole number"),
    Refusal("bool_format", "Neither yes nor no", "true or false"),
    Refusal("share_format", "A share that cannot be read", "0 - 1 or 0 % - 100 %"),
    Refusal("scale_format", "A rating outside of 0 to 10", "0 - 10, like 2 or 2/10"),
    Refusal("rating_format", "A rating outside of 0 to 100", "0 - 100"),
    Refusal(
        "span_format", "A length of time that cannot be read", "whole seconds, or like 4h 14m 36s"
    ),
    # the file, or an event
    Refusal("broken_quotes", "Quotes that are not closed", "quotes closed, and doubled inside"),
    Refusal(
        "ragged_row", "More or fewer cells than the heading", "as many cells as the header has"
    ),
    Refusal("cell_too_long", "A cell that is too long", f"at most {MAX_CELL:,} characters"),
    Refusal("row_too_long", "A row over too many lines", f"at most {MAX_LINES} lines"),
    Refusal("too_large", "An event that is too large", f"at most {MAX_BYTES:,} bytes an event"),
    Refusal("bad_text", "Text that is broken", "text without lone surrogates"),
    Refusal("json_invalid", "Not valid JSON", "valid JSON"),
    Refusal("json_duplicate_key", "The same key twice in an object", "each key once in an object"),
    Refusal("json_not_finite", "A number without an end", "a finite number"),
    Refusal("json_too_deep", "Objects nested too deep", f"at most {MAX_DEPTH} levels"),
    Refusal("too_many_fields", "Too many fields in one event", f"at most {MAX_FIELDS} fields"),
    Refusal("not_an_object", "A value where an object belongs", "an object"),
    Refusal("not_a_value", "An object where a value belongs", "text, a number or true / false"),
    Refusal(
        "outcome_differs",
        "The outcome contradicts its own part of the event",
        "the outcome that goes with the event",
    ),
    Refusal("time_ambiguous", "A local time that exists twice", "a local time that exists once"),
)
REFUSALS: Final = {refusal.code: refusal for refusal in _ALL}
ALLOWED: Final = {refusal.code: refusal.allowed for refusal in _ALL}
"""What is allowed, by code."""

_ADVICE: Final = (
    Advice(
        "other_delivery",
        "a link to a report about another lead",
        "a report about the same lead; this one changes nothing",
    ),
    Advice(
        "retraction_is_final",
        "a link to a retraction, which is final",
        "a report; a retraction cannot be taken back or replaced",
    ),
    Advice(
        "not_earlier",
        "a replacement of a report that is not earlier",
        "a report that is earlier; this one stands beside it",
    ),
    Advice(
        "replaced_already",
        "a replacement of what is replaced already",
        "a report that nothing replaces yet; each replacement counts by itself",
    ),
)
ADVICE: Final = {advice.code: advice for advice in _ADVICE}
"""In the order in which they are given."""

PROBLEM: Final = {
    "line": pl.Int64(),
    "code": pl.String(),
    "field": pl.String(),
    "value": pl.String(),
    "allowed": pl.String(),
    "nearest": pl.String(),
}
"""A row is one thing wrong with one row of a file. `field` is the column or, in an event, the
path; null where it is the row as a whole."""
ERROR_COLUMNS: Final = ("error_line", "error_code", "error_field", "error_value", "error_allowed")
"""What stands behind the columns of a row in the error file."""
