"""A rate over time in its normal band; what lies outside is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from dashboard.charts import date_axis, line_parts, row_axis
from dashboard.presentation import formats, theme

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from dashboard.presentation.theme import Palette

_HEIGHT: Final = 300


def figure(frame: pl.DataFrame, colours: Palette) -> go.Figure:
    """`returns_trend` with `end`, `partial` and `young`: young buckets dotted and hollow."""
    table = frame.sort("start")
    rows = list(table.iter_rows(named=True))
    starts, rates = table["start"].to_list(), table["return_rate"].to_list()
    young = [bool(row["young"] or row["partial"]) for row in rows]
    chart = theme.figure(colours, height=_HEIGHT, hovermode="x")
    _band(chart, table, colours)
    settled = _last_run(young)
    line_parts.judged(chart, starts, rates, settled, shade=colours.subject)
    sides = [outside(row) for row in rows]
    shades = [
        colours.bad if side > 0 else colours.good if side else colours.subject for side in sides
    ]
    chart.add_scatter(
        x=starts,
        y=rates,
        mode="markers",
        hovertext=[_hover(row, side) for row, side in zip(rows, sides, strict=True)],
        hoverinfo="text",
        marker={
            "opacity": 1,
            "size": [11 if side else 7 for side in sides],
            "symbol": ["diamond" if side else "circle" for side in sides],
            "color": [
                colours.card if hollow and not side else shade
                for hollow, shade, side in zip(young, shades, sides, strict=True)
            ],
            "line": {"color": shades, "width": 1.8},
        },
    )
    for start, rate, side, shade in zip(starts, rates, sides, shades, strict=True):
        if side:
            text = "above normal" if side > 0 else "below normal"
            row_axis.label(chart, start, rate, text, shade, yshift=14 * side)
    highest = _highest(rows)
    chart.update_yaxes(range=[0, highest * 1.2], tickformat=".0%", showgrid=True, nticks=5)
    date_axis.axis(chart, starts)
    return chart


def _highest(rows: list[dict[str, Any]]) -> float:
    """The highest point of a whole bucket or of its band."""
    ends = [
        end
        for row in rows
        if not row["partial"]
        for end in (row["return_rate"], row["normal_high"])
        if end
    ]
    return max(ends, default=max((r["return_rate"] for r in rows if r["return_rate"]), default=0.1))


def _last_run(young: list[bool]) -> int:
    """From which bucket on all are too young."""
    place = len(young)
    while place and young[place - 1]:
        place -= 1
    return place


def outside(row: dict[str, Any]) -> int:
    """1 above and −1 below the normal band, else 0; a young bucket is never too low."""
    rate, low, high = row["return_rate"], row["normal_low"], row["normal_high"]
    if rate is None or high is None:
        return 0
    if rate > high:
        return 1
    return -1 if rate < low and not (row["young"] or row["partial"]) else 0


def _band(chart: go.Figure, table: pl.DataFrame, colours: Palette) -> None:
    known = table.filter(~pl.col("partial")).drop_nulls(["normal_low", "normal_high"])
    days, tops = known["start"].to_list(), known["normal_high"].to_list()
    line_parts.spread(chart, days, known["normal_low"].to_list(), tops, colours)
    if days:
        row_axis.label(
            chart, days[0], tops[0], "normal", colours.quiet, xanchor="left", yanchor="bottom"
        )


def _hover(row: dict[str, Any], side: int) -> str:
    told = [
        formats.period(row["start"], row["end"])
        + (", cut by the period" if row["partial"] else ""),
        f"<b>Returns {formats.rate(row['return_rate'])}</b>",
        f"{formats.count(row['returned'])} of {formats.count(row['delivered'])}",
    ]
    if row["normal_low"] is not None:
        told.append(f"normal {formats.likely_range(row['normal_low'], row['normal_high'])}")
    if side:
        told.append("above normal" if side > 0 else "below normal")
    if row["young"]:
        told.append("too young to judge: more may come back")
    return "<br>".join(told)
