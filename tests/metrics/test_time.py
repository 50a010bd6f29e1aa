"""Waits, incidence, steps and the chain ladder against hand work and statsmodels."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from builders import delivered, reported, us
from scipy import stats
from statsmodels.duration.survfunc import CumIncidenceRight
from statsmodels.stats.multitest import multipletests

from dashboard.editions.edition import resolved, span_zone, stated
from data_access.demo import load
from data_access.snapshot import fact_reader
from metrics.definitions.rules import Rules
from metrics.insights import expected_final, maturity, timing
from metrics.insights.alerts import benjamini_hochberg, midp
from metrics.outcomes.changes import STATE, steps

if TYPE_CHECKING:
    from builders import Desk

    from metrics.definitions.report_calendar import ReportZone

HOUR = 3_600
DAY = 24 * HOUR
DAY_US = DAY * 1_000_000


def waits(*seconds: int | None, silent: int = 0) -> pl.LazyFrame:
    """Delivered leads with these waits; None for reports known to the day only."""
    count = len(seconds) + silent
    return pl.LazyFrame(
        {
            "delivered": [1] * count,
            "covered": [1] * len(seconds) + [0] * silent,
            "seconds_to_feedback": [*seconds, *[None] * silent],
            "seconds_to_outcome": [None] * count,
            "reporting_delay": [None] * count,
        },
        schema_overrides=dict.fromkeys(
            ("seconds_to_feedback", "seconds_to_outcome", "reporting_delay"), pl.Int64
        ),
    )


def test_the_guides_bins_are_open_below_and_closed_above() -> None:
    """15, 45, 30 and 10 % of 100 reported; 15 more are silent."""
    seconds = [*[HOUR] * 15, *[HOUR + 1] * 20, *[DAY] * 25, *[DAY + 1] * 30, *[30 * DAY] * 10]
    rows = timing.time_to_feedback(waits(*seconds, silent=15), ()).to_dicts()
    shares = {row["bin"]: row["share_of_reported"] for row in rows}
    assert [shares[name] for name, _, _ in timing.BINS] == [0.15, 0.45, 0.30, 0.10, 0.0]
    none_yet = rows[-1]
    assert (none_yet["bin"], none_yet["deliveries"]) == ("none yet", 15)
    assert none_yet["share_of_delivered"] == 15 / 115
    assert none_yet["share_of_reported"] is None


def test_waits_that_cannot_be_told_are_in_no_bin() -> None:
    """Dates without an hour, and reports before their delivery, stand apart."""
    rows = timing.time_to_feedback(waits(None, -5, 0, 10), ()).to_dicts()
    counts = {row["bin"]: row["deliveries"] for row in rows}
    assert counts["hour unknown"] == 1
    assert counts["before delivery"] == 1
    assert counts["within 1 hour"] == 2
    assert {row["reported"] for row in rows} == {2}


def endings(*rows: tuple[str | None, int]) -> pl.LazyFrame:
    """Deliveries that ended so after so many days; None for still open at that age."""
    now = 1_000 * DAY_US
    dated = [now - age * DAY_US if word is None else now - 500 * DAY_US for word, age in rows]
    told = [
        None if word is None else d + age * DAY_US
        for (word, age), d in zip(rows, dated, strict=True)
    ]
    return pl.LazyFrame(
        {
            "delivered": [1] * len(rows),
            "outcome": [word for word, _ in rows],
            "dated_us": dated,
            "reported_us": told,
        },
        schema={
            "delivered": pl.Int64,
            "outcome": pl.String,
            "dated_us": pl.Int64,
            "reported_us": pl.Int64,
        },
    )


def test_incidence_is_that_of_statsmodels_with_ties_and_censoring() -> None:
    """Endings and open deliveries at equal ages: endings count first."""
    generator = np.random.default_rng(3)
    words = [None, "converted", "returned", "not_interested"]
    rows = [(words[int(generator.integers(4))], int(generator.integers(0, 12))) for _ in range(400)]
    table = timing.incidence(endings(*rows), as_of_us=1_000 * DAY_US)
    codes = {None: 0, "converted": 1, "returned": 2, "not_interested": 3}
    ages = np.array([age for _, age in rows], dtype=float)
    found = CumIncidenceRight(ages + 1, np.array([codes[word] for word, _ in rows]))
    for k, name in enumerate(timing.EVENTS):
        ours = table.filter(pl.col(name) > 0)[f"{name}_incidence"].to_numpy()
        theirs = dict(zip(found.times - 1, found.cinc[k], strict=True))
        ages_ = table.filter(pl.col(name) > 0)["age_days"]
        assert ours == pytest.approx([theirs[age] for age in ages_])


def test_incidence_without_open_deliveries_is_the_plain_share() -> None:
    """Two of four sold by day 3, one returned by day 5."""
    rows = [("converted", 1), ("converted", 3), ("returned", 5), ("not_interested", 9)]
    last = timing.incidence(endings(*rows), as_of_us=1_000 * DAY_US).to_dicts()[-1]
    assert last["converted_incidence"] == pytest.approx(0.5)
    assert last["returned_incidence"] == pytest.approx(0.25)
    assert last["closed_incidence"] == pytest.approx(0.25)


# --- steps ----------------------------------------------------------------------------------


def frames(desk: Desk) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The facts of a store."""
    read = fact_reader.read_all(desk.store, zone="UTC")
    return read.attempts, read.feedback, read.aliases


