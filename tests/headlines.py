"""Rows of the table `headline` as sentences are made of them."""

from __future__ import annotations

from typing import Any, Final

from metrics.definitions.phrases import Called

OCTOBER: Final = Called(now="October 2026", noun="month", before="September", within="in September")
DAY: Final = Called(now="21 Nov 2026", noun="day", before="the day before", within="the day before")


def number(
    key: str, value: float | None, previous: float | None = None, **said: Any
) -> dict[str, Any]:
    """A row of the table `headline`."""
    empty = {"numerator": None, "denominator": None, "verdict": None}
    return {"key": key, "value": value, "previous": previous, **empty, **said}


def headline(**changes: dict[str, Any]) -> list[dict[str, Any]]:
    """Headline rows of a good month for money, level for quality."""
    rows = {
        "delivered": number("delivered", 900.0, 880.0),
        "feedback": number("feedback", 800.0, 790.0),
        "margin_cents": number("margin_cents", 13_099_000.0, 12_357_600.0, verdict="better"),
        "net_cents": number("net_cents", 30_000_000.0, 29_000_000.0, verdict="better"),
        "conversion_rate": number(
            "conversion_rate", 0.1, 0.102, numerator=80, denominator=800, verdict="level"
        ),
        "return_rate": number(
            "return_rate", 0.05, 0.05, numerator=45, denominator=900, verdict="level"
        ),
        **changes,
    }
    return list(rows.values())
