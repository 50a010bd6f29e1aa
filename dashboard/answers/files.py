"""Tables as files, and the manifest that describes one: for the API and for commands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from dashboard.answers import description
from data_access import export_formats, workbook_export

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from dashboard.answers.result import TableResult

STREAMED: Final = ("csv", "json", "ndjson")
"""Formats that are written as they are sent; the others need a file first."""
DESCRIBED: Final = ("csv", "ndjson")
"""Formats that cannot say themselves what their columns mean: a manifest stands beside them."""


def manifest(
    answer: TableResult,
    *,
    path: str = "",
    kind: str = "csv",
    content: Iterable[bytes] | None = None,
) -> dict[str, Any]:
    """The data package that describes a result as a file.

    Args:
        answer: what the file holds.
        path: its name; by the table's where it is left out.
        kind: its format.
        content: its bytes, a block at a time, for size and SHA-256; neither without.
    """
    name = answer.table.name
    return export_formats.descriptor(
        name=name,
        path=path or f"{name}.{kind}",
        kind=kind,
        schema=answer.schema,
        definitions=description.definitions(answer),
        about=description.about(answer),
        content=content,
    )


def write(answer: TableResult, kind: str, path: Path) -> None:
    """Write a result to a file of its format, a block at a time."""
    about = manifest(answer, path=path.name, kind=kind)
    if kind == "parquet":
        export_formats.write_parquet(path, answer.pieces(), answer.schema, about)
    elif kind == "xlsx":
        workbook_export.write_xlsx(path, answer.pieces(), answer.schema, about, rows=answer.rows)
    else:
        with path.open("wb") as stream:
            for block in description.blocks(answer, kind):
                stream.write(block)


def write_described(answer: TableResult, kind: str, path: Path) -> None:
    """The same, with the manifest beside it where the format needs one (`DESCRIBED`)."""
    write(answer, kind, path)
    if kind in DESCRIBED:
        package = manifest(answer, path=path.name, kind=kind, content=_read(path))
        beside = path.with_name(path.name + ".manifest.json")
        beside.write_text(json.dumps(package, indent=2) + "\n", "utf-8")


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while block := stream.read(export_formats.BLOCK):
            yield block
