"""How numbers, dates, ranges and durations read."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dashboard.presentation import formats, refusal_texts
from data_access.intake import contract, refusals


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0957, "9.6 %"), (0.0, "0.0 %"), (1.0, "100.0 %"), (None, "—"), (0.034, "3.4 %")],
)
def test_rates_have_one_decimal(share: float | None, text: str) -> None:
    """And no data is a dash, never 0 %."""
    assert formats.rate(share) == text


def test_ranges_write_the_sign_once() -> None:
    """Both ends in percent."""
    assert formats.likely_range(0.084, 0.109) == "8.4 – 10.9 %"
    assert formats.likely_range(None, 0.1) == "—"


@pytest.mark.parametrize(
    ("cents", "text"),
    [
        (98_150, "$981.50"),
        (99_999, "$999.99"),
        (100_000, "$1,000"),
        (13_099_000, "$130,990"),
        (-5_000, "−$50.00"),
        (0, "$0.00"),
        (None, "—"),
    ],
)
def test_money_has_cents_only_below_a_thousand(cents: int | None, text: str) -> None:
    """Amounts in the dollar store."""
    assert formats.money(cents) == text


def test_money_of_other_currencies_has_their_sign_or_code() -> None:
    """Euro has a sign here, the franc its code."""
    assert formats.money(1_250, "EUR") == "€12.50"
    assert formats.money(1_250, "CHF") == "CHF 12.50"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (15_276, "4 h 14 m"),
        (203, "3 m 23 s"),
        (15_073, "4 h 11 m"),
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 m"),
        (86_400, "1 d"),
        (86_400 * 7 + 61, "7 d"),
        (90_061, "1 d 1 h"),
        (-203, "−3 m 23 s"),
        (None, "—"),
    ],
)
def test_durations_are_cut_to_their_two_largest_units(seconds: float | None, text: str) -> None:
    """The guide's 4 h 14 m 36 s is written 4 h 14 m."""
    assert formats.duration(seconds) == text


def test_periods_write_what_both_ends_share_once() -> None:
    """Same day, same month, same year, different years."""
    assert formats.period(date(2026, 11, 22), date(2026, 11, 22)) == "22 Nov 2026"
    assert formats.period(date(2026, 11, 1), date(2026, 11, 22)) == "1 – 22 Nov 2026"
    assert formats.period(date(2026, 8, 25), date(2026, 11, 22)) == "25 Aug – 22 Nov 2026"
    assert formats.period(date(2025, 12, 25), date(2026, 1, 3)) == "25 Dec 2025 – 3 Jan 2026"


def test_moments_are_shown_in_the_report_zone() -> None:
    """Summer and winter have their own names."""
    berlin = ZoneInfo("Europe/Berlin")
    assert formats.moment(datetime(2026, 11, 22, 14, 5, tzinfo=UTC), berlin) == (
        "22 Nov 2026 15:05 CET"
    )
    july = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    assert formats.moment(july, berlin, year=False) == "2 Jul 00:30 CEST"


def test_points_and_counts_and_lists() -> None:
    """Differences are signed, counts have separators."""
    assert formats.points(-0.0041) == "−0.4 pp"
    assert formats.points(0.012) == "+1.2 pp"
    assert formats.count(12_345) == "12,345"
    assert formats.quantity(1, "source") == "1 source"
    assert formats.quantity(2_000, "delivery", "deliveries") == "2,000 deliveries"
    assert formats.listing(["A", "B", "C"]) == "A, B and C"
    assert formats.listing([]) == ""


def test_every_reason_to_refuse_a_row_has_words() -> None:
    """Codes are written in the rooms of intake; each has a sentence of its own, none is stale."""
    folder = Path(contract.__file__).parent
    source = "\n".join(path.read_text("utf-8") for path in sorted(folder.glob("*.py")))
    texts = Path(refusals.__file__).read_text("utf-8")
    given = set(re.findall(r'NotAnEvent\(\s*"([a-z_]+)"', source))
    given |= set(re.findall(r'\bcode = "([a-z_]+)"', source))
    given |= set(re.findall(r'_within\([^"\n]*"([a-z_]+)"', source))
    given |= set(re.findall(r'(?:Record|BadLine)\(.*?"([a-z]+_[a-z_]+)"', source))
    given |= set(re.findall(r'_problem\([^"\n]*(?:"[a-z_]+"|target), "([a-z_]+)"', source))
    given |= set(re.findall(r'_unless\([^\n]*, "([a-z_]+)"\)', source))
    assert given <= {*refusals.REFUSALS, *refusals.ADVICE}, given
    written = "".join(re.findall(r'"[a-z_]+"', source.replace(texts, "")))
    assert {code for code in refusals.REFUSALS if f'"{code}"' not in written} == {refusals.CONFLICT}
    words = [refusal.words for refusal in refusals.REFUSALS.values()]
    assert len(set(words)) == len(words)


def test_a_reason_that_is_not_listed_is_spelt_out() -> None:
    """An older store may hold one that no code gives any more."""
    assert refusal_texts.words_of("too_old_now") == "Too old now"
