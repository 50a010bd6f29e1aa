"""How many rows an answer may come to, judged before it is made.

Most tables have a row for what there is: a source, a week with deliveries. Those here have a
row for what is asked, and a short question can ask for much.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dashboard.presentation import formats
from dashboard.query.parameters import BadQuery, Problem
from metrics.definitions.reasons import GROUPS
from metrics.definitions.report_calendar import day_number

if TYPE_CHECKING:
    from datetime import date

    from dashboard.editions.table_query import TableQuery
    from dashboard.tables.table import Table

SPANS_MOST: Final = 4_000
"""Rows of a table with one per span of time: by day eleven years, by week seventy-six."""
WEEKS_MOST: Final = 20_000
"""Rows of a table with one per week and buyer: forty buyers over nine years."""
GROUPS_MOST: Final = 100_000
"""Rows of a table split by dimensions."""
_DAYS_OF: Final = {"day": 1, "week": 7, "month": 28}  # no span is shorter


def judge(table: Table, query: TableQuery) -> None:
    """Raise BadQuery where a table would be longer than it may be."""
    if "grain" in table.options:
        _judge_spans(table.name, query)
    elif table.rows_by == "week and buyer":
        _judge_weeks(table.name, query)
    elif "by" in table.options and query.by:
        _judge_groups(table, query)


def _refuse(parameter: str, value: str, message: str) -> None:
    raise BadQuery([Problem(parameter=parameter, value=value, message=message)])


def spans(first: date, last: date, grain: str) -> int:
    """How many days, weeks or months a period touches, or a few more."""
    return ((last - first).days + 1) // _DAYS_OF[grain] + 2 * (grain != "day")


def _period(query: TableQuery) -> str:
    return formats.period(query.scope.first, query.scope.last)


def _judge_spans(name: str, query: TableQuery) -> None:
    rows = spans(query.scope.first, query.scope.last, query.grain)
    if rows > SPANS_MOST:
        _refuse(
            "grain",
            query.grain,
            f"{name} by {query.grain} over {_period(query)} would have {rows:,} rows, one each; "
            f"{SPANS_MOST:,} are allowed. Ask for a shorter period or a coarser grain.",
        )


def _judge_weeks(name: str, query: TableQuery) -> None:
    buyers = len(query.scope.buyer or query.names["buyer"])
    last = min(query.scope.last, query.today)
    rows = max(spans(query.scope.first, last, "week"), 0) * buyers
    if rows > WEEKS_MOST:
        _refuse(
            "from",
            query.scope.first.isoformat(),
            f"{name} over {_period(query)} would have {rows:,} rows, one a week and buyer; "
            f"{WEEKS_MOST:,} are allowed. Ask for a shorter period or for fewer buyers.",
        )


def _judge_groups(table: Table, query: TableQuery) -> None:
    rows = 1
    for dimension in query.by:
        rows *= _values(query, dimension)
    if table.rows_by == "group and age":
        rows *= _days(query)
    rows = min(rows, query.offers)  # no group is without an offer
    if rows > GROUPS_MOST:
        _refuse(
            "by",
            ",".join(query.by),
            f"{table.name} by {', '.join(query.by)} over {_period(query)} may have {rows:,} rows; "
            f"{GROUPS_MOST:,} are allowed. Ask for fewer dimensions or a shorter period, or "
            "for the table deliveries.",
        )


def _values(query: TableQuery, dimension: str) -> int:
    """How many values a dimension has at most."""
    if dimension in _DAYS_OF:
        return max(_days(query) // _DAYS_OF[dimension] + 2, 1)
    if dimension == "reason_group":
        return len(GROUPS) + 1
    return max(len(query.names.get(dimension, ())), 1)


def _days(query: TableQuery) -> int:
    """Days of the period on which anything can have happened."""
    record = query.record
    if record is None:
        return 1
    first = max(day_number(query.scope.first), record[0])
    last = min(day_number(query.scope.last), day_number(query.today))
    return max(last - first + 1, 1)