def stepped(desk: Desk, as_of: str, zone: ReportZone) -> pl.DataFrame:
    """Steps of a store up to a moment."""
    return steps(stated(*frames(desk), as_of_us=us(as_of), zone=zone, rules=Rules()))


@pytest.mark.parametrize(
    "as_of", ["2026-06-30T12:00:00Z", "2026-08-15T00:00:00Z", "2026-10-31T23:59:59Z"]
)
def test_steps_add_up_to_the_outcomes_of_every_moment(desk: Desk, as_of: str) -> None:
    """The sum of changes up to a moment is what resolving as of it gives, lead by lead."""
    order = load.DemoOrder(
        deliveries=1_500,
        seed=9,
        until=date(2026, 10, 31),
        stories=True,
        now_us=lambda: us(desk.now),
    )
    load.load(desk.store, order)
    zone = span_zone("America/Sao_Paulo", us("2025-01-01"))
    rows = resolved(*frames(desk), as_of_us=us(as_of), zone=zone, rules=Rules())
    changes = stepped(desk, "2026-11-22", zone)
    sums = (
        changes.filter(pl.col("at_us") <= us(as_of))
        .group_by("lead_id", "buyer_id")
        .agg(pl.col("delivered", *STATE).sum())
    )
    state = rows.filter(pl.col("delivered") == 1).select(
        "lead_id",
        "buyer_id",
        "delivered",
        feedback="covered",
        contacted="contacted",
        converted="converted",
        returned="returned",
        closed=pl.col("outcome")
        .is_in(["not_interested", "already_purchased", "bad_info", "duplicate"])
        .fill_null(value=False)
        .cast(pl.Int64),
    )
    keys = ["lead_id", "buyer_id"]
    assert sums.sort(keys).equals(state.select(sums.columns).sort(keys))
    assert state["converted"].sum() > 0


def test_a_sale_taken_back_is_a_step_down(desk: Desk) -> None:
    """Sold on the 3rd, returned on the 9th: up by one, then down by one."""
    desk.take(
        delivered("L1", "B1", "2026-05-01T10:00:00Z"),
        reported("L1", "B1", "contacted", "2026-05-02T10:00:00Z"),
        reported("L1", "B1", "converted", "2026-05-03T10:00:00Z"),
        reported("L1", "B1", "returned", "2026-05-09T10:00:00Z"),
    )
    zone = span_zone("UTC", us("2026-01-01"))
    rows = stepped(desk, "2026-06-01", zone).sort("at_us")
    assert rows["delivered"].to_list() == [1, 0, 0, 0]
    assert rows["feedback"].to_list() == [0, 1, 0, 0]
    assert rows["converted"].to_list() == [0, 0, 1, -1]
    assert rows["returned"].to_list() == [0, 0, 0, 1]


# --- the chain ladder -----------------------------------------------------------------------


def cohorts(*weeks: list[int], size: int = 100) -> pl.DataFrame:
    """A change tally: each list has the sales of a delivery week by age in weeks."""
    rows = []
    for nth, sales in enumerate(weeks):
        rows.append((7 * nth, 0, "B1", size, 0, 0))
        rows += [(7 * nth, age, "B1", 0, count, count) for age, count in enumerate(sales)]
    names = ("delivery_week", "age_week", "buyer_id", "delivered", "feedback", "converted")
    table = pl.DataFrame(rows, schema=names, orient="row")
    return table.with_columns(report_week=pl.col("delivery_week") + 7 * pl.col("age_week"))


def test_factors_are_those_of_a_worked_triangle() -> None:
    """Three weeks of 10, 12, 14 sales at once; +5, +6 a week later; +1 at the end."""
    changes = cohorts([10, 5, 1], [12, 6], [14])
    found = maturity.curve(changes, as_of_day=28)
    assert found.factors[1] == pytest.approx((15 + 18) / (10 + 12))
    assert found.factors[2] == pytest.approx(16 / 15)
    assert found.developed[3] == 1.0
    assert found.developed[2] == pytest.approx(15 / 16)
    assert found.developed[1] == pytest.approx(1 / (1.5 * 16 / 15))
    assert found.mature_days == 30  # under twelve weeks


def test_zero_over_zero_is_one_and_sales_from_nothing_are_undeveloped() -> None:
    """No sale in the first week of anything, some later: week 1 tells nothing."""
    found = maturity.curve(cohorts([0, 5, 0], [0, 4], [0]), as_of_day=28)
    assert found.developed[1] == 0.0
    assert found.developed[2] == 1.0
    nothing = maturity.curve(cohorts([0, 0, 0], [0, 0], [0]), as_of_day=28)
    assert list(nothing.factors) == [1.0] * len(nothing.factors)


