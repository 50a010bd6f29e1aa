"""What intake asks is asked of columns that there are."""

from __future__ import annotations

import re

from data_access.store import queries, tables


def test_parties_are_named_where_tables_name_them() -> None:
    """An id and a name for each kind in each table."""
    for places in queries.NAMED.values():
        for table, party in places:
            columns = tables.METADATA.tables[table].columns
            assert {f"{party}_id", f"{party}_name"} <= set(columns.keys())


def test_every_column_that_is_asked_for_is_there() -> None:
    """Of attempts (a) and feedback (f)."""
    for text in (queries.KNOWN_ATTEMPTS, queries.KNOWN_FEEDBACK, queries.REPLACED):
        for alias, name in re.findall(r"\b([af])\.(\w+)", text):
            table = tables.attempts if alias == "a" else tables.feedback
            assert name in table.columns
    assert set(queries.OFFERED) <= set(tables.attempts.columns.keys())
