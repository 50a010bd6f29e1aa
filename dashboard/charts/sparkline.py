"""The shape of a number over time, small and grey: colour belongs to the verdict."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.presentation.theme import Palette

_WIDTH, _HEIGHT, _EDGE = 200, 28, 3


def image(values: Sequence[float | None], colours: Palette) -> str:
    """A data address of an SVG line; empty when there are not two values to join."""
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    if len(known) < 2:  # noqa: PLR2004 - a line has two ends
        return ""
    low, high = min(value for _, value in known), max(value for _, value in known)
    spread = (high - low) or 1.0
    step = (_WIDTH - 2 * _EDGE) / (len(values) - 1)
    tall = _HEIGHT - 2 * _EDGE
    points = " ".join(
        f"{_EDGE + place * step:.1f},{_HEIGHT - _EDGE - (value - low) / spread * tall:.1f}"
        for place, value in known
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'preserveAspectRatio="none"><polyline points="{points}" fill="none" '
        f'stroke="{colours.comparison}" stroke-width="1.5" vector-effect="non-scaling-stroke" '
        f'stroke-linejoin="round"/></svg>'
    )
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
