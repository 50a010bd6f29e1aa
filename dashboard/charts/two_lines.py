"""Two rates over time, told apart by colour, dash and a name at the end of each line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dashboard import theme, wording
from dashboard.charts import dates

if TYPE_CHECKING:
    from collections.abc import Sequence

    import plotly.graph_objects as go
    import polars as pl

    from dashboard.theme import Palette

_HEIGHT: Final = 340


def figure(frame: pl.DataFrame, lines: Sequence[tuple[str, str]], colours: Palette) -> go.Figure:
    """`start`, `young` and one column per line; `lines` are columns with what they are called."""
    chart = theme.figure(colours, height=_HEIGHT, hovermode="x")
    starts = frame["start"].to_list()
    shades = (colours.subject, colours.attention)
    young = frame["young"].fill_null(value=False).to_list()
    judged = young.index(True) if True in young else len(young)
    values: list[float] = []
    for place, (column, name) in enumerate(lines):
        rates = frame[column].to_list() if column in frame.columns else [None] * len(starts)
        values += [rate for rate in rates if rate is not None]
        shade, dash = shades[place], "dash" if place else "solid"
        for part, drawn in ((slice(0, judged), dash), (slice(max(judged - 1, 0), None), "dot")):
            chart.add_scatter(
                x=starts[part],
                y=rates[part],
                mode="lines",
                line={"color": shade, "width": 2.2, "dash": drawn},
                hoverinfo="skip",
            )
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
        last = next(((s, r) for s, r in zip(starts[::-1], rates[::-1], strict=True) if r), None)
        if last:
            chart.add_annotation(
                x=last[0],
                y=last[1],
                text=theme.short(name),
                showarrow=False,
                xanchor="left",
                xshift=8,
                yshift=0 if place else 6,
                font={"size": theme.SIZE - 1, "color": shades[place]},
            )
    longest = max((len(name) for _, name in lines), default=0)
    chart.update_layout(margin={"r": 20 + 7 * min(longest, 21)})
    chart.update_yaxes(
        range=[0, max(values, default=0.1) * 1.15], tickformat=".0%", showgrid=True, nticks=5
    )
    dates.axis(chart, starts)
    return chart
