"""The product's app with a clock that begins at a fixed hour: pages look the same next year."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from starlette.middleware import Middleware
from starlette.routing import Mount
from streamlit.starlette import App

import dashboard.app
from dashboard import clock
from dashboard.api import routes
from dashboard.warming import warmed

HOUR: Final = datetime(2026, 11, 25, 6, tzinfo=UTC)
"""Three days after the last delivery of the demo."""
_STARTED: Final = time.monotonic_ns()


def steady_us() -> int:
    """Microseconds UTC since 1970, of a clock that was set to the hour when it started."""
    return int(HOUR.timestamp()) * 1_000_000 + (time.monotonic_ns() - _STARTED) // 1_000


clock.now_us = steady_us
app = App(
    Path(dashboard.app.__file__).parent / "shell.py",
    lifespan=warmed,
    routes=[Mount("/api", routes=list(routes))],
    middleware=[Middleware(dashboard.app.SafeHeaders)],
)
