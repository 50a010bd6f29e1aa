"""Frames -> files that others can trust: safe in spreadsheets, lossless, described.

Text that a spreadsheet would run gets one `'` in front, and so does text that begins
with `'`, so that the way back is exact. Only text columns are touched; ids cannot begin
with such a character. Everything is written in blocks, in constant memory.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

FORMATS: Final = ("csv", "json", "ndjson", "parquet", "xlsx")
MEDIA: Final = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
BLOCK: Final = 65_536
ROWS_A_BLOCK: Final = 2_000

_LIVE: Final = "^[\\s\\p{Z}\\p{Cf}\\p{Cc}]*[=+\\-@%\\t\\r\\u{ff1d}\\u{ff0b}\\u{ff0d}\\u{ff20}]|^'"
_TYPES: Final = {
    pl.String: "string",
    pl.Int64: "integer",
    pl.Float64: "number",
    pl.Boolean: "boolean",
    pl.Date: "date",
    pl.Datetime: "datetime",
}


def defused(column: pl.Expr) -> pl.Expr:
    """Text that a spreadsheet shows and does not run; `'` in front where needed."""
    return pl.when(column.str.contains(_LIVE)).then(pl.lit("'") + column).otherwise(column)


def as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """Instants as RFC 3339 UTC with microseconds, dates as ISO; other columns as they are."""
    return frame.with_columns(
        pl.col(pl.Datetime("us", "UTC")).dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ"),
        pl.col(pl.Date).dt.strftime("%Y-%m-%d"),
    )


def csv_blocks(
    frames: Iterable[pl.DataFrame], schema: Mapping[str, pl.DataType]
) -> Iterator[bytes]:
    """CSV in blocks: header always, text quoted, null an empty field."""
    empty = pl.DataFrame(schema=dict(schema))
    yield empty.write_csv().encode()
    for frame in frames:
        for part in frame.iter_slices(ROWS_A_BLOCK):
            texts = [name for name, kind in part.schema.items() if kind == pl.String]
            safe = part.with_columns(defused(pl.col(name)).alias(name) for name in texts)
            text = as_text(safe).write_csv(include_header=False, quote_style="non_numeric")
            yield text.encode()


def ndjson_blocks(frames: Iterable[pl.DataFrame]) -> Iterator[bytes]:
    """One JSON object a line, every column in each."""
    for frame in frames:
        for part in frame.iter_slices(ROWS_A_BLOCK):
            yield as_text(part).write_ndjson().encode()


def json_blocks(
    frames: Iterable[pl.DataFrame], head: Mapping[str, Any], tail: Mapping[str, Any]
) -> Iterator[bytes]:
    """One JSON object: `head`, then `rows`, then `tail` (what is known at the end)."""
    opening = json.dumps(dict(head))[:-1]
    yield (opening + (", " if head else "") + '"rows": [').encode()
    first = True
    for frame in frames:
        for part in frame.iter_slices(ROWS_A_BLOCK):
            lines = as_text(part).write_ndjson().rstrip("\n").replace("\n", ",\n")
            if lines:
                yield (("" if first else ",\n") + lines).encode()
                first = False
    yield (
        "]" + "".join(f", {json.dumps(k)}: {json.dumps(v)}" for k, v in tail.items()) + "}"
    ).encode()


def write_parquet(
    path: Path,
    frames: Iterable[pl.DataFrame],
    schema: Mapping[str, pl.DataType],
    manifest: Mapping[str, Any],
) -> None:
    """A Parquet file with the manifest in its metadata, under the key `leadloop`."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - few who start need it

    arrow = pl.DataFrame(schema=dict(schema)).to_arrow().schema
    arrow = arrow.with_metadata({b"leadloop": json.dumps(manifest).encode()})
    with pq.ParquetWriter(path, arrow, compression="zstd") as writer:
        for frame in frames:
            writer.write_table(frame.to_arrow().cast(arrow))


def descriptor(  # noqa: PLR0913 - the parts of a data package
    *,
    name: str,
    path: str,
    kind: str,
    schema: Mapping[str, pl.DataType],
    definitions: Mapping[str, str],
    about: Mapping[str, Any],
    content: Iterable[bytes] | None = None,
) -> dict[str, Any]:
    """A Frictionless tabular data package of one resource.

    With `content`, read block by block, it carries the resource's size and SHA-256.
    """
    resource: dict[str, Any] = {
        "name": name.replace("_", "-"),
        "path": path,
        "profile": "tabular-data-resource",
        "format": kind,
        "mediatype": MEDIA[kind].split(";")[0],
        "encoding": "utf-8",
        "schema": {
            "fields": [
                {
                    "name": column,
                    "type": _TYPES[dtype.base_type()],
                    "description": definitions.get(column, ""),
                }
                for column, dtype in schema.items()
            ],
            "missingValues": [""],
        },
    }
    if content is not None:
        size, digest = 0, sha256()
        for block in content:
            size += len(block)
            digest.update(block)
        resource |= {"bytes": size, "hash": f"sha256:{digest.hexdigest()}"}
    return {
        "profile": "tabular-data-package",
        "name": name.replace("_", "-"),
        "resources": [resource],
        "leadloop": dict(about),
    }
