"""Tables about the store itself: what came in, what was refused, decided and noted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from data_access.store import decisions as worklist
from data_access.store import import_batches, trend_notes
from metrics.outcomes import delivery_lists

if TYPE_CHECKING:
    from data_access.store.store import Store


@dataclass(frozen=True, slots=True)
class StoreTables:
    """The tables of kind `receipts` of one store; read anew each time, for they are small."""

    store: Store

    def table(self, name: str) -> pl.DataFrame:
        """One of them by its name in the API; KeyError for another."""
        made = {
            "batches": self.batches,
            "refused": self.refused,
            "decisions": self.decisions,
            "trend_notes": self.trend_notes,
        }
        return made[name]()

    def batches(self) -> pl.DataFrame:
        """Imports with their five counts, newest first."""
        with self.store.reading() as connection:
            rows = import_batches.all_batches(connection)
        return rows.with_columns(
            status=pl.when(pl.col("finished_us").is_null())
            .then(pl.lit("unfinished"))
            .otherwise(pl.lit("finished")),
            started_at=delivery_lists.instant("started_us"),
            finished_at=delivery_lists.instant("finished_us"),
            rows_read=pl.sum_horizontal("created", "duplicate", "conflict", "parked", "rejected"),
        ).drop("started_us", "finished_us", "cursor")

    def refused(self) -> pl.DataFrame:
        """Rows that were refused, newest first."""
        with self.store.reading() as connection:
            rows = import_batches.refused(connection)
        return rows.with_columns(
            refused_id=pl.concat_str(pl.lit("q"), "refused_id"),
            recorded_at=delivery_lists.instant("recorded_us"),
        ).drop("recorded_us")

    def decisions(self) -> pl.DataFrame:
        """Every decision on a finding, newest first."""
        rows = worklist.history(self.store).reverse()
        return rows.with_columns(
            decision_id=pl.concat_str(pl.lit("w"), "work_id"),
            decided_at=delivery_lists.instant("recorded_us"),
        )

    def trend_notes(self) -> pl.DataFrame:
        """Notes that stand on trends, by day."""
        return trend_notes.shown(self.store).with_columns(
            note_id=pl.concat_str(pl.lit("n"), "annotation_id"),
            recorded_at=delivery_lists.instant("recorded_us"),
        )
