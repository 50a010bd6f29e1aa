"""Reasons in two levels: free text -> reason and group, by patterns that can be edited."""

from __future__ import annotations

import difflib
import math
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
LONGEST_PATTERN: Final = 500
"""Characters of a pattern."""
MOST_REPEATS: Final = 1_000
"""Counted repetitions of a pattern, those inside one another multiplied: what it costs a text."""
_REPEATS: Final = re.compile(r"\{(\d{1,9})(?:,(\d{0,9}))?\}")
_REASON: Final = re.compile(r"^error: ([^\n]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ReasonPatterns:
    """Patterns in force; (reason, group, pattern) in the order they are tried."""

    rows: tuple[tuple[str, str, str], ...]

    def preceded_by(self, rows: Iterable[tuple[str, str, str]]) -> ReasonPatterns:
        """The same after other patterns, which are tried first.

        Patterns are those of an engine whose time grows with the text and never runs away:
        it knows neither look-around nor back-references.

        Raises:
            ValueError: the group of one is no group, or one cannot be used; it names the first.
        """
        first = tuple(rows)
        for reason, group, pattern in first:
            if group not in GROUPS:
                near = difflib.get_close_matches(group, GROUPS, n=1)
                hint = f"; nearest: {near[0]}" if near else f"; allowed: {', '.join(GROUPS)}"
                message = f"patterns.group {group} is not a setting{hint}"
                raise ValueError(message)
            if why := _fault(pattern):
                wrong = f"the pattern of {reason!r}, {pattern[:80]!r}, cannot be used: {why}"
                message = f"patterns: {wrong}"
                raise ValueError(message)
        return ReasonPatterns((*first, *self.rows))

    def of(self, text: str) -> tuple[str, str]:
        """Reason and group of a free text; (`other`, `other`) where no pattern matches."""
        _, reason, group = mapping([text], self).row(0)
        return reason, group


def _fault(pattern: str) -> str | None:
    """Why a pattern cannot be used; None for one that can."""
    if len(pattern) > LONGEST_PATTERN:
        return f"it has {len(pattern):,} characters, {LONGEST_PATTERN} are allowed"
    repeats = math.prod(int(most or least) or 1 for least, most in _REPEATS.findall(pattern))
    if repeats > MOST_REPEATS:
        return f"it repeats up to {repeats:,} times, {MOST_REPEATS:,} are allowed"
    try:
        pl.Series([""]).str.contains(pattern)
    except pl.exceptions.ComputeError as error:
        found = _REASON.search(str(error))
        return found[1] if found else "it is too large"
    return None


DEFAULT: Final = ReasonPatterns(
    tuple((reason, group, pattern) for reason, (group, pattern) in REASONS.items())
)


def mapping(texts: Iterable[str], patterns: ReasonPatterns = DEFAULT) -> pl.DataFrame:
    """`reason_raw`, `reason`, `reason_group` (all text) of different free texts, sorted."""
    raw = pl.Series("reason_raw", sorted(set(texts)), dtype=pl.String)
    lower = pl.Series("lower", [text.lower() for text in raw], dtype=pl.String)
    first = pl.coalesce(
        *(
            pl.when(pl.col("lower").str.contains(pattern)).then(pl.lit(place, pl.Int64))
            for place, (_, _, pattern) in enumerate(patterns.rows)
        ),
        pl.lit(len(patterns.rows), pl.Int64),
    )
    places = lower.to_frame().select(first=first)["first"]
    named = [*((reason, group) for reason, group, _ in patterns.rows), (OTHER, OTHER)]
    reasons = [named[place][0] for place in places]
    groups = [named[place][1] for place in places]
    columns = {"reason_raw": raw, "reason": reasons, "reason_group": groups}
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String()))
