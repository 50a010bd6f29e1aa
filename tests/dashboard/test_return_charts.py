"""Figures of returns and of patterns: bands, Pareto, money, waits, ages, shares."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from dashboard.charts import (
    age_curves,
    control_chart,
    money_bars,
    pareto,
    share_dots,
    wait_histogram,
)
from dashboard.presentation import formats, theme
from metrics.insights import timing

LIGHT = theme.LIGHT


def trend(rates: list[float], young: list[bool]) -> pl.DataFrame:
    """Weeks with a normal band from 5 to 9 %."""
    starts = [date(2026, 10, 5) + timedelta(weeks=week) for week in range(len(rates))]
    return pl.DataFrame(
        {
            "start": starts,
            "end": [start + timedelta(days=6) for start in starts],
            "partial": [False] * len(rates),
            "young": young,
            "delivered": [1_000] * len(rates),
            "returned": [round(rate * 1_000) for rate in rates],
            "return_rate": rates,
            "normal_low": [0.05] * len(rates),
            "normal_high": [0.09] * len(rates),
        }
    )


def test_what_lies_outside_its_normal_band_is_named() -> None:
    """Above is bad, below is good, each with a shape and a word; a young week is never too low."""
    frame = trend([0.07, 0.1, 0.04, 0.02], [False, False, False, True])
    figure = control_chart.figure(frame, LIGHT)
    band, solid, dotted, points = figure.data
    assert list(points.marker.symbol) == ["circle", "diamond", "diamond", "circle"]
    assert list(points.marker.color) == [LIGHT.subject, LIGHT.bad, LIGHT.good, LIGHT.card]
    words = [note.text for note in figure.layout.annotations]
    assert words == ["normal", "above normal", "below normal"]
    assert len(solid.x) == 3
    assert dotted.line.dash == "dot"
    assert max(band.y) == 0.09
    assert "more may come back" in points.hovertext[3]
    assert figure.layout.yaxis.range[0] == 0


def test_too_few_weeks_have_no_band() -> None:
    """And nothing is outside of it."""
    frame = trend([0.07, 0.5], [False, False]).with_columns(
        normal_low=pl.lit(None, pl.Float64), normal_high=pl.lit(None, pl.Float64)
    )
    figure = control_chart.figure(frame, LIGHT)
    assert len(figure.layout.annotations) == 0
    assert set(figure.data[-1].marker.symbol) == {"circle"}


def reasons() -> pl.DataFrame:
    """Three groups of 100 claims, the smallest first."""
    return pl.DataFrame(
        {
            "reason_group": ["intent", "contactability", "<b>new</b>"],
            "returned": [30, 60, 10],
            "claims": [100] * 3,
            "share": [0.3, 0.6, 0.1],
            "low": [0.2, 0.5, 0.05],
            "high": [0.4, 0.7, 0.2],
            "credited_cents": [10_000, 20_000, 0],
            "uncreditable": [True, False, False],
        }
    )


def test_reasons_are_sorted_and_add_up() -> None:
    """The dotted line ends at all claims."""
    kind = pareto.Reasons(
        key="reason_group", called=formats.reason_group, chosen="intent", currency="EUR"
    )
    figure = pareto.figure(reasons(), kind, LIGHT)
    bars, so_far = figure.data
    assert list(bars.customdata) == ["contactability", "intent", "<b>new</b>"]
    assert list(bars.marker.color) == [LIGHT.comparison, LIGHT.subject, LIGHT.comparison]
    assert list(so_far.x) == [0.6, pytest.approx(0.9), pytest.approx(1.0)]
    assert figure.layout.yaxis.ticktext[0] == "Could not be reached"
    assert "<" not in figure.layout.yaxis.ticktext[2]
    assert "given back €100.00" in bars.hovertext[1]
    assert "would not credit" in bars.hovertext[1]
    assert figure.layout.annotations[0].text == "60 · 60.0 %"


def test_claims_have_number_and_money_beside() -> None:
    """Credited ones with what was given, the others with what is asked; waiting is hatched."""
    frame = pl.DataFrame(
        {
            "return_state": ["claimed", "waiting", "credited", "refused"],
            "claims": [10, 2, 5, 3],
            "share": [1.0, 0.2, 0.5, 0.3],
            "price_cents": [100_000, 20_000, 50_000, 30_000],
            "credit_requested_cents": [90_000, 18_000, 45_000, 27_000],
            "credit_approved_cents": [40_000, 0, 40_000, 0],
            "median_days_to_decide": [4.0, None, 4.2, 3.9],
        }
    )
    figure = money_bars.claims(frame, LIGHT, "GBP")
    (bars,) = figure.data
    notes = [note.text for note in figure.layout.annotations]
    assert notes[1:3] == ["2 · 20.0 %<br>£180.00", "5 · 50.0 %<br>£400.00"]
    assert list(bars.marker.pattern.shape) == ["", "/", "", ""]
    assert list(bars.customdata) == ["claimed", "waiting", "credited", "refused"]
    assert "half decided within 4.2 days" in bars.hovertext[2]
    assert "decided" not in bars.hovertext[1]


def test_a_check_that_costs_more_than_it_saves_is_hatched() -> None:
    """And stands left of nothing."""
    frame = pl.DataFrame(
        {
            "reason_group": ["contactability", "identity"],
            "check": ["Dial.", "Look <twice>."],
            "saved_cents": [90_000, 1_000],
            "checked": [100, 100],
            "check_cost_cents": [10_000, 6_000],
            "avoidable_cents": [80_000, -5_000],
        }
    )
    figure = money_bars.avoidable(frame, LIGHT)
    (bars,) = figure.data
    assert list(bars.x) == [800, -50]
    assert list(bars.marker.pattern.shape) == ["", "/"]
    assert figure.layout.annotations[1].text == "−&#36;50.00"
    assert "&lt;twice&gt;" in bars.hovertext[1]


def bins(value: str, none_yet: int) -> list[dict[str, object]]:
    """The bins of one value out of a hundred deliveries."""
    counts = [100 - none_yet, 0, 0, 0, 0, none_yet, 0]
    names = [*(name for name, _, _ in timing.BINS), timing.NONE_YET, timing.HOURLESS]
    return [
        {
            "value": value,
            "bin": name,
            "deliveries": count,
            "delivered": 100,
            "share_of_delivered": count / 100,
            "reported": 60,
            "share_of_reported": count / 60,
            "median_seconds_to_feedback": 600.0,
        }
        for name, count in zip(names, counts, strict=True)
    ]


def test_waits_are_on_the_bins_of_the_guide_with_none_yet_hatched_at_the_end() -> None:
    """A panel per type of buyer, on one scale."""
    frame = pl.DataFrame([*bins("live_transfer", 10), *bins("data_buyer", 60)])
    figure = wait_histogram.histogram(frame, LIGHT)
    first, second = figure.data
    expected = ["≤ 1 h", "1 – 24 h", "1 – 7 d", "7 – 30 d", "> 30 d", "none yet"]
    assert list(first.x) == expected
    assert list(first.marker.pattern.shape) == ["", "", "", "", "", "/"]
    assert list(second.y) == [0.4, 0, 0, 0, 0, 0.6]
    assert figure.layout.yaxis.range == figure.layout.yaxis2.range
    assert figure.layout.xaxis.anchor == "y2"
    assert "Live transfer" in figure.layout.annotations[0].text
    assert "within 10 m" in figure.layout.annotations[0].text
    assert "40 of 100 deliveries" in second.hovertext[0]


def test_middle_times_are_sorted_on_a_scale_of_orders() -> None:
    """Fastest first; a value without any report has no dot."""
    frame = pl.DataFrame(
        {
            "value": ["a", "b", "c"],
            "name": ["<i>Slow</i>", "Fast", "Silent"],
            "reported": [10, 20, 30],
            "median_seconds_to_feedback": [86_400.0, 90.0, None],
            "median_seconds_to_outcome": [3_600.0, 60.0, None],
            "median_reporting_delay": [82_800.0, 30.0, None],
        }
    )
    figure = wait_histogram.middles(frame, LIGHT)
    (dots,) = figure.data
    assert list(dots.x) == [90.0, 86_400.0]
    assert figure.layout.xaxis.type == "log"
    assert [note.text for note in figure.layout.annotations] == ["1 m 30 s", "1 d"]
    assert "<i>" not in dots.hovertext[1]


def incidence(days: int) -> pl.DataFrame:
    """Half is closed on the first day, a tenth sold and a twentieth returned by the tenth."""
    ages = list(range(days))
    columns: dict[str, list[float]] = {"age_days": [float(age) for age in ages]}
    for stem, end in (("converted", 0.1), ("returned", 0.05), ("closed", 0.5)):
        values = [end if stem == "closed" or age >= 10 else end / 2 for age in ages]
        columns[f"{stem}_incidence"] = values
        columns[f"{stem}_low"] = [value - 0.01 for value in values]
        columns[f"{stem}_high"] = [value + 0.01 for value in values]
    return pl.DataFrame(columns).with_columns(pl.col("age_days").cast(pl.Int64))


def test_what_becomes_of_deliveries_is_drawn_in_steps_up_to_where_it_settles() -> None:
    """Three lines told apart by dash and word, each in its range, no long flat tail."""
    figure = age_curves.incidence(incidence(90), LIGHT)
    lines = [trace for trace in figure.data if trace.line.width]
    assert [trace.line.dash for trace in lines] == ["dot", "solid", "dash"]
    assert {trace.line.shape for trace in figure.data} == {"hv"}
    assert max(lines[0].x) == 30
    words = [note.text for note in figure.layout.annotations]
    assert words == ["Closed 50.0 %", "Sold 10.0 %", "Returned 5.0 %"]
    assert [trace.fill for trace in figure.data].count("tonexty") == 3


def cohorts() -> pl.DataFrame:
    """A week that is complete, one nearly, one too young to say."""
    return pl.DataFrame(
        {
            "week": [date(2026, 10, 5), date(2026, 11, 9), date(2026, 11, 16)],
            "delivered": [100, 100, 100],
            "converted": [10, 9, 4],
            "developed": [1.0, 0.85, 0.0],
            "expected_final": [10.0, 10.2, 10.0],
            "expected_low": [10.0, 9.5, 7.0],
            "expected_high": [10.0, 11.0, 14.0],
            "expected_rate": [0.1, 0.102, 0.1],
            "young": [False, False, True],
        }
    )


def test_a_week_too_young_to_say_how_complete_it_is_is_not_called_empty() -> None:
    """Nought per cent would be wrong: sales have come."""
    figure = age_curves.complete(cohorts(), LIGHT)
    done, rest = figure.data
    assert list(done.y) == [1.0, 0.85, 0.0]
    assert list(rest.y) == [0.0, pytest.approx(0.15), 1.0]
    assert rest.marker.pattern.shape == "/"
    assert [note.text for note in figure.layout.annotations] == ["85", "too early"]
    assert "too early to say" in rest.hovertext[2]
    assert "85.0 % of the final sales" in done.hovertext[1]


def test_the_expected_end_is_dashed_and_young_weeks_are_hollow() -> None:
    """The band holds the likely ends, per delivery."""
    band, end, so_far = age_curves.expected(cohorts(), LIGHT).data
    assert max(band.y) == pytest.approx(0.14)
    assert end.line.dash == "dash"
    assert list(so_far.y) == [0.1, 0.09, 0.04]
    assert list(so_far.marker.color) == [LIGHT.subject, LIGHT.subject, LIGHT.card]


def test_each_buyer_type_has_a_line_of_its_own_named_at_its_start() -> None:
    """Told apart by dash and word; names that would lie on each other are pushed apart."""
    frame = pl.DataFrame(
        {
            "segment": ["(all)"] * 3 + ["data_buyer"] * 3,
            "age_weeks": [1, 2, 20] * 2,
            "developed": [0.8, 0.9, 1.0, 0.79, 0.9, 1.0],
        }
    )
    figure = age_curves.developed(frame, LIGHT)
    assert len({line.line.dash for line in figure.data}) == 2
    assert list(figure.data[0].x) == [1, 2]
    names = {note.text: note.y for note in figure.layout.annotations}
    assert set(names) == {"All buyers", "Data buyer"}
    assert abs(names["All buyers"] - names["Data buyer"]) >= 0.049


def test_shares_of_few_are_hollow_and_those_of_nobody_are_left_out() -> None:
    """The order of the frame stays."""
    frame = pl.DataFrame(
        {
            "called": ["<i>Phone</i> wrong", "Name wrong", "Nobody asked"],
            "deliveries": [10, 1, 0],
            "checked": [100, 29, 0],
            "share": [0.1, 1 / 29, None],
            "low": [0.05, 0.0, None],
            "high": [0.17, 0.2, None],
        }
    )
    kind = share_dots.Shares(name="called", count="deliveries", of="checked", words="checked")
    figure = share_dots.figure(frame, kind, LIGHT)
    (dots,) = figure.data
    assert list(dots.marker.color) == [LIGHT.subject, LIGHT.card]
    assert "10 of 100 checked" in dots.hovertext[0]
    assert "<i>" not in dots.hovertext[0]
    assert figure.layout.xaxis.range[1] < 0.25
    whole = share_dots.Shares(
        name="called", count="deliveries", of="checked", words="checked", whole=True
    )
    assert share_dots.figure(frame, whole, LIGHT).layout.xaxis.range[1] > 1


def test_empty_frames_are_no_error() -> None:
    """Cards say why there is nothing; figures just do not fall over."""
    control_chart.figure(trend([0.1], [False]).clear(), LIGHT)
    kind = pareto.Reasons(key="reason_group", called=formats.reason_group)
    pareto.figure(reasons().clear(), kind, LIGHT)
    wait_histogram.histogram(pl.DataFrame(bins("live_transfer", 1)).clear(), LIGHT)
    age_curves.incidence(incidence(3).clear(), LIGHT)
    age_curves.complete(cohorts().clear(), LIGHT)
    age_curves.expected(cohorts().clear(), LIGHT)
