"""Every table of numbers under every kind of question, on stores of every kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import pytest
from builders import us

from dashboard.answers.workspace import Workspace
from dashboard.tables import registry
from dashboard.tables.registry import TABLES
from data_access.demo import load
from data_access.settings import Settings
from metrics.definitions.catalogue import BY_KEY
from metrics.definitions.report_calendar import end_of_day_us
from metrics.definitions.scope import Rows, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBERS: Final = [table.name for table in registry.TABLES.values() if table.make is not None]
UNTIL: Final = date(2026, 11, 22)
NOW_US: Final = end_of_day_us(UNTIL, "UTC")
WHOLE: Final = Scope(first=UNTIL - timedelta(days=89), last=UNTIL, as_of_us=NOW_US)
DAYLONG: Final = replace(WHOLE, first=date(2026, 10, 1), last=date(2026, 10, 1))
SCOPES: Final[dict[str, Scope]] = {
    "ninety days": WHOLE,
    "out of deliveries": replace(WHOLE, base="delivered"),
    "old enough": replace(WHOLE, base="mature"),
    "by outcome date": replace(WHOLE, clock="occurred"),
    "by report date": replace(WHOLE, clock="reported"),
    "one day": DAYLONG,
    "one source": replace(WHOLE, source=("ent_juniper_ads",)),
    "one buyer": replace(WHOLE, buyer=("ent_northgate_mutual",)),
    "nothing left": replace(WHOLE, source=("ent_juniper_ads",), vertical=("solar",)),
    "a state": replace(WHOLE, state=("CA",)),
    "only returns": replace(WHOLE, rows=Rows(returned=True)),
    "known in June": replace(
        WHOLE, first=date(2026, 3, 1), last=date(2026, 6, 30), as_of_us=us("2026-06-30")
    ),
    "before everything": replace(WHOLE, first=date(2019, 1, 1), last=date(2019, 2, 1)),
    "after as-of": replace(WHOLE, as_of_us=us("2026-08-01")),
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A book of the demo marketplace."""
    found = Workspace(Settings(data_dir=tmp_path_factory.mktemp("analyses")))
    load.load(
        found.store,
        load.DemoOrder(deliveries=8_000, seed=4, until=UNTIL, stories=True, now_us=lambda: NOW_US),
    )
    yield found
    found.store.close()


@pytest.fixture
def empty_book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A book of a store without facts."""
    found = Workspace(Settings(data_dir=tmp_path_factory.mktemp("nothing")))
    yield found
    found.store.close()


def checked(name: str, frame: pl.DataFrame) -> None:
    """A table has its columns; rates, shares and ranges lie where they must; no NaN."""
    table = registry.TABLES[name]
    expected = dict(table.schema)
    assert {n: frame.schema[n] for n in expected} == expected
    for column, kind in frame.schema.items():
        if kind != pl.Float64:
            continue
        values = frame[column].drop_nulls()
        assert not values.is_nan().any(), column
        assert values.is_finite().all(), column
        if column.endswith(("_rate", "share", "coverage", "_incidence", "p_value")):
            assert values.is_between(0, 1).all() or column == "net_share", column
    for low in (c for c in frame.columns if c.endswith("low") and "rank" not in c):
        high = low[: -len("low")] + "high"
        if high in frame.columns:
            both = frame.drop_nulls([low, high])
            assert (both[low] <= both[high]).all(), low


@pytest.mark.parametrize("name", NUMBERS)
def test_a_table_holds_under_every_kind_of_question(workspace: Workspace, name: str) -> None:
    """Columns, ranges and shares, whatever period, filter, base, clock and as-of."""
    for label, scope in SCOPES.items():
        frame = workspace.table(name, scope)
        checked(name, frame)
        if name == "sources" and label in {"nothing left", "before everything"}:
            assert not frame.height


@pytest.mark.parametrize("name", NUMBERS)
def test_a_table_of_an_empty_store_has_its_columns(empty_book: Workspace, name: str) -> None:
    """No facts is no error."""
    empty_book.refresh()
    checked(name, empty_book.table(name, WHOLE))


@pytest.mark.parametrize("name", NUMBERS)
def test_every_column_of_a_table_says_what_it_is(name: str) -> None:
    """No column without a definition."""
    missing = [c.name for c in registry.TABLES[name].columns if not c.definition]
    assert missing == []


OPTIONS: Final[dict[str, dict[str, Any]]] = {
    "time_to_feedback": {"by": ("state",)},
    "incidence": {"by": ("buyer_type",)},
    "mix_shift": {"by": ("vertical",)},
    "returns_trend": {"grain": "month"},
    "scores": {"seed": 7},
    "ranking": {"seed": 7},
    "verification_sample": {"seed": 7, "precision": 0.1},
}


@pytest.mark.parametrize("name", OPTIONS)
def test_options_of_a_table_are_heeded(workspace: Workspace, name: str) -> None:
    """Another split, grain or seed gives another table, and the same one each time."""
    one = workspace.table(name, WHOLE, **OPTIONS[name])
    checked(name, one)
    assert not one.equals(workspace.table(name, WHOLE))
    assert one.equals(workspace.table(name, WHOLE, **OPTIONS[name]))


def test_a_column_has_one_meaning_in_all_tables() -> None:
    """What bears the name of a number of the catalogue is that number, wherever it stands."""
    for table in TABLES.values():
        for column in table.columns:
            flag = column.type == "true / false"  # of one delivery: the number counts them
            if column.name in BY_KEY and not flag:
                assert column.definition == BY_KEY[column.name].definition, (table.name, column)


def test_a_party_is_called_by_its_kind_in_every_table() -> None:
    """No table says id or name and leaves open of whom, and what it renames is there."""
    for table in TABLES.values():
        names = [column.name for column in table.columns]
        assert not {"id", "name", "source", "buyer"} & set(names), table.name
        assert len(set(names)) == len(names), table.name
        assert set(dict(table.meant)) <= set(table.schema), table.name
