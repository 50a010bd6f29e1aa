"""What an import is told, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from data_access.currencies import DEFAULT
from data_access.store.storable_text import storable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOrder:
    """What to import and how.

    `currency` is that of the amounts. It is written down with the store's first facts, beside
    `report_zone`, where that is given.
    """

    path: Path
    profile: str | None = None
    buyer: str | None = None
    validate_only: bool = False
    errors_dir: Path
    file_name: str | None = None
    currency: str = DEFAULT
    report_zone: str | None = None
    now_us: Callable[[], int]
    progress: Callable[[int], None] = lambda _rows: None

    @property
    def name(self) -> str:
        """The file's name as its sender knows it, fit to be stored and shown."""
        return storable(self.file_name or self.path.name)


@dataclass(frozen=True, slots=True)
class Imported:
    """The five counts of a file, its receipt and, where rows were refused, their file.

    `advice` counts, by code of `refusals.ADVICE`, rows taken now whose link will not do what
    it says. `reasons` has, by code, how many rows were refused now and the line of the first.
    """

    file_name: str
    profile: str
    batch_id: str
    counts: dict[str, int]
    resumed_at: int
    error_file: Path | None
    advice: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """All rows of the file: the sum of the five counts."""
        return sum(self.counts.values())
