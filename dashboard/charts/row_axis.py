"""What figures with a row per thing share: the axis of names, labels beside the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dashboard.presentation import theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    import plotly.graph_objects as go

    from dashboard.presentation.theme import Palette

HEIGHT: Final = 26
LETTER: Final = 6.0
"""Pixels of a letter in a label, with some to spare for other fonts."""
STILL: Final = {
    "selected": {"marker": {"opacity": 1}},
    "unselected": {"marker": {"opacity": 1}},
}
"""A click changes no opacity: it leads somewhere."""


def tall(rows: int, *, room: int = 46, row: int = HEIGHT, least: int = 120) -> int:
    """How high a figure of so many rows is."""
    return max(least, room + row * rows)


def names(chart: go.Figure, labels: Sequence[str], colours: Palette, most: int = 21) -> None:
    """One name per row on the left, the first row on top."""
    chart.update_yaxes(
        tickvals=list(range(len(labels))),
        ticktext=[theme.short(label, most) for label in labels],
        range=[len(labels) - 0.4, -0.6],
        tickfont={"color": colours.text, "size": theme.SIZE},
        ticks="",
        showgrid=False,
    )


def beside(chart: go.Figure, labels: Sequence[str], colours: Palette) -> None:
    """Words of each row at the right edge, with room for the longest."""
    for place, label in enumerate(labels):
        chart.add_annotation(
            x=1,
            xref="paper",
            y=place,
            text=label,
            showarrow=False,
            xanchor="left",
            align="left",
            xshift=6,
            font={"size": theme.SIZE - 1, "color": colours.text},
        )
    longest = max(map(len, labels), default=0)
    chart.update_layout(margin={"r": 14 + round(LETTER * longest)})


def pushed_apart(places: Sequence[float], least: float) -> list[float]:
    """Places in the order given, moved up where they would stand closer than `least`."""
    moved = list(places)
    below: float | None = None
    for nth in sorted(range(len(moved)), key=lambda nth: places[nth]):
        if below is not None:
            moved[nth] = max(moved[nth], below + least)
        below = moved[nth]
    return moved


def label(chart: go.Figure, x: float, y: float, text: str, colour: str, **place: object) -> None:
    """A direct label at a point of the data."""
    chart.add_annotation(
        x=x,
        y=y,
        text=text,
        showarrow=False,
        font={"size": theme.SIZE - 1, "color": colour},
        **place,
    )
