"""A check without keeping anything: the intake's answers, and not a byte in the store.

What is known is asked of the store, in one reading view a chunk; what the checked rows
would add goes to a scratch store that is thrown away. No other command waits for a check.
"""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import sqlalchemy as sa

from data_access.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from data_access.store.store import PartyKind


class ScratchStore(Store):
    """A scratch store that also knows whatever another one knows."""

    def __init__(self, real: Store, folder: Path) -> None:
        super().__init__(sa.URL.create("sqlite", database=str(folder / "scratch.sqlite3")))
        self._real = real
        self._view: sa.Connection | None = None

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction of the scratch store, beside one view of the real one."""
        with self._real.reading() as self._view, super().writing() as connection:
            yield connection

    def _held(self) -> sa.Connection:
        assert self._view is not None, "asked outside of a transaction"  # noqa: S101 - a wrong call
        return self._view

    def newest_recorded(self, connection: sa.Connection) -> int | None:  # noqa: ARG002 - as below
        """The latest moment that the real store was written to."""
        return self._real.newest_recorded(self._held())

    def aliases(self, connection: sa.Connection) -> pl.DataFrame:  # noqa: ARG002 - only the real one has any
        """All aliases of the real store."""
        return self._real.aliases(self._held())

    def withdrawals(self, connection: sa.Connection) -> pl.DataFrame:  # noqa: ARG002 - likewise
        """All withdrawals of the real store."""
        return self._real.withdrawals(self._held())

    def known_attempts(self, connection: sa.Connection, event_ids: Sequence[str]) -> pl.DataFrame:
        """Attempts of the store and of the rows checked before."""
        known = self._real.known_attempts(self._held(), event_ids)
        return pl.concat([known, super().known_attempts(connection, event_ids)])

    def known_feedback(self, connection: sa.Connection, event_ids: Sequence[str]) -> pl.DataFrame:
        """Feedback of the store and of the rows checked before."""
        known = self._real.known_feedback(self._held(), event_ids)
        return pl.concat([known, super().known_feedback(connection, event_ids)])

    def replacing(self, connection: sa.Connection, event_ids: Sequence[str]) -> pl.DataFrame:
        """Replacements in the store and among the rows checked before."""
        known = self._real.replacing(self._held(), event_ids)
        return pl.concat([known, super().replacing(connection, event_ids)])

    def named_parties(
        self, connection: sa.Connection, kind: PartyKind, ids: Sequence[str]
    ) -> pl.DataFrame:
        """Names of parties in the store and among the rows checked before."""
        known = self._real.named_parties(self._held(), kind, ids)
        return pl.concat([known, super().named_parties(connection, kind, ids)])

    def known_deliveries(self, connection: sa.Connection, lead_ids: Sequence[str]) -> pl.DataFrame:
        """Offers of the store and of the rows checked before."""
        known = self._real.known_deliveries(self._held(), lead_ids)
        return pl.concat([known, super().known_deliveries(connection, lead_ids)])

    def known_buyer_leads(self, connection: sa.Connection, ids: Sequence[str]) -> pl.DataFrame:
        """Offers under the buyers' own ids, of the store and of the rows checked before."""
        known = self._real.known_buyer_leads(self._held(), ids)
        return pl.concat([known, super().known_buyer_leads(connection, ids)])


@contextmanager
def scratch_store(real: Store) -> Iterator[ScratchStore]:
    """A scratch store beside a real one, for as long as a check lasts."""
    with tempfile.TemporaryDirectory(prefix="leadloop-check-") as folder:
        scratch = ScratchStore(real, Path(folder))
        try:
            yield scratch
        finally:
            scratch.close()
