"""A rate over time in its normal band; what lies outside is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from dashboard import theme, wording
from dashboard.charts import dates

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from dashboard.theme import Palette

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
    line = {"color": colours.subject, "width": 2.2}
    for part, dash in ((slice(0, settled), "solid"), (slice(max(settled - 1, 0), None), "dot")):
        chart.add_scatter(
            x=starts[part],
            y=rates[part],
            mode="lines",
            line={**line, "dash": dash},
            hoverinfo="skip",
        )
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
            chart.add_annotation(
                x=start,
                y=rate,
                text="above normal" if side > 0 else "below normal",
                showarrow=False,
                yshift=14 * side,
                font={"size": theme.SIZE - 1, "color": shade},
            )
    highest = max(
        (
            end
            for row in rows
            if not row["partial"]
            for end in (row["return_rate"], row["normal_high"])
            if end
        ),
        default=max((rate for rate in rates if rate), default=0.1),
    )
    chart.update_yaxes(range=[0, highest * 1.2], tickformat=".0%", showgrid=True, nticks=5)
    dates.axis(chart, starts)
    return chart


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
    days = known["start"].to_list()
    chart.add_scatter(
        x=days + days[::-1],
        y=known["normal_high"].to_list() + known["normal_low"].to_list()[::-1],
        mode="lines",
        fill="toself",
        fillcolor=colours.spread,
        line={"width": 0},
        hoverinfo="skip",
    )
    if days:
        chart.add_annotation(
            x=days[0],
            y=known["normal_high"][0],
            text="normal",
            showarrow=False,
            xanchor="left",
            yanchor="bottom",
            font={"size": theme.SIZE - 1, "color": colours.quiet},
        )


def _hover(row: dict[str, Any], side: int) -> str:
    lines = [
        wording.period(row["start"], row["end"])
        + (", cut by the period" if row["partial"] else ""),
        f"<b>Returns {wording.rate(row['return_rate'])}</b>",
        f"{wording.count(row['returned'])} of {wording.count(row['delivered'])}",
    ]
    if row["normal_low"] is not None:
        lines.append(f"normal {wording.likely_range(row['normal_low'], row['normal_high'])}")
    if side:
        lines.append("above normal" if side > 0 else "below normal")
    if row["young"]:
        lines.append("too young to judge: more may come back")
    return "<br>".join(lines)
