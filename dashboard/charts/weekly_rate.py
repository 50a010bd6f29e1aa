"""A rate by week of delivery, all weeks at the same age; the weeks looked at stand out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dashboard.charts import date_axis, line_parts, row_axis
from dashboard.presentation import formats, theme

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars as pl

    from dashboard.presentation.theme import Palette

_HEIGHT: Final = 260


def figure(frame: pl.DataFrame, label: str, colours: Palette) -> go.Figure:
    """The line of all weeks, the weeks looked at filled, what was to be expected dashed."""
    chart = theme.figure(colours, height=_HEIGHT, hovermode="x")
    weeks, rates = frame["week"].to_list(), frame["rate"].to_list()
    line_parts.spread(chart, weeks, frame["low"].to_list(), frame["high"].to_list(), colours)
    looked = frame["looked"].to_list()
    chart.add_scatter(
        x=weeks,
        y=rates,
        mode="lines+markers",
        line={"color": colours.subject, "width": 2},
        marker={
            "opacity": 1,
            "size": [10 if now else 5 for now in looked],
            "symbol": ["diamond" if now else "circle" for now in looked],
            "color": [colours.bad if now else colours.subject for now in looked],
        },
        hovertext=[_hover(row, label) for row in frame.iter_rows(named=True)],
        hoverinfo="text",
    )
    query = frame.filter("looked").drop_nulls("expected")
    _expectation(chart, query, colours)
    highest = max((value for value in [*rates, *query["expected"]] if value), default=0.1)
    chart.update_yaxes(range=[0, highest * 1.25], tickformat=".0%", showgrid=True, nticks=5)
    date_axis.axis(chart, weeks)
    return chart


def _expectation(chart: go.Figure, query: pl.DataFrame, colours: Palette) -> None:
    """What was to be expected of the weeks looked at, with its name."""
    if query.is_empty():
        return
    weeks, level = query["week"].to_list(), query["expected"][0]
    ends = ([weeks[0], weeks[-1]], [level, level])
    line_parts.plain(chart, *ends, color=colours.comparison, width=2, dash="dash")
    text = f"expected {formats.rate(level)}"
    at = (weeks[-1], level)
    row_axis.label(chart, *at, text, colours.quiet, xanchor="right", yanchor="bottom")


def _hover(row: dict[str, Any], label: str) -> str:
    week = formats.day(row["week"])
    if row["rate"] is None:
        return f"Week of {week}: no data"
    likely = formats.likely_range(row["low"], row["high"])
    return (
        f"Week of {week}<br>{label} {formats.rate(row['rate'])} of {row['of']:,}<br>likely {likely}"
    )
