"""Silence: reports that came in each week beside what the buyer's habit lets expect."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from dashboard.charts import date_axis, line_parts, row_axis
from dashboard.presentation import formats, theme

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars as pl

    from dashboard.presentation.theme import Palette

_HEIGHT: Final = 300
_DAY_MS: Final = 86_400_000


def figure(frame: pl.DataFrame, colours: Palette) -> go.Figure:
    """`reporting_weeks` of one buyer: bars in a normal range; a cut week is hollow."""
    rows = list(frame.sort("start").iter_rows(named=True))
    chart = theme.figure(colours, height=_HEIGHT, hovermode="x")
    middles = [row["start"] + timedelta(days=(row["end"] - row["start"]).days / 2) for row in rows]
    known = [
        (at, row) for at, row in zip(middles, rows, strict=True) if row["expected"] is not None
    ]
    days = [at for at, _ in known]
    lows, highs = ([row[f"normal_{end}"] for _, row in known] for end in ("low", "high"))
    line_parts.spread(chart, days, lows, highs, colours)
    _bars(chart, middles, rows, colours)
    expected = [row["expected"] for _, row in known]
    line_parts.plain(chart, days, expected, color=colours.text, width=1.4, dash="dash")
    whole = [(at, row) for at, row in known if not row["partial"]]
    if whole:
        at, row = whole[-1]
        row_axis.label(chart, at, row["normal_high"], "usual", colours.quiet, yanchor="bottom")
    date_axis.axis(chart, [row["start"] for row in rows], middles)
    chart.update_yaxes(rangemode="tozero", tickformat=",d", showgrid=True, nticks=5)
    return chart


def _bars(
    chart: go.Figure, middles: list[Any], rows: list[dict[str, Any]], colours: Palette
) -> None:
    """What came in each week: too few in another colour with their number, a cut week hollow."""
    few = [quiet(row) for row in rows]
    both = list(zip(rows, few, strict=True))
    shades = [colours.bad if low else colours.subject for low in few]
    chart.add_bar(
        x=middles,
        y=[row["received"] for row in rows],
        width=[_DAY_MS * max((row["end"] - row["start"]).days + 1, 2) * 0.7 for row in rows],
        hovertext=[_hover(row) for row in rows],
        hoverinfo="text",
        text=[formats.count(row["received"]) if low or row["partial"] else "" for row, low in both],
        textposition="outside",
        textangle=0,
        cliponaxis=False,
        textfont={
            "color": [colours.bad if low else colours.quiet for low in few],
            "size": theme.SIZE - 1,
        },
        marker={
            "color": [
                colours.card if row["partial"] else shade
                for row, shade in zip(rows, shades, strict=True)
            ],
            "line": {"color": shades, "width": 1.5},
        },
    )


def quiet(row: dict[str, Any]) -> bool:
    """Whether fewer reports came than is normal, in a week that is over."""
    low = row["normal_low"]
    return not row["partial"] and low is not None and row["received"] < low


def _hover(row: dict[str, Any]) -> str:
    told = [
        formats.period(row["start"], row["end"]),
        f"<b>{formats.count(row['received'])} reports came</b>",
    ]
    if row["expected"] is not None:
        told.append(
            f"usual {formats.count(row['expected'])} "
            f"({formats.count(row['normal_low'])} – {formats.count(row['normal_high'])})"
        )
    told.append(f"{formats.count(row['delivered'])} delivered")
    if row["partial"]:
        told.append("not a whole week")
    return "<br>".join(told)
