"""What moved a rate: each source's part of the change, up to the right, down to the left."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from dashboard.charts import row_axis
from dashboard.presentation import formats, theme

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from dashboard.presentation.theme import Palette

MOST: Final = 8
REST: Final = "(rest)"


def parts(shift: pl.DataFrame) -> pl.DataFrame:
    """Groups of one measure of `mix_shift`, the largest few and all others as one row."""
    rows = shift.filter(pl.col("group") != "(all)", pl.col("change").abs() > 0)
    rows = rows.sort([pl.col("change").abs(), "group"], descending=[True, False])
    rest = rows.slice(MOST)
    first = rows.head(MOST).sort("change", "group")
    if rest.height < 2:  # noqa: PLR2004 - a single one can be named
        return rows.sort("change", "group")
    summed = rest.select(pl.col("from_mix", "from_performance", "change").sum()).with_columns(
        group=pl.lit(REST), name=pl.lit(f"{rest.height} others")
    )
    return pl.concat([first, summed], how="diagonal")


def figure(frame: pl.DataFrame, colours: Palette, *, higher_is_better: bool | None) -> go.Figure:
    """Bars around zero, the largest fall first; colour and side both tell the direction.

    All grey (None) where the whole change may be chance.
    """
    rows = list(frame.iter_rows(named=True))
    changes = [row["change"] * 100 for row in rows]
    chart = theme.figure(colours, height=row_axis.tall(len(rows)))
    shades = [
        colours.comparison
        if row["group"] == REST or higher_is_better is None
        else colours.good
        if (row["change"] > 0) == higher_is_better
        else colours.bad
        for row in rows
    ]
    chart.add_bar(
        x=changes,
        y=list(range(len(rows))),
        orientation="h",
        marker={"color": shades, "line": {"width": 0}},
        customdata=[row["group"] for row in rows],
        hovertext=[_hover(row) for row in rows],
        hoverinfo="text",
        **row_axis.STILL,
    )
    row_axis.names(chart, [row["name"] for row in rows], colours)
    row_axis.beside(chart, [formats.points(row["change"], places=2) for row in rows], colours)
    widest = max(map(abs, changes), default=1) or 1
    chart.update_xaxes(
        range=[-widest * 1.05, widest * 1.05],
        zeroline=True,
        zerolinecolor=colours.comparison,
        zerolinewidth=1,
        **_ticks(widest),
    )
    return chart


def _ticks(widest: float) -> dict[str, Any]:
    """Zero and one round number on each side of it."""
    power = 10.0 ** math.floor(math.log10(widest))
    most = max(step * power for step in (1, 2, 5) if step * power <= widest * (1 + 1e-9))
    places = max(0, -math.floor(math.log10(most)))
    texts = (f"−{most:.{places}f} pp", "0", f"+{most:.{places}f} pp")
    return {"tickvals": (-most, 0, most), "ticktext": texts}


def _hover(row: dict[str, Any]) -> str:
    lines = [f"<b>{theme.safe(row['name'])}</b>"]
    if row.get("rate_now") is not None or row.get("rate_before") is not None:
        before, now = formats.rate(row["rate_before"]), formats.rate(row["rate_now"])
        lines.append(f"{before} of {formats.count(row['of_before'])} before")
        lines.append(f"{now} of {formats.count(row['of_now'])} now")
    lines.append(f"from performance {formats.points(row['from_performance'], places=2)}")
    lines.append(f"from the mix {formats.points(row['from_mix'], places=2)}")
    return "<br>".join(lines)
