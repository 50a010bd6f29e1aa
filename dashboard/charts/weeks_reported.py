"""Silence: reports that came in each week beside what the buyer's habit lets expect."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from dashboard import theme, wording

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars as pl

    from dashboard.theme import Palette

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
    chart.add_scatter(
        x=days + days[::-1],
        y=[row["normal_high"] for _, row in known] + [row["normal_low"] for _, row in known][::-1],
        mode="lines",
        fill="toself",
        fillcolor=colours.spread,
        line={"width": 0},
        hoverinfo="skip",
    )
    few = [quiet(row) for row in rows]
    chart.add_bar(
        x=middles,
        y=[row["received"] for row in rows],
        width=[_DAY_MS * max((row["end"] - row["start"]).days + 1, 2) * 0.7 for row in rows],
        hovertext=[_hover(row) for row in rows],
        hoverinfo="text",
        text=[
            wording.count(row["received"]) if low or row["partial"] else ""
            for row, low in zip(rows, few, strict=True)
        ],
        textposition="outside",
        textangle=0,
        cliponaxis=False,
        textfont={
            "color": [colours.bad if low else colours.quiet for low in few],
            "size": theme.SIZE - 1,
        },
        marker={
            "color": [
                colours.card if row["partial"] else colours.bad if low else colours.subject
                for row, low in zip(rows, few, strict=True)
            ],
            "line": {
                "color": [colours.bad if low else colours.subject for low in few],
                "width": 1.5,
            },
        },
    )
    chart.add_scatter(
        x=days,
        y=[row["expected"] for _, row in known],
        mode="lines",
        line={"color": colours.text, "width": 1.4, "dash": "dash"},
        hoverinfo="skip",
    )
    whole = [(at, row) for at, row in known if not row["partial"]]
    if whole:
        at, row = whole[-1]
        chart.add_annotation(
            x=at,
            y=row["normal_high"],
            text="usual",
            showarrow=False,
            yanchor="bottom",
            font={"size": theme.SIZE - 1, "color": colours.quiet},
        )
    chart.update_xaxes(type="date", tickformat="%-d %b", nticks=7)
    chart.update_yaxes(rangemode="tozero", tickformat=",d", showgrid=True, nticks=5)
    return chart


def quiet(row: dict[str, Any]) -> bool:
    """Whether fewer reports came than is normal, in a week that is over."""
    low = row["normal_low"]
    return not row["partial"] and low is not None and row["received"] < low


def _hover(row: dict[str, Any]) -> str:
    lines = [
        wording.period(row["start"], row["end"]),
        f"<b>{wording.count(row['received'])} reports came</b>",
    ]
    if row["expected"] is not None:
        lines.append(
            f"usual {wording.count(row['expected'])} "
            f"({wording.count(row['normal_low'])} – {wording.count(row['normal_high'])})"
        )
    lines.append(f"{wording.count(row['delivered'])} delivered")
    if row["partial"]:
        lines.append("not a whole week")
    return "<br>".join(lines)
