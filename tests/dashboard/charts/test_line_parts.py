"""What figures over time share."""

from __future__ import annotations

import plotly.graph_objects as go
import pytest

from dashboard.charts import line_parts
from dashboard.presentation import theme

X = [1, 2, 3, 4]
Y = [10, 20, 30, 40]


def test_a_range_goes_along_the_top_and_back_along_the_bottom() -> None:
    """Filled, in the colour of ranges, without a word under the pointer."""
    chart = go.Figure()
    line_parts.spread(chart, X[:2], [1, 2], [5, 6], theme.DARK)
    [band] = chart.data
    assert list(band.x) == [1, 2, 2, 1]
    assert list(band.y) == [5, 6, 2, 1]
    assert (band.fill, band.fillcolor, band.hoverinfo) == ("toself", theme.DARK.spread, "skip")


@pytest.mark.parametrize(
    ("settled", "solid", "dotted"),
    [(4, X, [4]), (2, [1, 2], [2, 3, 4]), (1, [1], X), (0, [], X)],
)
def test_a_line_is_dotted_from_where_it_is_young(
    settled: int, solid: list[int], dotted: list[int]
) -> None:
    """Both parts share the point before."""
    chart = go.Figure()
    line_parts.judged(chart, X, Y, settled, shade="#123456")
    first, second = chart.data
    assert list(first.x or ()) == solid
    assert list(second.x) == dotted
    assert list(second.y) == [10 * x for x in dotted]
    assert (first.line.dash, second.line.dash) == ("solid", "dot")
    assert first.line.color == second.line.color == "#123456"


def test_a_plain_line_has_the_look_it_is_given() -> None:
    """And no points."""
    chart = go.Figure()
    line_parts.plain(chart, X, Y, color="#123456", dash="dash")
    assert (chart.data[0].mode, chart.data[0].line.dash) == ("lines", "dash")
