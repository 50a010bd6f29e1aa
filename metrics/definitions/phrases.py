"""Numbers, periods and lists in words, for sentences that are made from frames."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from data_access.currencies import decimals, in_units

if TYPE_CHECKING:
    from metrics.definitions.scope import Scope

MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
SYMBOLS: Final = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
_WHOLE_FROM: Final = 1_000  # of a currency: so much and more is written without decimals
_WEEK: Final = 7


def money(cents: float, currency: str) -> str:
    """An amount, given in the smallest unit of its currency: "$981.50", "$130,990", "−$12.00".

    >>> money(-1200, "USD"), money(13_099_000, "USD"), money(98_150, "CHF")
    ('−$12.00', '$130,990', 'CHF 981.50')
    >>> money(1200, "JPY"), money(1234, "KWD")
    ('¥1,200', 'KWD 1.234')
    """
    size = abs(round(cents))
    amount = in_units(size, currency)
    places = 0 if amount >= _WHOLE_FROM else decimals(currency)
    return f"{'−' if cents < 0 and size else ''}{sign(currency)}{amount:,.{places}f}"


def sign(currency: str) -> str:
    """What stands before an amount: a sign, or the code and a blank."""
    return SYMBOLS.get(currency, f"{currency} ")


def figure(value: float, unit: str, currency: str) -> str:
    """A value in words by its unit: "12.3 %", "1,234", "$1,234"."""
    if unit == "rate":
        return f"{value * 100:.1f} %"
    return money(value, currency) if unit == "money" else f"{value:,.0f}"


def quantity(number: int, noun: str, plural: str | None = None) -> str:
    """A count with its noun: "1 delivery", "12 deliveries".

    >>> quantity(1, "delivery", "deliveries"), quantity(1200, "day")
    ('1 delivery', '1,200 days')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listing(words: list[str]) -> str:
    """Words as people write a list: "A, B and C".

    >>> listing(["A", "B", "C"]), listing(["A"]), listing([])
    ('A, B and C', 'A', '')
    """
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def day(value: date, *, year: bool = True) -> str:
    """A date: "22 Nov 2026", or "22 Nov"."""
    text = f"{value.day} {MONTHS[value.month - 1][:3]}"
    return f"{text} {value.year}" if year else text


def span(first: date, last: date) -> str:
    """An inclusive span of days; what both ends share is written once.

    >>> span(date(2026, 11, 2), date(2026, 11, 8)), span(date(2025, 12, 29), date(2026, 1, 4))
    ('2 – 8 Nov 2026', '29 Dec 2025 – 4 Jan 2026')
    """
    if first == last:
        return day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} – {day(last)}"
    return f"{day(first, year=first.year != last.year)} – {day(last)}"


def whole_month(first: date, last: date) -> bool:
    """Whether a span is exactly one calendar month."""
    following = last + timedelta(days=1)
    same = (first.year, first.month) == (last.year, last.month)
    return first.day == 1 and same and following.day == 1


def whole_week(first: date, last: date) -> bool:
    """Whether a span is exactly Monday to Sunday."""
    return not first.weekday() and (last - first).days == _WEEK - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """What a period and the one it is compared with are called in a sentence.

    `now`: "October 2026"; `noun`: "month"; `before`: "September"; `within`: "in September".
    """

    now: str
    noun: str
    before: str
    within: str


def called(scope: Scope) -> Called:
    """The words for a scope's period and the one before."""
    past = scope.previous()
    before = _before(scope, past)
    return Called(
        now=period(scope.first, scope.last),
        noun=_noun(scope.first, scope.last),
        before=before,
        within=before if before == "the day before" else f"in {before}",
    )


def period(first: date, last: date) -> str:
    """A period by name: "October 2026", "the week of 16 Nov 2026", "21 Nov 2026" or its days."""
    if whole_month(first, last):
        return f"{MONTHS[first.month - 1]} {first.year}"
    return f"the week of {day(first)}" if whole_week(first, last) else span(first, last)


def _noun(first: date, last: date) -> str:
    if whole_month(first, last):
        return "month"
    if first == last:
        return "day"
    return "week" if whole_week(first, last) else "period"


def _before(scope: Scope, past: Scope) -> str:
    if whole_month(past.first, past.last):
        year = f" {past.first.year}" if past.first.year != scope.first.year else ""
        return f"{MONTHS[past.first.month - 1]}{year}"
    if past.last + timedelta(days=1) != scope.first:
        return span(past.first, past.last)
    if scope.first == scope.last:
        return "the day before"
    week = whole_week(scope.first, scope.last)
    return "the week before" if week else f"the {scope.days} days before"
