"""What happens with age: shares sold, returned and closed, and how complete sales are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from dashboard.charts import date_axis, row_axis
from dashboard.presentation import formats, theme

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from dashboard.presentation.theme import Palette

_HEIGHT: Final = 340
_TALL: Final = 418  # as high as the histogram beside it
_WEEKS: Final = 8
_LABEL: Final = 0.05  # the part of the axis that a name takes
_MONTH: Final = 30  # days
_NAMED: Final = 0.98  # weeks less complete have their share in words
_SETTLED: Final = 0.99  # so much of the end is as good as the end
ENDS: Final = (
    ("closed", "Closed", "dot"),
    ("converted", "Sold", "solid"),
    ("returned", "Returned", "dash"),
)
"""What a delivery can come to: columns, word, how the line is drawn."""


def incidence(frame: pl.DataFrame, colours: Palette) -> go.Figure:
    """`incidence` of one value as steps with their likely ranges."""
    rows = _moving(frame.sort("age_days"))
    chart = theme.figure(colours, height=_HEIGHT, hovermode="x")
    ages = rows["age_days"].to_list()
    shades = {"converted": colours.good, "returned": colours.bad, "closed": colours.comparison}
    for stem, word, dash in ENDS:
        shares = rows[f"{stem}_incidence"].to_list()
        low, high = (rows[f"{stem}_{end}"].to_list() for end in ("low", "high"))
        for end, fill in ((low, "none"), (high, "tonexty")):
            chart.add_scatter(
                x=ages,
                y=end,
                mode="lines",
                line={"width": 0, "shape": "hv"},
                fill=fill,
                fillcolor=_pale(shades[stem]),
                hoverinfo="skip",
            )
        chart.add_scatter(
            x=ages,
            y=shares,
            mode="lines",
            line={"color": shades[stem], "width": 2.2, "dash": dash, "shape": "hv"},
            hovertext=[
                f"{word} within {age} days: {formats.rate(share)} ({formats.likely_range(a, b)})"
                for age, share, a, b in zip(ages, shares, low, high, strict=True)
            ],
            hoverinfo="text",
        )
        if ages and shares[-1] is not None:
            label = f"{word} {formats.rate(shares[-1])}"
            shade = colours.quiet if stem == "closed" else shades[stem]
            row_axis.label(chart, ages[-1], shares[-1], label, shade, xanchor="left", xshift=6)
    chart.update_layout(margin={"r": 108})
    chart.update_xaxes(range=[0, max([*ages, 1])], nticks=8, title={"text": "Days since delivery"})
    chart.update_yaxes(rangemode="tozero", tickformat=".0%", showgrid=True, nticks=6)
    return chart


def _moving(rows: pl.DataFrame) -> pl.DataFrame:
    """The ages up to which something still happens, a month at least."""
    ends = [f"{stem}_incidence" for stem, _, _ in ENDS]
    far = pl.any_horizontal(pl.col(name) < pl.col(name).max() * _SETTLED for name in ends)
    last = rows.filter(far)["age_days"].max()
    until = max(int(last) + 1 if isinstance(last, int) else 0, _MONTH)
    return rows.filter(pl.col("age_days") <= until)


def _pale(colour: str) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.14)"


_DASHES: Final = ("solid", "dash", "dot", "dashdot")


def developed(frame: pl.DataFrame, colours: Palette) -> go.Figure:
    """`maturity` as a line per kind of buyer: share of the final sales in after so many weeks."""
    chart = theme.figure(colours, height=_HEIGHT, hovermode="x")
    segments = frame["segment"].unique(maintain_order=True).to_list()
    shades = (colours.subject, colours.good, colours.attention, colours.comparison)
    ends: list[tuple[float, float, str, str]] = []
    for place, segment in enumerate(segments):
        rows = frame.filter(pl.col("segment") == segment, pl.col("age_weeks") <= _WEEKS).sort(
            "age_weeks"
        )
        word, shade = segment_name(segment), shades[place % len(shades)]
        ages, shares = rows["age_weeks"].to_list(), rows["developed"].to_list()
        chart.add_scatter(
            x=ages,
            y=shares,
            mode="lines+markers",
            line={"color": shade, "width": 2.2, "dash": _DASHES[place % len(_DASHES)]},
            marker={"size": 6, "color": shade},
            hovertext=[
                f"{theme.safe(word)}, {formats.quantity(age, 'week')}: {formats.rate(share)}"
                for age, share in zip(ages, shares, strict=True)
            ],
            hoverinfo="text",
        )
        if ages and shares[0] is not None:
            ends.append((ages[0], shares[0], word, shade))
    _start_labels(chart, ends)
    lowest = min((share for _, share, _, _ in ends), default=0.0)
    chart.update_yaxes(
        range=[max(0.0, lowest - 0.12), 1.03], tickformat=".0%", showgrid=True, nticks=6
    )
    chart.update_xaxes(
        tickvals=list(range(1, _WEEKS + 1)),
        range=[-1.2, _WEEKS + 0.2],
        title={"text": "Weeks since delivery"},
    )
    return chart


def _start_labels(chart: go.Figure, ends: list[tuple[float, float, str, str]]) -> None:
    """Names left of the first points, pushed apart where lines begin together."""
    places = row_axis.pushed_apart([share for _, share, _, _ in ends], _LABEL)
    for (age, _, word, shade), at in zip(ends, places, strict=True):
        row_axis.label(chart, age, at, theme.short(word), shade, xanchor="right", xshift=-8)


def segment_name(segment: str) -> str:
    """What a segment of `maturity` is called."""
    return "All buyers" if segment == "(all)" else formats.buyer_type(segment)


def complete(frame: pl.DataFrame, colours: Palette) -> go.Figure:
    """`cohorts`: how much of each delivery week's final sales is normally in by now."""
    rows = list(frame.sort("week").iter_rows(named=True))
    chart = theme.figure(colours, height=_TALL, bargap=0.25, barmode="stack")
    _complete_bars(chart, rows, colours)
    _complete_labels(chart, rows, colours)
    chart.update_yaxes(range=[0, 1.16], tickformat=".0%", tickvals=[0, 0.5, 1], showgrid=True)
    date_axis.axis(chart, [row["week"] for row in rows])
    return chart


