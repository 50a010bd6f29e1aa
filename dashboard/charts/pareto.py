"""Reasons from the most frequent down: a bar per reason, and the share of all so far."""

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
class Reasons:
    """Which column names a bar, what it is called, which one is looked at."""

    key: str
    called: Callable[[str], str]
    chosen: str | None = None
    currency: str = "USD"


def figure(frame: pl.DataFrame, reasons: Reasons, colours: Palette) -> go.Figure:
    """Rows of `return_reasons` of one level, with their shares of all claims."""
    rows = list(
        frame.sort(["returned", reasons.key], descending=[True, False]).iter_rows(named=True)
    )
    places = list(range(len(rows)))
    chart = theme.figure(colours, height=row_axis.tall(len(rows), row=30, room=40))
    chart.add_bar(
        x=[row["share"] for row in rows],
        y=places,
        orientation="h",
        customdata=[row[reasons.key] for row in rows],
        hovertext=[_hover(row, reasons) for row in rows],
        hoverinfo="text",
        marker={
            "color": [
                colours.subject
                if reasons.chosen in (None, row[reasons.key])
                else colours.comparison
                for row in rows
            ],
            "line": {"width": 0},
        },
        **row_axis.STILL,
    )
    so_far = [sum(row["share"] for row in rows[: place + 1]) for place in places]
    chart.add_scatter(
        x=so_far,
        y=places,
        mode="lines+markers",
        line={"color": colours.quiet, "width": 1.2, "dash": "dot"},
        marker={"size": 5, "color": colours.quiet},
        hovertext=[f"{formats.rate(share)} of all claims so far" for share in so_far],
        hoverinfo="text",
    )
    row_axis.names(chart, [reasons.called(row[reasons.key]) for row in rows], colours, most=24)
    labels = [f"{formats.count(row['returned'])} · {formats.rate(row['share'])}" for row in rows]
    row_axis.beside(chart, labels, colours)
    chart.update_xaxes(
        range=[0, max([*so_far, 0.01]) * 1.03], tickformat=".0%", nticks=5, showgrid=False
    )
    return chart


def _hover(row: dict[str, Any], reasons: Reasons) -> str:
    lines = [
        f"<b>{theme.safe(reasons.called(row[reasons.key]))}</b>",
        f"{formats.count(row['returned'])} of {formats.count(row['claims'])} claims",
        f"likely range {formats.likely_range(row['low'], row['high'])}",
        theme.safe(f"given back {formats.money(row['credited_cents'], reasons.currency)}"),
    ]
    if row["uncreditable"]:
        lines.append("common terms would not credit it")
    return "<br>".join(lines)
