"""Going on after a row of a table that is made at once."""

from __future__ import annotations

import polars as pl
import pytest

from dashboard.query.parameters import BadQuery
from dashboard.tables import row_cursor

FRAMES = [
    pl.DataFrame({"id": ["a", "b"], "n": [1, 2]}),
    pl.DataFrame({"id": ["c"], "n": [3]}),
]


@pytest.mark.parametrize(
    ("after", "left"), [("a", ["b", "c"]), ("b", ["c"]), ("c", []), ("d", None), ("", None)]
)
def test_rows_go_on_after_the_one_that_is_named(after: str, left: list[str] | None) -> None:
    """Across frames; a row that is not there is refused, with how to go on."""
    if left is None:
        with pytest.raises(BadQuery, match="there is no such row in this answer"):
            row_cursor.past(FRAMES, after)
        return
    assert pl.concat(row_cursor.past(FRAMES, after))["id"].to_list() == left


@pytest.mark.parametrize(("number", "name"), [(0, None), (1, "a"), (3, "c"), (4, None)])
def test_a_row_is_named_by_its_number(number: int, name: str | None) -> None:
    """Counted from 1 over all frames."""
    assert row_cursor.named(FRAMES, number) == name


def test_what_is_quoted_of_a_row_is_short() -> None:
    """A long one is cut off."""
    problem = row_cursor.unknown("x" * 999).problems[0]
    assert (problem.parameter, len(problem.value)) == ("after", 200)
    assert len(problem.message) < 400