def test_grown_weeks_are_divided_and_young_ones_blended() -> None:
    """C / F from 70 % on, else C + n·p0·(1 - F), summed over weeks."""
    weeks = [[20, 20] for _ in range(14)]
    changes = cohorts(*weeks, [20], [7], size=100)
    found = maturity.curves(changes, 7 * 16, {"B1": None})
    curve = found.by_segment[maturity.ALL]
    assert curve.at(1) == pytest.approx(0.5)
    assert curve.rate == pytest.approx(0.4)
    rows = expected_final.expected(changes, found, 7 * 16, ["delivery_week"]).to_dicts()
    assert rows[0]["expected_final"] == pytest.approx(40)
    assert rows[14]["expected_final"] == pytest.approx(20 + 100 * 0.4 * 0.5)
    assert rows[15]["expected_final"] == pytest.approx(0 + 100 * 0.4 * 1.0)
    assert rows[15]["converted"] == 7
    total = expected_final.expected(changes, found, 7 * 16, []).to_dicts()[0]
    assert total["expected_final"] == pytest.approx(14 * 40 + 40 + 40)


def test_the_cut_off_is_the_first_age_with_nine_tenths() -> None:
    """Half at once, 45 % a week later, the rest in the third: two weeks make 95 %."""
    found = maturity.curve(cohorts(*[[50, 45, 5] for _ in range(16)], size=200), 7 * 16)
    assert [round(float(x), 3) for x in found.developed[1:4]] == [0.5, 0.95, 1.0]
    assert found.mature_days == 14


def test_a_curve_that_still_rises_says_from_where_on_nothing_was_seen() -> None:
    """Ten sales a week for ever: the record ends before they do; all at once: it does not."""
    rising = maturity.curve(cohorts(*[[10] * (12 - nth) for nth in range(12)]), 7 * 12)
    assert rising.open_after == len(rising.developed) - 2 > 4
    assert maturity.curve(cohorts(*[[10]] * 12), 7 * 12).open_after is None
    found = maturity.Curves({maturity.ALL: rising}, {}, {})
    [row] = expected_final.expected(cohorts([10, 10]), found, 7 * 12, []).to_dicts()
    assert row["open_after_weeks"] == rising.open_after


def test_weeks_that_scatter_make_a_range_wider() -> None:
    """Poisson weeks have a dispersion of about 1, weeks in clumps of five of about 5."""
    draw = np.random.default_rng(3)

    def dispersion(clump: int) -> float:
        weeks = [
            [clump * int(draw.poisson(mean / clump)) for mean in (40, 30, 20, 10)[: 40 - nth]]
            for nth in range(40)
        ]
        return maturity.curve(cohorts(*weeks, size=1_000), 7 * 40).dispersion

    plain = [dispersion(1) for _ in range(20)]
    assert np.mean(plain) == pytest.approx(1, abs=0.1)
    assert np.mean([dispersion(5) for _ in range(20)]) == pytest.approx(5, rel=0.15)


def test_the_error_of_a_curve_is_shared_by_its_weeks() -> None:
    """Of sixteen young weeks the range is wider than of weeks that err each by itself."""
    weeks = [[20, 20] for _ in range(14)]
    changes = cohorts(*weeks, *[[20]] * 4, size=100)
    found = maturity.curves(changes, 7 * 18, {"B1": None})
    apart = expected_final.expected(changes, found, 7 * 18, ["delivery_week"])
    [total] = expected_final.expected(changes, found, 7 * 18, []).to_dicts()
    each = (apart["expected_high"] - apart["expected_final"]).to_numpy()
    alone = float(np.sqrt((each**2).sum()))
    assert total["expected_high"] - total["expected_final"] > alone


def test_without_grown_weeks_nothing_is_forecast() -> None:
    """One week of deliveries has no end to compare with."""
    changes = cohorts([3])
    found = maturity.curves(changes, 8, {"B1": None})
    [row] = expected_final.expected(changes, found, 8, []).to_dicts()
    assert row["expected_final"] is None
    assert row["still_to_come"] is None
    assert row["converted"] == 3


# --- tests of many series -------------------------------------------------------------------


def test_adjusted_p_values_are_those_of_statsmodels() -> None:
    """Benjamini-Hochberg with ties."""
    p = np.array([0.01, 0.04, 0.03, 0.03, 0.5, 1.0, 0.0004])
    expected: Any = multipletests(p, method="fdr_bh")[1]
    assert list(benjamini_hochberg(p)) == pytest.approx(list(expected))


def test_mid_p_halves_the_probability_of_what_was_seen() -> None:
    """Two of ten at a half, with hardly any spread: the binomial's own mid-p."""
    found = midp(np.array([2.0]), np.array([10.0]), np.array([0.5]), np.array([1e9]))
    law = stats.binom(10, 0.5)
    assert found[0] == pytest.approx(2 * (law.cdf(2) - 0.5 * law.pmf(2)), rel=1e-4)
