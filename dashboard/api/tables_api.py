"""The read side over HTTP: `/api/v1/tables/…`, `/api/v1/reports/…`, `/api/v1/health`.

Every endpoint that reads the store is a plain function and runs in a thread of the lane of
answers, so that long answers hold up neither the pages nor `health`, which has its own.
"""

from __future__ import annotations

import logging
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from starlette.background import BackgroundTask
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from dashboard.access.actor import Actor, as_actor
from dashboard.answers import description, files, result
from dashboard.answers.workspace import workspace
from dashboard.api import reports_api
from dashboard.api.freshness import newest_headers, question, standing_headers
from dashboard.api.health import health
from dashboard.api.work_queue import RETRY_AFTER_S, QueueFull, WorkQueue
from dashboard.editions.changed_rows import ReadAnew
from dashboard.query.parameters import BadQuery
from dashboard.tables import registry
from data_access import export_formats, workbook_export
from data_access.explained import ExplainedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from starlette.requests import Request

    from dashboard.answers.result import TableResult
    from dashboard.tables.table import Table

LOG: Final = logging.getLogger(__name__)
LANE: Final = WorkQueue()
CACHE: Final = {"Cache-Control": "private, no-cache"}


def _guarded(endpoint: Callable[[Request], Response]) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint on the lane of answers; an unforeseen error becomes one plain sentence."""

    def called(request: Request) -> Response:
        try:
            with as_actor(Actor("api")):
                return endpoint(request)
        except BadQuery as error:
            return _bad(error)
        except ReadAnew as error:
            return JSONResponse({"error": str(error)}, status_code=409)
        except workbook_export.TooManyRows as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        except ExplainedError as error:
            return _later(str(error))
        except Exception:
            LOG.exception("the request %s failed", request.url.path)
            return _later(
                "The answer could not be made; the server's log says why. Try again later."
            )

    async def answered(request: Request) -> Response:
        try:
            return await LANE.run(partial(called, request))
        except QueueFull as error:
            return _later(str(error))

    return answered


def _later(sentence: str) -> JSONResponse:
    headers = {"Retry-After": str(RETRY_AFTER_S)}
    return JSONResponse({"error": sentence}, status_code=503, headers=headers)


def _bad(error: BadQuery) -> JSONResponse:
    problems = [
        {"parameter": p.parameter, "value": p.value, "message": p.message} for p in error.problems
    ]
    return JSONResponse({"error": str(error), "problems": problems}, status_code=400)


def listed(_request: Request) -> Response:
    """Every table with its columns."""
    found = [
        {
            "name": table.name,
            "title": table.title,
            "description": table.sentence,
            "options": [*table.options, *_common(table)],
            "filters": table.kind != "receipts",
            "formats": list(export_formats.FORMATS),
            "columns": [
                {"name": c.name, "type": c.type, "unit": c.unit, "definition": c.definition}
                for c in table.columns
            ],
        }
        for table in registry.TABLES.values()
    ]
    headers = {**CACHE, **newest_headers(workspace().status())}
    body = {"schema_version": registry.SCHEMA_VERSION, "tables": found}
    return JSONResponse(body, headers=headers)


def _common(table: Table) -> list[str]:
    rows = ["after", "changed_since"] if table.kind == "rows" else []
    return ["columns", "limit", *rows]


def one(request: Request) -> Response:
    """A table as the format its ending names; JSON without one."""
    name, _, ending = request.path_params["table"].partition(".")
    if name not in registry.TABLES:
        near = registry.nearest(name)
        hint = f" Nearest: {near}." if near else ""
        return JSONResponse({"error": f"No table is called {name!r}.{hint}"}, status_code=404)
    kind = ending or "json"
    wants_manifest = kind.endswith("manifest.json")
    described = kind.removesuffix("manifest.json").strip(".") or "csv" if wants_manifest else kind
    if described not in export_formats.FORMATS:
        known = ", ".join(export_formats.FORMATS)
        return JSONResponse({"error": f"{kind!r} is no format; use {known}."}, status_code=404)
    params, fresh = question(request)
    with workspace().answering(params, fresh=fresh):
        answer = result.ask(workspace(), name, params)
        headers = {**CACHE, **_about(answer, kind), **_links(answer, kind)}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        if wants_manifest:
            return _manifest(answer, described, headers)
        return _written(answer, kind, headers)


def _about(answer: TableResult, kind: str) -> dict[str, str]:
    """What every answer says of itself: how many rows there are, from what and as of when."""
    return {
        "ETag": f'"{answer.etag}-{kind}"',
        "X-Total-Rows": str(answer.total),
        **standing_headers(answer.version, answer.store_version, answer.query.scope.as_of_us),
    }


def _links(answer: TableResult, kind: str) -> dict[str, str]:
    """The manifest of this very answer, and the page after it."""
    name, links = answer.table.name, []
    if kind == "csv":
        asked = description.same(answer)
        links.append(f'<{name}.csv.manifest.json{asked}>; rel="describedby"')
    if following := description.next_page(answer):
        links.append(f'<{name}.{kind}?{following}>; rel="next"')
    return {"Link": ", ".join(links)} if links else {}


def _manifest(answer: TableResult, kind: str, headers: dict[str, str]) -> Response:
    """The manifest of an answer as a file; size and sum where it can be read as it is made."""
    content = description.blocks(answer, kind) if kind in files.STREAMED else None
    return JSONResponse(files.manifest(answer, kind=kind, content=content), headers=headers)


def _written(answer: TableResult, kind: str, headers: dict[str, str]) -> Response:
    name = answer.table.name
    headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    if kind == "json":
        del headers["Content-Disposition"]
    if kind in files.STREAMED:
        body = _gathered(description.blocks(answer, kind))
        return StreamingResponse(
            LANE.stepped(body), media_type=export_formats.MEDIA[kind], headers=headers
        )
    if kind == "xlsx":
        workbook_export.check_sheet(answer.rows)
    folder = tempfile.TemporaryDirectory(prefix="leadloop-")
    path = Path(folder.name) / f"{name}.{kind}"
    files.write(answer, kind, path)
    done = BackgroundTask(folder.cleanup)
    return FileResponse(
        path, media_type=export_formats.MEDIA[kind], headers=headers, background=done
    )


def _gathered(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Blocks of at least 64 kB: many small ones are slow to send."""
    waiting = bytearray()
    for block in blocks:
        waiting += block
        if len(waiting) >= export_formats.BLOCK:
            yield bytes(waiting)
            waiting.clear()
    yield bytes(waiting)


async def missing(request: Request) -> Response:
    """Anything else below /api."""
    return JSONResponse({"error": f"There is nothing at {request.url.path}."}, status_code=404)


routes = [
    Route("/v1/health", health),
    Route("/v1/tables", _guarded(listed)),
    Route("/v1/tables/{table}", _guarded(one)),
    *(Route(path, _guarded(endpoint)) for path, endpoint in reports_api.ENDPOINTS),
    Route("/{rest:path}", missing),
]
