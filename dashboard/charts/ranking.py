"""Who is better, and is it sure: a dot and its likely range per row, sorted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from dashboard.presentation import formats, theme
from metrics.insights.ranking import brackets

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from dashboard.presentation.theme import Palette

FEW: Final = 30
"""Below so many, a rate is drawn hollow: too few leads to tell."""
GOOD_BAND: Final = (0.08, 0.12)
_ROW_HEIGHT: Final = 26
_SMALLEST, _LARGEST = 8.0, 20.0
_NARROW: Final = 0.02  # a range that its own dot covers
_CLEAR: Final = "\u00a0" * 4  # as wide as half of the largest dot
_LANE: Final = 9  # pixels between brackets
_LANES: Final = 6
_MOST_BRACKETED: Final = 60
_BEYOND: Final = 1.03  # the axis goes on a little after its last range


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """Which columns of a frame are ranked, and what the rate is called."""

    rate: str
    low: str
    high: str
    base: str
    of: str  # what the base counts, in words
    label: str
    key: str = "id"
    name: str = "name"
    lowest_first: bool = False
    good_band: bool = False


def figure(
    frame: pl.DataFrame,
    ranked: Ranked,
    colours: Palette,
    *,
    overall: float | None = None,
    bracketed: bool = False,
) -> go.Figure:
    """Rows of a frame as dots with ranges; rows without a rate are left out.

    `customdata` of each dot is the row's key, for clicks. `bracketed` joins rows that
    cannot be told apart by lines at the right edge.
    """
    rows = in_order(frame, ranked)
    limit = _limit(rows, ranked)
    chart = theme.figure(colours, height=max(110, 58 + _ROW_HEIGHT * rows.height))
    _dots(chart, rows, ranked, colours, limit)
    _marks(chart, ranked, colours, overall)
    lanes = _brackets(chart, rows, ranked, colours) if bracketed else 0
    right = 62 + _LANE * lanes  # for the labels and the brackets
    chart.update_layout(margin={"r": right, "t": 24 if ranked.good_band else 8})
    chart.update_xaxes(
        range=[-limit * 0.012, limit * _BEYOND],
        tickformat=".0%",
        side="bottom",
        showgrid=True,
        gridcolor=colours.line,
    )
    chart.update_yaxes(
        tickvals=list(range(rows.height)),
        ticktext=[theme.short(name) for name in rows[ranked.name]],
        range=[
            rows.height - (0.4 if overall is None else 0.05),
            -0.6,
        ],
        tickfont={"color": colours.text, "size": theme.SIZE},
        ticks="",
    )
    return chart


def in_order(frame: pl.DataFrame, ranked: Ranked) -> pl.DataFrame:
    """Rows that have a rate, the best first, ties by key."""
    return frame.drop_nulls(ranked.rate).sort(
        ranked.rate, ranked.key, descending=[not ranked.lowest_first, False]
    )


def _brackets(chart: go.Figure, rows: pl.DataFrame, ranked: Ranked, colours: Palette) -> int:
    """Lines beside rows that cannot be told apart, in as few lanes as need be; how many."""
    if rows.height > _MOST_BRACKETED:
        return 0
    ends: list[int] = []  # the last row of each lane
    triples = list(rows.select(ranked.rate, ranked.low, ranked.high).iter_rows())
    for first, last in brackets(triples):
        lane = next((place for place, end in enumerate(ends) if end < first), len(ends))
        if lane == _LANES:
            return _LANES  # more would be a fence
        ends[lane : lane + 1] = [last]
        chart.add_shape(
            type="line",
            xref="paper",
            xsizemode="pixel",
            xanchor=1,
            x0=62 + _LANE * lane,
            x1=62 + _LANE * lane,
            y0=first - 0.32,
            y1=last + 0.32,
            line={"color": colours.comparison, "width": 2},
        )
    return len(ends)


def _limit(rows: pl.DataFrame, ranked: Ranked) -> float:
    """Where the axis ends: at the widest range of rows with enough leads.

    A range that rests on a handful of leads may run out of the figure; else it would
    press all the others together.
    """
    judged = rows.filter(pl.col(ranked.base) >= FEW)
    ends = [*judged[ranked.high], *rows[ranked.rate], GOOD_BAND[1] if ranked.good_band else 0.0]
    return max(ends, default=0.0) or 0.1


def _dots(
    chart: go.Figure, rows: pl.DataFrame, ranked: Ranked, colours: Palette, limit: float
) -> None:
    rates, lows, highs = (rows[name].to_list() for name in (ranked.rate, ranked.low, ranked.high))
    bases = rows[ranked.base].to_list()
    few = [base < FEW for base in bases]
    ends = {
        "type": "data",
        "symmetric": False,
        "array": [high - rate for high, rate in zip(highs, rates, strict=True)],
        "arrayminus": [rate - low for low, rate in zip(lows, rates, strict=True)],
        "color": colours.subject,
        "thickness": 1.6,
        "width": 0,
    }
    chart.add_scatter(
        x=rates,
        y=list(range(rows.height)),
        mode="markers",
        customdata=rows[ranked.key].to_list(),
        hovertext=[_hover(row, ranked) for row in rows.iter_rows(named=True)],
        hoverinfo="text",
        error_x=ends,
        marker=_marker(bases, few, colours),
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
    )
    texts = [
        f"{_CLEAR * (2 if high - rate < _NARROW * limit else 1)}{formats.rate(rate)}"
        for rate, high in zip(rates, highs, strict=True)
    ]
    _beside(chart, [min(high, limit * _BEYOND) for high in highs], texts, few, colours)


def _marker(bases: list[int], few: list[bool], colours: Palette) -> dict[str, Any]:
    """Dots by size of the sample; those of small samples are hollow."""
    largest = max(bases, default=1) or 1
    return {
        "size": [_SMALLEST + (_LARGEST - _SMALLEST) * (base / largest) ** 0.5 for base in bases],
        "color": [colours.card if hollow else colours.subject for hollow in few],
        "line": {"color": colours.subject, "width": 1.8},
        "opacity": 1,
    }


def _beside(
    chart: go.Figure, ends: list[float], texts: list[str], few: list[bool], colours: Palette
) -> None:
    """The rates as text to the right of their ranges."""
    chart.add_scatter(
        x=ends,
        y=list(range(len(texts))),
        mode="text",
        text=texts,
        textposition="middle right",
        textfont={
            "size": theme.SIZE - 1,
            "color": [colours.quiet if hollow else colours.text for hollow in few],
        },
        hoverinfo="skip",
        cliponaxis=False,
    )


def _marks(chart: go.Figure, ranked: Ranked, colours: Palette, overall: float | None) -> None:
    """The Good band and the rate of all rows together, named where they stand."""
    small = {"size": theme.SIZE - 2, "color": colours.quiet}
    if ranked.good_band:
        low, high = GOOD_BAND
        chart.add_vrect(x0=low, x1=high, fillcolor=colours.band, line_width=0, layer="below")
        chart.add_annotation(
            x=high,
            y=1,
            yref="paper",
            text="Good 8 – 12 %",
            showarrow=False,
            xanchor="right",
            yanchor="bottom",
            font={**small, "color": colours.good},
        )
    if overall is not None:
        chart.add_vline(
            x=overall, line={"color": colours.comparison, "width": 1, "dash": "dot"}, layer="below"
        )
        right = ranked.good_band and overall >= sum(GOOD_BAND) / 2
        chart.add_annotation(
            x=overall,
            y=0,
            yref="paper",
            text=f"all {formats.rate(overall)}",
            showarrow=False,
            xanchor="left" if right else "right",
            xshift=4 if right else -4,
            yanchor="bottom",
            font=small,
        )


def _hover(row: dict[str, object], ranked: Ranked) -> str:
    base = row[ranked.base]
    counted = f"of {formats.count(base)} {ranked.of}" if isinstance(base, int) else ""
    likely = formats.likely_range(row[ranked.low], row[ranked.high])  # type: ignore[arg-type]  # rates
    lines = [
        f"<b>{theme.safe(str(row[ranked.name]))}</b>",
        f"{ranked.label} {formats.rate(row[ranked.rate])} {counted}",  # type: ignore[arg-type]  # a rate
        f"likely range {likely}",
        theme.safe(str(row[ranked.key])),
    ]
    if isinstance(base, int) and base < FEW:
        lines.insert(3, f"too few leads to tell ({base} of {FEW})")
    return "<br>".join(lines)
