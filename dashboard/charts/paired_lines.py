"""Two rates over time, told apart by colour, dash and a name at the end of each line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dashboard.charts import date_axis, line_parts, row_axis
from dashboard.presentation import formats, theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    import plotly.graph_objects as go
    import polars as pl

    from dashboard.presentation.theme import Palette

_HEIGHT: Final = 340
_ROOM: Final = 1.15
_LABEL: Final = 0.06
"""The part of the axis that a name takes."""
_DATES: Final = 3
"""So few fit beside the names on a narrow page."""


def figure(frame: pl.DataFrame, lines: Sequence[tuple[str, str]], colours: Palette) -> go.Figure:
    """`start`, `young` and one column per line; `lines` are columns with what they are called."""
    chart = theme.figure(colours, height=_HEIGHT, hovermode="x")
    starts = frame["start"].to_list()
    young = frame["young"].fill_null(value=False).to_list()
    sides: list[list[float | None]] = [
        frame[column].to_list() if column in frame.columns else [None] * len(starts)
        for column, _ in lines
    ]
    highest = max((rate for rates in sides for rate in rates if rate is not None), default=0.0)
    top = (highest or 0.1) * _ROOM
    for place, (_, name) in enumerate(lines):
        _line(chart, place, name, (starts, sides[place], young), colours)
    _names(chart, lines, (starts, sides, top), colours)
    longest = max((len(name) for _, name in lines), default=0)
    chart.update_layout(margin={"r": 20 + 7 * min(longest, 21)})
    chart.update_yaxes(range=[0, top], tickformat=".0%", showgrid=True, nticks=5)
    date_axis.axis(chart, starts, most=_DATES)
    return chart


def _shade(place: int, colours: Palette) -> str:
    return (colours.subject, colours.attention)[place]


def _names(
    chart: go.Figure,
    lines: Sequence[tuple[str, str]],
    drawn: tuple[list[Any], list[list[float | None]], float],
    colours: Palette,
) -> None:
    """Names at the ends of the lines, pushed apart where both end together."""
    starts, sides, top = drawn
    ends = []
    for place, rates in enumerate(sides):
        known = [(s, r) for s, r in zip(starts, rates, strict=True) if r is not None]
        ends += [(place, *known[-1])] if known else []
    places = row_axis.pushed_apart([rate for _, _, rate in ends], _LABEL * top)
    for (place, start, _), at in zip(ends, places, strict=True):
        name, shade = theme.short(lines[place][1]), _shade(place, colours)
        row_axis.label(chart, start, at, name, shade, xanchor="left", xshift=8)


def _line(
    chart: go.Figure, place: int, name: str, values: tuple[list[Any], ...], colours: Palette
) -> None:
    """One of the two: the first solid with circles, the second dashed with diamonds."""
    starts, rates, young = values
    shade = _shade(place, colours)
    settled = young.index(True) if True in young else len(young)
    dash = "dash" if place else "solid"
    line_parts.judged(chart, starts, rates, settled, shade=shade, dash=dash)
    chart.add_scatter(
        x=starts,
        y=rates,
        mode="markers",
        marker={
            "size": 7,
            "symbol": "diamond" if place else "circle",
            "color": [colours.card if hollow else shade for hollow in young],
            "line": {"color": shade, "width": 1.8},
        },
        hovertext=[
            f"{formats.day(start)}<br><b>{theme.safe(name)}</b> {formats.rate(rate)}"
            for start, rate in zip(starts, rates, strict=True)
        ],
        hoverinfo="text",
    )
