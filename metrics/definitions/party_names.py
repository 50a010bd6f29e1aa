"""What sources and buyers are called, and of which type a buyer is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PartyNames:
    """What ids are called, and each buyer's type."""

    source: dict[str, str]
    buyer: dict[str, str]
    buyer_type: dict[str, str | None]
