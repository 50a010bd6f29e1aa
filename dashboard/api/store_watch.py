"""A server looks at its store by itself: what an import brings is read while nobody waits.

A page that is opened afterwards has it, and the stamp of those that lie open lights at once.
Any writer is noticed: another process, another machine, a restored backup.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Final

from dashboard.answers.workspace import workspace
from data_access.explained import ExplainedError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

_LOG: Final = logging.getLogger(__name__)
EVERY_S: Final = 2.0
LONGEST_S: Final = 30.0
"""While a store still grows it is read only so often: each time costs what each chunk touched."""


class StoreWatch:
    """Takes newer facts in once they have stopped coming, or have come for long enough."""

    def __init__(self, moment: Callable[[], float] = time.monotonic) -> None:
        self._moment = moment
        self._seen: int | None = None
        self._since: float | None = None

    def look(self) -> bool:
        """Look once; whether newer facts were taken in."""
        known = workspace()
        version, read = known.store.data_version(), known.newest_version()
        if version == read:
            self._seen = self._since = None
            return False
        if self._since is None:
            self._since = self._moment()
        growing, self._seen = version != self._seen, version
        if growing and self._moment() - self._since < LONGEST_S:
            return False
        self._seen = self._since = None
        known.refresh()
        return True

    def run(self, ended: threading.Event) -> None:
        """Look every few seconds until the server ends."""
        told = False
        while not ended.wait(EVERY_S):
            try:
                self.look()
                told = False
            except ExplainedError as error:
                if not told:
                    _LOG.warning("leadloop: %s", error)
                told = True
            except Exception:  # noqa: BLE001 - logged, and the next look may find it mended
                if not told:
                    _LOG.exception("the store could not be looked at; it is tried again")
                told = True
