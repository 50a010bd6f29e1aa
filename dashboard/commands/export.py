"""`leadloop export TABLE`: the API's tables as files, with the same filters as options."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from dashboard.commands.command_base import Command
from dashboard.query.filters import PARAMETERS
from dashboard.query.table_parameters import OPTIONS
from data_access import export_formats
from metrics.definitions.scope import DIMENSIONS

if TYPE_CHECKING:
    from dashboard.answers.result import TableResult

_SEVERAL: Final = {
    *DIMENSIONS,
    "outcome",
    "reason_group",
    "reason",
    "return_state",
    "contradiction",
    "by",
    "columns",
}


def _options() -> list[click.Parameter]:
    names = [*PARAMETERS, *OPTIONS]
    return [
        click.Option([f"--{name.replace('_', '-')}", name], multiple=name in _SEVERAL, metavar="…")
        for name in names
    ]


def _export(table: str, kind: str | None, out: Path | None, **given: Any) -> None:  # noqa: ANN401 - click's values
    """Write a table as a file; its manifest is written beside it.

    Filters, counting and the other options are those of the pages and the API.
    """
    from dashboard.answers import result
    from dashboard.answers.workspace import close, workspace
    from dashboard.tables import registry

    if table not in registry.TABLES:
        near = registry.nearest(table)
        hint = f"; nearest: {near}" if near else ""
        message = f"no table is called {table!r}{hint}. Tables: {', '.join(registry.TABLES)}"
        raise click.UsageError(message)
    kind = kind or (out.suffix[1:] if out and out.suffix[1:] in export_formats.FORMATS else "csv")
    params = {
        name: list(value) if isinstance(value, tuple) else [value]
        for name, value in given.items()
        if value not in (None, ())
    }
    try:
        with workspace().answering(params):
            _write(result.ask(workspace(), table, params), kind, out)
    finally:
        close()


def _write(answer: TableResult, kind: str, out: Path | None) -> None:
    from dashboard.answers import description, files

    if out is None:
        if kind in {"parquet", "xlsx"}:
            message = f"--format {kind} needs --out FILE"
            raise click.UsageError(message)
        for block in description.blocks(answer, kind):
            sys.stdout.buffer.write(block)
        sys.stdout.buffer.flush()
        return
    files.write_described(answer, kind, out)
    click.echo(f"{out}: {answer.rows:,} rows", err=True)


export: Final = Command(
    "export",
    callback=_export,
    help=_export.__doc__,
    params=[
        click.Argument(["table"]),
        click.Option(["--format", "kind"], type=click.Choice(export_formats.FORMATS)),
        click.Option(["--out"], type=click.Path(dir_okay=False, path_type=Path)),
        *_options(),
    ],
)
