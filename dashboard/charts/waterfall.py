"""From one total to another by steps: money from before to now, points of a score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dashboard.charts import row_axis
from dashboard.presentation import theme

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import plotly.graph_objects as go

    from dashboard.presentation.theme import Palette

_HEIGHT: Final = 280


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One bar: a total that stands on the ground, or a change that starts where the last ended.

    `good` colours a change; None for neither good nor bad.
    """

    label: str
    value: float
    total: bool = False
    good: bool | None = None
    hover: str = ""


def figure(
    steps: Sequence[Step],
    colours: Palette,
    write: Callable[[float], str],
    *,
    target: tuple[float, str] | None = None,
) -> go.Figure:
    """Bars with their values; `target` is a line with its name."""
    chart = theme.figure(colours, height=_HEIGHT)
    bases, ends = spans(steps)
    heights = [end - base for base, end in zip(bases, ends, strict=True)]
    shades = [_shade(step, colours) for step in steps]
    chart.add_bar(
        x=list(range(len(steps))),
        y=heights,
        base=bases,
        marker={"color": shades, "line": {"width": 0}},
        text=[write(step.value) for step in steps],
        textposition="none",
        hovertext=[step.hover or f"{step.label}: {write(step.value)}" for step in steps],
        hoverinfo="text",
    )
    for place, (step, end) in enumerate(zip(steps, ends, strict=True)):
        row_axis.label(chart, place, end, write(step.value), colours.text, yanchor="bottom")
    if target:
        chart.add_hline(y=target[0], line={"color": colours.comparison, "width": 1, "dash": "dot"})
        row_axis.label(
            chart, 0, *target, colours.quiet, xref="paper", xanchor="left", yanchor="bottom"
        )
    top = max([*ends, target[0] if target else 0.0], default=1.0) or 1.0
    bottom = min([*bases, 0.0], default=0.0)
    chart.update_yaxes(visible=False, range=[bottom - (top - bottom) * 0.02, top * 1.14])
    chart.update_xaxes(
        tickvals=list(range(len(steps))),
        ticktext=[step.label.replace(" ", "<br>", 1) for step in steps],
        tickfont={"color": colours.text, "size": theme.SIZE - 1},
        ticks="",
    )
    chart.update_layout(bargap=0.3)
    return chart


def spans(steps: Sequence[Step]) -> tuple[list[float], list[float]]:
    """Lower and upper end of each bar: totals from the ground, changes from the level before."""
    level, bases, ends = 0.0, [], []
    for step in steps:
        start = 0.0 if step.total else level
        level = step.value if step.total else level + step.value
        bases.append(min(start, level))
        ends.append(max(start, level))
    return bases, ends


def _shade(step: Step, colours: Palette) -> str:
    if step.total:
        return colours.subject
    if step.good is None:
        return colours.comparison
    return colours.good if step.good else colours.bad