def _complete_bars(chart: go.Figure, rows: list[dict[str, Any]], colours: Palette) -> None:
    """What is in, and hatched above it what is still to come."""
    shares = [row["developed"] or 0.0 for row in rows]
    weeks = [row["week"] for row in rows]
    hover = [_cohort_hover(row) for row in rows]
    chart.add_bar(
        x=weeks,
        y=shares,
        hovertext=hover,
        hoverinfo="text",
        marker={"color": colours.subject, "line": {"width": 0}},
    )
    hatched = {
        "shape": "/",
        "fgcolor": colours.comparison,
        "bgcolor": colours.card,
        "size": 6,
    }
    chart.add_bar(
        x=weeks,
        y=[1 - share for share in shares],
        hovertext=hover,
        hoverinfo="text",
        marker={"color": colours.comparison, "pattern": hatched, "line": {"width": 0}},
    )


def _complete_labels(chart: go.Figure, rows: list[dict[str, Any]], colours: Palette) -> None:
    """Percents above young weeks, and one word above those too young to say."""
    for row in rows:
        text = f"{(row['developed'] or 0) * 100:.0f}"
        if row["developed"] and row["developed"] < _NAMED:
            row_axis.label(chart, row["week"], 1.0, text, colours.text, yanchor="bottom")
    early = [row["week"] for row in rows if not row["developed"]]
    if early:
        place = {"xanchor": "right", "xshift": 14, "yanchor": "bottom", "yshift": 16}
        row_axis.label(chart, early[-1], 1.0, "too early", colours.quiet, **place)


def expected(frame: pl.DataFrame, colours: Palette) -> go.Figure:
    """`cohorts`: sales of deliveries so far, and dashed what to expect in the end."""
    table = frame.sort("week")
    rows = list(table.iter_rows(named=True))
    chart = theme.figure(colours, height=_HEIGHT, hovermode="x")
    weeks = table["week"].to_list()
    known = table.filter(pl.col("delivered") > 0).drop_nulls(["expected_low", "expected_high"])
    days = known["week"].to_list()
    chart.add_scatter(
        x=days + days[::-1],
        y=(known["expected_high"] / known["delivered"]).to_list()
        + (known["expected_low"] / known["delivered"]).to_list()[::-1],
        mode="lines",
        fill="toself",
        fillcolor=colours.spread,
        line={"width": 0},
        hoverinfo="skip",
    )
    chart.add_scatter(
        x=weeks,
        y=table["expected_rate"].to_list(),
        mode="lines",
        line={"color": colours.text, "width": 1.6, "dash": "dash"},
        hoverinfo="skip",
    )
    chart.add_scatter(
        x=weeks,
        y=[row["converted"] / row["delivered"] if row["delivered"] else None for row in rows],
        mode="lines+markers",
        line={"color": colours.subject, "width": 2.2},
        hovertext=[_cohort_hover(row) for row in rows],
        hoverinfo="text",
        marker={
            "size": 7,
            "color": [colours.card if row["young"] else colours.subject for row in rows],
            "line": {"color": colours.subject, "width": 1.8},
        },
    )
    chart.update_yaxes(rangemode="tozero", tickformat=".0%", showgrid=True, nticks=5)
    date_axis.axis(chart, weeks)
    return chart


def _cohort_hover(row: dict[str, Any]) -> str:
    lines = [
        f"<b>Week of {formats.day(row['week'])}</b>",
        f"{formats.count(row['converted'])} sales of {formats.count(row['delivered'])} deliveries",
    ]
    if row["developed"]:
        lines.append(f"{formats.rate(row['developed'])} of the final sales normally in")
    else:
        lines.append("not yet a week old: too early to say how complete")
    if row["expected_final"] is not None:
        lines.append(
            f"expected in the end {formats.count(row['expected_final'])} "
            f"({formats.count(row['expected_low'])} – {formats.count(row['expected_high'])})"
        )
    if row["young"]:
        lines.append("too young to judge")
    return "<br>".join(lines)
