"""Figures draw what their frames say, in colours that can be read."""

from datetime import date, timedelta

import plotly.graph_objects as go
import polars as pl
import pytest

from dashboard.charts import outcome_mix, ranking, sparkline, trend
from dashboard.presentation import theme

RANKED = ranking.Ranked(
    rate="rate", low="low", high="high", base="n", of="with feedback", label="Conversion"
)
SOURCES = pl.DataFrame(
    {
        "id": ["s1", "s2", "s3", "s4"],
        "name": ["Kite", "<b>Juniper</b> & $ons", "New", "Silent"],
        "rate": [0.09, 0.21, 0.0, None],
        "low": [0.07, 0.17, 0.0, None],
        "high": [0.12, 0.26, 0.6, None],
        "n": [400, 250, 5, 0],
    }
)


def dots(figure: go.Figure) -> go.Scatter:
    """The trace of the dots."""
    return figure.data[0]


def test_a_ranking_is_sorted_best_first_and_leaves_out_what_has_no_rate() -> None:
    """Dots carry the id for clicks."""
    figure = ranking.figure(SOURCES, RANKED, theme.LIGHT)
    assert list(dots(figure).customdata) == ["s2", "s1", "s3"]
    assert list(dots(figure).x) == [0.21, 0.09, 0.0]
    assert dots(figure).error_x.arrayminus[0] == pytest.approx(0.04)


def test_few_leads_are_hollow_and_do_not_press_the_others_together() -> None:
    """The axis ends at the widest range of rows with enough leads."""
    figure = ranking.figure(SOURCES, RANKED, theme.LIGHT)
    subject = theme.LIGHT.subject
    assert list(dots(figure).marker.color) == [subject, subject, theme.LIGHT.card]
    assert figure.layout.xaxis.range[1] < 0.3


def test_names_are_harmless_in_figures() -> None:
    """No markup and no formula of a name survives, in labels and on hover."""
    figure = ranking.figure(SOURCES, RANKED, theme.LIGHT)
    label = figure.layout.yaxis.ticktext[0]
    assert "<" not in label
    assert "$" not in label
    assert "&lt;b&gt;Juniper" in dots(figure).hovertext[0]
    assert "&#36;ons" in dots(figure).hovertext[0]


def test_the_good_band_is_drawn_only_where_it_means_something() -> None:
    """It belongs to conversion of feedback."""
    banded = ranking.Ranked(
        rate="rate", low="low", high="high", base="n", of="", label="", good_band=True
    )
    assert len(ranking.figure(SOURCES, banded, theme.LIGHT).layout.shapes) == 1
    assert len(ranking.figure(SOURCES, RANKED, theme.LIGHT).layout.shapes) == 0
    overall = ranking.figure(SOURCES, RANKED, theme.LIGHT, overall=0.1)
    assert overall.layout.annotations[0].text == "all 10.0 %"


def weeks(young: int) -> pl.DataFrame:
    """Six weeks of a trend, the last ones young."""
    starts = [date(2026, 10, 5) + timedelta(weeks=week) for week in range(6)]
    return pl.DataFrame(
        {
            "start": starts,
            "end": [start + timedelta(days=6) for start in starts],
            "partial": [False] * 5 + [True],
            "young": [week >= 6 - young for week in range(6)],
            "conversion_rate": [0.1, 0.11, 0.09, 0.1, 0.05, 1.0],
            "conversion_low": [0.08, 0.09, 0.07, 0.08, 0.01, 0.2],
            "conversion_high": [0.12, 0.13, 0.11, 0.12, 0.3, 1.0],
            "converted": [10, 11, 9, 10, 1, 1],
            "conversion_base": [100, 100, 100, 100, 20, 1],
            "previous_conversion_rate": [0.1] * 6,
            "margin_cents": [100_000, 120_000, 90_000, -50_000, 80_000, 10_000],
        }
    )


