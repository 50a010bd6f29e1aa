"""The server: pages and HTTP reads in one process.

`leadloop serve`, `uvicorn dashboard.app:app` and `streamlit run dashboard/app.py` all
serve the `app` below, and only to this machine; the first also has a strict HTTP front with
time limits (`dashboard.api.http_front`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.routing import Mount
from streamlit.starlette import App

from dashboard.api.admission import Admission
from dashboard.api.request_bodies import BoundedBodies
from dashboard.api.tables_api import routes
from dashboard.api.warm_up import warmed
from dashboard.layout.empty_states import failed
from data_access.explained import ExplainedError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "font-src 'self' data:; connect-src 'self' ws: wss:; worker-src 'self' blob:; "
        "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""Sent with every answer: the pages load nothing from elsewhere and may not be framed, loaded
by other sites, or reached by a window that another site opened."""


class SafeHeaders:
    """Adds our headers to answers that do not set them themselves."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with our headers on its answer."""

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_safely if scope["type"] == "http" else send)


def explained(error: Exception) -> bool:
    """Show our sentence for an error that a page did not foresee, not the framework's box.

    The framework has logged it by then.
    """
    failed(str(error) if isinstance(error, ExplainedError) else "")
    return True


MIDDLEWARE: Final = [
    Middleware(Admission),
    Middleware(SafeHeaders),
    Middleware(BoundedBodies),
]
"""From the outside in."""

app = App(
    Path(__file__).parent.resolve() / "shell.py",
    lifespan=warmed,
    routes=[Mount("/api", routes=list(routes))],
    middleware=MIDDLEWARE,
    on_script_error=explained,
)
