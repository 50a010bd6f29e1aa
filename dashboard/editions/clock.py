"""The one clock: what "now" is in everything the dashboard counts or writes down."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def now_us() -> int:
    """The wall clock, microseconds UTC."""
    return time.time_ns() // 1_000


def now() -> datetime:
    """The same as an instant."""
    us = now_us()
    return datetime.fromtimestamp(us // 1_000_000, UTC).replace(microsecond=us % 1_000_000)
