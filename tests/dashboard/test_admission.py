"""Who is let in, judged on the application itself, however it is started."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import own_loop
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from dashboard import app
from dashboard.api import admission

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import Message
    from starlette.websockets import WebSocket

OWN: Final = ("127.0.0.1", 50_000)
SECRET: Final = "every lead"  # noqa: S105 - what must not come out


async def _leads(_request: Request) -> PlainTextResponse:
    return PlainTextResponse(SECRET)


async def _socket(socket_: WebSocket) -> None:
    await socket_.accept()
    await socket_.send_text(SECRET)
    await socket_.close()


def guarded(client: tuple[str, int] = OWN, base_url: str = "http://127.0.0.1:8501") -> TestClient:
    """A site behind all our layers, asked by a peer."""
    routes = [Route("/leads", _leads), WebSocketRoute("/stream", _socket)]
    return TestClient(
        Starlette(routes=routes, middleware=app.MIDDLEWARE), client=client, base_url=base_url
    )


def told(headers: dict[str, str] | None = None, **options: Any) -> tuple[int, str]:
    """Status and text of an answer."""
    answer = guarded(**options).get("/leads", headers=headers)
    return answer.status_code, answer.text


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:8501", "localhost", "LocalHost:80", "[::1]:8501", "127.9.9.9", "127.0.0.1"],
)
def test_names_of_loopback_are_served(host: str) -> None:
    """With any port, in any case of letters."""
    assert told({"Host": host}) == (200, SECRET)


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:8501", "localhost.evil.example", "127.0.0.1.evil.example"),
        *("", " ", "localhost:", "localhost:0", "localhost:65536", "localhost:x", "localhost:1:2"),
        *("user@localhost", "localhost/", "localhost?", "localhost#", "local host", "*", "::1"),
        *(
            "[::1",
            "[::2]",
            "[localhost]",
            "0.0.0.0",  # noqa: S104 - a host
            "192.0.2.2",
            "127.1",
            "0x7f000001",
            "2130706433",
        ),
        *("127.0.0.01", "localhost.", "x.localhost", "127.0.0.1,evil.example"),
    ],
)
def test_any_other_host_is_refused_in_one_sentence(host: str) -> None:
    """Nothing else is said, and the name is not repeated."""
    assert told({"Host": host}) == (400, admission.NOT_OUR_NAME.sentence)


@pytest.mark.parametrize(
    "hosts", [[], [b"localhost", b"localhost"], [b"localhost", b"evil.example"]]
)
def test_a_request_has_one_host(hosts: list[bytes]) -> None:
    """None and two are refused."""
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/leads",
        "client": OWN,
        "headers": [(b"host", host) for host in hosts],
    }
    assert admission.refused(scope, ()) == admission.NOT_OUR_NAME


def test_a_host_of_the_settings_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """And only those."""
    monkeypatch.setenv("LEADLOOP_ALLOWED_HOSTS", "Leads.Example, 192.0.2.7,[2001:DB8::1]")
    for host in ("leads.example:8501", "LEADS.example", "192.0.2.7", "[2001:db8::1]:80"):
        assert told({"Host": host}) == (200, SECRET), host
    for host in ("x.leads.example", "leads.example.evil.example", "192.0.2.8"):
        assert told({"Host": host})[0] == 400, host


def test_settings_that_cannot_be_taken_open_no_door(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loopback alone is served then."""
    monkeypatch.setenv("LEADLOOP_ALLOWED_HOSTS", "*")
    assert told({"Host": "evil.example"})[0] == 400
    assert told() == (200, SECRET)


@pytest.mark.parametrize(
    ("origin", "host", "fits"),
    [
        ("http://127.0.0.1:8501", "127.0.0.1:8501", True),
        ("HTTP://LOCALHOST:8501", "localhost:8501", True),
        ("http://localhost", "localhost:80", True),
        ("http://localhost:80", "localhost", True),
        ("https://localhost", "localhost:443", True),
        ("http://[::1]:8501", "[::1]:8501", True),
        ("http://localhost:3000", "localhost:8501", False),
        ("http://localhost:8501", "127.0.0.1:8501", False),
        ("http://localhost", "localhost:8501", False),
        ("https://localhost", "localhost:80", False),
        ("http://evil.example", "localhost:8501", False),
        ("http://evil.example/localhost:8501", "localhost:8501", False),
        ("http://localhost:8501@evil.example", "localhost:8501", False),
        ("file://localhost:8501", "localhost:8501", False),
        ("chrome-extension://abc", "localhost:8501", False),
        ("null", "localhost:8501", False),
        ("", "localhost:8501", False),
        ("localhost:8501", "localhost:8501", False),
    ],
)
def test_only_a_page_of_ours_may_ask(origin: str, host: str, *, fits: bool) -> None:
    """By HTTP and by websocket: the origin is the host that is asked."""
    headers = {"Host": host, "Origin": origin}
    expected = (200, SECRET) if fits else (403, admission.OTHER_ORIGIN.sentence)
    assert told(headers) == expected
    if fits:
        with guarded().websocket_connect("/stream", headers=headers) as opened:
            assert opened.receive_text() == SECRET
    else:
        with (
            pytest.raises(WebSocketDisconnect),
            guarded().websocket_connect("/stream", headers=headers),
        ):
            pass


