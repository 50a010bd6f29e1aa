"""Return rates by size: what is far out for so many deliveries, and what chance explains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from dashboard.charts import row_axis
from dashboard.presentation import formats, theme

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from dashboard.presentation.theme import Palette

_HEIGHT: Final = 400
_STEPS: Final = 60
_RIGHT: Final = 0.62  # from here on a label stands left of its dot
_WIDE, _HIGH = 0.4, 0.036  # how much of the figure a label takes
LIMITS: Final = ((1.96, "dot", "95 %"), (3.0, "solid", "99.7 %"))
"""How far out, in standard deviations; how the limit is drawn and called."""


def figure(frame: pl.DataFrame, colours: Palette) -> go.Figure:
    """The table `buyers` as dots over deliveries, with limits around the rate of all."""
    rows = frame.drop_nulls("return_rate").filter(pl.col("delivered") > 0)
    chart = theme.figure(colours, height=_HEIGHT)
    sizes, rates = rows["delivered"].to_list(), rows["return_rate"].to_list()
    overall = sum(rows["returned"]) / max(sum(sizes), 1)
    widest = max(sizes, default=1) * 1.08
    top = max([*rates, overall], default=0.1) * 1.25 or 0.1
    _limits(chart, overall, widest, top, colours)
    far = [outside(rate, size, overall) for rate, size in zip(rates, sizes, strict=True)]
    chart.add_scatter(
        x=sizes,
        y=rates,
        mode="markers",
        customdata=rows["id"].to_list(),
        hovertext=list(map(_hover, rows.iter_rows(named=True), far)),
        hoverinfo="text",
        marker={
            "size": 10,
            "color": [_colour(side, colours) for side in far],
            "symbol": ["circle" if side == 0 else "diamond" for side in far],
            "line": {"color": colours.card, "width": 1},
            "opacity": 1,
        },
        **row_axis.STILL,
    )
    dots = [(size / widest, rate / top) for size, rate in zip(sizes, rates, strict=True)]
    labelled = [
        (*dot, theme.short(name))
        for name, dot, side in zip(rows["name"], dots, far, strict=True)
        if side
    ]
    for x, y, name in apart(labelled, dots):
        right = x > _RIGHT
        place = {"xanchor": "right" if right else "left", "xshift": -9 if right else 9}
        row_axis.label(chart, x * widest, y * top, name, colours.text, **place)
    chart.update_xaxes(
        range=[0, widest], tickformat=",d", nticks=6, title={"text": "Deliveries", "standoff": 6}
    )
    chart.update_yaxes(range=[0, top], tickformat=".0%", showgrid=True, nticks=6)
    return chart


def apart(
    labels: list[tuple[float, float, str]], dots: list[tuple[float, float]]
) -> list[tuple[float, float, str]]:
    """Labels (x, y, text; x and y from 0 to 1) that would lie on no label and no dot.

    The highest come first: what is returned most is worth its name.
    """
    kept: list[tuple[float, float, str]] = []
    for x, y, text in sorted(labels, key=lambda label: -label[1]):
        left = x - _WIDE if x > _RIGHT else x
        near = [(a, b) for a, b in dots if (a, b) != (x, y)] + [(a, b) for a, b, _ in kept]
        if not any(left < a < left + _WIDE and abs(y - b) < _HIGH for a, b in near):
            kept.append((x, y, text))
    return kept


def limit(overall: float, size: float, deviations: float) -> float:
    """How far from the rate of all chance carries a rate of so many deliveries."""
    return float(deviations * (overall * (1 - overall) / size) ** 0.5)


def outside(rate: float, size: float, overall: float) -> int:
    """1 above and −1 below the outer limit, else 0."""
    far = limit(overall, size, LIMITS[-1][0])
    return 1 if rate > overall + far else -1 if rate < overall - far else 0


def _limits(chart: go.Figure, overall: float, widest: float, top: float, colours: Palette) -> None:
    sizes = [widest * (step + 0.4) / _STEPS for step in range(_STEPS)]
    chart.add_hline(y=overall, line={"color": colours.comparison, "width": 1})
    small = colours.quiet
    row_axis.label(
        chart,
        widest,
        overall,
        f"all {formats.rate(overall)}",
        small,
        xanchor="right",
        yanchor="bottom",
        bgcolor=colours.card,
    )
    for deviations, dash, _ in LIMITS:
        for side in (1, -1):
            ends = [overall + side * limit(overall, size, deviations) for size in sizes]
            chart.add_scatter(
                x=sizes,
                y=[end if 0 <= end <= top else None for end in ends],
                mode="lines",
                line={"color": colours.comparison, "width": 1, "dash": dash},
                hoverinfo="skip",
            )


def _colour(side: int, colours: Palette) -> str:
    return colours.bad if side > 0 else colours.good if side < 0 else colours.subject


def _hover(row: dict[str, Any], side: int) -> str:
    told = {1: "more than chance explains", -1: "fewer than chance explains"}
    return "<br>".join(
        (
            f"<b>{theme.safe(str(row['name']))}</b>",
            (
                f"Returns {formats.rate(row['return_rate'])} "
                f"({formats.count(row['returned'])} of {formats.count(row['delivered'])})"
            ),
            told.get(side, "within what chance explains"),
        )
    )
