"""The HTTP front of a running server: strict, in time, and still there under load."""

from __future__ import annotations

import asyncio
import json
import socket
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final
from urllib.error import HTTPError
from urllib.parse import urlsplit

import h11
import own_loop
import pytest
from browser.chromium import served
from browser.visitors import leadloop
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from dashboard.api import http_front
from dashboard.api.http_front import FrontProtocol, StrictConnection

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLES: Final = b"GET /api/v1/tables HTTP/1.1\r\nHost: localhost\r\n\r\n"
PATIENCE_S: Final = 20


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of a small demo."""
    folder = tmp_path_factory.mktemp("front")
    leadloop(folder, "demo", "--deliveries", "300", "--until", "2026-11-22")
    with served(folder) as found:
        yield found


def sent(address: str, *parts: bytes) -> bytes:
    """Everything the server says to these bytes until it ends the connection."""
    host = urlsplit(address)
    with socket.create_connection((host.hostname, host.port), timeout=PATIENCE_S) as wire:
        for part in parts:
            wire.sendall(part)
        heard = b""
        while piece := wire.recv(65_536):
            heard += piece
        return heard


@pytest.mark.parametrize(
    "lines",
    [
        "POST / HTTP/1.1|Host: localhost|Content-Length: 5|Transfer-Encoding: chunked",
        "POST / HTTP/1.1|Host: localhost|transfer-encoding: chunked|CONTENT-LENGTH: 5",
        "POST / HTTP/1.1|Host: localhost|Content-Length: 5|Content-Length: 6",
        "POST / HTTP/1.1|Host: localhost|Content-Length: 5|Content-Length: 5",
        "POST / HTTP/1.1|Host: localhost|Content-Length: 5, 5",
        "POST / HTTP/1.1|Host: localhost|Content-Length: +5",
        "POST / HTTP/1.1|Host: localhost|Content-Length : 5",
        "POST / HTTP/1.1|Host: localhost|Transfer-Encoding: chunked|Transfer-Encoding: chunked",
        "POST / HTTP/1.1|Host: localhost|Transfer-Encoding: gzip, chunked",
        "POST / HTTP/1.0|Host: localhost|Transfer-Encoding: chunked",
        "GET / HTTP/1.1|Host: localhost|Host: localhost",
        "GET / HTTP/1.1|Host: localhost|X-Folded: a| b",
        "GET / HTTP/1.1|Host: localhost|X-Folded: a|\tb",
        "GET / HTTP/1.1|Host: localhost|X-Return: a\rb",
        "GET / HTTP/1.1\n Host: localhost",
        "GET / HTTP/1.1|Host: localhost|X-Bare: a\nX-Line: b",
        "GET /\x00 HTTP/1.1|Host: localhost",
        "GET / HTTP/9.9|Host: localhost",
    ],
)
def test_what_can_be_read_in_two_ways_is_refused_and_ended(address: str, lines: str) -> None:
    """One answer, 400 (or 501 for an unknown coding); what follows is answered by nobody."""
    head = lines.replace("|", "\r\n").encode("latin-1") + b"\r\n\r\n"
    heard = sent(address, head + b"0\r\n\r\n" + TABLES + TABLES)
    assert heard.startswith(b"HTTP/1.1 400 ")
    assert heard.count(b"HTTP/1.1 ") == 1
    assert b"schema_version" not in heard


def test_requests_one_after_another_are_answered(address: str) -> None:
    """Strictness ends nothing that is well written, not even when it comes in pieces."""
    last = TABLES.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    for parts in ([TABLES + TABLES + last], [TABLES[:20], TABLES[20:] + last[:5], last[5:]]):
        heard = sent(address, *parts)
        assert heard.count(b"HTTP/1.1 200 ") == (TABLES in parts[0]) * 1 + 2


def test_a_body_that_is_none_is_refused_in_a_sentence(address: str) -> None:
    """Chunks that cannot be read: an answer, not only an end."""
    head = b"POST /api/v1/tables HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    heard = sent(address, head + b"ZZ\r\nhello\r\n0\r\n\r\n")
    assert heard.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 405 "))
    assert heard.count(b"HTTP/1.1 ") == 1


def test_a_connection_too_many_is_told_so(address: str) -> None:
    """Also one that has asked already: it is heard, refused and closed."""
    host = urlsplit(address)
    with ExitStack() as stack:
        for _ in range(http_front.CONNECTIONS_MOST):
            stack.enter_context(socket.create_connection((host.hostname, host.port)))
        heard = sent(address, TABLES)
    assert heard.startswith(b"HTTP/1.1 503 ")
    assert http_front.CROWDED.encode() in heard


def test_a_head_without_end_is_refused(address: str) -> None:
    """In size."""
    head = b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X-Long: " + b"x" * http_front.HEAD_MOST
    assert sent(address, head + b"\r\n\r\n").startswith(b"HTTP/1.1 431 ")


def test_a_body_that_is_too_long_is_refused(address: str) -> None:
    """Declared or in pieces; nothing of ours needs one."""
    start = b"POST /api/v1/tables HTTP/1.1\r\nHost: localhost\r\n"
    declared = start + b"Content-Length: 1000000\r\n\r\n"
    assert sent(address, declared).startswith(b"HTTP/1.1 413 ")


def test_half_sent_requests_are_ended(address: str) -> None:
    """In time: silent ones, and those that send a byte now and then."""
    host = urlsplit(address)
    begun = time.monotonic()
    with ThreadPoolExecutor(3) as pool:
        silent = pool.submit(sent, address)
        half = pool.submit(sent, address, b"GET / HTTP/1.1\r\nHost: loc")
        with socket.create_connection((host.hostname, host.port), timeout=PATIENCE_S) as wire:
            wire.sendall(b"GET / HTTP/1.1\r\n")
            heard = b""
            wire.settimeout(0.5)
            while b"408" not in heard and time.monotonic() - begun < PATIENCE_S:
                try:
                    wire.sendall(b"X-Slow: 1\r\n")
                    heard += wire.recv(4_096)
                except TimeoutError:
                    continue
        for answer in (silent.result(), half.result(), heard):
            assert answer.startswith(b"HTTP/1.1 408 ")
    assert http_front.HEAD_WITHIN_S - 1 < time.monotonic() - begun < PATIENCE_S


def test_a_websocket_of_another_port_is_refused(address: str) -> None:
    """And one of our own page is opened."""
    url = address.replace("http", "ws") + "/_stcore/stream"
    with connect(url, origin=Origin(address), subprotocols=[Subprotocol("streamlit")]):
        pass
    for origin in ("http://127.0.0.1:3000", "http://evil.example", "null"):
        with pytest.raises(InvalidStatus, match="403"), connect(url, origin=Origin(origin)):
            pass
    with (
        pytest.raises(InvalidStatus, match="400"),
        connect(url, additional_headers={"Host": "evil.example"}),
    ):
        pass


def _status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 - our own address
            answer.read()
            return int(answer.status)
    except HTTPError as error:
        with error:
            told = json.loads(error.read())["error"]
            return error.code if error.headers["Retry-After"] and told else 0


def test_health_and_pages_answer_while_many_slow_answers_wait(address: str) -> None:
    """They have threads of their own; who finds no place is told when to come again."""
    while _status(f"{address}/api/v1/health") != 200:
        time.sleep(0.5)
    slow = [
        f"{address}/api/v1/tables/rates.xlsx?by=source,buyer,day&period=all_time&min_age_days={n}"
        for n in range(200)
    ]
    with ThreadPoolExecutor(100) as pool:
        waiting = [pool.submit(_status, url) for url in slow]
        time.sleep(0.5)
        for path in ("/api/v1/health", "/", "/_stcore/health"):
            begun = time.monotonic()
            assert _status(address + path) == 200
            assert time.monotonic() - begun < 4, path
        for future in waiting[100:]:
            future.cancel()
    found = {future.result() for future in waiting if not future.cancelled()}
    assert found <= {200, 503}
    assert 200 in found


def test_a_strict_connection_says_what_h11_says_of_the_rest() -> None:
    """Heads in any pieces give the same events."""
    for cut in range(1, len(TABLES)):
        connection = StrictConnection(h11.SERVER)
        connection.receive_data(TABLES[:cut])
        events = [connection.next_event()]
        if events == [h11.NEED_DATA]:
            connection.receive_data(TABLES[cut:])
            events = [connection.next_event()]
        assert isinstance(events[0], h11.Request)


def test_an_answer_that_nobody_takes_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection is not held for ever by who does not read."""
    monkeypatch.setattr(http_front, "TAKEN_WITHIN_S", 0.01)
    ended: list[str] = []

    class Wire:
        def abort(self) -> None:
            ended.append("abort")

    async def left() -> None:
        protocol = FrontProtocol.__new__(FrontProtocol)
        protocol.loop = asyncio.get_running_loop()
        protocol.transport = Wire()  # type: ignore[assignment]  # all that is used of one
        protocol.flow = type(
            "Flow", (), {"pause_writing": lambda _: None, "resume_writing": lambda _: None}
        )()
        protocol._untaken = None  # noqa: SLF001 - as the protocol begins
        for taken in (True, False):
            protocol.pause_writing()
            if taken:
                protocol.resume_writing()
            await asyncio.sleep(0.05)

    own_loop.run(left)
    assert ended == ["abort"]