@pytest.mark.parametrize(
    ("site", "more", "status"),
    [
        ("same-origin", {}, 200),
        ("none", {"Sec-Fetch-Mode": "navigate"}, 200),
        ("cross-site", {}, 403),
        ("same-site", {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"}, 403),
        ("cross-site", {"Sec-Fetch-Mode": "cors"}, 403),
        ("cross-site", {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, 200),
        ("same-site", {"Sec-Fetch-Mode": "navigate"}, 200),
        ("cross-site", {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, 403),
        ("cross-site", {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "object"}, 403),
        ("unheard-of", {}, 403),
    ],
)
def test_another_site_may_link_but_not_load(site: str, more: dict[str, str], status: int) -> None:
    """A link in a mail opens the page; a script, a frame, a form do not."""
    assert told({"Sec-Fetch-Site": site, **more})[0] == status
    if status == 200 and site != "same-origin":
        posted = guarded().post("/leads", headers={"Sec-Fetch-Site": "cross-site", **more})
        assert posted.status_code == 403


@pytest.mark.parametrize(
    ("peer", "own"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("192.0.2.2", False),
        ("10.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - a peer, not where we listen
        ("::", False),
        ("::ffff:192.0.2.2", False),
        ("fe80::1%eth0", False),
        ("fd00::2", False),
        ("localhost", False),
        ("", False),
        ("testclient", False),
    ],
)
def test_only_this_machine_is_answered(peer: str, *, own: bool) -> None:
    """Whatever the host says; by HTTP and by websocket."""
    client = (peer, 50_000)
    assert told(client=client) == ((200, SECRET) if own else (403, admission.STRANGER.sentence))
    if not own:
        opening = guarded(client=client).websocket_connect("/stream")
        with pytest.raises(WebSocketDisconnect), opening:
            pass


def test_a_peer_without_an_address_is_a_stranger() -> None:
    """A Unix socket tells none, and a proxy is behind it as a rule."""
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", b"localhost")]}
    assert admission.refused(scope, ()) == admission.STRANGER
    assert admission.refused({**scope, "client": None}, ()) == admission.STRANGER


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "x-real-ip", "Forwarded", "X-Forwarded-Host"]
)
def test_what_a_proxy_passes_on_is_refused(header: str) -> None:
    """Some servers put what these say in the place of the peer."""
    assert told({header: "127.0.0.1"}) == (403, admission.FORWARDED.sentence)


@pytest.mark.parametrize(
    ("peer", "host", "shown"),
    [
        (None, None, True),
        (None, "localhost:8501", True),
        ("127.0.0.2", "127.0.0.2:8501", True),
        ("192.0.2.2", "localhost:8501", False),
        (None, "evil.example", False),
        (None, "localhost:x", False),
    ],
)
def test_pages_started_past_the_application_are_for_this_machine_too(
    peer: str | None, host: str | None, *, shown: bool
) -> None:
    """Their script can be run by itself; the framework tells no peer for this machine."""
    assert (admission.visit_refused(peer, host) is None) is shown


def test_two_lengths_and_foreign_paths_are_refused() -> None:
    """And the connection is closed, so that what follows is read by nobody."""
    scope = {
        "type": "http",
        "method": "GET",
        "path": "http://evil.example/leads",
        "client": OWN,
        "headers": [(b"host", b"localhost")],
    }
    assert admission.refused(scope, ()) == admission.NOT_A_PATH
    both = [(b"host", b"localhost"), (b"content-length", b"1"), (b"transfer-encoding", b"chunked")]
    assert admission.refused({**scope, "path": "/", "headers": both}, ()) == admission.TWO_LENGTHS
    answer = guarded().get("/leads", headers={"Host": "evil.example"})
    assert answer.headers["connection"] == "close"


def test_a_refused_handshake_has_the_sentence_where_the_server_can_tell_it() -> None:
    """Else it is closed before it is accepted."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def ask(extensions: dict[str, Any]) -> list[str]:
        sent.clear()
        scope = {
            "type": "websocket",
            "path": "/stream",
            "client": OWN,
            "headers": [(b"host", b"evil.example")],
            "extensions": extensions,
        }
        await admission.Admission(app.app)(scope, receive, send)
        return [message["type"] for message in sent]

    assert own_loop.run(ask, {}) == ["websocket.close"]
    kinds = own_loop.run(ask, {"websocket.http.response": {}})
    assert kinds == ["websocket.http.response.start", "websocket.http.response.body"]
    assert sent[0]["status"] == 400
    assert sent[1]["body"].decode() == admission.NOT_OUR_NAME.sentence


def test_the_layers_of_the_server_begin_with_admission() -> None:
    """Nothing sees a request before it."""
    assert "Admission" in repr(app.MIDDLEWARE[0])
    assert app.HEADERS["Cross-Origin-Resource-Policy"] == "same-origin"
    assert app.HEADERS["Cross-Origin-Opener-Policy"] == "same-origin"
