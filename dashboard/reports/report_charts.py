"""Frames of the tables -> the drawings of reports."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from dashboard.presentation import formats
from dashboard.reports import svg
from dashboard.reports.document import Picture
from data_access.currencies import in_units
from metrics.definitions import phrases

if TYPE_CHECKING:
    import polars as pl

    from dashboard.reports.report_query import ReportQuery

FEW: Final = 30
"""Below so many a rate is no dot on a line, and hollow in a row."""
_MOST: Final = 6
_WEEKS: Final = 13


def compact(cents: float, currency: str) -> str:
    """An amount that fits above a bar: "$1.2m", "$115k", "$950"."""
    size = in_units(abs(cents), currency)
    sign = phrases.sign(currency)
    minus = "−" if cents < 0 else ""
    for scale, mark in ((1_000_000, "m"), (1_000, "k")):
        if size >= scale * 0.9995:
            digits = 1 if size < 10 * scale else 0
            return f"{minus}{sign}{size / scale:,.{digits}f}{mark}"
    return f"{minus}{sign}{size:,.0f}"


def bridge(reading: ReportQuery) -> Picture | None:
    """Gross, credits, net, lead cost, margin; None without prices or costs."""
    keys = ("gross_cents", "credit_cents", "net_cents", "cost_cents", "margin_cents")
    gross, credit, net, cost, margin = (reading.value(key) for key in keys)
    if gross is None or credit is None or net is None or cost is None or margin is None:
        return None
    steps = [
        ("Gross", 0.0, gross, gross, ""),
        ("Credits", gross, net, -credit, "bad"),
        ("Net", 0.0, net, net, ""),
        ("Lead cost", net, margin, -cost, ""),
        ("Margin", 0.0, margin, margin, "subject"),
    ]
    bars = [
        svg.Bar(label, start, end, compact(size, reading.currency), tone)
        for label, start, end, size, tone in steps
    ]
    alt = "From gross revenue over credits and lead cost to the margin"
    return Picture(lambda colours: svg.waterfall(bars, colours, alt), alt)


def trend(reading: ReportQuery, weeks: int = _WEEKS) -> Picture | None:
    """Conversion by week up to the end of the period; the part too young is dotted."""
    last = reading.scope.last
    first = last - timedelta(days=last.weekday() + 7 * (weeks - 1))
    rows = reading.table("trend", replace(reading.scope, first=first), grain="week")
    points = [
        svg.Point(
            phrases.day(row["start"], year=False),
            row["conversion_rate"] if enough else None,
            row["conversion_low"] if enough else None,
            row["conversion_high"] if enough else None,
            bool(row["young"]),
        )
        for row in rows.to_dicts()
        for enough in [(row["conversion_base"] or 0) >= FEW]
    ]
    if sum(point.value is not None for point in points) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    alt = "Conversion by delivery week with its likely range; dotted: too young to judge"
    return Picture(lambda colours: svg.trend(points, colours, alt), alt)


def conversions(reading: ReportQuery, rows: pl.DataFrame, name: str = "name") -> Picture | None:
    """Conversion with its likely range of the largest rows, the best first."""
    known = rows.drop_nulls("conversion_rate").sort("delivered", descending=True).head(_MOST)
    if not known.height:
        return None
    ordered = known.sort(["conversion_rate", name], descending=[True, False])
    dots = [
        svg.Range(
            row[name],
            row["conversion_rate"],
            row["conversion_low"],
            row["conversion_high"],
            formats.rate(row["conversion_rate"]),
            few=row["conversion_base"] < FEW,
        )
        for row in ordered.to_dicts()
    ]
    overall = reading.value("conversion_rate")
    alt = "Conversion of the largest with its likely range; the dashed line is all together"
    return Picture(lambda colours: svg.ranges(dots, colours, alt, overall), alt)
