"""The HTTP front of `leadloop serve`: strict about what a request is, and about its time.

h11 takes line ends without a carriage return and folded headers, and joins lengths that are
repeated. Another server on the way may read such a request differently, so it is refused
here. A connection that does not send what it began, or does not take what it asked for, is
ended.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio

HEAD_MOST: Final = 65_536
"""Bytes of a request's line and headers; every source of a store may stand in an address."""
HEAD_WITHIN_S: Final = 10.0
"""Seconds from the first byte, or from the connection, until the headers are complete."""
BODY_WITHIN_S: Final = 65.0
"""Seconds until the body is; a little longer than the application itself waits."""
TAKEN_WITHIN_S: Final = 60.0
"""Seconds that an answer may lie without being taken."""
CONNECTIONS_MOST: Final = 512
"""Connections at once; every page that lies open holds one."""
REFUSED_MOST: Final = 64
"""Connections beyond these that are heard before they are refused."""
REFUSED_WITHIN_S: Final = 1.0
"""Seconds that they have to ask in."""
UNCLEAR: Final = "The request is not written as HTTP asks for, so where it ends cannot be told."
TOO_LONG: Final = f"The line and the headers of the request have more than {HEAD_MOST:,} bytes."
TOO_SLOW: Final = f"The request did not come within {HEAD_WITHIN_S:.0f} seconds."
CROWDED: Final = "Too many connections are open at the moment; try again in a few seconds."
_LINE: Final = re.compile(rb"[^\n]*\n")
_ONCE: Final = (b"content-length:", b"transfer-encoding:", b"host:")


def _head(waiting: bytes) -> bytes:
    """The line and the headers of a request, as far as they have come."""
    end = waiting.find(b"\r\n\r\n")
    return waiting if end < 0 else waiting[: end + 2]


def _is_strict(head: bytes) -> bool:
    """Whether the head of a request, as far as it has come, can be read in one way only."""
    seen: set[bytes] = set()
    lines = _LINE.findall(head)
    for line in lines:
        if not line.endswith(b"\r\n") or line[:1] in b" \t" or b"\r" in line[:-2]:
            return False
        name = next((name for name in _ONCE if line.lower().startswith(name)), b"")
        if name and (name in seen or (b"," in line and name != b"host:")):
            return False
        seen.add(name)
    if lines and not lines[0].endswith((b" HTTP/1.1\r\n", b" HTTP/1.0\r\n")):
        return False
    if b"transfer-encoding:" not in seen:
        return True
    return b"content-length:" not in seen and not lines[0].endswith(b"HTTP/1.0\r\n")


class StrictConnection(h11.Connection):
    """Takes only requests that every server reads in the same way."""

    def next_event(self) -> Any:  # noqa: ANN401 - h11's events and marks
        """The next event; RemoteProtocolError where the head of a request is unclear."""
        if self.their_state is h11.IDLE:
            head = _head(self.trailing_data[0])
            if len(head) > HEAD_MOST or not _is_strict(head):
                raise h11.RemoteProtocolError(UNCLEAR)
        return super().next_event()


class FrontProtocol(H11Protocol):
    """One connection, with a strict reader and with time limits."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*args, **options)
        self.conn = StrictConnection(h11.SERVER, HEAD_MOST)
        self.access_log = False  # who asks for what is nobody's to read afterwards
        self._awaited: str | None = None
        self._crowded = False
        self._late: asyncio.TimerHandle | None = None
        self._untaken: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        over = len(self.connections) - CONNECTIONS_MOST
        self._crowded = over > 0
        if over > REFUSED_MOST:
            self._end(503, CROWDED)
        elif self._crowded:  # closed before it is read it would be reset, and the answer lost
            self._late = self.loop.call_later(REFUSED_WITHIN_S, self._end, 503, CROWDED)
        else:
            self._wait_for("head")

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop all clocks."""
        self._awaited = "nothing"
        self._wait_for(None)
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless the connection is being ended."""
        if self._crowded:
            self._end(503, CROWDED)
        elif not self.transport.is_closing():
            super().data_received(data)
            self._watch()

    def on_response_complete(self) -> None:
        """Look whether a next request has begun to come."""
        super().on_response_complete()
        self._watch()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Leave the connection to the websocket, which has clocks of its own."""
        self._wait_for(None)
        super().handle_websocket_upgrade(event)

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request, unless an answer is under way."""
        del msg  # uvicorn's words
        if len(_head(self.conn.trailing_data[0])) > HEAD_MOST:
            self._end(431, TOO_LONG)
        else:
            self._end(400, UNCLEAR)

    def pause_writing(self) -> None:
        """The answer is not being taken: not for ever."""
        super().pause_writing()
        self._untaken = self.loop.call_later(TAKEN_WITHIN_S, self.transport.abort)

    def resume_writing(self) -> None:
        """It is taken again."""
        if self._untaken is not None:
            self._untaken.cancel()
            self._untaken = None
        super().resume_writing()

    def _watch(self) -> None:
        """Start a clock where a part of a request begins to be waited for."""
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            return
        if self.conn.their_state is h11.SEND_BODY:
            self._wait_for("body")
        elif self.conn.their_state is h11.IDLE and (self.conn.trailing_data[0] or not self.cycle):
            self._wait_for("head")
        else:
            self._wait_for(None)

    def _wait_for(self, part: str | None) -> None:
        if part == self._awaited:
            return
        if self._late is not None:
            self._late.cancel()
            self._late = None
        self._awaited = part
        if part is not None:
            seconds = HEAD_WITHIN_S if part == "head" else BODY_WITHIN_S
            self._late = self.loop.call_later(seconds, self._end, 408, TOO_SLOW)

    def _end(self, status: int, sentence: str) -> None:
        """End the connection, with a sentence where no answer is under way."""
        if self.transport.is_closing():
            return
        if self.cycle is not None and not self.cycle.response_complete:
            if self.cycle.response_started:
                self.transport.abort()
                return
            self.cycle.disconnected = True  # what the application still says goes nowhere
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            headers = [("Content-Type", "text/plain; charset=utf-8"), ("Connection", "close")]
            for event in (
                h11.Response(status_code=status, headers=headers),
                h11.Data(data=sentence.encode()),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
