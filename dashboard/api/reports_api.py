"""Reports over HTTP: `/api/v1/reports/…`, made when asked for or as they were published."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse, Response

from dashboard.answers.workspace import workspace
from dashboard.api.freshness import newest_headers, question, standing_headers
from dashboard.reports import compose, html, pdf, published_reports, report_order
from data_access.store import publications

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request

FORMATS: Final = ("html", "pdf")
HEADERS: Final = {"Cache-Control": "private, no-cache"}
POLICY: Final = f"{html.POLICY}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_NUMBER: Final = re.compile(r"[0-9]{1,15}")


def listed(_request: Request) -> Response:
    """Every kind of report with its parameters, and what was published."""
    kinds = [
        {
            "name": kind,
            "description": sentence,
            "parameters": list(report_order.allowed(kind)),
            "formats": list(FORMATS),
        }
        for kind, sentence in report_order.KINDS.items()
    ]
    base = workspace().settings.base_url
    told = {"reports": kinds, "published": published_reports.listed(workspace(), base=base)}
    return JSONResponse(told, headers={**HEADERS, **newest_headers(workspace().status())})


def one(request: Request) -> Response:
    """A report as HTML or PDF; HTML without an ending."""
    kind, ending = _split(request.path_params["name"])
    if kind not in report_order.KINDS:
        near = report_order.nearest(kind)
        hint = f" Nearest: {near}." if near else ""
        known = ", ".join(report_order.KINDS)
        return _missing(f"No report is called {kind!r}.{hint} There are {known}.")
    if ending not in FORMATS:
        return _missing(f"{ending!r} is no format of reports; use html or pdf.")
    params, fresh = question(request)
    here = str(request.base_url).rstrip("/").removesuffix("/api")
    store = workspace()
    with store.answering(params, fresh=fresh):
        order = report_order.read(kind, params, store)
        document = compose.make(store, order, base=store.settings.base_url or here)
        status = store.status()
    version = status.data_version if order.version is None else order.version
    headers = standing_headers(version, status.store_version, order.scope.as_of_us)
    return _answer(html.whole(document), ending, report_order.file_name(order), headers)


def published_file(request: Request) -> Response:
    """A published report as it was given out."""
    number, ending = _split(request.path_params["name"])
    text = None
    if _NUMBER.fullmatch(number):
        text = publications.published_file(workspace().store, int(number))
    if text is None:
        return _missing(f"No report was published as {number!r}; /api/v1/reports lists all.")
    if ending not in FORMATS:
        return _missing(f"{ending!r} is no format of reports; use html or pdf.")
    return _answer(text, ending, f"published-{number}", {})


def _split(name: str) -> tuple[str, str]:
    kind, _, ending = name.partition(".")
    return kind, ending or "html"


def _missing(sentence: str) -> Response:
    return JSONResponse({"error": sentence}, status_code=404)


def _answer(text: str, ending: str, name: str, standing: Mapping[str, str]) -> Response:
    headers = {**HEADERS, **standing, "Content-Security-Policy": POLICY}
    headers["Content-Disposition"] = f'inline; filename="{name}.{ending}"'
    if ending == "html":
        return Response(text, media_type="text/html", headers=headers)
    try:
        return Response(pdf.printed(text), media_type="application/pdf", headers=headers)
    except pdf.NoPdf as error:
        return JSONResponse({"error": str(error)}, status_code=503)


ENDPOINTS: Final[tuple[tuple[str, Callable[[Request], Response]], ...]] = (
    ("/v1/reports", listed),
    ("/v1/reports/published/{name}", published_file),
    ("/v1/reports/{name}", one),
)
