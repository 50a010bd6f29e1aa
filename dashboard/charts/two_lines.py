"""Two rates over time, told apart by colour, dash and a name at the end of each line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dashboard import theme, wording
from dashboard.charts import dates
from dashboard.charts import lines as line_parts
from dashboard.charts import rows as row_axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    import plotly.graph_objects as go
    import polars as pl

    from dashboard.theme import Palette

_HEIGHT: Final = 340
_ROOM: Final = 1.15
_DRAWN: Final = 270
"""Pixels of the height that the axis takes."""
_LABEL: Final = 16
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
    shifts = label_shifts(sides, (highest or 0.1) * _ROOM)
    for place, (_, name) in enumerate(lines):
        _line(chart, place, name, (starts, sides[place], young), colours)
        known = [(s, r) for s, r in zip(starts, sides[place], strict=True) if r is not None]
        if known:
            shade = (colours.subject, colours.attention)[place]
            start, end = known[-1]
            up = shifts[place]
            row_axis.said(
                chart, start, end, theme.short(name), shade, xanchor="left", xshift=8, yshift=up
            )
    longest = max((len(name) for _, name in lines), default=0)
    chart.update_layout(margin={"r": 20 + 7 * min(longest, 21)})
    chart.update_yaxes(
        range=[0, (highest or 0.1) * _ROOM], tickformat=".0%", showgrid=True, nticks=5
    )
    dates.axis(chart, starts, most=_DATES)
    return chart


def label_shifts(sides: Sequence[list[float | None]], top: float) -> list[float]:
    """Pixels by which the names at the ends of two lines move up, so that both can be read."""
    ends = [next((r for r in reversed(rates) if r is not None), None) for rates in sides]
    shifts = [0.0] * len(ends)
    if len(ends) == 2 and ends[0] is not None and ends[1] is not None:  # noqa: PLR2004 - a pair
        gap = (ends[0] - ends[1]) / top * _DRAWN
        if abs(gap) < _LABEL:
            move = (_LABEL - abs(gap)) / 2
            shifts = [move, -move] if gap >= 0 else [-move, move]
    return shifts


def _line(
    chart: go.Figure, place: int, name: str, values: tuple[list[Any], ...], colours: Palette
) -> None:
    """One of the two: the first solid with circles, the second dashed with diamonds."""
    starts, rates, young = values
    shade = (colours.subject, colours.attention)[place]
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
            f"{wording.day(start)}<br><b>{theme.safe(name)}</b> {wording.rate(rate)}"
            for start, rate in zip(starts, rates, strict=True)
        ],
        hoverinfo="text",
    )
