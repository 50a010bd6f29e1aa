"""Two dimensions as a heat map: levels in one colour, ratios around 1.0 in two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from dashboard import theme
from dashboard.charts import rows as row_axis

if TYPE_CHECKING:
    from collections.abc import Callable

    import plotly.graph_objects as go
    import polars as pl

    from dashboard.theme import Palette

_ROW: Final = 22
_MOST: Final = 0.5  # a ratio further from 1.0 than this has the last colour
_LEAST: Final = 0.1
_WRAP: Final = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """Which columns are drawn: a row and a column key, a value, and whether it has support.

    `rows` and `columns` are keys with their labels, in order; `hover` writes a cell's
    text. `ratio` colours around 1.0 instead of from 0 to 1.
    """

    row: str
    column: str
    value: str
    enough: str
    rows: tuple[tuple[object, str], ...]
    columns: tuple[tuple[object, str], ...]
    hover: Callable[[dict[str, Any]], str]
    ratio: bool = False
    row_height: int = _ROW


def figure(frame: pl.DataFrame, heat: Heat, colours: Palette) -> go.Figure:
    """A long frame as a grid; cells without support are pale with a dot, absent ones empty."""
    cells = {(row[heat.row], row[heat.column]): row for row in frame.iter_rows(named=True)}
    grid = [[cells.get((row, column)) for column, _ in heat.columns] for row, _ in heat.rows]
    lines = max((_wrapped(label).count("<br>") for _, label in heat.columns), default=0)
    chart = theme.figure(colours, height=42 + 15 * lines + heat.row_height * len(heat.rows))
    words = [[heat.hover(cell) if cell else "" for cell in row] for row in grid]
    places = {"x": list(range(len(heat.columns))), "y": list(range(len(heat.rows)))}
    both = {**places, "xgap": 2, "ygap": 2, "showscale": False, "hoverinfo": "text"}
    weak = [[cell is not None and not _shown(cell, heat) for cell in row] for row in grid]
    chart.add_heatmap(
        z=[[1.0 if pale else None for pale in row] for row in weak],
        text=[["·" if pale else "" for pale in row] for row in weak],
        texttemplate="%{text}",
        textfont={"color": colours.quiet},
        hovertext=words,
        colorscale=[[0, colours.line], [1, colours.line]],
        hoverongaps=False,
        **both,
    )
    levels = [
        [cell[heat.value] if cell and _shown(cell, heat) else None for cell in row] for row in grid
    ]
    chart.add_heatmap(
        z=levels, hovertext=words, hoverongaps=False, **_scale(levels, heat, colours), **both
    )
    row_axis.names(chart, [label for _, label in heat.rows], colours)
    chart.update_yaxes(range=[len(heat.rows) - 0.5, -0.5])
    chart.update_xaxes(
        tickvals=places["x"],
        ticktext=[_wrapped(label) for _, label in heat.columns],
        side="top",
        range=[-0.5, len(heat.columns) - 0.5],
        ticks="",
        showline=False,
    )
    return chart


def _shown(cell: dict[str, Any], heat: Heat) -> bool:
    return bool(cell[heat.enough]) and cell[heat.value] is not None


def _scale(levels: list[list[float | None]], heat: Heat, colours: Palette) -> dict[str, Any]:
    if not heat.ratio:
        scale = [[0, colours.card], [1, colours.subject]]
        return {"zmin": 0, "zmax": 1, "colorscale": scale}
    far = max((abs(z - 1) for row in levels for z in row if z is not None), default=_LEAST)
    reach = min(max(far, _LEAST), _MOST)
    scale = [[0, colours.attention], [0.5, colours.card], [1, colours.subject]]
    return {"zmin": 1 - reach, "zmax": 1 + reach, "colorscale": scale}


def _wrapped(label: str) -> str:
    """A column's name on at most two lines, harmless."""
    first, _, rest = " ".join(label.split()).partition(" ")
    if len(label) <= _WRAP or not rest:
        return theme.short(label, _WRAP + 1)
    return f"{theme.short(first, _WRAP + 1)}<br>{theme.short(rest, _WRAP + 1)}"
