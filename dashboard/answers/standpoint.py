"""What somebody's figures are made from, so that nothing moves while they are looked at.

A reader of pages holds an edition until asking for a newer one, a request holds one while it
is answered. Whatever is counted for them then needs not be told, and cannot mix two editions.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dashboard.editions.edition import Edition


@dataclass(frozen=True, slots=True)
class Standpoint:
    """An edition, and how much of it: facts up to a data version, all of them where it is None.

    Somebody who names the edition's own data version wants no later one, should it come.
    """

    edition: Edition
    version: int | None = None


def _nobody() -> Standpoint | None:
    return None


_HELD: ContextVar[Standpoint | None] = ContextVar("held", default=None)
_remembered: Callable[[], Standpoint | None] = _nobody


def held() -> Standpoint | None:
    """What whoever acts now holds; None where nobody holds anything: the newest is meant."""
    return _HELD.get() or _remembered()


def remember_by(find: Callable[[], Standpoint | None]) -> None:
    """Say where readers' standpoints are kept from one run of a page to the next."""
    global _remembered  # noqa: PLW0603 - the pages say it once, when they are loaded
    _remembered = find


@contextmanager
def holding(point: Standpoint) -> Iterator[None]:
    """Hold a standpoint inside."""
    token = _HELD.set(point)
    try:
        yield
    finally:
        _HELD.reset(token)
