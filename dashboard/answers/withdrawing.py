"""An import taken out of every figure or put back: what that changes, and the doing of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dashboard.editions import clock
from dashboard.editions.recounted_edition import recounted
from data_access.columns import WITHDRAW
from data_access.store import withdrawals

if TYPE_CHECKING:
    from dashboard.answers.workspace import Workspace
    from dashboard.editions.edition import Edition


@dataclass(frozen=True, slots=True)
class Change:
    """By how much figures change: deliveries, reports in force, the price of the deliveries.

    Below zero is what would count no longer, above it what would count (again).
    """

    deliveries: int
    reports: int
    price_cents: int


def would_change(known: Workspace, batch_id: str, action: str) -> Change:
    """What withdrawing or restoring an import would change now, in the whole store.

    Raises:
        CannotWithdraw: it cannot be withdrawn or restored; the message says why.
    """
    with known.store.reading() as connection:
        withdrawals.check(connection, batch_id, action)
    if known.edition.version != known.store.data_version():
        known.refresh()
    shown = known.edition.whole
    others = {batch: us for batch, us in shown.withdrawn.items() if batch != batch_id}
    since = {**others, batch_id: shown.as_of_us} if action == WITHDRAW else others
    before, after = _sums(shown), _sums(recounted(shown, since))
    return Change(*(there - here for here, there in zip(before, after, strict=True)))


def _sums(shown: Edition) -> tuple[int, int, int]:
    cells = shown.tally("delivered")
    reports = shown.outcomes().select(pl.col("feedback_events").sum()).collect().item()
    return int(cells["delivered"].sum()), int(reports), int(cells["gross_cents"].sum())


def carry_out(known: Workspace, batch_id: str, action: str, *, who: str, note: str | None) -> None:
    """Withdraw or restore an import, and show figures without or with it.

    Raises:
        CannotWithdraw, BadName: see `withdrawals.record`.
    """
    store, now_us = known.store, clock.now_us()
    withdrawals.record(store, batch_id, action, at_us=now_us, who=who, note=note)
    known.refresh()
