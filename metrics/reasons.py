"""Reasons in two levels: free text -> reason and group, by patterns that can be edited."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable

REASONS: Final[dict[str, tuple[str, str]]] = {
    # reason: (group, pattern of the lower-case text); the first that matches wins
    "denies_request": (
        "identity",
        r"denie[sd]|never (asked|requested|applied)|did not (ask|request)",
    ),
    "fake": ("identity", r"\bfake|bogus|fraud|made.?up"),
    "test": ("identity", r"\btest\b"),
    "consent": ("consent", r"consent|opt(ed)?.?out|do not call|\bdnc\b|tcpa|gdpr"),
    "disconnected": (
        "contactability",
        r"disconnect|(not in|out of) service|dead number|invalid (phone|number)|"  # noqa: ISC004
        r"number (is )?invalid|nicht vergeben",
    ),
    "wrong_person": (
        "contactability",
        r"wrong (number|person|party)|not the (right )?person|falsche (nummer|person)",
    ),
    "bounced": ("contactability", r"bounce|undeliverable|invalid e-?mail|e-?mail invalid"),
    "never_answers": (
        "contactability",
        r"no answer|never answer|not reach|unreachable|no contact|voicemail|nicht erreich",
    ),
    "duplicate": (
        "duplicate",
        r"duplicate|\bdupe|already (have|had|in (our )?(crm|system))|doppelt",
    ),
    "already_purchased": (
        "intent",
        r"already (purchased|bought|has|insured|a customer|covered)|bereits",
    ),
    "out_of_area": (
        "targeting",
        r"out(side)? (of )?(our )?(service )?(area|state|region|territory)|geograph",
    ),
    "wrong_product": (
        "targeting",
        r"wrong product|different product|do(es)? not (offer|sell|qualify)|not qualified|renter",
    ),
    "age": ("targeting", r"\bage\b|too (old|young)"),
    "price": ("intent", r"price|expensive|cost too|budget|afford"),
    "no_interest": (
        "intent",
        r"not interested|no (longer )?interest|changed .*mind|just looking|kein interesse",
    ),
    "late": ("process", r"\blate\b|too old|stale|delay"),
    "format": ("process", r"format|missing (data|field)|incomplete"),
}
OTHER: Final = "other"
GROUPS: Final = (
    "contactability",
    "identity",
    "duplicate",
    "targeting",
    "consent",
    "intent",
    "process",
    OTHER,
)
DEAD_NUMBER: Final = "disconnected"


@dataclass(frozen=True, slots=True)
class ReasonPatterns:
    """Patterns in force; (reason, group, pattern) in the order they are tried."""

    rows: tuple[tuple[str, str, str], ...]

    def checked(self) -> ReasonPatterns:
        """The same, if each pattern can be used; ValueError names the first that cannot."""
        for reason, _, pattern in self.rows:
            try:
                re.compile(pattern)
            except re.error as error:
                message = f"the pattern of {reason!r} cannot be used: {error}"
                raise ValueError(message) from None
        return self

    def of(self, text: str) -> tuple[str, str]:
        """Reason and group of a free text; (`other`, `other`) where no pattern matches."""
        lower = text.lower()
        for reason, group, pattern in self.rows:
            if re.search(pattern, lower):
                return reason, group
        return OTHER, OTHER


DEFAULT: Final = ReasonPatterns(
    tuple((reason, group, pattern) for reason, (group, pattern) in REASONS.items())
)


def mapping(texts: Iterable[str], patterns: ReasonPatterns = DEFAULT) -> pl.DataFrame:
    """`reason_raw`, `reason`, `reason_group` (all text) of different free texts, sorted."""
    rows = [(text, *patterns.of(text)) for text in sorted(set(texts))]
    columns = ("reason_raw", "reason", "reason_group")
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String()), orient="row")
