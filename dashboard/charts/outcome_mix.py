"""Where deliveries stand: one bar per result, longest first within its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dashboard.presentation import formats, theme

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars as pl

    from dashboard.presentation.theme import Palette

ORDER: Final = tuple(formats.OUTCOMES)
_ROW_HEIGHT: Final = 30
_LETTER: Final = 5.6  # pixels of a digit in a label, with some to spare for other fonts
_LEAST: Final = 300  # as high as the trend beside it


def _marker(rows: list[dict[str, Any]], colours: Palette) -> dict[str, Any]:
    """The colour of each bar; those without a word are hatched."""
    return {
        "color": [_colour(row, colours) for row in rows],
        "pattern": {
            "shape": ["/" if row["outcome"] == "silent" else "" for row in rows],
            "fgcolor": colours.comparison,
            "bgcolor": colours.card,
            "size": 6,
        },
        "line": {"width": 0},
    }


def figure(frame: pl.DataFrame, colours: Palette) -> go.Figure:
    """An outcome mix as horizontal bars; those without a word are hatched."""
    place = {outcome: number for number, outcome in enumerate(ORDER)}
    rows = sorted(
        frame.iter_rows(named=True), key=lambda row: place.get(row["outcome"], len(place))
    )
    shares = [row["share"] or 0.0 for row in rows]
    labels = [f"{formats.count(row['deliveries'])} · {formats.rate(row['share'])}" for row in rows]
    chart = theme.figure(colours, height=max(_LEAST, 16 + _ROW_HEIGHT * len(rows)))
    chart.add_bar(
        x=shares,
        y=list(range(len(rows))),
        orientation="h",
        width=min(0.65, 0.07 * (len(rows) + 1)),
        marker=_marker(rows, colours),
        text=labels,
        textposition="outside",
        textangle=0,
        cliponaxis=False,
        textfont={"color": colours.text, "size": theme.SIZE - 1},
        customdata=[row["outcome"] for row in rows],
        hovertext=[_hover(row) for row in rows],
        hoverinfo="text",
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
    )
    # Room for the labels in pixels: as a part of the axis it would shrink with the screen.
    chart.update_layout(margin={"r": 8 + _LETTER * max(map(len, labels), default=0)})
    chart.update_xaxes(visible=False, range=[0, max(shares, default=1.0) or 1])
    chart.update_yaxes(
        tickvals=list(range(len(rows))),
        ticktext=[theme.short(formats.outcome(row["outcome"])) for row in rows],
        range=[len(rows) - 0.45, -0.55],
        tickfont={"color": colours.text, "size": theme.SIZE},
        ticks="",
    )
    return chart


def _colour(row: dict[str, object], colours: Palette) -> str:
    if row["outcome"] == "converted":
        return colours.good
    return colours.bad if row["outcome"] == "returned" else colours.comparison


def _hover(row: dict[str, object]) -> str:
    outcome = row["outcome"]
    likely = formats.likely_range(row["low"], row["high"])  # type: ignore[arg-type]  # shares
    return (
        f"<b>{theme.safe(formats.outcome(outcome if isinstance(outcome, str) else None))}</b><br>"
        f"{formats.count(row['deliveries'])} of {formats.count(row['base'])}<br>"  # type: ignore[arg-type]  # counts
        f"likely range {likely}"
    )
