"""`/api/v1/health`: whether the store answers, said in time whatever else goes on.

The question is put in a thread of its own, one at a time. Where it takes longer than a
reader of health will wait, the answer is that it does, and who is slow.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import JSONResponse

from dashboard.answers.workspace import workspace
from data_access.explained import ExplainedError

if TYPE_CHECKING:
    from starlette.requests import Request

LOG: Final = logging.getLogger(__name__)
WITHIN_S: Final = 1.8
"""Seconds until health is told, good or bad."""
GIVEN_UP_AFTER_S: Final = 30.0
"""A look that takes so long is left to itself: the store may answer a new one."""
SLOW: Final = {
    "store": "The store has not answered yet.",
    "figures": "The store answers; the figures are being made from it at the moment.",
}
BROKEN: Final = "The store does not answer; the reason is in the server's log."
HEADERS: Final = {"Cache-Control": "private, no-cache"}
UNWELL: Final = {**HEADERS, "Retry-After": "5"}


class HealthCheck:
    """Looks after the store in a thread; who asks meanwhile is told of the same look."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._look: Future[dict[str, Any]] | None = None
        self._since = 0.0
        self.at = "store"

    def look(self) -> Future[dict[str, Any]]:
        """The look under way, or a new one."""
        with self._lock:
            late = time.monotonic() - self._since > GIVEN_UP_AFTER_S
            if self._look is None or self._look.done() or late:
                self._look, self._since = Future(), time.monotonic()
                self.at = "store"
                # A store that never answers must not keep the server from ending.
                threading.Thread(target=self._run, args=(self._look,), daemon=True).start()
            return self._look

    def _run(self, look: Future[dict[str, Any]]) -> None:
        try:
            look.set_result(self._state())
        except Exception as error:
            if not isinstance(error, ExplainedError):
                LOG.exception("health could not be told")
            look.set_exception(error)

    def _state(self) -> dict[str, Any]:
        known = workspace()
        store_version = known.store.data_version()
        self.at = "figures"
        status = known.status()
        return {
            "status": "trouble" if status.trouble else "ok",
            **({"error": status.trouble} if status.trouble else {}),
            "store": known.store.engine.dialect.name,
            "data_version": status.data_version,
            "store_version": max(store_version, status.data_version),
            "stale": status.stale,
            "as_of": status.now.isoformat(),
            "newest_recorded_at": status.newest.isoformat() if status.newest else None,
            "first_day": status.first_day.isoformat() if status.first_day else None,
            "last_day": status.last_day.isoformat() if status.last_day else None,
            "deliveries": status.deliveries,
            "report_zone": status.zone,
            "currency": status.currency,
            **({"settings": status.otherwise} if status.otherwise else {}),
        }


_LOOKING: Final = HealthCheck()


async def health(_request: Request) -> JSONResponse:
    """Whether the store answers, and how fresh what is shown is."""
    look = asyncio.wrap_future(_LOOKING.look())
    try:
        state = await asyncio.wait_for(asyncio.shield(look), WITHIN_S)
    except TimeoutError:
        look.add_done_callback(_take_outcome)
        return _unwell("busy", SLOW[_LOOKING.at])
    except ExplainedError as error:
        return _unwell("unavailable", str(error))
    except Exception:  # noqa: BLE001 - logged where it happened
        return _unwell("unavailable", BROKEN)
    if state["status"] != "ok":
        return JSONResponse(state, status_code=503, headers=UNWELL)
    return JSONResponse(state, headers=HEADERS)


def _take_outcome(look: asyncio.Future[dict[str, Any]]) -> None:
    """Take note of how a look ended that nobody waits for any more."""
    if not look.cancelled():
        look.exception()


def _unwell(status: str, sentence: str) -> JSONResponse:
    return JSONResponse({"status": status, "error": sentence}, status_code=503, headers=UNWELL)
