"""Lanes for slow work: so much at once, so much waiting, so long; the rest is told to come back.

Threads of the pages' own files are not used for it, so that pages open while answers are
being made.
"""

from __future__ import annotations

import math
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, TypeVar

import anyio
from anyio import to_thread

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

Result = TypeVar("Result")
ANSWERS_AT_ONCE: Final = 4
"""Answers of the API that are made at the same time."""
ANSWERS_WAITING: Final = 32
"""Answers that may wait for their turn."""
WAIT_S: Final = 20.0
"""Seconds that one may wait."""
RETRY_AFTER_S: Final = 5
"""Seconds after which it is worth while to ask again."""


class QueueFull(RuntimeError):  # noqa: N818 - a state of the lane
    """There is no place, or none came free in time."""

    def __init__(self) -> None:
        super().__init__(
            f"Too many answers are being made at the moment; ask again in {RETRY_AFTER_S} seconds."
        )


class WorkQueue:
    """Runs plain functions in threads of its own, a few at once."""

    def __init__(
        self,
        *,
        at_once: int = ANSWERS_AT_ONCE,
        waiting: int = ANSWERS_WAITING,
        wait_s: float = WAIT_S,
    ) -> None:
        self._places = anyio.CapacityLimiter(at_once)
        self._threads = anyio.CapacityLimiter(math.inf)  # the places are what limits
        self._waiting = 0
        self._most_waiting = waiting
        self._wait_s = wait_s

    async def run(self, work: Callable[[], Result]) -> Result:
        """What the work gives; QueueFull where its turn does not come."""
        async with self._place():
            return await to_thread.run_sync(work, limiter=self._threads)

    async def stepped(self, blocks: Iterator[bytes]) -> AsyncIterator[bytes]:
        """Blocks of an answer that has begun: each is made when its turn comes."""
        while True:
            async with self._places:
                block = await to_thread.run_sync(next, blocks, None, limiter=self._threads)
            if block is None:
                return
            yield block

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        place = object()
        await self._taken(place)
        try:
            yield
        finally:
            self._places.release_on_behalf_of(place)

    async def _taken(self, place: object) -> None:
        if self._waiting >= self._most_waiting and not self._places.available_tokens:
            raise QueueFull
        self._waiting += 1
        try:
            with anyio.fail_after(self._wait_s):
                await self._places.acquire_on_behalf_of(place)
        except TimeoutError:
            raise QueueFull from None
        finally:
            self._waiting -= 1
