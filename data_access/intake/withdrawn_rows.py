"""Rows that an import holds that was withdrawn: known already, and counted nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from data_access.intake.refusals import CONFLICT

if TYPE_CHECKING:
    from collections.abc import Iterable

TAKEN_BEFORE: Final[dict[str, pl.DataType]] = {
    "line": pl.Int64(),
    "batch_id": pl.String(),
    "status": pl.String(),
}
"""A row is a row that a withdrawn import (`batch_id`) holds: a duplicate, or a conflict."""
_KEYS: Final = (("event_id",), ("reporter_id", "event_id"))
"""What tells one attempt, and one feedback, from all others."""


def taken_before(
    parts: Iterable[pl.DataFrame], known: Iterable[pl.DataFrame], withdrawn: dict[str, int]
) -> pl.DataFrame:
    """The rows whose attempt or feedback is held by a withdrawn import (`TAKEN_BEFORE`).

    Args:
        parts: attempts and feedback with their `status`.
        known: facts of the store under the same ids, likewise.
        withdrawn: the imports that do not count.
    """
    found = [pl.DataFrame(schema=TAKEN_BEFORE)]
    for part, stored, key in zip(parts, known, _KEYS, strict=True) if withdrawn else ():
        held = stored.filter(pl.col("batch_id").is_in(list(withdrawn))).select(*key, "batch_id")
        met = part.filter(pl.col("status").is_in(["duplicate", CONFLICT])).join(held, on=key)
        found.append(met.select(*TAKEN_BEFORE))
    return pl.concat(found).unique("line", keep="first", maintain_order=True).sort("line")
