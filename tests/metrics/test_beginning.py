"""When buyers began to report: found as a change point, whatever single reports say."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import stats

from metrics import beginning, maturity

WEEK = 7


def told(buyer: str, *weeks: tuple[int, dict[int, int]], start: int = 0) -> pl.DataFrame:
    """Change cells of a buyer: per week from `start` its deliveries and reports by age."""
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
        converted="feedback", report_week=pl.col("delivery_week") + WEEK * pl.col("age_week")
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
    "never": ((SILENT,) * 34, None),
    "silent in the end": ((USUAL,) * 20 + (SILENT,) * 14, None),
    "twice as much from some week on": (((30, {0: 6}),) * 20 + ((30, {0: 12}),) * 14, None),
    "a few test leads long before": (((1, dict[int, int]()),) * 5 + (USUAL,) * 4, None),
}


@pytest.mark.parametrize("case", CASES)
def test_a_late_beginning_is_where_prompt_reports_rise_as_if_from_nothing(case: str) -> None:
    """The Monday of the first week told of, or nothing."""
    weeks, expected = CASES[case]
    found = beginning.begun(told("b1", *weeks))
    assert found == ({} if expected is None else {"b1": WEEK * expected})


def test_each_buyer_has_its_own_beginning() -> None:
    """One of two that began late does not take the other's weeks away."""
    late = told("b1", *((SILENT,) * 20 + (USUAL,) * 14))
    ever = told("b2", *((USUAL,) * 34))
    changes = pl.concat([late, ever])
    since = beginning.begun(changes)
    assert since == {"b1": WEEK * 20}
    left = beginning.witnessed(changes, since)
    assert left.filter(buyer_id="b2").equals(ever)
    assert left.filter(buyer_id="b1")["delivery_week"].min() == WEEK * 20


def test_chance_seldom_makes_a_beginning() -> None:
    """500 buyers who tell of 2 % in every week of 80: hardly one seems to have begun late."""
    draw = np.random.default_rng(7)
    tables = [
        told(f"b{nth}", *((20, {0: int(count)}) for count in draw.binomial(20, 0.02, size=80)))
        for nth in range(500)
    ]
    assert len(beginning.begun(pl.concat(tables))) < 500 * 0.01


def test_the_surprise_is_that_of_the_textbook() -> None:
    """Twice the log-likelihood ratio of two shares against one, as scipy's G-test has it."""
    table = np.array([[1, 599], [12, 408]])
    said = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood").statistic
    count, of = table[:, 0].astype(float), table.sum(axis=1).astype(float)
    likely = beginning.likelihood
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
