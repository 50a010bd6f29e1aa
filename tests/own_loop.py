"""Coroutines run to their end, also where a browser's loop runs in the test's thread."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import anyio

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


def run(function: Callable[..., Awaitable[Any]], *args: Any) -> Any:
    """What a coroutine function gives, run in a thread of its own."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(anyio.run, function, *args).result()
