"""What figures over time share: a range behind a line, and a line whose young end is dotted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import plotly.graph_objects as go

    from dashboard.presentation.theme import Palette


def spread(
    chart: go.Figure, x: Sequence[Any], low: Sequence[Any], high: Sequence[Any], colours: Palette
) -> None:
    """The space between two ends, behind everything else."""
    chart.add_scatter(
        x=[*x, *reversed(x)],
        y=[*high, *reversed(low)],
        mode="lines",
        fill="toself",
        fillcolor=colours.spread,
        line={"width": 0},
        hoverinfo="skip",
    )


def plain(chart: go.Figure, x: Sequence[Any], y: Sequence[Any], **line: object) -> None:
    """A line without points and without a word under the pointer."""
    chart.add_scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip")


def judged(  # noqa: PLR0913 - where the line runs, and how it looks
    chart: go.Figure,
    x: Sequence[Any],
    y: Sequence[Any],
    settled: int,
    *,
    shade: str,
    dash: str = "solid",
) -> None:
    """A line that is dotted from the place `settled` on; both parts share the point before."""
    plain(chart, x[:settled], y[:settled], color=shade, width=2.2, dash=dash)
    joint = max(settled - 1, 0)
    plain(chart, x[joint:], y[joint:], color=shade, width=2.2, dash="dot")
