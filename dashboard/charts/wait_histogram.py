"""How long until we are told: a histogram on fixed bins, "none yet" hatched at the end."""

from __future__ import annotations

from math import log10
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from dashboard.charts import row_axis
from dashboard.presentation import formats, theme
from metrics.insights.timing import BINS, DAY, HOUR, NONE_YET

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from dashboard.presentation.theme import Palette

_PANEL: Final = 128
SHORT: Final = {
    BINS[0][0]: "≤ 1 h",
    BINS[1][0]: "1 – 24 h",
    BINS[2][0]: "1 – 7 d",
    BINS[3][0]: "7 – 30 d",
    BINS[4][0]: "> 30 d",
    NONE_YET: "none yet",
}
"""The bins that are drawn; reports without an hour or before the delivery are in the table."""


def histogram(frame: pl.DataFrame, colours: Palette) -> go.Figure:
    """`time_to_feedback` of one group: a panel per value, all on one scale.

    Bars are shares of deliveries; by clocks that know only feedback, of what was reported.
    """
    frame = frame.with_columns(
        base=pl.coalesce("delivered", "reported"),
        share=pl.coalesce("share_of_delivered", "share_of_reported"),
    )
    values = frame["value"].unique(maintain_order=True).to_list()
    chart = theme.figure(colours, height=30 + _PANEL * max(len(values), 1))
    drawn = frame.filter(pl.col("bin").is_in(list(SHORT)))
    top = drawn["share"].max()
    highest = float(top) if isinstance(top, int | float) else 1.0
    for place, value in enumerate(values):
        rows = list(drawn.filter(pl.col("value") == value).iter_rows(named=True))
        axis = "" if place == 0 else str(place + 1)
        high = 1 - place / len(values)
        chart.update_layout(
            {
                f"yaxis{axis}": {
                    "domain": [high - 0.72 / len(values), high - 0.14 / len(values)],
                    "range": [0, highest * 1.5],
                    "visible": False,
                    "fixedrange": True,
                }
            }
        )
        _panel(chart, rows, f"y{axis}", colours)
        _title(chart, rows, high, colours)
    chart.update_xaxes(
        anchor="y" if len(values) < 2 else f"y{len(values)}",  # noqa: PLR2004 - the lowest panel
        tickvals=list(SHORT.values()),
        tickfont={"color": colours.text, "size": theme.SIZE - 1},
    )
    return chart


def _panel(chart: go.Figure, rows: list[dict[str, Any]], axis: str, colours: Palette) -> None:
    none_yet = [row["bin"] == NONE_YET for row in rows]
    chart.add_bar(
        x=[SHORT[row["bin"]] for row in rows],
        y=[row["share"] for row in rows],
        yaxis=axis,
        text=[f"{(row['share'] or 0) * 100:.0f} %" for row in rows],
        textposition="outside",
        textangle=0,
        cliponaxis=False,
        textfont={"size": theme.SIZE - 1, "color": colours.text},
        hovertext=[_hover(row) for row in rows],
        hoverinfo="text",
        marker={
            "color": [colours.comparison if none else colours.subject for none in none_yet],
            "pattern": {
                "shape": ["/" if none else "" for none in none_yet],
                "fgcolor": colours.comparison,
                "bgcolor": colours.card,
                "size": 6,
            },
            "line": {"width": 0},
        },
    )


def _title(chart: go.Figure, rows: list[dict[str, Any]], high: float, colours: Palette) -> None:
    if not rows:
        return
    middle = formats.duration(rows[0]["median_seconds_to_feedback"])
    chart.add_annotation(
        x=0,
        xref="paper",
        y=high,
        yref="paper",
        text=f"<b>{theme.safe(formats.buyer_type(rows[0]['value']))}</b>  half of those reported "
        f"within {middle}",
        showarrow=False,
        xanchor="left",
        yanchor="top",
        font={"size": theme.SIZE - 1, "color": colours.text},
    )


def _hover(row: dict[str, Any]) -> str:
    return "<br>".join(
        (
            f"<b>{theme.safe(formats.buyer_type(row['value']))}, {row['bin']}</b>",
            f"{formats.count(row['deliveries'])} of {formats.count(row['base'])} deliveries",
            f"{formats.rate(row['share'])} of all",
        )
    )


_TICKS: Final = (60, 600, HOUR, 6 * HOUR, DAY, 7 * DAY, 30 * DAY)


def middles(frame: pl.DataFrame, colours: Palette) -> go.Figure:
    """The middle time to feedback per value, fastest first, on a scale of orders of size.

    The frame has `value`, `name`, `reported` and the three medians, a row per value.
    """
    medians = "median_seconds_to_feedback"
    rows = list(
        frame.drop_nulls(medians)
        .filter(pl.col(medians) > 0)
        .sort(medians, "value")
        .iter_rows(named=True)
    )
    chart = theme.figure(colours, height=row_axis.tall(len(rows)))
    chart.add_scatter(
        x=[row[medians] for row in rows],
        y=list(range(len(rows))),
        mode="markers",
        hovertext=[_middle_hover(row) for row in rows],
        hoverinfo="text",
        marker={"size": 10, "color": colours.subject},
    )
    row_axis.names(chart, [row["name"] for row in rows], colours)
    row_axis.beside(chart, [formats.duration(row[medians]) for row in rows], colours)
    times = [row[medians] for row in rows] or [HOUR]
    chart.update_xaxes(
        type="log",
        range=[log10(min(times)) - 0.2, log10(max(times)) + 0.2],
        tickvals=list(_TICKS),
        ticktext=[formats.duration(tick) for tick in _TICKS],
        showgrid=True,
        gridcolor=colours.line,
    )
    return chart


def _middle_hover(row: dict[str, Any]) -> str:
    return "<br>".join(
        (
            f"<b>{theme.safe(row['name'])}</b>",
            f"told after {formats.duration(row['median_seconds_to_feedback'])}",
            f"happened after {formats.duration(row['median_seconds_to_outcome'])}",
            f"told {formats.duration(row['median_reporting_delay'])} after it happened",
            f"{formats.count(row['reported'])} reports with an hour",
        )
    )
