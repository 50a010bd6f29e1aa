"""Claims by their state, and what checks would save: bars with numbers and money beside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dashboard.charts import row_axis
from dashboard.presentation import formats, theme
from data_access.currencies import in_units

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars as pl

    from dashboard.presentation.theme import Palette

_ROW: Final = 68
STATES: Final = {
    "claimed": "Claimed",
    "waiting": "Waiting",
    "credited": "Credited",
    "refused": "Refused",
}


def claims(frame: pl.DataFrame, colours: Palette, currency: str = "USD") -> go.Figure:
    """`claims_summary`: how many, their share, and the money asked for or given."""
    rows = [row for row in frame.iter_rows(named=True) if row["return_state"] in STATES]
    shades = {"waiting": colours.attention, "credited": colours.bad}
    chart = theme.figure(colours, height=row_axis.tall(len(rows), row=_ROW, room=24))
    chart.add_bar(
        x=[row["claims"] for row in rows],
        y=list(range(len(rows))),
        orientation="h",
        customdata=[row["return_state"] for row in rows],
        hovertext=[_claim_hover(row, currency) for row in rows],
        hoverinfo="text",
        marker={
            "color": [shades.get(row["return_state"], colours.comparison) for row in rows],
            "pattern": {
                "shape": ["/" if row["return_state"] == "waiting" else "" for row in rows],
                "fgcolor": colours.attention,
                "bgcolor": colours.card,
                "size": 6,
            },
            "line": {"width": 0},
        },
        **row_axis.STILL,
    )
    row_axis.names(chart, [STATES[row["return_state"]] for row in rows], colours)
    row_axis.beside(chart, [_claim_label(row, currency) for row in rows], colours)
    chart.update_layout(margin={"r": 128})
    chart.update_xaxes(visible=False, rangemode="tozero")
    return chart


def amount(row: dict[str, Any]) -> int | None:
    """What was given back where it was credited, else what is asked for."""
    name = (
        "credit_approved_cents" if row["return_state"] == "credited" else "credit_requested_cents"
    )
    found: int | None = row[name]
    return found


def _claim_label(row: dict[str, Any], currency: str) -> str:
    money = theme.safe(formats.money(amount(row), currency))
    return f"{formats.count(row['claims'])} · {formats.rate(row['share'])}<br>{money}"


def _claim_hover(row: dict[str, Any], currency: str) -> str:
    lines = [
        f"<b>{STATES[row['return_state']]}: {formats.count(row['claims'])}</b>",
        f"charged {formats.money(row['price_cents'], currency)}",
        f"asked back {formats.money(row['credit_requested_cents'], currency)}",
        f"given back {formats.money(row['credit_approved_cents'] or 0, currency)}",
    ]
    if row["median_days_to_decide"] is not None:
        lines.append(f"half decided within {row['median_days_to_decide']:.1f} days")
    return "<br>".join(lines[:1] + [theme.safe(line) for line in lines[1:]])


def avoidable(frame: pl.DataFrame, colours: Palette, currency: str = "USD") -> go.Figure:
    """`avoidable_returns`: what a check before delivery saves less its price, per group."""
    rows = list(frame.drop_nulls("avoidable_cents").iter_rows(named=True))
    values = [in_units(row["avoidable_cents"], currency) for row in rows]
    chart = theme.figure(colours, height=row_axis.tall(len(rows), row=34, room=24))
    chart.add_vline(x=0, line={"color": colours.comparison, "width": 1})
    chart.add_bar(
        x=values,
        y=list(range(len(rows))),
        orientation="h",
        hovertext=[_check_hover(row, currency) for row in rows],
        hoverinfo="text",
        marker={
            "color": [colours.good if value > 0 else colours.comparison for value in values],
            "pattern": {
                "shape": ["" if value > 0 else "/" for value in values],
                "fgcolor": colours.comparison,
                "bgcolor": colours.card,
                "size": 6,
            },
            "line": {"width": 0},
        },
        **row_axis.STILL,
    )
    row_axis.names(chart, [formats.reason_group(row["reason_group"]) for row in rows], colours)
    labels = [theme.safe(formats.money(row["avoidable_cents"], currency)) for row in rows]
    row_axis.beside(chart, labels, colours)
    chart.update_layout(margin={"r": 76})
    chart.update_xaxes(visible=False)
    return chart


def _check_hover(row: dict[str, Any], currency: str) -> str:
    return "<br>".join(
        (
            f"<b>{theme.safe(formats.reason_group(row['reason_group']))}</b>",
            theme.safe(row["check"]),
            theme.safe(f"saves {formats.money(row['saved_cents'], currency)}"),
            theme.safe(
                f"costs {formats.money(row['check_cost_cents'], currency)} "
                f"for {formats.count(row['checked'])} checks"
            ),
        )
    )
