"""How long a request's body may be, and how long it may take."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

UPLOADS: Final = "/_stcore/upload_file/"
UPLOAD_MOST: Final = 21 * 1_048_576
"""Bytes of a file sent to a page: `server.maxUploadSize`, and what is wrapped around it."""
BODY_MOST: Final = 65_536
"""Bytes of any other body: nothing else that is asked needs one."""
BODY_WITHIN_S: Final = 60.0
"""Seconds until all of a body has come."""
_TOO_LONG: Final = 413
_TOO_SLOW: Final = 408


class _Refused(Exception):  # noqa: N818 - a state of the request
    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class BoundedBodies:
    """Ends requests whose body is too long or too slow."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, its body watched."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = UPLOAD_MOST if scope["path"].startswith(UPLOADS) else BODY_MOST
        started = False

        async def send_noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            _judge_declared(scope, most)
            await self.app(scope, _watched(receive, most), send_noted)
        except _Refused as refusal:
            if started:
                raise
            headers = {"Connection": "close"}
            answer = PlainTextResponse(str(refusal), status_code=refusal.status, headers=headers)
            await answer(scope, receive, send)


def _judge_declared(scope: Scope, most: int) -> None:
    declared = Headers(scope=scope).get("content-length", "0")
    if not (declared.isascii() and declared.isdigit()) or int(declared) > most:
        raise _too_long(most)


def _too_long(most: int) -> _Refused:
    return _Refused(_TOO_LONG, f"The body of the request has more than {most:,} bytes.")


def _watched(receive: Receive, most: int) -> Receive:
    """Messages of a body, counted and timed; what comes after it may take as long as it likes."""
    until = asyncio.get_running_loop().time() + BODY_WITHIN_S
    length, complete = 0, False

    async def watched() -> Message:
        nonlocal length, complete
        if complete:
            return await receive()
        try:
            async with asyncio.timeout_at(until):
                message = await receive()
        except TimeoutError:
            sentence = f"The body of the request did not come within {BODY_WITHIN_S:.0f} seconds."
            raise _Refused(_TOO_SLOW, sentence) from None
        length += len(message.get("body", b""))
        complete = not message.get("more_body", False)
        if length > most:
            raise _too_long(most)
        return message

    return watched
