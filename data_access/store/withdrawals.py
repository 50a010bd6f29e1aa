"""Imports taken out of every figure, and put back: appended, never changed.

The facts of an import stay in the store. A withdrawal is a fact itself, with a number and a
moment: whoever asks as of an earlier moment or an earlier data version does not meet it.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final

import polars as pl
import sqlalchemy as sa

from data_access.columns import RESTORE, WITHDRAW, WITHDRAWALS
from data_access.explained import ExplainedError
from data_access.store import tables
from data_access.store.people import checked_name
from data_access.store.store import OPERATOR, AuditLine

if TYPE_CHECKING:
    from data_access.store.store import Store

LONGEST: Final = 2_000
"""So many characters a note may have."""
HISTORY: Final[dict[str, pl.DataType]] = {
    **WITHDRAWALS,
    "who": pl.String(),
    "note": pl.String(),
}
_BY_COMMAND: Final = {WITHDRAW: "retract_batch", RESTORE: "restore_batch"}
"""What the audit calls it."""


class CannotWithdraw(ExplainedError, ValueError):  # noqa: N818 - it says why not
    """An import that cannot be withdrawn or restored; the message says why."""


def withdrawn_since(
    rows: pl.DataFrame, as_of_us: int | None = None, version: int | None = None
) -> dict[str, int]:
    """The imports that do not count, each with the moment since when, microseconds.

    Args:
        rows: `columns.WITHDRAWALS`.
        as_of_us: what was recorded later is not known; None for all of it.
        version: what has a higher number is not known; None for all of it.

    Of one import the row with the highest number counts, whatever the clocks said.
    """
    if as_of_us is not None:
        rows = rows.filter(pl.col("recorded_us") <= as_of_us)
    if version is not None:
        rows = rows.filter(pl.col("seq") <= version)
    last = rows.sort("seq").unique("batch_id", keep="last", maintain_order=True)
    return dict(last.filter(action=WITHDRAW).select("batch_id", "recorded_us").iter_rows())


def counted(facts: pl.DataFrame, withdrawn: dict[str, int]) -> pl.DataFrame:
    """The facts that count: those whose import is not withdrawn."""
    return facts.filter(~pl.col("batch_id").is_in(list(withdrawn))) if withdrawn else facts


def history(connection: sa.Connection) -> pl.DataFrame:
    """Every withdrawal and restoration (`HISTORY`), in the order they were made."""
    table = tables.withdrawals
    query = sa.select(*(table.c[name] for name in HISTORY)).order_by(table.c.seq)
    rows = [tuple(row) for row in connection.execute(query)]
    return pl.DataFrame(rows, schema=HISTORY, orient="row")


def record(  # noqa: PLR0913 - the columns of a withdrawal
    store: Store,
    batch_id: str,
    action: str,
    *,
    at_us: int,
    who: str = OPERATOR,
    note: str | None = None,
) -> int:
    """Withdraw an import or restore it, with a line in the audit; returns its number.

    Raises:
        CannotWithdraw: there is no such import, it is still being taken in, or it is so already.
        BadName: `who` is no name.
    """
    who, note = checked_name(who), (note or "").strip() or None
    if len(note or "") > LONGEST or "\x00" in (note or ""):
        message = f"A note may have {LONGEST:,} characters that can be stored"
        raise CannotWithdraw(message)
    row = {"batch_id": batch_id, "action": action, "who": who, "note": note}
    line = AuditLine(at_us, who, _BY_COMMAND[action], batch_id, {"note": note})
    with store.writing() as connection:
        check(connection, batch_id, action)
        return store.append_with_audit(connection, tables.withdrawals, row, line)


def check(connection: sa.Connection, batch_id: str, action: str) -> None:
    """CannotWithdraw, saying why, where an import cannot be withdrawn or restored now."""
    batches = tables.batches
    query = sa.select(batches.c.batch_id, batches.c.finished_us)
    known = {row.batch_id: row.finished_us for row in connection.execute(query)}
    if batch_id not in known:
        near = difflib.get_close_matches(batch_id, known, n=1, cutoff=0)
        message = f"no import has the id {batch_id!r}" + (f"; nearest: {near[0]}" if near else "")
        raise CannotWithdraw(message)
    if known[batch_id] is None:
        message = (
            f"the import {batch_id} is still being taken in, or was interrupted: the same import "
            "command ends it; then it can be withdrawn"
        )
        raise CannotWithdraw(message)
    done = history(connection).filter(batch_id=batch_id)
    is_withdrawn = done.height > 0 and done["action"][-1] == WITHDRAW
    if is_withdrawn and action == WITHDRAW:
        message = f"the import {batch_id} is withdrawn already, by {done['who'][-1]}"
        raise CannotWithdraw(message)
    if not is_withdrawn and action == RESTORE:
        message = f"the import {batch_id} is not withdrawn: it counts"
        raise CannotWithdraw(message)
