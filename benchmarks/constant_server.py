"""The server with every answer kept: what pages cost to draw when data costs nothing.

`python -m benchmarks.constant_server serve --port N` is `leadloop serve`, but each question a
page asks of the data is answered from memory after the first time.
"""

from __future__ import annotations

import os
import sys
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT = ("table", "count", "deliveries", "names", "status", "feedback", "lead")


def kept(call: Callable[..., Any]) -> Callable[..., Any]:
    """A method whose answers are kept by what it was asked."""
    answers: dict[Any, Any] = {}

    @wraps(call)
    def answer(self: object, *asked: Any, **options: Any) -> Any:  # noqa: ANN401 - any method
        key = (asked, tuple(sorted(options.items())))
        if key not in answers:
            answers[key] = call(self, *asked, **options)
        return answers[key]

    return answer


def freeze() -> None:
    """Keep the answers of the book and of the to-do list."""
    from dashboard import data, todo  # noqa: PLC0415 - in the server's own process only

    for name in KEPT:
        setattr(data.Book, name, kept(getattr(data.Book, name)))
    found: dict[Any, Any] = {}
    items = todo.items

    def kept_items(scope: Any) -> Any:  # noqa: ANN401 - a scope and a frame
        if scope not in found:
            found[scope] = items(scope)
        return found[scope]

    todo.items = kept_items


def main() -> None:
    """Start Streamlit with this module's app."""
    port = sys.argv[sys.argv.index("--port") + 1]
    root = Path(__file__).resolve().parent.parent
    os.chdir(root)
    script = str(root / "benchmarks" / "constant_app.py")
    words = ["--server.address", "127.0.0.1", "--server.port", port, "--server.headless", "true"]
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", "run", script, *words])  # noqa: S606 - no shell


if __name__ == "__main__":
    main()
