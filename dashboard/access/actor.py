"""Who asks: set where a question comes in, read where it is answered.

A page, a request or a command says once who acts; whatever it calls then needs not pass it on
and cannot forget it. Threads that work for a request inherit it.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

Channel = Literal["page", "api", "command", "server"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody, and the way they came in by.

    `name` is None where nobody logs in: then whoever reaches the server is the same actor.
    """

    channel: Channel
    name: str | None = None


SERVER: Final = Actor("server")
"""The product itself: what it does while nobody asks."""
_ACTING: ContextVar[Actor] = ContextVar("acting", default=SERVER)


def acting() -> Actor:
    """Who acts now.

    >>> with as_actor(Actor("api")):
    ...     acting().channel
    'api'
    """
    return _ACTING.get()


def begin(actor: Actor) -> None:
    """Say who acts from here on: for a script or a command, which end with their process part."""
    _ACTING.set(actor)


@contextmanager
def as_actor(actor: Actor) -> Iterator[None]:
    """Say who acts inside."""
    token = _ACTING.set(actor)
    try:
        yield
    finally:
        _ACTING.reset(token)
