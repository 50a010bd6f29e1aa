"""What an actor may see: all of the store, or what concerns some sources or buyers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from dashboard.access.actor import Actor


@dataclass(frozen=True, slots=True)
class Access:
    """Sources and buyers whose deliveries may be seen, by canonical id; None for all."""

    sources: frozenset[str] | None = None
    buyers: frozenset[str] | None = None

    @property
    def everything(self) -> bool:
        """Whether nothing is held back."""
        return self.sources is None and self.buyers is None

    @property
    def mark(self) -> str:
        """A text that is the same for the same access only: part of every ETag.

        >>> Access().mark
        'all'
        >>> Access(buyers=frozenset({"b2", "b1"})).mark
        "buyers=['b1', 'b2']"
        """
        parts = {"sources": self.sources, "buyers": self.buyers}
        said = [f"{name}={sorted(ids)}" for name, ids in parts.items() if ids is not None]
        return " ".join(said) or "all"


class Policy(Protocol):
    """From an actor to what they may see."""

    def access(self, actor: Actor) -> Access:
        """What this actor may see."""


class AllSeeing:
    """Whoever reaches the server sees all: the policy while nobody logs in."""

    def access(self, actor: Actor) -> Access:  # noqa: ARG002 - it makes no difference
        """Everything."""
        return ALL


ALL: Final = Access()
