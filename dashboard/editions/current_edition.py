"""Which edition is shown: taken when it is needed, held while it fits, made anew when not.

An edition is shown until its reader asks for newer facts, but never when it is of another
store, of a later state of this one, of tomorrow, or damaged.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Final, TypedDict

from dashboard.editions import builder, clock
from data_access.intake.field_readers import LEEWAY_US
from data_access.snapshot.parquet_versions import Damaged, ParquetVersions, SnapshotUnwritable

if TYPE_CHECKING:
    from dashboard.editions.edition import Edition
    from data_access.settings import Settings
    from data_access.store.store import Store
    from metrics.definitions.rules import Rules

LOG: Final = logging.getLogger(__name__)
LONGEST_US: Final = 3_600_000_000
"""An edition is shown for at most so long: older files are swept in the end."""
STEADY_US: Final = builder.STEADY_US
"""For machines "now" is at most so old."""
RETRY_US: Final = 10_000_000
"""How soon it is tried again where the snapshot could not be written."""


class _MadeOf(TypedDict):
    zone: str
    now_us: int
    rules: Rules


class CurrentEdition:
    """The edition that one process shows of one store."""

    def __init__(self, store: Store, settings: Settings, rules: Rules) -> None:
        self._store, self._settings, self._rules = store, settings, rules
        self._shelf = ParquetVersions(settings.data_dir / "snapshot")
        self._lock = threading.Lock()
        self._edition: Edition | None = None
        self._taken_us = 0
        self.trouble: str | None = None
        """Why newer facts cannot be shown, as a sentence."""

    def get(self) -> Edition:
        """The edition shown; made at first need.

        Raises:
            SnapshotUnwritable: there is none that fits, and none can be made.
        """
        if self._edition is None:
            with self._lock:
                if self._edition is None:  # nobody was quicker
                    self._take()
        assert self._edition is not None  # noqa: S101 - it has just been set
        return self._edition

    def refresh(self) -> None:
        """Take the newer facts in; another process at it means its result is taken."""
        with self._lock:
            self._take()

    def settle(self, version: int) -> Edition:
        """The edition shown, made anew first where it must not be shown any longer.

        `version` is the data version of the store.
        """
        shown = self.get()
        if self._outdated(shown, version):
            self.refresh()
            shown = self.get()
        return shown

    def fresh(self, version: int, *, since_us: int = 0) -> Edition:
        """The edition with all facts up to a version of the store, and a "now" of these minutes.

        `since_us` asks for a "now" that is no earlier.
        """
        if self._lags(self.get(), version, since_us):
            with self._lock:
                if self._edition is None or self._lags(self._edition, version, since_us):
                    self._take(since_us)  # nobody was quicker
        return self.get()

    @staticmethod
    def _lags(shown: Edition, version: int, since_us: int) -> bool:
        aged = clock.now_us() - shown.as_of_us >= STEADY_US
        return shown.version < version or shown.as_of_us < since_us or aged

    def fits(self, edition: Edition) -> bool:
        """Whether an edition that somebody holds is still whole, and of this store and past."""
        if edition.as_of_us > clock.now_us() + LEEWAY_US:
            return False
        if not builder.belongs(self._store, edition):
            return False
        try:
            self._shelf.check(edition.manifest)
        except Damaged:
            return False
        return True

    def _take(self, since_us: int = 0) -> None:
        while True:
            try:
                with self._shelf.writing() as mine:
                    if mine:
                        self._edition = builder.build(
                            self._store, self._shelf, **self._made_of(), since_us=since_us
                        )
                        self._taken_us, self.trouble = clock.now_us(), None
                        return
            except SnapshotUnwritable as error:
                self._make_do(error)
                return
            time.sleep(0.2)

    def _made_of(self) -> _MadeOf:
        zone = self._settings.report_zone
        return {"zone": zone, "now_us": clock.now_us(), "rules": self._rules}

    def _make_do(self, error: SnapshotUnwritable) -> None:
        """Go on with the edition on disk where it still fits; else there is nothing to show."""
        found = builder.standing(self._store, self._shelf, **self._made_of())
        if found is None:
            self._edition = None
            raise error
        if self._edition is None or self._edition.manifest != found.manifest:
            self._edition = found
        if self.trouble is None:
            LOG.warning("leadloop: %s", error)
        self._taken_us, self.trouble = clock.now_us(), str(error)

    def _outdated(self, shown: Edition, version: int) -> bool:
        """Whether an edition may not be shown any longer, though nobody asked for a newer one."""
        first_facts = shown.days is None and version != shown.version  # these need no asking
        now = clock.now_us()
        longest = RETRY_US if self.trouble else LONGEST_US
        return first_facts or now - self._taken_us >= longest or not self.fits(shown)
