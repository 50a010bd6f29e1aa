"""Two dimensions as a heat map: levels in one colour, ratios around 1.0 in two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from dashboard.charts import row_axis
from dashboard.presentation import theme

if TYPE_CHECKING:
    from collections.abc import Callable

    import plotly.graph_objects as go
    import polars as pl

    from dashboard.presentation.theme import Palette

_ROW: Final = 22
_KEY: Final = 34  # pixels for what the colours mean
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
    tall = 42 + _KEY + 15 * lines + heat.row_height * len(heat.rows)
    chart = theme.figure(colours, height=tall)
    chart.update_layout(margin_b=_KEY)
    words = [[heat.hover(cell) if cell else "" for cell in row] for row in grid]
    places = {"x": list(range(len(heat.columns))), "y": list(range(len(heat.rows)))}
    both = {**places, "xgap": 2, "ygap": 2, "hoverinfo": "text"}
    weak = [[cell is not None and not _shown(cell, heat) for cell in row] for row in grid]
    chart.add_heatmap(
        z=[[1.0 if pale else None for pale in row] for row in weak],
        text=[["·" if pale else "" for pale in row] for row in weak],
        texttemplate="%{text}",
        textfont={"color": colours.quiet},
        hovertext=words,
        colorscale=[[0, colours.line], [1, colours.line]],
        hoverongaps=False,
        showscale=False,
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
        key = _key({0: "0 %", 0.5: "50 %", 1: "100 %"}, colours)
        return {"zmin": 0, "zmax": 1, "colorscale": scale, "colorbar": key}
    far = max((abs(z - 1) for row in levels for z in row if z is not None), default=_LEAST)
    reach = min(max(far, _LEAST), _MOST)
    scale = [[0, colours.attention], [0.5, colours.card], [1, colours.subject]]
    low, high = 1 - reach, 1 + reach
    key = _key({low: f"≤ {low:.1f} ×", 1: "as usual", high: f"≥ {high:.1f} ×"}, colours)
    return {"zmin": low, "zmax": high, "colorscale": scale, "colorbar": key}


def _key(levels: dict[float, str], colours: Palette) -> dict[str, Any]:
    """What the colours mean, as a thin strip under the map."""
    return {
        "orientation": "h",
        "thickness": 6,
        "len": 170,
        "lenmode": "pixels",
        "x": 0.98,
        "xanchor": "right",
        "y": 0,
        "yref": "container",
        "yanchor": "bottom",
        "outlinecolor": colours.line,
        "tickvals": list(levels),
        "ticktext": list(levels.values()),
        "tickfont": {"size": theme.SIZE - 2, "color": colours.quiet},
        "ticks": "",
    }


def _wrapped(label: str) -> str:
    """A column's name on at most two lines, harmless."""
    first, _, rest = " ".join(label.split()).partition(" ")
    if len(label) <= _WRAP or not rest:
        return theme.short(label, _WRAP + 1)
    return f"{theme.short(first, _WRAP + 1)}<br>{theme.short(rest, _WRAP + 1)}"
