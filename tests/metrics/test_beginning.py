"""When buyers began to report: found as a change point, whatever single reports say."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import stats

from metrics.insights import maturity, reporting_start

WEEK = 7


def told(
    buyer: str, *weeks: tuple[int, dict[int, int]], start: int = 0, sold: int | None = None
) -> pl.DataFrame:
    """Change cells of a buyer: per week from `start` its deliveries and reports by age.

    All that is told of sold, or so many of each cell.
    """
    rows = []
    for nth, (size, by_age) in enumerate(weeks):
        week = WEEK * (start + nth)
        rows.append((buyer, week, 0, size, by_age.get(0, 0)))
        rows += [(buyer, week, age, 0, count) for age, count in by_age.items() if age]
    names = ("buyer_id", "delivery_week", "age_week", "delivered", "feedback")
    table = pl.DataFrame(
        rows, schema=dict.fromkeys(names, pl.Int64) | {"buyer_id": pl.String}, orient="row"
    )
    return table.with_columns(
        converted="feedback" if sold is None else pl.min_horizontal("feedback", pl.lit(sold)),
        report_week=pl.col("delivery_week") + WEEK * pl.col("age_week"),
    )


SILENT = (30, dict[int, int]())
USUAL = (30, {0: 9, 1: 3})
CASES = {
    "silent for twenty weeks": ((SILENT,) * 20 + (USUAL,) * 14, 20),
    "late news of what was delivered in silence": (
        tuple((30, {20 - nth: 2}) for nth in range(20)) + (USUAL,) * 14,
        20,
    ),
    "a stray report in the third week": (
        (SILENT,) * 2 + ((30, {0: 1}),) + (SILENT,) * 17 + (USUAL,) * 14,
        20,
    ),
    "silent again at the end": ((SILENT,) * 20 + (USUAL,) * 14 + (SILENT,) * 6, 20),
    "small, but for long": (((3, dict[int, int]()),) * 20 + ((3, {0: 1}),) * 14, 20),
    "told of from the first week": ((USUAL,) * 34, None),
    "silent for eight weeks only": ((SILENT,) * 8 + (USUAL,) * 14, None),
    "slow from the first week on": (((30, {9: 10}),) * 34, None),
    "slow in the first weeks": (((30, {4: 12}),) * 12 + ((30, {0: 12}),) * 28, None),
    "all that was silent told at once": (
        tuple((30, {20 - nth: 12}) for nth in range(20)) + (USUAL,) * 40,
        20,
    ),
    "all that was silent told at once, few weeks ago": (
        tuple((30, {52 - nth: 12}) for nth in range(52)) + (USUAL,) * 8,
        52,
    ),
    "one lead half a year before all others": (
        ((1, dict[int, int]()),)
        + ((0, dict[int, int]()),) * 25
        + ((200, {5: 80}),) * 12
        + ((200, {0: 80}),) * 12,
        None,
    ),
    "never": ((SILENT,) * 34, None),
    "silent in the end": ((USUAL,) * 20 + (SILENT,) * 14, None),
    "twice as much from some week on": (((30, {0: 6}),) * 20 + ((30, {0: 12}),) * 14, None),
    "a few test leads long before": (((1, dict[int, int]()),) * 5 + (USUAL,) * 4, None),
}


@pytest.mark.parametrize("case", CASES)
def test_a_late_beginning_is_where_prompt_reports_rise_as_if_from_nothing(case: str) -> None:
    """The Monday of the first week told of, or nothing."""
    weeks, expected = CASES[case]
    found = reporting_start.begun(told("b1", *weeks))
    assert found == ({} if expected is None else {"b1": WEEK * expected})


def test_each_buyer_has_its_own_beginning() -> None:
    """One of two that began late does not take the other's weeks away."""
    late = told("b1", *((SILENT,) * 20 + (USUAL,) * 14))
    ever = told("b2", *((USUAL,) * 34))
    changes = pl.concat([late, ever])
    since = reporting_start.begun(changes)
    assert since == {"b1": WEEK * 20}
    left = reporting_start.witnessed(changes, since)
    assert left.filter(buyer_id="b2").equals(ever)
    assert left.filter(buyer_id="b1")["delivery_week"].min() == WEEK * 20


def test_who_always_told_of_its_sales_did_not_begin_when_it_told_the_rest() -> None:
    """Two sales of a hundred from the first week on; later half of all leads are told of."""
    ends = told("b1", *(((100, {0: 2}),) * 30 + ((100, {0: 50}),) * 15), sold=2)
    assert reporting_start.begun(ends) == {}


def test_many_small_buyers_are_seen_together() -> None:
    """A hundred, one lead a week each: silent for twenty weeks, one of ten told of from then on."""
    draw = np.random.default_rng(5)
    weeks = [(1, dict[int, int]())] * 20
    tables = [
        told(f"b{nth}", *weeks, *((1, {0: int(count)}) for count in draw.binomial(1, 0.1, 20)))
        for nth in range(100)
    ]
    assert reporting_start.begun(pl.concat(tables)) == dict.fromkeys(
        (f"b{nth}" for nth in range(100)), WEEK * 20
    )


def test_buyers_that_left_before_anybody_told_were_not_seen() -> None:
    """Ten left untold in week 20, ten others came and told from then on."""
    old = [told(f"old{nth}", *((6, dict[int, int]()),) * 20) for nth in range(10)]
    new = [told(f"new{nth}", *((6, {0: 2}),) * 20, start=20) for nth in range(10)]
    since = reporting_start.begun(pl.concat([*old, *new]))
    assert since == dict.fromkeys((f"old{nth}" for nth in range(10)), WEEK * 20)


def test_a_large_newcomer_does_not_make_others_late() -> None:
    """Small ones have always told of 3 %; one twenty times as large comes and tells of half."""
    old = [told(f"old{nth}", *(((33, {0: 1}),) * 40)) for nth in range(3)]
    new = told("new", *(((2_000, {0: 1_000}),) * 20), start=20)
    assert reporting_start.begun(pl.concat([*old, new])) == {}


def test_chance_seldom_makes_a_beginning() -> None:
    """500 buyers who tell of 2 % in every week of 80: hardly one seems to have begun late."""
    draw = np.random.default_rng(7)
    tables = [
        told(f"b{nth}", *((20, {0: int(count)}) for count in draw.binomial(20, 0.02, size=80)))
        for nth in range(500)
    ]
    assert len(reporting_start.begun(pl.concat(tables))) < 500 * 0.01


def test_the_surprise_is_that_of_the_textbook() -> None:
    """Twice the log-likelihood ratio of two shares against one, as scipy's G-test has it."""
    table = np.array([[1, 599], [12, 408]])
    said = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood").statistic
    count, of = table[:, 0].astype(float), table.sum(axis=1).astype(float)
    likely = reporting_start.likelihood
    ours = 2 * (likely(count, of).sum() - likely(count.sum(), of.sum()))
    assert float(ours) == pytest.approx(float(said))


def test_what_was_delivered_before_reports_began_teaches_nothing() -> None:
    """Late news of twenty weeks in silence; from then on half at once, half a week later."""
    early = told("b1", *((100, {20 - nth: 1}) for nth in range(20)))
    late = told("b1", *(((100, {0: 20, 1: 20}),) * 14), start=20)
    found = maturity.curves(pl.concat([early, late]), WEEK * 36, {"b1": None})
    curve = found.by_segment[maturity.ALL]
    alone = maturity.curves(late, WEEK * 36, {"b1": None}).by_segment[maturity.ALL]
    assert curve.at(1) == pytest.approx(0.5)
    assert curve.rate == alone.rate == pytest.approx(0.4)
