"""How it goes over time: a line, its likely range, and the period before in grey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from dashboard.charts import date_axis, line_parts
from dashboard.presentation import formats, theme
from data_access.currencies import smallest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import plotly.graph_objects as go

    from dashboard.presentation.theme import Palette

_HEIGHT = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Which columns of a trend frame are drawn; rates have a range and a comparison."""

    value: str
    label: str
    unit: str = "rate"
    numerator: str | None = None
    base: str | None = None
    low: str | None = None
    high: str | None = None
    previous: str | None = None
    compared: str = "period before"
    currency: str = "USD"
    notes: Sequence[tuple[date, str]] = ()


def figure(frame: pl.DataFrame, line: Line, colours: Palette) -> go.Figure:
    """A trend frame as a figure; buckets too young to judge are dotted and hollow.

    The axis fits the ranges of judged buckets; a young one's may run out of it.
    """
    rows = frame.sort("start")
    chart = theme.figure(colours, height=_HEIGHT, hovermode="x")
    starts = rows["start"].to_list()
    if line.low and line.high:
        known = rows.drop_nulls([line.low, line.high])
        ends = (known[line.low].to_list(), known[line.high].to_list())
        line_parts.spread(chart, known["start"].to_list(), *ends, colours)
    if line.previous and line.previous in rows.columns:
        before = rows[line.previous].to_list()
        line_parts.plain(chart, starts, before, color=colours.comparison, width=1.3)
    values = rows[line.value].to_list()
    young = rows["young"].to_list() if "young" in rows.columns else [False] * rows.height
    judged = young.index(True) if True in young else len(young)
    line_parts.judged(chart, starts, values, judged, shade=colours.subject)
    chart.add_scatter(
        x=starts,
        y=values,
        mode="markers",
        hovertext=[_hover(row, line) for row in rows.iter_rows(named=True)],
        hoverinfo="text",
        marker={
            "size": 7,
            "color": [colours.card if hollow else colours.subject for hollow in young],
            "line": {"color": colours.subject, "width": 1.8},
        },
    )
    _axes(chart, rows, line)
    date_axis.notes(chart, [n for n in line.notes if starts and n[0] >= starts[0]], colours)
    return chart


def _top(rows: pl.DataFrame, line: Line) -> float:
    """The highest value the axis must hold.

    Ranges and comparisons count where the bucket is old enough; a young one with a
    handful of reports could stand anywhere and would press the rest together.
    """
    judged = rows.filter(~pl.col("young")) if "young" in rows.columns else rows
    judged = rows if judged.is_empty() else judged
    names = [name for name in (line.value, line.high, line.previous) if name in rows.columns]
    tops = [top for name in names if isinstance(top := judged[name].max(), int | float)]
    settled = max(map(float, tops), default=0.0)
    last = rows[line.value].max()
    return (
        max(settled, min(float(last), 1.6 * settled)) if isinstance(last, int | float) else settled
    )


def _axes(chart: go.Figure, rows: pl.DataFrame, line: Line) -> None:
    highest = _top(rows, line)
    lowest = rows[line.value].min()
    bottom = min(0.0, float(lowest)) if isinstance(lowest, int | float) else 0.0
    if line.unit == "money":
        parts = smallest(line.currency)
        bottom, highest = bottom / parts, highest / parts
        for trace in chart.data:
            trace.y = [None if value is None else value / parts for value in trace.y]
    chart.update_yaxes(
        range=[bottom * 1.1, highest * 1.12 or 1],
        tickformat=".0%" if line.unit == "rate" else "~s" if line.unit == "money" else ",d",
        showgrid=True,
        nticks=5,
        zeroline=bottom < 0,
    )
    date_axis.axis(chart, rows["start"].to_list())


def _hover(row: dict[str, Any], line: Line) -> str:
    text = formats.period(row["start"], row["end"])
    if row.get("partial"):
        text += ", cut by the period"
    value = row[line.value]
    if line.unit == "money":
        shown = formats.money(value, line.currency)
    else:
        shown = formats.rate(value) if line.unit == "rate" else formats.count(value)
    told = [text, f"<b>{line.label} {shown}</b>"]
    if line.numerator and line.base:
        told.append(f"{formats.count(row[line.numerator])} of {formats.count(row[line.base])}")
    if line.low and line.high:
        told.append(f"likely range {formats.likely_range(row[line.low], row[line.high])}")
    if line.previous and row.get(line.previous) is not None:
        told.append(f"{line.compared} {formats.rate(row[line.previous])}")
    if row.get("young"):
        told.append("too young to judge")
    return "<br>".join(told)
