"""Every answer kept: what pages cost to draw when data costs nothing.

Each question that a page asks of the data is answered from memory after the first time.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT = ("table", "count", "deliveries", "names", "status", "feedback", "lead")


def kept(call: Callable[..., Any]) -> Callable[..., Any]:
    """A method whose answers are kept by what it was asked."""
    answers: dict[Any, Any] = {}

    @wraps(call)
    def answer(self: object, *query: Any, **options: Any) -> Any:  # noqa: ANN401 - any method
        key = (query, tuple(sorted(options.items())))
        if key not in answers:
            answers[key] = call(self, *query, **options)
        return answers[key]

    return answer


def freeze() -> None:
    """Keep the answers of the book and of the to-do list."""
    from dashboard.answers import workspace  # noqa: PLC0415 - in the server's own process only
    from dashboard.worklist import todo_items  # noqa: PLC0415 - in the server's own process only

    for name in KEPT:
        setattr(workspace.Workspace, name, kept(getattr(workspace.Workspace, name)))
    found: dict[Any, Any] = {}
    items = todo_items.items

    def kept_items(scope: Any) -> Any:  # noqa: ANN401 - a scope and a frame
        if scope not in found:
            found[scope] = items(scope)
        return found[scope]

    todo_items.items = kept_items
