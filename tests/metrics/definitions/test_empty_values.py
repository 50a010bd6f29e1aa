"""A campaign that is called "(none)" is not one without a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
from builders import delivered
from hypothesis import given
from hypothesis import strategies as st

from metrics.definitions.empty_values import meant, written
from metrics.definitions.scope import NOTHING

if TYPE_CHECKING:
    from collections.abc import Callable

    from builders import Desk

    from dashboard.answers.workspace import Workspace

MAY = {"from": ["2026-05-01"], "to": ["2026-05-31"]}
CAMPAIGNS = (None, None, None, "(none)", "(none)", '"(none)"', "spring")


@given(
    st.lists(
        st.none() | st.text(st.sampled_from('"(none) x'), max_size=9) | st.sampled_from(CAMPAIGNS),
        min_size=1,
        unique=True,
    )
)
def test_every_value_is_written_otherwise_and_read_back(values: list[str | None]) -> None:
    """No two share what is written; what is written means what it was."""
    frame = pl.DataFrame({"v": values}, schema={"v": pl.String})
    texts = frame.select(written(pl.col("v")))["v"].to_list()
    assert len(set(texts)) == len(values)
    assert [meant(text) for text in texts] == values


@pytest.mark.parametrize("dimension", ["campaign", "sub_source", "vertical", "product", "state"])
def test_what_is_called_so_and_what_is_empty_are_two(
    desk: Desk, open_workspace: Callable[[], Workspace], dimension: str
) -> None:
    """In tables, in the list of values, and by filters: 3 empty, 2 so called, 1 quoted, 1 other."""
    for number, value in enumerate(CAMPAIGNS):
        said = {} if value is None else {dimension: value}
        desk.take(delivered(f"L{number}", "B1", "2026-05-04T10:00:00Z", **said))
    known = open_workspace()
    counts = {NOTHING: 3, '"(none)"': 2, '""(none)""': 1, "spring": 1}
    query = known.read(MAY)
    rows = known.table("rates", query.scope, by=(dimension,))
    assert dict(rows.select(dimension, "delivered").iter_rows()) == counts
    assert set(known.names()[dimension]) == set(counts)
    for value, count in counts.items():
        chosen = known.read({**MAY, dimension: [value]})
        assert chosen.notices == ()
        assert known.count(chosen.scope) == count
        assert known.table("rates", chosen.scope)["delivered"].sum() == count
    both = known.read({**MAY, dimension: [NOTHING, '"(none)"']})
    assert known.count(both.scope) == 5
