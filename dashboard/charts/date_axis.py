"""Axes of days, and what stands on a day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dashboard.presentation import formats, theme

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import plotly.graph_objects as go

    from dashboard.presentation.theme import Palette

_MOST: Final = 7  # labels that stand side by side
_NAMED: Final = 4  # notes whose text still fits beside each other


def axis(
    chart: go.Figure,
    starts: Sequence[date],
    at: Sequence[Any] | None = None,
    *,
    most: int = _MOST,
) -> None:
    """Labels at the buckets themselves, the last one among them, so many at the most.

    `at` is where each bucket is drawn, where that is not its first day.
    """
    apart = max(1, -(-len(starts) // most))
    pairs = list(zip(starts, at or starts, strict=True))
    shown = list(reversed(pairs[::-1][::apart]))
    monthly = len(starts) > 1 and all(day.day == 1 for day in starts)
    chart.update_xaxes(
        type="date",
        tickvals=[place for _, place in shown],
        ticktext=[_short(day, monthly=monthly) for day, _ in shown],
        showgrid=False,
    )


def _short(day: date, *, monthly: bool) -> str:
    """A day without its year; a month with it, on a line of its own."""
    text, _, year = formats.day(day).rpartition(" ")
    return f"{text.split()[1]}<br>{year}" if monthly else text


def notes(chart: go.Figure, marks: Sequence[tuple[date, str]], colours: Palette) -> None:
    """Thin lines at days with what happened then; all of it is on hover."""
    for place, (day, sentence) in enumerate(marks):
        chart.add_vline(x=day, line={"color": colours.attention, "width": 1, "dash": "dot"})
        chart.add_annotation(
            x=day,
            y=1,
            yref="paper",
            text=theme.short(sentence, 18) if len(marks) <= _NAMED else "●",
            hovertext=f"{formats.day(day)}<br>{theme.safe(sentence)}",
            showarrow=False,
            xanchor="left",
            yanchor="top",
            xshift=3,
            yshift=-13 * (place % 2),
            font={"size": theme.SIZE - 2, "color": colours.attention},
        )
