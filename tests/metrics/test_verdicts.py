"""The sentence on top of a pack: good, weak, steady, too few, not to be judged."""

from __future__ import annotations

import pytest
from headlines import DAY, OCTOBER, headline, number

from metrics.sentences import sentences


def test_a_good_month_for_money_and_level_for_quality() -> None:
    """13,099,000 ÷ 12,357,600 is 6 % more."""
    assert sentences.verdict(headline(), OCTOBER, "USD") == (
        "A good month for money, level for quality: margin rose 6 % to $130,990; conversion runs "
        "level with September at the same age."
    )


def test_a_weak_month_says_by_how_much_and_that_returns_rose() -> None:
    """The same word for both is said once."""
    rows = headline(
        margin_cents=number("margin_cents", 9_000_000.0, 10_000_000.0, verdict="worse"),
        conversion_rate=number(
            "conversion_rate", 0.08, 0.1, numerator=64, denominator=800, verdict="worse"
        ),
        return_rate=number(
            "return_rate", 0.09, 0.05, numerator=81, denominator=900, verdict="worse"
        ),
    )
    assert sentences.verdict(rows, OCTOBER, "USD") == (
        "A weak month for money and quality: margin fell 10 % to $90,000; conversion fell to 8.0 % "
        "from 10.0 % in September at the same age; returns rose to 9.0 %."
    )


def test_a_steady_month_is_called_steady() -> None:
    """Level comes first only as "steady"."""
    rows = headline(
        margin_cents=number("margin_cents", 10_000_000.0, 10_010_000.0, verdict="level"),
        conversion_rate=number(
            "conversion_rate", 0.12, 0.1, numerator=96, denominator=800, verdict="better"
        ),
    )
    assert sentences.verdict(rows, OCTOBER, "USD") == (
        "A steady month for money, good for quality: margin is level at $100,000; conversion rose "
        "to 12.0 % from 10.0 % in September at the same age."
    )


def test_a_loss_that_shrank_is_no_good_month() -> None:
    """Better than before, and still a loss."""
    loss = number("margin_cents", -4_000_000.0, -9_000_000.0, verdict="better")
    said = sentences.verdict(headline(margin_cents=loss), OCTOBER, "USD")
    assert said.startswith("A weak month for money, level for quality: margin rose from")


def test_quality_is_not_judged_by_what_the_few_say() -> None:
    """270 of 900 have been reported on."""
    better = number("conversion_rate", 0.2, 0.1, numerator=54, denominator=270, verdict="better")
    few = headline(feedback=number("feedback", 270.0, 600.0), conversion_rate=better)
    said = sentences.verdict(few, OCTOBER, "USD")
    assert said.startswith("A good month for money: margin rose")
    assert "conversion rose to 20.0 % from 10.0 % in September at the same age" in said
    assert said.endswith("buyers have reported on 30.0 % only.")


@pytest.mark.parametrize(("sales", "returns"), [(130, 0), (110, 20)])
def test_where_only_ends_are_reported_conversion_says_nothing(sales: int, returns: int) -> None:
    """130 reports of 900 deliveries, each of a sale or a return."""
    sold = number(
        "conversion_rate", sales / 130, 1.0, numerator=sales, denominator=130, verdict="level"
    )
    back = number("return_rate", returns / 900, numerator=returns, denominator=900)
    few = headline(
        feedback=number("feedback", 130.0, 180.0), conversion_rate=sold, return_rate=back
    )
    said = sentences.verdict(few, OCTOBER, "USD")
    assert said.endswith(
        "buyers report only sales and returns, so what share sells of those says nothing."
    )
    assert "conversion" not in said


def test_without_lead_cost_net_revenue_is_judged() -> None:
    """The margin is null while any lead cost is unknown."""
    rows = headline(margin_cents=number("margin_cents", None))
    assert "net revenue rose 3 % to $300,000" in sentences.verdict(rows, OCTOBER, "USD")


@pytest.mark.parametrize(
    ("value", "previous", "said"),
    [
        (5_000_000.0, -1_000_000.0, "margin rose from −$10,000 to $50,000"),
        (-1_000_000.0, 5_000_000.0, "margin fell from $50,000 to −$10,000"),
        (5_000_000.0, 0.0, "margin rose from $0.00 to $50,000"),
        (5_000_000.0, 1_000_000.0, "margin rose from $10,000 to $50,000"),
    ],
)
def test_a_percentage_is_said_only_where_it_means_something(
    value: float, previous: float, said: str
) -> None:
    """Not from nothing, not across zero, not from twice on."""
    verdict = "better" if value > previous else "worse"
    rows = headline(margin_cents=number("margin_cents", value, previous, verdict=verdict))
    assert said in sentences.verdict(rows, OCTOBER, "USD")


def test_with_nothing_before_there_is_no_judgement() -> None:
    """The numbers alone."""
    rows = headline(
        margin_cents=number("margin_cents", 13_099_000.0),
        conversion_rate=number("conversion_rate", 0.1, numerator=80, denominator=800),
        return_rate=number("return_rate", 0.05, numerator=45, denominator=900),
    )
    assert sentences.verdict(rows, OCTOBER, "USD") == (
        "Margin was $130,990; conversion was 10.0 %; there is no month before that it can be "
        "compared with."
    )


def test_few_deliveries_are_not_judged() -> None:
    """Forty-nine are too few, fifty are not; none is said to be none."""
    few = headline(delivered=number("delivered", 49.0, 60.0))
    assert sentences.verdict(few, OCTOBER, "USD") == (
        "Only 49 deliveries in October 2026: too few to judge."
    )
    one = headline(delivered=number("delivered", 1.0))
    assert sentences.verdict(one, DAY, "USD") == "Only 1 delivery on 21 Nov 2026: too few to judge."
    none = headline(delivered=number("delivered", 0.0, 60.0))
    assert sentences.verdict(none, DAY, "USD") == "Nothing was delivered on 21 Nov 2026."
    enough = headline(delivered=number("delivered", 50.0, 60.0))
    assert sentences.verdict(enough, OCTOBER, "USD").startswith("A good month")


def test_without_feedback_only_money_is_judged() -> None:
    """Neither silence nor a handful of reports says anything about quality."""
    none = number("conversion_rate", None, 0.1, numerator=0, denominator=0)
    rows = headline(conversion_rate=none, feedback=number("feedback", 0.0, 790.0))
    assert sentences.verdict(rows, OCTOBER, "USD") == (
        "A good month for money: margin rose 6 % to $130,990; no buyer has reported yet, so "
        "quality cannot be judged."
    )
    few = number("conversion_rate", 0.2, 0.1, numerator=8, denominator=40, verdict="better")
    rows = headline(conversion_rate=few, feedback=number("feedback", 40.0, 790.0))
    assert sentences.verdict(rows, OCTOBER, "USD").endswith(
        "buyers have reported on 40 deliveries, too few to judge quality."
    )
