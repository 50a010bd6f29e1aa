"""The demo marketplace, taken in through the real intake."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

import polars as pl

from data_access.demo import generate
from data_access.demo import truth as truths
from data_access.demo.market import market
from data_access.explained import ExplainedError
from data_access.intake.accept import Receipt, take
from data_access.store import import_batches
from data_access.store.store import OPERATOR, AuditLine

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from data_access.store.import_batches import Batch
    from data_access.store.store import Store


CURRENCY: Final = "USD"
"""The amounts of the demo are dollars, whatever is set."""


class StoreInUse(ExplainedError, RuntimeError):  # noqa: N818 - says what is the matter
    """The store holds other facts: a demo among them would make every number wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOrder:
    """What to make up: the same order gives the same rows."""

    deliveries: int
    seed: int
    until: date
    stories: bool
    cut_us: int | None = None
    now_us: Callable[[], int]
    progress: Callable[[int], None] = lambda _rows: None

    @property
    def fingerprint(self) -> str:
        """Names the order; the same order after a kill goes on."""
        marks = [self.deliveries, self.seed, self.until.isoformat(), self.stories]
        return blake2b(json.dumps(["demo", *marks]).encode(), digest_size=16).hexdigest()


def load(store: Store, order: DemoOrder) -> Batch:
    """Make the demo and take it in; StoreInUse unless the store is empty or its own."""
    with store.writing() as connection:
        batch = import_batches.begin(
            connection,
            fingerprint=order.fingerprint,
            channel="demo",
            profile=None,
            file_name=f"demo, seed {order.seed}",
            buyer_id=None,
            at_us=order.now_us(),
        )
        if batch.cursor == 0 and store.data_version_in(connection) > 0:
            message = "the store holds facts already; the demo goes into an empty store only"
            raise StoreInUse(message)
    end = 0
    for chunk in generate.chunks(
        deliveries=order.deliveries,
        seed=order.seed,
        until=order.until,
        stories=order.stories,
        cut_us=order.cut_us,
    ):
        start, end = end, end + chunk.height
        if end > batch.cursor:
            lines = pl.int_range(start + 1, end + 1, dtype=pl.Int64, eager=True).alias("line")
            batch = _taken(store, order, batch, chunk.with_columns(lines), end)
        order.progress(end)
    _close(store, order, batch)
    return batch


def _taken(store: Store, order: DemoOrder, batch: Batch, rows: pl.DataFrame, end: int) -> Batch:
    """The receipt after some rows; another process may have taken them."""
    with store.writing() as connection:
        batch = import_batches.current(connection, batch.batch_id)
        if end <= batch.cursor:
            return batch
        receipt = Receipt(batch.batch_id, order.now_us())
        taken = take(store, connection, rows, receipt=receipt)
        return import_batches.advance(connection, batch, cursor=end, counts=taken.counts)


def _close(store: Store, order: DemoOrder, batch: Batch) -> None:
    detail: dict[str, object] = {"deliveries": order.deliveries, "seed": order.seed, **batch.counts}
    with store.writing() as connection:
        if import_batches.finish(connection, batch, at_us=order.now_us()):
            line = AuditLine(order.now_us(), OPERATOR, "demo", batch.batch_id, detail)
            store.audit(connection, line)


def truth(order: DemoOrder) -> dict[str, object]:
    """What is true of the market of an order: kept out of every row of the demo."""
    made_up = market(order.seed, stories=order.stories)
    return truths.truth(made_up, until=order.until, deliveries=order.deliveries)


def unfinished(store: Store) -> bool:
    """Whether a demo was begun and not ended."""
    with store.reading() as connection:
        batches = import_batches.all_batches(connection)
    open_ones = (pl.col("channel") == "demo") & pl.col("finished_us").is_null()
    return bool(batches.filter(open_ones).height)
