"""What an answer says of itself: what was asked, as known when, and how to get it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from dashboard.answers.table_options import Options
from dashboard.editions import clock
from dashboard.presentation import formats
from dashboard.query import filters
from dashboard.tables import registry
from dashboard.tables.table import column
from data_access import export_formats

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dashboard.answers.result import TableResult
    from metrics.definitions.scope import Scope


def about(answer: TableResult) -> dict[str, Any]:
    """What the manifest says of an answer beside its columns."""
    scope, name = answer.query.scope, answer.table.name
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
        "as_of": formats.instant_text(scope.as_of_us),
        "data_version": answer.version,
        "rules": answer.rules,
        "report_zone": answer.zone,
        "currency": answer.currency,
        "page": answer.public_url + _page(answer),
        "api": f"{answer.public_url}/api/v1/tables/{name}.csv{same(answer)}",
        "command": _command(answer),
        "made_at": clock.now().isoformat(timespec="seconds"),
    }


def frozen(answer: TableResult) -> dict[str, filters.Value]:
    """The parameters that hold an answer for good: its days, its moment, its data version."""
    scope = answer.query.scope
    return {
        "from": scope.first,
        "to": scope.last,
        "as_of": formats.instant_text(scope.as_of_us),
        "data_version": str(answer.version),
    }


def next_page(answer: TableResult) -> str | None:
    """The URL query of the page after this one, frozen; None where this is the last."""
    last = answer.nth(answer.rows) if 0 < answer.rows < answer.left else None
    if last is None:
        return None
    options = {**_given(answer.options), "after": last}
    if answer.table.kind == "receipts":
        return urlencode(options)
    return filters.query_string(answer.query, **options, **frozen(answer))


def same(answer: TableResult) -> str:
    """The URL query, with its question mark, that gives this very answer again."""
    given = _given(answer.options)
    if answer.table.kind != "receipts":
        return f"?{filters.query_string(answer.query, **given, **frozen(answer))}"
    return f"?{urlencode(given)}" if given else ""


def _page(answer: TableResult) -> str:
    """The page that shows a table with just these figures; Data → Tables shows every one."""
    name, page = answer.table.name, answer.table.page
    if answer.table.kind == "receipts":
        return f"/{page or f'data?tab=tables&table={name}'}"
    own = {} if page else {"tab": "tables", "table": name}
    return f"/{page or 'data'}?{filters.query_string(answer.query, **own, **frozen(answer))}"


def _row_filters(scope: Scope) -> dict[str, Any]:
    default = type(scope.rows)()
    said = {name: getattr(scope.rows, name) for name in filters.ROW_PARAMETERS}
    return {name: value for name, value in said.items() if value != getattr(default, name)}


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
    pairs = filters.parameters(answer.query, **_given(answer.options), **frozen(answer))
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
