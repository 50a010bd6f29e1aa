"""Shares with their likely ranges in a given order: a dot and a line per row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dashboard.charts import row_axis
from dashboard.charts.ranking import FEW
from dashboard.presentation import formats, theme

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars as pl

    from dashboard.presentation.theme import Palette


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Which columns are drawn; `whole` ends the axis at 100 %."""

    name: str
    count: str
    of: str
    words: str
    whole: bool = False
    share: str = "share"
    low: str = "low"
    high: str = "high"


def figure(frame: pl.DataFrame, shares: Shares, colours: Palette) -> go.Figure:
    """Rows of a frame in their order; few cases are hollow, rows without a share left out."""
    rows = list(frame.drop_nulls([shares.share, shares.low, shares.high]).iter_rows(named=True))
    chart = theme.figure(colours, height=row_axis.tall(len(rows)))
    few = [(row[shares.of] or 0) < FEW for row in rows]
    chart.add_scatter(
        x=[row[shares.share] for row in rows],
        y=list(range(len(rows))),
        mode="markers",
        hovertext=[_hover(row, shares) for row in rows],
        hoverinfo="text",
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [row[shares.high] - row[shares.share] for row in rows],
            "arrayminus": [row[shares.share] - row[shares.low] for row in rows],
            "color": colours.subject,
            "thickness": 1.6,
            "width": 0,
        },
        marker={
            "size": 10,
            "color": [colours.card if hollow else colours.subject for hollow in few],
            "line": {"color": colours.subject, "width": 1.8},
        },
    )
    row_axis.names(chart, [row[shares.name] for row in rows], colours, most=32)
    row_axis.beside(chart, [formats.rate(row[shares.share]) for row in rows], colours)
    top = max([row[shares.high] for row in rows] + [0.01])
    chart.update_xaxes(
        range=[0, 1.04 if shares.whole else top * 1.05],
        tickformat=".0%",
        nticks=5,
        showgrid=True,
        gridcolor=colours.line,
    )
    return chart


def _hover(row: dict[str, Any], shares: Shares) -> str:
    return "<br>".join(
        (
            f"<b>{theme.safe(row[shares.name])}</b>",
            f"{formats.count(row[shares.count])} of {formats.count(row[shares.of])} {shares.words}",
            (
                f"{formats.rate(row[shares.share])}, likely range "
                f"{formats.likely_range(row[shares.low], row[shares.high])}"
            ),
        )
    )
