"""A table under a question, ready to be written: for the API and `leadloop export`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from dashboard.answers.table_options import Options, no_filters, problem
from dashboard.answers.table_options import read as read_options
from dashboard.editions import clock
from dashboard.query import filters
from dashboard.query.parameters import MOST, BadQuery
from dashboard.query.table_parameters import OPTIONS
from dashboard.tables import registry
from dashboard.tables.table import column
from data_access import export_formats

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import polars as pl

    from dashboard.answers.workspace import Workspace
    from dashboard.tables.table import Table
    from metrics.definitions.scope import Scope


@dataclass(frozen=True, slots=True)
class TableResult:
    """Frames of one table in order, with what is needed to write and describe them."""

    table: Table
    query: filters.Query
    options: Options
    schema: dict[str, pl.DataType]
    total: int
    version: int
    rules: str
    zone: str
    currency: str
    access: str
    frames: Callable[[], Iterator[pl.DataFrame]] = field(repr=False)

    @property
    def rows(self) -> int:
        """How many rows are given: all, unless a limit was asked for."""
        limit = self.options.limit
        return self.total if limit is None else min(limit, self.total)

    def pieces(self) -> Iterator[pl.DataFrame]:
        """The rows, a frame at a time; each call starts anew."""
        left = self.options.limit
        after = self.options.after
        for frame in self.frames():
            piece = frame
            if after is not None:
                at = piece[piece.columns[0]].index_of(after)
                if at is None:
                    continue
                piece, after = piece.slice(at + 1), None
            if left is not None:
                piece = piece.head(left)
                left -= piece.height
            yield piece.select(*self.schema)
            if left == 0:
                return

    @property
    def etag(self) -> str:
        """Changes when, and only when, the answer may."""
        marks = (
            registry.SCHEMA_VERSION,
            self.table.name,
            self.version,
            self.rules,
            self.total,
            self.query.scope,
            self.options,
            self.access,
        )
        return blake2b(repr(marks).encode(), digest_size=12).hexdigest()


def ask(workspace: Workspace, name: str, params: Mapping[str, Sequence[str]]) -> TableResult:
    """A table under URL parameters; KeyError for an unknown table, BadQuery else."""
    table = registry.TABLES[name]
    status = workspace.status()
    query = filters.read(
        params,
        now=status.now,
        zone=status.zone,
        first_day=status.first_day,
        ended=status.ended,
        known=workspace.names(),
        other=OPTIONS,
    )
    options, problems = read_options(table, params)
    problems += query.notices
    if table.kind == "receipts":
        problems += no_filters(table, params)
    if problems:
        raise BadQuery(problems)
    frames, schema, total = _frames(workspace, table, query.scope, options)
    if options.columns:
        schema = {c: schema[c] for c in _checked_columns(options.columns, schema)}
    return TableResult(
        table=table,
        query=query,
        options=options,
        schema=schema,
        total=total,
        version=options.data_version or status.data_version,
        rules=workspace.rules.digest,
        zone=status.zone,
        currency=status.currency,
        access=workspace.access.mark,
        frames=frames,
    )


def _frames(
    workspace: Workspace, table: Table, scope: Scope, options: Options
) -> tuple[Callable[[], Iterator[pl.DataFrame]], dict[str, pl.DataType], int]:
    query = workspace.table_query(
        scope,
        by=options.by or table.default_by,
        grain=options.grain,
        data_version=options.data_version,
        changed_since=options.changed_since,
        seed=options.seed,
        precision=options.precision,
    )
    if table.count:
        pages = partial(registry.frames, table.name, query)
        return pages, dict(table.schema), table.count(query)
    made = list(registry.frames(table.name, query))
    return lambda: iter(made), dict(made[0].schema), sum(frame.height for frame in made)


def _checked_columns(wanted: tuple[str, ...], schema: Mapping[str, object]) -> tuple[str, ...]:
    bad = [name for name in wanted if name not in schema][:MOST]
    if bad:
        known = list(schema)
        raise BadQuery([problem("columns", name, "columns of the table", known) for name in bad])
    return tuple(dict.fromkeys(wanted))


# --- describing ---------------------------------------------------------------------------


def about(answer: TableResult) -> dict[str, Any]:
    """What the manifest says of an answer beside its columns."""
    scope = answer.query.scope
    frozen = {"as_of": _instant(scope.as_of_us), "data_version": str(answer.version)}
    query_text = filters.query_string(answer.query, **_given(answer.options), **frozen)
    name = answer.table.name
    plain = answer.table.kind == "receipts"
    return {
        "schema_version": registry.SCHEMA_VERSION,
        "table": name,
        "title": answer.table.title,
        "rows": answer.rows,
        "rows_in_all": answer.total,
        "filters": None if plain else {**scope.filters, **_row_filters(scope)},
        "from": None if plain else scope.first.isoformat(),
        "to": None if plain else scope.last.isoformat(),
        "base": None if plain else scope.rate_base,
        "clock": None if plain else scope.clock,
        "as_of": frozen["as_of"],
        "data_version": answer.version,
        "rules": answer.rules,
        "report_zone": answer.zone,
        "currency": answer.currency,
        "page": _page(answer),
        "api": f"/api/v1/tables/{name}.csv" + ("" if plain else f"?{query_text}"),
        "command": _command(answer),
        "made_at": clock.now().isoformat(timespec="seconds"),
    }


def _page(answer: TableResult) -> str:
    """The page that shows a table under its filters; Data → Tables shows every one."""
    name = answer.table.name
    page = answer.table.page
    if not page:
        return f"/data?{filters.query_string(answer.query, tab='tables', table=name)}"
    query_text = filters.query_string(answer.query)
    return f"/{page}" + (f"?{query_text}" if query_text else "")


def _row_filters(scope: Scope) -> dict[str, Any]:
    default = type(scope.rows)()
    said = {name: getattr(scope.rows, name) for name in filters.ROW_PARAMETERS}
    return {name: value for name, value in said.items() if value != getattr(default, name)}


def _instant(us: int) -> str:
    moment = datetime.fromtimestamp(us // 1_000_000, UTC).replace(microsecond=us % 1_000_000)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _given(options: Options) -> dict[str, str]:
    default = Options()
    said: dict[str, str] = {}
    for name in (
        *("by", "grain", "seed", "precision"),
        *("columns", "limit", "after", "changed_since"),
    ):
        value = getattr(options, name)
        if value != getattr(default, name):
            said[name] = ",".join(value) if isinstance(value, tuple) else str(value)
    return said


def _command(answer: TableResult) -> str:
    """The command line that gives the same rows again."""
    if answer.table.kind == "receipts":
        return f"leadloop export {answer.table.name}"
    scope = answer.query.scope
    pairs = [
        p for p in filters.parameters(answer.query) if p[0] not in {"period", "from", "to", "as_of"}
    ]
    pairs = [
        ("from", scope.first.isoformat()),
        ("to", scope.last.isoformat()),
        *pairs,
        *_given(answer.options).items(),
        ("as_of", _instant(scope.as_of_us)),
        ("data_version", str(answer.version)),
    ]
    words = " ".join(f"--{name.replace('_', '-')} {_quoted(value)}" for name, value in pairs)
    return f"leadloop export {answer.table.name} {words}"


def _quoted(text: str) -> str:
    plain = text.replace("-", "").replace("_", "").replace(":", "").replace(".", "")
    return text if plain.isalnum() else "'" + text.replace("'", "'\"'\"'") + "'"


def definitions(answer: TableResult) -> dict[str, str]:
    """What each column means."""
    known = {each.name: each.definition for each in answer.table.columns}
    split = {name: column(name, kind).definition for name, kind in answer.schema.items()}
    return {name: known.get(name, split[name]) for name in answer.schema}


def blocks(answer: TableResult, kind: str) -> Iterator[bytes]:
    """An answer as CSV, JSON or NDJSON, a block at a time."""
    if kind == "csv":
        return export_formats.csv_blocks(answer.pieces(), answer.schema)
    if kind == "ndjson":
        return export_formats.ndjson_blocks(answer.pieces())
    return export_formats.json_blocks(answer.pieces(), {"about": about(answer)}, {})
