"""Frames that are kept, up to so many bytes: those not asked for longest go first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    import polars as pl

Key = TypeVar("Key", bound="Hashable")
MOST_BYTES: Final = 256 * 1_048_576
"""What kept answers may hold in all: a few questions with large answers, or thousands."""
MOST_ANSWERS: Final = 2_048
"""How many may be kept in all: small ones hold their question and its edition too."""


class FrameCache(Generic[Key]):
    """A function from a question to a frame, whose answers are kept."""

    def __init__(
        self, make: Callable[[str, Key], pl.DataFrame], most_bytes: int = MOST_BYTES
    ) -> None:
        self._make = make
        self._most = most_bytes
        self._lock = threading.Lock()
        self.cache_clear()

    def cache_clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept: OrderedDict[tuple[str, Key], tuple[pl.DataFrame, int]] = OrderedDict()
            self.bytes = 0

    def __call__(self, name: str, query: Key) -> pl.DataFrame:
        """The frame of a table under a question, made or kept."""
        key = (name, query)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0]
        frame = self._make(name, query)
        self._keep(key, frame)
        return frame

    def _keep(self, key: tuple[str, Key], frame: pl.DataFrame) -> None:
        size = int(frame.estimated_size())
        with self._lock:
            if key in self._kept:  # somebody asked the same meanwhile
                return
            self._kept[key] = (frame, size)
            self.bytes += size
            while self._kept and (self.bytes > self._most or len(self._kept) > MOST_ANSWERS):
                _, (_, gone) = self._kept.popitem(last=False)
                self.bytes -= gone
