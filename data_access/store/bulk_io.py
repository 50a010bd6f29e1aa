"""The fast roads in and out of each database: whole frames, no row objects.

SQLite: `executemany` in, `json_each` for keys, `json_group_array` chunks out.
PostgreSQL: COPY in and out, arrays for keys. Nothing outside this module asks which
database it is.
"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any, Final, Protocol

import polars as pl

from data_access.store.storable_text import IN_FRAMES, storable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import sqlalchemy as sa

CHUNK: Final = 10_000


class BulkIO(Protocol):
    """What a database must offer to the store."""

    def append(self, connection: sa.Connection, table: str, rows: pl.DataFrame) -> None:
        """Insert all rows of a frame into the columns it names."""

    def having(
        self,
        connection: sa.Connection,
        query: str,
        types: Mapping[str, pl.DataType],
        wanted: Sequence[str | int],
    ) -> pl.DataFrame:
        """Rows of `query`, where `{wanted}` stands for a relation with one column `value`."""

    def read(
        self,
        connection: sa.Connection,
        table: str,
        types: Mapping[str, pl.DataType],
        *,
        above: int,
        up_to: int,
    ) -> pl.DataFrame:
        """Columns of a fact table whose `seq` is in (above, up_to], in that order."""


def bulk_io_of(engine: sa.Engine) -> BulkIO:
    """The road for an engine's database."""
    return PostgresBulkIO() if engine.dialect.name == "postgresql" else SqliteBulkIO()


def _driver(connection: sa.Connection) -> Any:  # noqa: ANN401 - untyped drivers
    return connection.connection.driver_connection


def _stored(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows as the driver takes them; a column without any value need not be sent."""
    said = [name for name in rows.columns if rows[name].null_count() < rows.height]
    return _storable(rows.select(said)).with_columns(pl.col(pl.Boolean).cast(pl.Int64))


def _storable(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows whose texts have passed `storable`."""
    texts = [name for name, kind in rows.schema.items() if kind == pl.String]
    found = rows.select(pl.col(name).str.contains(IN_FRAMES).any() for name in texts)
    hidden = [name for name in texts if found[name].item()]
    return rows.with_columns(
        pl.col(name).map_elements(storable, return_dtype=pl.String) for name in hidden
    )


def _as_stored(types: Mapping[str, pl.DataType]) -> dict[str, pl.DataType]:
    return {name: pl.Int64() if kind == pl.Boolean else kind for name, kind in types.items()}


def _typed(rows: pl.DataFrame, types: Mapping[str, pl.DataType]) -> pl.DataFrame:
    return rows.select(pl.col(name).cast(kind) for name, kind in types.items())


class SqliteBulkIO:
    """SQLite through the one library the process may use."""

    def append(self, connection: sa.Connection, table: str, rows: pl.DataFrame) -> None:
        """Insert by `executemany`, in the order given."""
        rows = _stored(rows)
        names = ", ".join(rows.columns)
        marks = ", ".join("?" * rows.width)
        statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - our names
        _driver(connection).executemany(statement, rows.iter_rows())

    def having(
        self,
        connection: sa.Connection,
        query: str,
        types: Mapping[str, pl.DataType],
        wanted: Sequence[str | int],
    ) -> pl.DataFrame:
        """Look keys up through a `json_each` join."""
        sql = query.format(wanted="json_each(?) AS wanted")
        found = (
            _driver(connection).execute(sql, (json.dumps(list(dict.fromkeys(wanted))),)).fetchall()
        )
        rows = pl.DataFrame(found, schema=_as_stored(types), orient="row")
        return _typed(rows, types)

    def read(
        self,
        connection: sa.Connection,
        table: str,
        types: Mapping[str, pl.DataType],
        *,
        above: int,
        up_to: int,
    ) -> pl.DataFrame:
        """Read in keyset chunks, a JSON array per column, decoded by contract."""
        kinds = _as_stored(types)
        arrays = ", ".join(f"json_group_array({name})" for name in kinds)
        sql = (
            f"SELECT max(seq), {arrays} FROM (SELECT {', '.join(kinds)} FROM {table} "  # noqa: S608
            f"WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT {CHUNK})"
        )
        driver = _driver(connection)
        parts = [pl.DataFrame(schema=kinds)]
        while (row := driver.execute(sql, (above, up_to)).fetchone())[0] is not None:
            above = row[0]
            parts.append(
                pl.DataFrame(
                    {
                        name: pl.Series([text]).str.json_decode(pl.List(kind)).explode()
                        for (name, kind), text in zip(kinds.items(), row[1:], strict=True)
                    }
                )
            )
        return _typed(pl.concat(parts), types)


class PostgresBulkIO:
    """PostgreSQL through psycopg's COPY."""

    def append(self, connection: sa.Connection, table: str, rows: pl.DataFrame) -> None:
        """Insert by COPY, in key order of the frame."""
        rows = _stored(rows)
        names = ", ".join(rows.columns)
        text = rows.write_csv(include_header=False, null_value="", quote_style="necessary")
        with (
            _driver(connection).cursor() as cursor,
            cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT csv)") as copy,
        ):
            copy.write(text)

    def having(
        self,
        connection: sa.Connection,
        query: str,
        types: Mapping[str, pl.DataType],
        wanted: Sequence[str | int],
    ) -> pl.DataFrame:
        """Look keys up through an array parameter."""
        kind = "bigint" if wanted and isinstance(wanted[0], int) else "text"
        sql = query.format(wanted=f"unnest(%s::{kind}[]) AS wanted(value)")
        with _driver(connection).cursor() as cursor:
            cursor.execute(sql, (list(dict.fromkeys(wanted)),))
            found = cursor.fetchall()
        rows = pl.DataFrame(found, schema=_as_stored(types), orient="row")
        return _typed(rows, types)

    def read(
        self,
        connection: sa.Connection,
        table: str,
        types: Mapping[str, pl.DataType],
        *,
        above: int,
        up_to: int,
    ) -> pl.DataFrame:
        """Read by COPY as CSV; a null is an empty field, and no stored text is empty."""
        kinds = _as_stored(types)
        sql = (
            f"COPY (SELECT {', '.join(kinds)} FROM {table} "  # noqa: S608 - our names
            f"WHERE seq > {above:d} AND seq <= {up_to:d} ORDER BY seq) TO STDOUT (FORMAT csv)"
        )
        with _driver(connection).cursor() as cursor, cursor.copy(sql) as copy:
            text = b"".join(copy)
        if not text:
            return pl.DataFrame(schema=dict(types))
        rows = pl.read_csv(io.BytesIO(text), has_header=False, schema=kinds)
        return _typed(rows, types)
