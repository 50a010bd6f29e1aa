"""The product's server with a clock that begins at a fixed hour: pages look the same next year."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Final

from dashboard.commands.serve import serve
from dashboard.editions import clock

HOUR: Final = datetime(2026, 11, 25, 6, tzinfo=UTC)
"""Three days after the last delivery of the demo."""
_STARTED: Final = time.monotonic_ns()


def steady_us() -> int:
    """Microseconds UTC since 1970, of a clock that was set to the hour when it started."""
    return int(HOUR.timestamp()) * 1_000_000 + (time.monotonic_ns() - _STARTED) // 1_000


if __name__ == "__main__":
    clock.now_us = steady_us
    serve()
