"""Two values per row, joined: this buyer and the others, expected and come, then and now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dashboard.charts import row_axis
from dashboard.presentation import formats, theme

if TYPE_CHECKING:
    from collections.abc import Callable

    import plotly.graph_objects as go
    import polars as pl

    from dashboard.presentation.theme import Palette


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Which columns are drawn: the filled dot, the hollow one, the filled one's range.

    With `range_of_other` the range belongs to the hollow dot. `flagged` names a column
    that is false where a row deserves attention; `label` writes what stands beside a row.
    """

    value: str
    other: str
    name: str
    key: str
    hover: Callable[[dict[str, Any]], str]
    label: Callable[[dict[str, Any]], str]
    low: str | None = None
    high: str | None = None
    range_of_other: bool = False
    flagged: str | None = None
    rate: bool = True
    from_zero: bool = True


def figure(frame: pl.DataFrame, pair: Pair, colours: Palette) -> go.Figure:
    """Rows in their order; rows without the filled value are left out."""
    rows = list(frame.drop_nulls(pair.value).iter_rows(named=True))
    chart = theme.figure(colours, height=row_axis.tall(len(rows)))
    _joints(chart, rows, pair, colours)
    if pair.low and pair.high:
        _ranges(chart, rows, pair, colours)
    hollow = {
        "size": 9,
        "color": colours.card,
        "line": {"color": colours.comparison, "width": 1.8},
        "opacity": 1,
    }
    odd = [pair.flagged is not None and row[pair.flagged] is False for row in rows]
    filled = {
        "size": 10,
        "color": [colours.bad if flag else colours.subject for flag in odd],
        "symbol": ["diamond" if flag else "circle" for flag in odd],
        "opacity": 1,
    }
    _marks(chart, rows, pair, pair.other, hollow)
    _marks(chart, rows, pair, pair.value, filled)
    row_axis.names(chart, [str(row[pair.name]) for row in rows], colours)
    row_axis.beside(chart, [pair.label(row) for row in rows], colours)
    _axis(chart, rows, pair, colours)
    return chart


def _marks(
    chart: go.Figure, rows: list[dict[str, Any]], pair: Pair, column: str, marker: dict[str, Any]
) -> None:
    """One mark a row, at one of its two values."""
    chart.add_scatter(
        x=[row[column] for row in rows],
        y=list(range(len(rows))),
        mode="markers",
        hovertext=[pair.hover(row) for row in rows],
        hoverinfo="text",
        customdata=[str(row[pair.key]) for row in rows],
        marker=marker,
        **row_axis.STILL,
    )


def _joints(chart: go.Figure, rows: list[dict[str, Any]], pair: Pair, colours: Palette) -> None:
    x: list[float | None] = []
    y: list[int | None] = []
    for place, row in enumerate(rows):
        if row[pair.other] is not None:
            x += [row[pair.value], row[pair.other], None]
            y += [place, place, None]
    chart.add_scatter(
        x=x,
        y=y,
        mode="lines",
        line={"color": colours.comparison, "width": 1.2, "dash": "dot"},
        hoverinfo="skip",
    )


def _ranges(chart: go.Figure, rows: list[dict[str, Any]], pair: Pair, colours: Palette) -> None:
    x: list[float | None] = []
    y: list[int | None] = []
    for place, row in enumerate(rows):
        x += [row[str(pair.low)], row[str(pair.high)], None]
        y += [place, place, None]
    chart.add_scatter(
        x=x,
        y=y,
        mode="lines",
        line={
            "color": colours.comparison if pair.range_of_other else colours.subject,
            "width": 1.8,
        },
        hoverinfo="skip",
    )


def _axis(chart: go.Figure, rows: list[dict[str, Any]], pair: Pair, colours: Palette) -> None:
    columns = (pair.value, pair.other, pair.high)
    ends = [row[name] for row in rows for name in columns if name and row[name] is not None]
    starts = [row[name] for row in rows for name in columns[:2] if name and row[name] is not None]
    top = max(ends, default=0) or 1
    bottom = 0 if pair.from_zero else min(starts, default=0)
    span = (top - bottom) or top
    chart.update_xaxes(
        range=[bottom - span * (0.02 if pair.from_zero else 0.06), top + span * 0.05],
        tickformat=".0%" if pair.rate else ",d",
        showgrid=True,
        gridcolor=colours.line,
        nticks=6,
    )


def rates_hover(row: dict[str, Any]) -> str:
    """A row of `returns_elsewhere` in words."""
    lines = [
        f"<b>{theme.safe(row['source_name'])}</b>",
        (
            f"here {formats.rate(row['return_rate'])}, {formats.count(row['returned'])} of "
            f"{formats.count(row['delivered'])}"
        ),
        f"likely range {formats.likely_range(row['return_low'], row['return_high'])}",
    ]
    if row["others_rate"] is None:
        lines.append("no other buyer gets these leads")
    else:
        lines.append(
            f"other buyers {formats.rate(row['others_rate'])}, "
            f"{formats.count(row['others_returned'])} of {formats.count(row['others_delivered'])}"
        )
    return "<br>".join(lines)
