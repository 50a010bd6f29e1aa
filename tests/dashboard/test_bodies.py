"""Bodies of requests are bounded in size and time, whatever server stands in front."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import own_loop
import pytest

from dashboard.api import request_bodies

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Send


async def _echo(_scope: Any, receive: Receive, send: Send) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


def told(
    *pieces: bytes, complete: bool = True, declared: bytes = b"", path: str = "/"
) -> tuple[int, bytes]:
    """Status and body of an answer that says again what was sent."""
    parts = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    if complete:
        parts.append({"type": "http.request", "body": b"", "more_body": False})
    sent: list[Message] = []

    async def receive() -> Message:
        if not parts:
            await anyio.sleep(5)
        return parts.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"content-length", declared)] if declared else []
    scope = {"type": "http", "path": path, "method": "POST", "headers": headers}
    own_loop.run(request_bodies.BoundedBodies(_echo), scope, receive, send)
    return sent[0]["status"], sent[1]["body"]


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small and short bounds."""
    monkeypatch.setattr(request_bodies, "BODY_WITHIN_S", 0.1)
    monkeypatch.setattr(request_bodies, "BODY_MOST", 10)
    monkeypatch.setattr(request_bodies, "UPLOAD_MOST", 12)


def test_what_comes_in_size_and_time_is_read_as_it_is() -> None:
    """In any pieces; a file sent to a page may be longer."""
    assert told(b"12345", b"67890") == (200, b"1234567890")
    assert told(b"12345", b"6789012", path=f"{request_bodies.UPLOADS}a/b")[0] == 200
    assert told(b"", declared=b"10")[0] == 200


def test_a_body_that_is_too_long_is_refused() -> None:
    """As declared, or once it is; a length that is none too."""
    assert told(b"12345", b"678901") == (413, b"The body of the request has more than 10 bytes.")
    assert told(declared=b"11")[0] == 413
    assert told(declared=b"x")[0] == 413
    assert told(b"1234567890123", path=f"{request_bodies.UPLOADS}a/b")[0] == 413


def test_a_body_that_does_not_come_is_refused() -> None:
    """And not waited for."""
    assert told(b"12345", complete=False)[0] == 408
    assert told(complete=False)[0] == 408
