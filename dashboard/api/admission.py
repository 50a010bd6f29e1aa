"""Who is let in: the peer, the host that is asked for, the site that asks.

The pages and the API have no keys or logins yet, and a browser on this machine runs the
scripts of every site its reader visits. So each request, HTTP or websocket, is judged here
before anything else sees it, however the server was started. It must come from this machine,
ask for it by a name that is its own, and not be made by another site's page; a link that
leads to a page may stand anywhere.
"""

from __future__ import annotations

import ipaddress
import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

from data_access.settings import BadSettings, Settings

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOG: Final = logging.getLogger(__name__)
_HOST: Final = re.compile(
    r"(?P<name>[a-z0-9](?:[a-z0-9._-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(?::(?P<port>[0-9]{1,5}))?"
)
_ORIGIN: Final = re.compile(r"(?P<scheme>https?)://(?P<host>.+)")
_PORTS: Final = {"http": 80, "https": 443}
_HIGHEST_PORT: Final = 65_535
_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
_OWN: Final = ("same-origin", "none")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not answered, as an HTTP status and one sentence."""

    status: int
    sentence: str


STRANGER: Final = Refusal(
    403, "Only this machine is served, because there are no keys or logins yet."
)
FORWARDED: Final = Refusal(
    403,
    "Only this machine is served, because there are no keys or logins yet, and a request that "
    "was passed on by a proxy may come from anywhere.",
)
NOT_A_PATH: Final = Refusal(400, "The request does not ask for a path of this server.")
TWO_LENGTHS: Final = Refusal(
    400, "The request says in two ways how long it is, so its end cannot be told."
)
NOT_OUR_NAME: Final = Refusal(
    400,
    "The request asks for no host of this server; allowed are localhost, 127.0.0.1, [::1] and "
    "the names in LEADLOOP_ALLOWED_HOSTS.",
)
OTHER_ORIGIN: Final = Refusal(403, "The page of another site may not read from this server.")
OTHER_SITE: Final = Refusal(
    403, "Another site may link to these pages, but not load them as a part of its own."
)


def is_loopback(address: str | None) -> bool:
    """Whether an address is this machine's own; no address says nothing, so it is not.

    A server that listens on a Unix socket tells no address: behind it is, as a rule, a proxy
    that passes on what strangers ask.
    """
    try:
        found = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)  # IPv4 as a socket for both tells it
    return (mapped or found).is_loopback


def refused(scope: Scope, names: Collection[str]) -> Refusal | None:
    """Why a request, HTTP or websocket, is not let in; None where it is.

    Args:
        scope: the request, as ASGI describes it.
        names: hosts that are served beside those of loopback, in lower case.
    """
    headers = Headers(scope=scope)
    client = scope.get("client")
    if not is_loopback(client[0] if client else None):
        return STRANGER
    if any(name in headers for name in _FORWARDED):
        return FORWARDED  # a server may also have put what it says in the place of the peer
    if not scope["path"].startswith("/"):
        return NOT_A_PATH
    if "transfer-encoding" in headers and "content-length" in headers:
        return TWO_LENGTHS
    host = _host(headers.getlist("host"))
    if host is None or not (host[0] in names or _is_own(host[0])):
        return NOT_OUR_NAME
    return _of_another_site(scope, headers, host)


def visit_refused(peer: object, host: str | None) -> Refusal | None:
    """Why a page is not shown to who opened it; None where it is.

    The framework can be started with the pages' script alone, past the layer below; to it
    a visit from this machine has no peer, and one without a browser something in its place.
    """
    if isinstance(peer, str) and not is_loopback(peer):
        return STRANGER
    found = None if host is None else _host([host])
    if host is None or (found and (_is_own(found[0]) or found[0] in allowed_hosts())):
        return None
    return NOT_OUR_NAME


def _of_another_site(
    scope: Scope, headers: Headers, host: tuple[str, int | None]
) -> Refusal | None:
    origins = headers.getlist("origin")
    if origins and not _same(origins, host):
        return OTHER_ORIGIN
    sites = headers.getlist("sec-fetch-site")
    if not sites or (len(sites) == 1 and sites[0] in _OWN):
        return None
    followed = scope.get("method") == "GET" and headers.getlist("sec-fetch-mode") == ["navigate"]
    whole = headers.getlist("sec-fetch-dest") in ([], ["document"])  # not a frame or an object
    return None if followed and whole else OTHER_SITE


def _host(given: list[str]) -> tuple[str, int | None] | None:
    """Name, in lower case, and port of the one `Host`; None where it is none."""
    found = _HOST.fullmatch(given[0].lower()) if len(given) == 1 else None
    if found is None:
        return None
    port = int(found["port"]) if found["port"] else None
    if port is not None and not 0 < port <= _HIGHEST_PORT:
        return None
    return found["name"], port


def _is_own(name: str) -> bool:
    """Names of loopback; a site cannot make its own name one of them."""
    return name == "localhost" or is_loopback(name.removeprefix("[").removesuffix("]"))


def _same(origins: list[str], host: tuple[str, int | None]) -> bool:
    """Whether a page of the origin is one of ours: the same name and port."""
    found = _ORIGIN.fullmatch(origins[0].lower()) if len(origins) == 1 else None
    theirs = _host([found["host"]]) if found else None
    if found is None or theirs is None:
        return False
    usual = _PORTS[found["scheme"]]
    return (theirs[0], theirs[1] or usual) == (host[0], host[1] or usual)


def allowed_hosts() -> frozenset[str]:
    """The hosts of the settings; none where these cannot be taken, which pages say."""
    try:
        return frozenset(Settings().allowed_hosts)
    except BadSettings:
        return frozenset()


class Admission:
    """Lets in what may come in; the outermost layer of the server."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.names = allowed_hosts()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer why not."""
        refusal = None if scope["type"] == "lifespan" else refused(scope, self.names)
        if refusal is None:
            await self.app(scope, receive, send)
            return
        LOG.info("refused a request with %s: %s", refusal.status, refusal.sentence)
        answer = PlainTextResponse(
            refusal.sentence,
            status_code=refusal.status,
            headers={"Connection": "close", "X-Content-Type-Options": "nosniff"},
        )
        if scope["type"] == "websocket":
            await _close(scope, send, answer)
        else:
            await answer(scope, receive, send)


async def _close(scope: Scope, send: Send, answer: PlainTextResponse) -> None:
    """Refuse a handshake: with the sentence where the server can, else with 403."""
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008})
        return
    start: Message = {
        "type": "websocket.http.response.start",
        "status": answer.status_code,
        "headers": answer.raw_headers,
    }
    await send(start)
    await send({"type": "websocket.http.response.body", "body": bytes(answer.body)})
