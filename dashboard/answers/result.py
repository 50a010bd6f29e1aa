"""A table under a question, ready to be written: for the API and `leadloop export`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING

from dashboard.answers.table_options import Options, no_filters, problem
from dashboard.answers.table_options import read as read_options
from dashboard.query.parameters import MOST, BadQuery, Problem
from dashboard.query.table_parameters import OPTIONS
from dashboard.tables import registry, row_cursor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import polars as pl

    from dashboard.answers.workspace import Workspace
    from dashboard.query import filters
    from dashboard.tables.table import Table


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of an answer: how many in all, how many after the row of `after`, and they."""

    schema: dict[str, pl.DataType]
    total: int
    left: int
    frames: Callable[[], Iterator[pl.DataFrame]]
    nth: Callable[[int], str | None]


@dataclass(frozen=True, slots=True)
class TableResult:
    """Frames of one table in order, with what is needed to write and describe them.

    `version` is the data version that it was made from, `store_version` that of the store;
    `total` counts all rows of the question, `left` those after the row of `after`.
    """

    table: Table
    query: filters.Query
    options: Options
    schema: dict[str, pl.DataType]
    total: int
    left: int
    version: int
    store_version: int
    rules: str
    zone: str
    currency: str
    access: str
    public_url: str
    frames: Callable[[], Iterator[pl.DataFrame]] = field(repr=False)
    nth: Callable[[int], str | None] = field(repr=False)

    @property
    def rows(self) -> int:
        """How many rows are given: all that are left, unless a limit was asked for."""
        limit = self.options.limit
        return self.left if limit is None else min(limit, self.left)

    def pieces(self) -> Iterator[pl.DataFrame]:
        """The rows, a frame at a time; each call starts anew."""
        due = self.rows
        for frame in self.frames():
            if due == 0:
                return
            piece = frame.head(due)
            due -= piece.height
            yield piece.select(*self.schema)

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
    query = workspace.read(_with_period(params), other=OPTIONS)
    options, problems = read_options(table, params)
    problems += query.notices
    if table.kind == "receipts":
        problems += no_filters(table, params)
    if problems:
        raise BadQuery(problems)
    if options.changed_since is not None:
        _judge_changes(query, options.changed_since, status.data_version)
    rows = _rows(workspace, table, query, options)
    schema = rows.schema
    if options.columns:
        schema = {c: schema[c] for c in _checked_columns(options.columns, schema)}
    return TableResult(
        table=table,
        query=query,
        options=options,
        schema=schema,
        total=rows.total,
        left=rows.left,
        version=status.data_version,
        store_version=status.store_version,
        rules=workspace.rules.digest,
        zone=status.zone,
        currency=status.currency,
        access=workspace.access.mark,
        public_url=workspace.settings.base_url,
        frames=rows.frames,
        nth=rows.nth,
    )


def _with_period(params: Mapping[str, Sequence[str]]) -> Mapping[str, Sequence[str]]:
    """What has changed is asked of all time, unless a period is named."""
    if "changed_since" not in params or {"period", "from", "to"} & set(params):
        return params
    return {**params, "period": ["all_time"]}


def _judge_changes(query: filters.Query, since: int, version: int) -> None:
    """BadQuery where a list of changes could not keep a copy."""
    scope, problems = query.scope, []
    if since > version:
        message = f"changed_since {since} is not known yet; this answer has facts up to {version}"
        problems.append(Problem(parameter="changed_since", value=str(since), message=message))
    if scope.rows != type(scope.rows)() or scope.clock != "delivered" or scope.base == "mature":
        message = (
            "changed_since lists whole rows, so that a copy can be kept: it goes with a period "
            "and with filters by source, buyer and the like, but not with conditions on outcomes, "
            "base=mature or another clock. Choose among the rows of your copy"
        )
        problems.append(Problem(parameter="changed_since", value=str(since), message=message))
    if problems:
        raise BadQuery(problems)


def _rows(workspace: Workspace, table: Table, question: filters.Query, options: Options) -> _Rows:
    query = workspace.table_query(
        question.scope,
        by=options.by or table.default_by,
        grain=options.grain,
        data_version=question.version,
        changed_since=options.changed_since,
        seed=options.seed,
        precision=options.precision,
    )
    after = options.after
    if table.count and table.nth:
        total, rest = table.count(query), replace(query, after=after)
        left = total if after is None else table.count(rest)
        pages = partial(registry.frames, table.name, rest)
        return _Rows(dict(table.schema), total, left, pages, partial(table.nth, rest))
    made = list(registry.frames(table.name, query))
    schema, total = dict(made[0].schema), sum(frame.height for frame in made)
    kept = made if after is None else row_cursor.past(made, after)
    left = sum(frame.height for frame in kept)
    return _Rows(schema, total, left, lambda: iter(kept), partial(row_cursor.named, kept))


def _checked_columns(wanted: tuple[str, ...], schema: Mapping[str, object]) -> tuple[str, ...]:
    bad = [name for name in wanted if name not in schema][:MOST]
    if bad:
        known = list(schema)
        raise BadQuery([problem("columns", name, "columns of the table", known) for name in bad])
    return tuple(dict.fromkeys(wanted))
