"""How numbers, dates, ranges and durations are written on the screen."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from metrics.definitions import phrases

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

NO_DATA: Final = "—"
quantity: Final = phrases.quantity
period: Final = phrases.span
OUTCOMES: Final = {
    "converted": "Sale",
    "qualified": "Interested",
    "contacted": "Spoken to",
    "no_contact": "Not reached",
    "not_interested": "Not interested",
    "already_purchased": "Already bought",
    "bad_info": "Wrong details",
    "duplicate": "Duplicate",
    "returned": "Returned",
    "detail_only": "Comment only",
    "silent": "No word yet",
}
"""What results are called, in the order they are shown."""
BUYER_TYPES: Final = {
    "live_transfer": "Live transfer",
    "lead_buyer": "Lead buyer",
    "data_buyer": "Data buyer",
}
"""What types of buyers are called."""
REASON_GROUPS: Final = {
    "contactability": "Could not be reached",
    "identity": "Not a real request",
    "duplicate": "Duplicate",
    "targeting": "Not what was ordered",
    "consent": "Consent missing",
    "intent": "No interest",
    "process": "Late or incomplete",
    "other": "Another reason",
    "(not said)": "No reason given",
}
"""What groups of reasons are called."""
REASONS: Final = {
    "disconnected": "Number does not work",
    "wrong_person": "Wrong person",
    "bounced": "E-mail bounces",
    "never_answers": "Never answers",
    "denies_request": "Denies having asked",
    "fake": "Made up",
    "test": "Test entry",
    "consent": "No consent",
    "duplicate": "Duplicate",
    "already_purchased": "Already bought",
    "out_of_area": "Out of area",
    "wrong_product": "Wrong product",
    "age": "Outside the ages wanted",
    "price": "Too expensive",
    "no_interest": "Not interested",
    "late": "Came too late",
    "format": "Incomplete or badly written",
    "other": "Another reason",
    "(not said)": "No reason given",
}
"""What single reasons are called."""
_SPANS: Final = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))
_MINUS: Final = "−"


def sentence(text: str) -> str:
    """An error's text as a sentence: a capital in front, one full stop behind.

    >>> sentence("the store is busy")
    'The store is busy.'
    """
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def rate(share: float | None) -> str:
    """A share as percent with one decimal: 0.0957 → "9.6 %"."""
    return NO_DATA if share is None else f"{share * 100:.1f} %"


def likely_range(low: float | None, high: float | None) -> str:
    """A range of shares: "8.4 – 10.9 %"."""
    if low is None or high is None:
        return NO_DATA
    return f"{low * 100:.1f} – {high * 100:.1f} %"


def points(change: float | None, *, places: int = 1) -> str:
    """A difference of two shares in percentage points, signed: "+0.4 pp"."""
    if change is None:
        return NO_DATA
    return f"{_signed(f'{abs(change) * 100:.{places}f}', negative=change < 0)} pp"


def count(number: float | None) -> str:
    """A count with thousands separators: "12,345"."""
    return NO_DATA if number is None else f"{round(number):,}"


def outcome(key: str | None) -> str:
    """What a result is called; none is "No word yet"."""
    return OUTCOMES.get(key or "silent", key or "")


def buyer_type(key: str | None) -> str:
    """What a type of buyer is called."""
    if key in (None, "(none)"):
        return "Type unknown"
    return BUYER_TYPES.get(key, _spelt(key))


def reason_group(key: str | None) -> str:
    """What a group of reasons is called."""
    return NO_DATA if key is None else REASON_GROUPS.get(key, _spelt(key))


def reason(key: str | None) -> str:
    """What a reason is called."""
    return NO_DATA if key is None else REASONS.get(key, _spelt(key))


def _spelt(key: str) -> str:
    return key.replace("_", " ").capitalize()


def ordinal(number: int) -> str:
    """A place: "1st", "2nd", "11th"."""
    tens, ones = divmod(number % 100, 10)
    ending = {1: "st", 2: "nd", 3: "rd"}.get(ones, "th") if tens != 1 else "th"
    return f"{number}{ending}"


def symbol(currency: str) -> str:
    """The sign of a currency, or its code where there is none."""
    return phrases.SYMBOLS.get(currency, currency)


def money(cents: float | None, currency: str = "USD") -> str:
    """An amount: decimals below 1,000 only, "$981.50" and "$130,990"."""
    return NO_DATA if cents is None else phrases.money(cents, currency)


def duration(seconds: float | None) -> str:
    """A span in its two largest units: "4 h 14 m"; the rest is cut off, not rounded."""
    if seconds is None:
        return NO_DATA
    left = int(abs(seconds))
    parts: list[str] = []
    for sign, size in _SPANS:
        amount, left = divmod(left, size)
        if amount or (parts and left) or (sign == "s" and not parts):
            parts.append(f"{amount} {sign}")
        if len(parts) == 2 or (parts and not left):  # noqa: PLR2004 - the two largest units
            break
    return (_MINUS if seconds < 0 else "") + " ".join(
        part for part in parts if part[0] != "0" or len(parts) == 1
    )


def day(value: date | None) -> str:
    """A date, short and unambiguous: "22 Nov 2026"."""
    return NO_DATA if value is None else phrases.day(value)


def moment(instant: datetime | None, zone: ZoneInfo, *, year: bool = True) -> str:
    """An instant in the report zone with the zone's short name: "22 Nov 2026 14:05 UTC"."""
    if instant is None:
        return NO_DATA
    local = instant.astimezone(zone)
    date_text = day(local.date()) if year else phrases.day(local.date(), year=False)
    return f"{date_text} {local:%H:%M} {local.tzname()}"


def instant_text(microseconds: int) -> str:
    """An instant in full, as the API writes and takes it: RFC 3339, UTC, microseconds."""
    text = instant_of(microseconds).isoformat(timespec="microseconds")
    return text.replace("+00:00", "Z")


def instant_of(microseconds: int) -> datetime:
    """The UTC instant of microseconds since 1970."""
    return datetime.fromtimestamp(microseconds // 1_000_000, tz=UTC).replace(
        microsecond=microseconds % 1_000_000
    )


def listing(words: list[str], joint: str = "and") -> str:
    """Words as people write a list: "A, B and C"."""
    if len(words) < 2:  # noqa: PLR2004 - nothing to join
        return "".join(words)
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"


def _signed(text: str, *, negative: bool) -> str:
    return f"{_MINUS if negative else '+'}{text}"
