"""Whole frames in and out of a database, as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
import sqlalchemy as sa
from builders import postgres_url

from data_access.store import bulk_io
from data_access.store.connections import open_engine
from data_access.store.storable_text import storable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TYPES: dict[str, pl.DataType] = {
    "seq": pl.Int64(),
    "name": pl.String(),
    "flag": pl.Boolean(),
    "share": pl.Float64(),
}
ROWS = pl.DataFrame(
    {
        "seq": [1, 2, 3, 4],
        "name": ['a,"b"', "x\ny", None, "ünï → 😀"],
        "flag": [True, False, None, True],
        "share": [0.1, None, 1 / 3, -2.5],
    },
    schema=TYPES,
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    """A database with one empty table."""
    if request.param == "sqlite":
        yield from _with_table(f"sqlite:///{tmp_path / 'rows.sqlite3'}")
    else:
        with postgres_url() as url:
            yield from _with_table(url)


def _with_table(url: str) -> Iterator[sa.Engine]:
    made = open_engine(url)
    with made.begin() as connection:
        text = "CREATE TABLE told (seq bigint, name text, flag bigint, share double precision)"
        connection.execute(sa.text(text))
    yield made
    made.dispose()


@pytest.fixture
def road(engine: sa.Engine) -> bulk_io.BulkIO:
    """The road of that database."""
    return bulk_io.bulk_io_of(engine)


def test_each_database_has_its_road(engine: sa.Engine, road: bulk_io.BulkIO) -> None:
    """By its dialect."""
    kinds = {"sqlite": bulk_io.SqliteBulkIO, "postgresql": bulk_io.PostgresBulkIO}
    assert isinstance(road, kinds[engine.dialect.name])


def test_what_goes_in_comes_out(engine: sa.Engine, road: bulk_io.BulkIO) -> None:
    """Quotes, lines, nothing, signs beyond Latin, truth and every digit of a share."""
    with engine.begin() as connection:
        road.append(connection, "told", ROWS)
        assert road.read(connection, "told", TYPES, above=0, up_to=4).equals(ROWS)


def test_only_the_wanted_span_is_read_in_order(engine: sa.Engine, road: bulk_io.BulkIO) -> None:
    """Above one number, up to another; nothing of it is a frame without rows."""
    with engine.begin() as connection:
        road.append(connection, "told", ROWS.reverse())
        found = road.read(connection, "told", TYPES, above=1, up_to=3)
        none = road.read(connection, "told", TYPES, above=4, up_to=9)
    assert found.equals(ROWS[1:3])
    assert none.is_empty()
    assert dict(none.schema) == TYPES


def test_a_read_goes_on_over_chunks(
    engine: sa.Engine, road: bulk_io.BulkIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where numbers are left out."""
    monkeypatch.setattr(bulk_io, "CHUNK", 2)
    many = pl.DataFrame({"seq": [3, 7, 8, 20, 21]})
    with engine.begin() as connection:
        road.append(connection, "told", many)
        found = road.read(connection, "told", {"seq": pl.Int64()}, above=0, up_to=100)
    assert found.equals(many)


def test_rows_are_found_by_their_keys(engine: sa.Engine, road: bulk_io.BulkIO) -> None:
    """Texts and numbers; one that is asked for twice is found once."""
    query = "SELECT told.seq, told.flag FROM told JOIN {wanted} ON told.%s = wanted.value"
    kinds: dict[str, pl.DataType] = {"seq": pl.Int64(), "flag": pl.Boolean()}
    with engine.begin() as connection:
        road.append(connection, "told", ROWS)
        by_name = road.having(connection, query % "name", kinds, ['a,"b"', "absent", 'a,"b"'])
        by_seq = road.having(connection, query % "seq", kinds, [2, 4]).sort("seq")
        none = road.having(connection, query % "name", kinds, [])
    assert by_name.rows() == [(1, True)]
    assert by_seq.rows() == [(2, False), (4, True)]
    assert none.is_empty()


def test_a_column_that_says_nothing_need_not_be_there(
    engine: sa.Engine, road: bulk_io.BulkIO
) -> None:
    """It is not sent, and reads as nothing."""
    rows = pl.DataFrame({"seq": [1], "name": [None], "other": [None]})
    with engine.begin() as connection:
        road.append(connection, "told", rows)
        found = road.read(connection, "told", TYPES, above=0, up_to=1)
    assert found.row(0) == (1, None, None, None)


def test_a_sign_that_no_store_can_hold_is_made_visible(
    engine: sa.Engine, road: bulk_io.BulkIO
) -> None:
    """In the same way on each database."""
    with engine.begin() as connection:
        road.append(connection, "told", pl.DataFrame({"seq": [1], "name": ["a\x00b"]}))
        found = road.read(connection, "told", TYPES, above=0, up_to=1)
    assert found["name"].item() == storable("a\x00b") != "a\x00b"