LINE = trend.Line(
    value="conversion_rate",
    label="Conversion",
    numerator="converted",
    base="conversion_base",
    low="conversion_low",
    high="conversion_high",
    previous="previous_conversion_rate",
)


def test_young_buckets_are_dotted_hollow_and_said_to_be_young() -> None:
    """The solid line ends with the last bucket that can be judged."""
    figure = trend.figure(weeks(young=2), LINE, theme.LIGHT)
    _, previous, solid, dotted, points = figure.data
    assert previous.line.color == theme.LIGHT.comparison
    assert len(solid.x) == 4
    assert dotted.line.dash == "dot"
    assert list(points.marker.color)[3:] == [theme.LIGHT.subject, *[theme.LIGHT.card] * 2]
    assert "too young to judge" in points.hovertext[5]
    assert "cut by the period" in points.hovertext[5]
    assert "10 of 100" in points.hovertext[0]


def test_a_young_bucket_with_one_report_does_not_stretch_the_axis() -> None:
    """One sale of one report is 100 %, and no reason to flatten the rest."""
    figure = trend.figure(weeks(young=2), LINE, theme.LIGHT)
    low, high = figure.layout.yaxis.range
    assert low == 0
    assert 0.13 < high < 0.3


def test_money_is_drawn_in_whole_units_and_may_fall_below_zero() -> None:
    """Cents become dollars, and the axis reaches below zero."""
    line = trend.Line(value="margin_cents", label="Margin", unit="money")
    figure = trend.figure(weeks(young=0), line, theme.LIGHT)
    assert max(figure.data[-1].y) == 1_200
    assert figure.layout.yaxis.range[0] < -500
    assert "−$500.00" in figure.data[-1].hovertext[3]


def test_the_mix_is_in_a_fixed_order_and_hatches_the_silent() -> None:
    """Sales first, no word yet last, whatever the order of the frame."""
    frame = pl.DataFrame(
        {
            "outcome": ["silent", "no_contact", "converted"],
            "deliveries": [15, 60, 25],
            "base": [100] * 3,
            "share": [0.15, 0.6, 0.25],
            "low": [0.1, 0.5, 0.2],
            "high": [0.2, 0.7, 0.3],
        }
    )
    figure = outcome_mix.figure(frame, theme.DARK)
    (bars,) = figure.data
    assert list(figure.layout.yaxis.ticktext) == ["Sale", "Not reached", "No word yet"]
    assert list(bars.customdata) == ["converted", "no_contact", "silent"]
    assert list(bars.marker.pattern.shape) == ["", "", "/"]
    assert bars.text[1] == "60 · 60.0 %"


def test_an_empty_frame_is_no_error() -> None:
    """Cards say why there is nothing; figures just do not fall over."""
    assert ranking.figure(SOURCES.clear(), RANKED, theme.LIGHT).data[0].x == ()
    trend.figure(weeks(young=0).clear(), LINE, theme.LIGHT)


def test_a_sparkline_needs_two_values() -> None:
    """Gaps are left out, a flat line does not divide by zero."""
    assert sparkline.image([0.1, None], theme.LIGHT) == ""
    assert sparkline.image([], theme.LIGHT) == ""
    assert sparkline.image([0.1, None, 0.1], theme.LIGHT).startswith("data:image/svg+xml;base64,")


def contrast(one: str, other: str) -> float:
    """The WCAG contrast ratio of two colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_text_and_marks_have_enough_contrast(colours: theme.Palette) -> None:
    """4.5 for text of any kind, 3 for marks, on cards and on the page."""
    for ground in (colours.background, colours.card):
        texts = (colours.text, colours.quiet, colours.primary)
        verdicts = (colours.good, colours.bad, colours.attention)
        for text in (*texts, *verdicts):
            assert contrast(text, ground) >= 4.5, text
        for mark in (colours.subject, colours.comparison):
            assert contrast(mark, ground) >= 2.8, mark
