"""Figures of buyers: ratios around 1.0, limits by size, maps, silence, pairs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from dashboard.charts import dumbbell, funnel_plot, heat_map, ratio_dots, weeks_reported
from dashboard.presentation import theme

HOSTILE = "<b>Juniper</b> & $ons"
RATIOS = ratio_dots.Ratios(
    value="ratio", low="low", high="high", name="name", label="Returns", one="usual", key="id"
)


def ratios(**columns: list[Any]) -> pl.DataFrame:
    """One row that is surely above 1, one that cannot be told, one without a ratio."""
    frame = {
        "id": ["a", "b", "c"],
        "name": [HOSTILE, "Kite", "Alone"],
        "ratio": [2.0, 0.9, None],
        "low": [1.5, 0.5, None],
        "high": [2.6, 1.4, None],
    }
    return pl.DataFrame(frame | columns)


def test_a_ratio_is_filled_only_where_its_range_leaves_one_out() -> None:
    """What cannot be told from 1.0 is hollow and says so."""
    figure = ratio_dots.figure(ratios(), RATIOS, theme.LIGHT)
    (dots,) = figure.data
    assert list(dots.customdata) == ["a", "b"]
    assert list(dots.marker.color) == [theme.LIGHT.attention, theme.LIGHT.card]
    assert "cannot be told from 1.0" in dots.hovertext[1]
    assert "cannot be told" not in dots.hovertext[0]
    assert "&lt;b&gt;Juniper" in dots.hovertext[0]
    assert dots.error_x.array[0] == pytest.approx(0.6)


def test_a_verdict_overrules_the_range() -> None:
    """Of many looked at some ranges leave 1.0 out by chance; the verdict knows."""
    kind = ratio_dots.Ratios(
        value="ratio",
        low="low",
        high="high",
        name="name",
        label="Returns",
        one="usual",
        key="id",
        verdict="verdict",
    )
    frame = ratios(verdict=["not supported by the data yet", "lower", None])
    (dots,) = ratio_dots.figure(frame, kind, theme.LIGHT).data
    assert list(dots.marker.color) == [theme.LIGHT.card, theme.LIGHT.subject]


def test_one_wild_range_does_not_press_the_ratios_together() -> None:
    """The axis ends near the dots; a range may run out of it."""
    frame = ratios(high=[2.6, 40.0, None])
    figure = ratio_dots.figure(frame, RATIOS, theme.LIGHT)
    assert figure.layout.xaxis.range[1] < 4
    assert figure.layout.xaxis.range[0] < 0.9


def parties() -> pl.DataFrame:
    """10 % of 10,000 in all; `far` is out on top, `small` within chance."""
    return pl.DataFrame(
        {
            "id": ["far", "mass", "small"],
            "name": ["Far", "Mass", "Small"],
            "delivered": [400, 9_500, 100],
            "returned": [80, 905, 15],
            "return_rate": [0.2, 905 / 9_500, 0.15],
        }
    )


def test_limits_narrow_with_size_and_only_what_is_outside_is_named() -> None:
    """The limit at n is three standard deviations of a rate of n."""
    assert funnel_plot.limit(0.1, 900, 3.0) == pytest.approx(0.03)
    assert funnel_plot.outside(0.131, 900, 0.1) == 1
    assert funnel_plot.outside(0.129, 900, 0.1) == 0
    assert funnel_plot.outside(0.069, 900, 0.1) == -1
    figure = funnel_plot.figure(parties(), theme.LIGHT)
    dots = figure.data[-1]
    assert list(dots.marker.symbol) == ["diamond", "circle", "circle"]
    assert list(dots.customdata) == ["far", "mass", "small"]
    assert "more than chance explains" in dots.hovertext[0]
    named = [note.text for note in figure.layout.annotations]
    assert named == ["all 10.0 %", "Far"]
    assert figure.layout.yaxis.range[0] == 0


def test_labels_never_lie_on_one_another() -> None:
    """The higher one stays, and one on which a dot lies goes."""
    labels = [(0.1, 0.30, "low"), (0.12, 0.32, "high"), (0.1, 0.6, "alone")]
    assert [text for _, _, text in funnel_plot.apart(labels, [])] == ["alone", "high"]
    assert funnel_plot.apart([(0.1, 0.3, "covered")], [(0.2, 0.31)]) == []


def grid(frame: pl.DataFrame, **more: Any) -> Any:
    """A map of two sources by two buyers."""
    kind = heat_map.Heat(
        row="source",
        column="buyer",
        value="value",
        enough="enough",
        rows=(("s", "Source"), ("t", HOSTILE)),
        columns=(("a", "Acme"), ("b", "Brightroof Energy")),
        hover=lambda cell: f"cell {cell['value']}",
        **more,
    )
    return heat_map.figure(frame, kind, theme.LIGHT)


CELLS = pl.DataFrame(
    {
        "source": ["s", "s", "t"],
        "buyer": ["a", "b", "a"],
        "value": [0.8, 0.1, 0.5],
        "enough": [True, False, True],
    }
)


def test_a_cell_without_support_is_pale_and_an_absent_one_is_empty() -> None:
    """Pale cells have a dot, so that colour is not the only sign."""
    weak, strong = grid(CELLS).data
    assert [list(row) for row in strong.z] == [[0.8, None], [0.5, None]]
    assert [list(row) for row in weak.z] == [[None, 1.0], [None, None]]
    assert weak.text[0][1] == "·"
    assert weak.hovertext[0][1] == "cell 0.1"
    assert (strong.zmin, strong.zmax) == (0, 1)


def test_labels_of_a_map_are_wrapped_and_harmless() -> None:
    """No rotated text, no markup."""
    figure = grid(CELLS)
    assert list(figure.layout.xaxis.ticktext) == ["Acme", "Brightroof<br>Energy"]
    assert "<b>" not in figure.layout.yaxis.ticktext[1]
    assert figure.layout.xaxis.tickangle == 0


def test_ratios_in_a_map_are_coloured_around_one() -> None:
    """As far above as below."""
    figure = grid(CELLS.with_columns(value=pl.lit(1.2)), ratio=True)
    strong = figure.data[1]
    assert strong.zmin == pytest.approx(0.8)
    assert strong.zmax == pytest.approx(1.2)
    assert strong.colorscale[1][1] == theme.LIGHT.card


def weeks() -> pl.DataFrame:
    """A usual week, a quiet one, one that is not over."""
    starts = [date(2026, 10, 5) + timedelta(weeks=week) for week in range(3)]
    return pl.DataFrame(
        {
            "start": starts,
            "end": [start + timedelta(days=6) for start in starts],
            "partial": [False, False, True],
            "delivered": [100, 100, 40],
            "received": [90, 10, 2],
            "expected": [88.0, 90.0, 30.0],
            "normal_low": [80.0, 81.0, 22.0],
            "normal_high": [96.0, 99.0, 38.0],
        }
    )


def test_a_quiet_week_has_its_number_and_a_week_that_is_not_over_is_hollow() -> None:
    """Fewer than normal in a week that is over; a cut week is no silence."""
    figure = weeks_reported.figure(weeks(), theme.LIGHT)
    _, bars, usual = figure.data
    light = theme.LIGHT
    assert list(bars.marker.color) == [light.subject, light.bad, light.card]
    assert list(bars.text) == ["", "10", "2"]
    assert list(bars.textfont.color) == [light.quiet, light.bad, light.quiet]
    assert list(usual.y) == [88.0, 90.0, 30.0]
    assert usual.line.dash == "dash"
    assert "usual 90 (81 – 99)" in bars.hovertext[1]
    assert "not a whole week" in bars.hovertext[2]


def test_weeks_without_a_habit_have_no_range() -> None:
    """The bars stand alone."""
    nothing = [pl.lit(None, pl.Float64).alias(n) for n in ("expected", "normal_low", "normal_high")]
    figure = weeks_reported.figure(weeks().with_columns(nothing), theme.LIGHT)
    band, bars, usual = figure.data
    assert (len(band.x), len(usual.x), len(bars.x)) == (0, 0, 3)
    assert "usual" not in bars.hovertext[0]


def test_a_pair_joins_two_values_and_flags_what_is_outside() -> None:
    """A row without the other value has no joint."""
    frame = pl.DataFrame(
        {
            "id": ["a", "b"],
            "name": ["Kite", HOSTILE],
            "here": [0.2, 0.1],
            "there": [0.05, None],
            "inside": [False, None],
        }
    )
    pair = dumbbell.Pair(
        value="here",
        other="there",
        name="name",
        key="id",
        flagged="inside",
        hover=lambda row: str(row["here"]),
        label=lambda row: f"{row['here']:.1f}",
    )
    figure = dumbbell.figure(frame, pair, theme.LIGHT)
    joints, hollow, filled = figure.data
    assert list(joints.x) == [0.2, 0.05, None]
    assert list(filled.marker.symbol) == ["diamond", "circle"]
    assert list(filled.customdata) == ["a", "b"]
    assert hollow.marker.color == theme.LIGHT.card
    assert [note.text for note in figure.layout.annotations] == ["0.2", "0.1"]
    assert "$" not in figure.layout.yaxis.ticktext[1]
    assert figure.layout.xaxis.range[0] < 0


def test_returns_beside_others_say_when_there_are_no_others() -> None:
    """In words, on hover."""
    row = {
        "source_name": HOSTILE,
        "return_rate": 0.2,
        "returned": 10,
        "delivered": 50,
        "return_low": 0.1,
        "return_high": 0.3,
        "others_rate": None,
    }
    text = dumbbell.rates_hover(row)
    assert "no other buyer gets these leads" in text
    assert "<b>Juniper" not in text
    others = {"others_rate": 0.05, "others_returned": 5, "others_delivered": 100}
    assert "other buyers 5.0 %, 5 of 100" in dumbbell.rates_hover(row | others)
