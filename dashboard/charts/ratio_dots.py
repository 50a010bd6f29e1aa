"""Ratios around 1.0: a dot and its range per row; filled where the range leaves 1.0 out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from dashboard.charts import row_axis
from dashboard.presentation import formats, theme

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars as pl

    from dashboard.presentation.theme import Palette

SURE: Final = ("higher", "lower")
_LEAST_SPREAD: Final = 0.1
_ROOM: Final = 1.12


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratios:
    """Which columns are drawn, and what the ratio is called.

    `verdict` names a column that says "higher" or "lower" where a ratio is sure; without
    it a range that leaves 1.0 out is sure. `counts` are pairs of column and words for
    the hover. `one` says what 1.0 is.
    """

    value: str
    low: str
    high: str
    name: str
    label: str
    one: str
    key: str
    verdict: str | None = None
    counts: tuple[tuple[str, str], ...] = ()
    unit: str = ""


def figure(frame: pl.DataFrame, ratios: Ratios, colours: Palette) -> go.Figure:
    """Rows of a frame in their order; rows without a ratio are left out."""
    table = frame.drop_nulls([ratios.value, ratios.low, ratios.high])
    rows = list(table.iter_rows(named=True))
    values = [row[ratios.value] for row in rows]
    chart = theme.figure(colours, height=row_axis.tall(len(rows), room=58))
    chart.add_vline(x=1, line={"color": colours.comparison, "width": 1, "dash": "dot"})
    shades = [_colour(row, ratios, colours) for row in rows]
    chart.add_scatter(
        x=values,
        y=list(range(len(rows))),
        mode="markers",
        customdata=[str(row[ratios.key]) for row in rows],
        hovertext=[_hover(row, ratios) for row in rows],
        hoverinfo="text",
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [row[ratios.high] - row[ratios.value] for row in rows],
            "arrayminus": [row[ratios.value] - row[ratios.low] for row in rows],
            "color": colours.comparison,
            "thickness": 1.6,
            "width": 0,
        },
        marker={
            "size": 10,
            "color": [
                shade if sure(row, ratios) else colours.card
                for shade, row in zip(shades, rows, strict=True)
            ],
            "line": {"color": shades, "width": 1.8},
            "opacity": 1,
        },
        **row_axis.STILL,
    )
    row_axis.names(chart, [str(row[ratios.name]) for row in rows], colours)
    row_axis.beside(chart, [f"{value:.2f}{ratios.unit}" for value in values], colours)
    _axis(chart, rows, ratios)
    return chart


def sure(row: dict[str, Any], ratios: Ratios) -> bool:
    """Whether a ratio can be told from 1.0."""
    if ratios.verdict:
        return row[ratios.verdict] in SURE
    return bool(row[ratios.low] > 1 or row[ratios.high] < 1)


def _colour(row: dict[str, Any], ratios: Ratios, colours: Palette) -> str:
    above = row[ratios.value] > 1
    return colours.attention if above and sure(row, ratios) else colours.subject


def _axis(chart: go.Figure, rows: list[dict[str, Any]], ratios: Ratios) -> None:
    """Around 1.0, as wide as the ranges; one wild range does not press the rest together."""
    values = [row[ratios.value] for row in rows]
    reach = max([abs(value - 1) for value in values] + [_LEAST_SPREAD])
    highs = sorted(row[ratios.high] for row in rows)
    lows = sorted(row[ratios.low] for row in rows)
    right = min(highs[-1], 1 + 1.6 * reach) if highs else 1 + reach
    left = max(lows[0], 1 - 1.6 * reach, 0.0) if lows else 1 - reach
    right, left = max(right, 1 + _LEAST_SPREAD / 2), min(left, 1 - _LEAST_SPREAD / 2)
    chart.update_xaxes(
        range=[1 - (1 - left) * _ROOM, 1 + (right - 1) * _ROOM],
        showgrid=True,
        nticks=6,
        title={"text": ratios.one, "standoff": 6},
    )
    chart.update_xaxes(gridcolor=chart.layout.yaxis.gridcolor)


def _hover(row: dict[str, Any], ratios: Ratios) -> str:
    lines = [
        f"<b>{theme.safe(str(row[ratios.name]))}</b>",
        f"{ratios.label} {row[ratios.value]:.2f}",
        f"likely range {row[ratios.low]:.2f} – {row[ratios.high]:.2f}",
        *(f"{formats.count(row[name])} {words}" for name, words in ratios.counts),
    ]
    if not sure(row, ratios):
        lines.append("cannot be told from 1.0")
    return "<br>".join(lines)
