"""Reading filters of a store that is known, at a fixed hour."""

from __future__ import annotations

from datetime import UTC, date, datetime
from urllib.parse import parse_qs

from dashboard.query import filters

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


KNOWN = {
    "source": ["src_1", "src_2", "a,b", "ö&=+ %", "(none)"],
    "buyer": ["buy_1", "buy_2"],
    "buyer_type": ["live_transfer", "lead_buyer"],
    "vertical": ["solar", "insurance"],
    "product": ["auto"],
    "sub_source": ["lp-1", "lp-2"],
    "campaign": ["c 1"],
    "state": ["CA", "NY"],
    "sold_to": ["1", "2", "3"],
}


def read(
    params: dict[str, list[str]],
    *,
    now: datetime = NOW,
    zone: str = "UTC",
    other: tuple[str, ...] = (),
) -> filters.Query:
    """Read parameters as asked on a fixed morning."""
    first_day = date(2026, 1, 5)
    return filters.read(params, now=now, zone=zone, first_day=first_day, known=KNOWN, other=other)


def problems(**params: str | list[str]) -> list[tuple[str, str]]:
    """What is refused of single parameters: name and message."""
    names = {"from_": "from"}
    query = read({names.get(n, n): v if isinstance(v, list) else [v] for n, v in params.items()})
    return [(problem.parameter, problem.message) for problem in query.notices]


def again(query: filters.Query, **changes: filters.Value) -> filters.Query:
    """Write a question as a query and read it back."""
    return read(
        parse_qs(filters.query_string(query, **changes), keep_blank_values=True), zone=query.zone
    )
