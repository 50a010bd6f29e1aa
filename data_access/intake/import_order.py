"""What an import is told, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from data_access.currencies import DEFAULT
from data_access.intake.refusals import CONFLICT
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
class RefusedRows:
    """Rows refused for one reason: its code, the field at fault (None: the row as a whole).

    `line` is that of the first of them, and `allowed` what would have been taken in its place.
    """

    code: str
    field: str | None
    rows: int
    line: int
    allowed: str | None


@dataclass(frozen=True, slots=True)
class TakenBefore:
    """Rows that a withdrawn import holds: `same` are duplicates, `other` are conflicts."""

    same: int = 0
    other: int = 0


@dataclass(frozen=True, slots=True)
class Imported:
    """The five counts of a file, its receipt and, where rows were refused, their file.

    `advice` counts, by code of `refusals.ADVICE`, rows taken now whose link will not do what
    it says. `reasons` says why rows were refused now, the most frequent reason first. `ahead`
    counts rows taken now that wait for their time, the latest of which is `furthest_us` away.
    `behind_us` is how far this machine's clock is behind the store's newest time, where that
    is more than clocks differ by. `before` counts rows that a withdrawn import holds already,
    by its id: those that are the same, and those that say something else.
    """

    file_name: str
    profile: str
    batch_id: str
    counts: dict[str, int]
    resumed_at: int
    error_file: Path | None
    advice: dict[str, int] = field(default_factory=dict)
    reasons: tuple[RefusedRows, ...] = ()
    ahead: int = 0
    furthest_us: int = 0
    behind_us: int = 0
    before: dict[str, TakenBefore] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """All rows of the file: the sum of the five counts."""
        return sum(self.counts.values())

    @property
    def refused(self) -> int:
        """Rows that are not in the store: rejected ones and conflicts."""
        return self.counts["rejected"] + self.counts[CONFLICT]
