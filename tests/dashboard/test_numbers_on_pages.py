"""The catalogue and the pages walked against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pages import PERIOD, marketplace, text

from dashboard.layout import cards, grids
from dashboard.tables.column_meanings import MEANINGS
from dashboard.tables.registry import TABLES
from metrics.definitions.catalogue import BY_KEY, NUMBERS

if TYPE_CHECKING:
    import polars as pl
    from builders import Desk
    from pages import Open

VIEWS: tuple[tuple[str, dict[str, str]], ...] = (
    ("overview", {}),
    ("todo", {}),
    ("sources", {}),
    ("sources", {"source": "src_b"}),
    ("buyers", {}),
    ("buyers", {"buyer": "buy_1"}),
    ("returns", {}),
    ("returns", {"tab": "reasons"}),
    ("returns", {"tab": "waiting"}),
    ("leads", {}),
    ("patterns", {}),
    ("patterns", {"tab": "timing"}),
    ("patterns", {"tab": "cohorts"}),
    ("patterns", {"tab": "seasons"}),
    ("data", {}),
)
PLAIN = {"conversion_range", "contact_range", "return_range", "line"}
"""Ranges are explained by their rate; a line is where it stands in a file."""


def test_every_number_of_the_catalogue_is_a_column_somewhere() -> None:
    """With its own definition: nobody has to guess where a number can be had."""
    columns = {c.name: c.definition for table in TABLES.values() for c in table.columns}
    values = " ".join(f"{c.name} {c.definition}" for t in TABLES.values() for c in t.columns)
    elsewhere = {
        "bounds": "floor",
        "outcome_mix": "share",
        "alert": "alert",
        "rank": "rank_low",
        "detail_only": "outcome",
        "low_high": "low",
        "index": "index",
    }
    for entry in NUMBERS:
        name = elsewhere.get(entry.key, entry.key)
        found = name in columns or name in TABLES or entry.key in values
        assert found, f"{entry.key} is in no table"
        assert entry.definition
        assert entry.formula


def test_every_column_of_every_table_is_defined() -> None:
    """No column of Data, the API or an export is left to its name."""
    empty = [
        f"{table.name}.{column.name}"
        for table in TABLES.values()
        for column in table.columns
        if not column.definition
    ]
    assert empty == []


@pytest.mark.parametrize(("page", "query"), VIEWS, ids=str)
def test_no_page_shows_a_number_without_a_definition(
    opened: Open, desk: Desk, monkeypatch: pytest.MonkeyPatch, page: str, query: dict[str, str]
) -> None:
    """Every numeric column a card can show is defined by its table or by the catalogue."""
    desk.take(*marketplace())
    shown: list[tuple[str, str]] = []
    draw = grids.grid

    def spy(frame: pl.DataFrame, columns: Any, **how: Any) -> None:
        rows = grids.with_ranges(frame)
        known = how["look"].meanings
        shown.extend(
            (how["key"], name)
            for name in columns
            if rows.schema[name].is_numeric()
            and not (known.get(name) or name in BY_KEY or name in MEANINGS)
        )
        draw(frame, columns, **how)

    monkeypatch.setattr(grids, "grid", spy)
    monkeypatch.setattr(cards, "head", _as_table(cards.head))
    app = opened(page, **PERIOD, **query)
    assert not app.exception
    assert "cannot be shown" not in text(app)
    assert {(key, name) for key, name in shown if name not in PLAIN} == set()


def _as_table(head: Any) -> Any:
    """Every card shows its table instead of its figure."""

    def table(*card: Any, **how: Any) -> bool:
        head(*card, **how)
        return True

    return table
