"""Small figures for reports as SVG, drawn from numbers: waterfall, trend, dot and range.

Each is made for a palette and a width at which its text can be read, in print and on a
phone. Marks differ by shape or dash too, never by colour alone.
"""

from __future__ import annotations

import html
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dashboard.reports.safe_text import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dashboard.presentation.theme import Palette

WIDTH: Final = 340
_FONT: Final = "'Segoe UI', 'Helvetica Neue', Arial, 'Liberation Sans', system-ui, sans-serif"
_SIZE: Final = 10.5
_LETTER: Final = 5.6  # about how wide a letter is
_ROW: Final = 21
_STEPS: Final = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Bar:
    """One step of a waterfall: from `start` to `end`, written as `text`."""

    label: str
    start: float
    end: float
    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class Point:
    """A share over time; `young` ones are too young to judge. None leaves a gap."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    young: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    """A share with its likely range; `few` are drawn hollow."""

    name: str
    value: float
    low: float
    high: float
    text: str
    few: bool = False


def _text(x: float, y: float, text: str, colour: str, anchor: str = "start") -> str:
    safe = html.escape(plain(text))
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}">{safe}</text>'


def _line(ends: tuple[float, float, float, float], colour: str, more: str = "") -> str:
    x1, y1, x2, y2 = ends
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
        f'stroke="{colour}" stroke-width="1" {more}/>'
    )


def _svg(height: float, parts: Sequence[str], alt: str) -> str:
    name = html.escape(plain(alt))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" '
        f'role="img" aria-label="{name}" font-family="{_FONT}" font-size="{_SIZE}">'
        f"{''.join(parts)}</svg>"
    )


def short(text: str, width: float) -> str:
    """A label cut to a width in pixels."""
    one_line = plain(text)
    most = int(width / _LETTER)
    return one_line if len(one_line) <= most else one_line[: most - 1].rstrip() + "…"


def _top(highest: float) -> float:
    """A round number at or above the highest value, for an axis that begins at zero."""
    if highest <= 0:
        return 1.0
    size = 10.0
    while size > highest:
        size /= 10
    while size * 10 < highest:
        size *= 10
    return next(step * size for step in _STEPS if step * size >= highest * 0.999)


def waterfall(bars: Sequence[Bar], colours: Palette, alt: str) -> str:
    """Bars from step to step, with their amounts above and their names below."""
    tones = {"good": colours.good, "bad": colours.bad, "subject": colours.subject}
    top, bottom = 18, 118
    ends = [value for bar in bars for value in (bar.start, bar.end)]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    spread = (high - low) or 1.0
    step = WIDTH / max(len(bars), 1)

    def y(value: float) -> float:
        return bottom - (value - low) / spread * (bottom - top)

    parts = [_line((0, y(0), WIDTH, y(0)), colours.line)]
    for place, bar in enumerate(bars):
        x, middle = place * step, place * step + step / 2
        upper, lower = y(max(bar.start, bar.end)), y(min(bar.start, bar.end))
        colour = tones.get(bar.tone, colours.comparison)
        parts.append(
            f'<rect x="{x + step * 0.16:.1f}" y="{upper:.1f}" width="{step * 0.68:.1f}" '
            f'height="{max(lower - upper, 1):.1f}" rx="1.5" fill="{colour}"/>'
        )
        parts.append(_text(middle, upper - 5, bar.text, colours.text, "middle"))
        parts.append(_text(middle, bottom + 16, bar.label, colours.quiet, "middle"))
        if place + 1 < len(bars):
            level = y(bar.end)
            ends_at = (x + step * 0.84, level, x + step * 1.16, level)
            parts.append(_line(ends_at, colours.comparison, 'stroke-dasharray="2 2"'))
    return _svg(bottom + 22, parts, alt)


def trend(points: Sequence[Point], colours: Palette, alt: str) -> str:
    """A line of shares from zero with its likely range; the young end dotted and hollow."""
    left, right, top, bottom = 34.0, WIDTH - 8.0, 8.0, 112.0
    known = [p.value for p in points if p.value is not None]
    highs = [p.high for p in points if p.high is not None]
    ceiling = _top(min(max([*known, *highs], default=0.0), 2 * max(known, default=0.5)))
    step = (right - left) / max(len(points) - 1, 1)

    def x(place: int) -> float:
        return left + place * step

    def y(value: float) -> float:
        return bottom - min(value, ceiling) / ceiling * (bottom - top)

    parts = []
    for share in (0.0, ceiling / 2, ceiling):
        parts.append(_line((left, y(share), right, y(share)), colours.line))
        percent = f"{share * 100:.0f} %" if ceiling >= 0.02 else f"{share * 100:.1f} %"  # noqa: PLR2004 - axis of few percent
        parts.append(_text(left - 5, y(share) + 3.5, percent, colours.quiet, "end"))
    parts.append(_band(points, colours, x, y))
    parts += _strokes(points, colours, x, y)
    every = max(1, -(-len(points) // 5))
    for place in range(0, len(points), every):
        anchor = "middle" if 0 < place < len(points) - 1 else "start" if not place else "end"
        parts.append(_text(x(place), bottom + 16, points[place].label, colours.quiet, anchor))
    return _svg(bottom + 22, parts, alt)


def _band(
    points: Sequence[Point],
    colours: Palette,
    x: Callable[[int], float],
    y: Callable[[float], float],
) -> str:
    inside = [(i, p) for i, p in enumerate(points) if p.low is not None and p.high is not None]
    upper = [f"{x(i):.1f},{y(p.high or 0):.1f}" for i, p in inside]
    lower = [f"{x(i):.1f},{y(p.low or 0):.1f}" for i, p in reversed(inside)]
    path = " ".join(upper + lower)
    return f'<polygon points="{path}" fill="{colours.spread}"/>' if len(inside) > 1 else ""


def _strokes(
    points: Sequence[Point],
    colours: Palette,
    x: Callable[[int], float],
    y: Callable[[float], float],
) -> list[str]:
    known = [(i, p, p.value) for i, p in enumerate(points) if p.value is not None]
    parts = []
    for (i, _, value), (j, after, then) in itertools.pairwise(known):
        dash = 'stroke-dasharray="2 3" ' if after.young else ""
        parts.append(
            f'<line x1="{x(i):.1f}" y1="{y(value):.1f}" x2="{x(j):.1f}" y2="{y(then):.1f}" '
            f'stroke="{colours.subject}" stroke-width="2" {dash}stroke-linecap="round"/>'
        )
    for i, point, value in known:
        fill = colours.background if point.young else colours.subject
        parts.append(
            f'<circle cx="{x(i):.1f}" cy="{y(value):.1f}" r="2.6" fill="{fill}" '
            f'stroke="{colours.subject}" stroke-width="1.2"/>'
        )
    return parts


def ranges(rows: Sequence[Range], colours: Palette, alt: str, overall: float | None = None) -> str:
    """A dot with its likely range a row, names left and values right."""
    left, right = 112.0, WIDTH - 52.0
    top, bottom = 6.0, 6.0 + _ROW * len(rows)
    ceiling = _top(max((row.high for row in rows), default=0.0))

    def x(value: float) -> float:
        return left + value / ceiling * (right - left)

    parts = [_line((left, top, left, bottom), colours.line)]
    if overall is not None and overall <= ceiling:
        ends = (x(overall), top, x(overall), bottom)
        parts.append(_line(ends, colours.comparison, 'stroke-dasharray="3 3"'))
        parts.append(_text(x(overall), bottom + 13, "all", colours.quiet, "middle"))
    for place, row in enumerate(rows):
        y = top + _ROW * (place + 0.5)
        fill = colours.background if row.few else colours.subject
        parts.append(_text(left - 8, y + 3.5, short(row.name, left - 8), colours.text, "end"))
        parts.append(
            f'<line x1="{x(row.low):.1f}" y1="{y:.1f}" x2="{x(row.high):.1f}" y2="{y:.1f}" '
            f'stroke="{colours.comparison}" stroke-width="2" stroke-linecap="round"/>'
            f'<circle cx="{x(row.value):.1f}" cy="{y:.1f}" r="4" fill="{fill}" '
            f'stroke="{colours.subject}" stroke-width="1.4"/>'
        )
        parts.append(_text(WIDTH, y + 3.5, row.text, colours.text, "end"))
    return _svg(bottom + 18, parts, alt)
