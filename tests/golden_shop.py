"""A store of the test's own with what reads it, and the month that is asked about."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import polars as pl
from builders import NOW, Desk, us

from dashboard.answers.workspace import Workspace
from data_access.settings import Settings
from data_access.store.store import Store
from metrics.definitions.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


Fact = dict[str, str]


MONTH: Final = Scope(first=date(2026, 9, 1), last=date(2026, 9, 30), as_of_us=us(NOW))
"""September 2026, delivered 53 to 83 days before the moment it is asked for."""


@dataclass(frozen=True)
class Shop:
    """A store and the book that reads it."""

    desk: Desk
    workspace: Workspace

    def rate(self, scope: Scope) -> dict[str, Any]:
        """The one row of rates of a scope."""
        return self.workspace.table("rates", scope).row(0, named=True)

    def rows(self, scope: Scope) -> dict[str, dict[str, Any]]:
        """Deliveries of a scope by their id."""
        pages = list(self.workspace.frames("deliveries", scope))
        rows = pl.concat(pages).to_dicts() if pages else []
        return {row["delivery_id"]: row for row in rows}

    def only(self, *facts: Fact, scope: Scope = MONTH) -> dict[str, Any]:
        """The one delivery that some facts make."""
        self.desk.take(*facts)
        (row,) = self.rows(scope).values()
        return row


@contextmanager
def opened_shop(folder: Path, zone: str = "UTC") -> Iterator[Shop]:
    """A store and its book in a folder, closed afterwards."""
    store = Store(f"sqlite:///{folder / 'leadloop.sqlite3'}")
    workspace = Workspace(Settings(data_dir=folder, report_zone=zone))
    with closing(store), closing(workspace.store):
        yield Shop(Desk(store, folder), workspace)
