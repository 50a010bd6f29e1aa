"""Where leads get lost: one bar per step, with the share of the step before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dashboard.charts import row_axis
from dashboard.presentation import formats, theme

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars as pl

    from dashboard.presentation.theme import Palette

STEPS: Final = {
    "attempted": "Attempted",
    "delivered": "Delivered",
    "feedback": "With feedback",
    "contacted": "Spoken to",
    "qualified": "Interested or sold",
    "converted": "Sales",
}
"""What the steps are called, in their order."""
_ROW: Final = 34


def figure(frame: pl.DataFrame, colours: Palette) -> go.Figure:
    """The table `funnel` as horizontal bars; the widest loss is named."""
    rows = list(frame.iter_rows(named=True))
    chart = theme.figure(colours, height=row_axis.tall(len(rows), room=16, row=_ROW))
    chart.add_bar(
        x=[row["deliveries"] for row in rows],
        y=list(range(len(rows))),
        orientation="h",
        marker={
            "color": [
                colours.good if row["step"] == "converted" else colours.subject for row in rows
            ],
            "line": {"width": 0},
        },
        customdata=[row["step"] for row in rows],
        hovertext=[_hover(row) for row in rows],
        hoverinfo="text",
        **row_axis.STILL,
    )
    row_axis.names(chart, [STEPS[row["step"]] for row in rows], colours)
    row_axis.beside(chart, [_label(row) for row in rows], colours)
    most = max((row["deliveries"] for row in rows), default=1) or 1
    chart.update_xaxes(visible=False, range=[0, most])
    return chart


def _label(row: dict[str, Any]) -> str:
    counted = formats.count(row["deliveries"])
    if row["of_before"] is None:
        return counted
    return f"{counted} · {row['of_before'] * 100:.0f} % of those"


def _hover(row: dict[str, Any]) -> str:
    lines = [f"<b>{STEPS[row['step']]}</b>", f"{formats.count(row['deliveries'])}"]
    if row["of_before"] is not None:
        likely = formats.likely_range(row["of_before_low"], row["of_before_high"])
        lines += [
            f"{formats.rate(row['of_before'])} of the step before ({likely})",
            f"{formats.count(row['lost'])} lost on the way",
        ]
    return "<br>".join(lines)
