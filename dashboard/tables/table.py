"""What a table is: its columns with their definitions, what it can be asked, who makes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import polars as pl

from dashboard.tables.column_meanings import MEANINGS
from metrics.definitions.catalogue import BY_KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dashboard.editions.table_query import TableQuery


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    name: str
    type: str
    unit: str
    definition: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table of Data, the API and `leadloop export`.

    `kind`: `numbers` follow filters and counting, `rows` also list single deliveries
    and may be long, `receipts` are about the store and take no filters. `notes` defines
    columns that no other table has.
    """

    name: str
    title: str
    sentence: str
    schema: Mapping[str, pl.DataType]
    kind: Literal["numbers", "rows", "receipts"]
    options: tuple[str, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    make: Callable[[TableQuery], pl.DataFrame] | None = None
    """From a query to the frame of `schema`; None for rows and receipts."""
    whole: bool = False
    """It means nothing without all deliveries: no rows by clocks that know only feedback."""
    of_all: tuple[str, ...] = ()
    """Columns that mean nothing without all deliveries: blank by other clocks."""

    def frame(self, query: TableQuery) -> pl.DataFrame:
        """The frame under a query; KeyError for rows and receipts."""
        if self.make is None:
            message = f"no table of numbers is called {self.name!r}"
            raise KeyError(message)
        if query.scope.clock == "delivered":
            return self.make(query)
        if self.whole:
            return pl.DataFrame(schema=dict(self.schema))
        blank = [pl.lit(None, self.schema[name]).alias(name) for name in self.of_all]
        return self.make(query).with_columns(blank)

    @property
    def columns(self) -> tuple[Column, ...]:
        """Columns with type, unit and definition."""
        return tuple(column(name, kind, dict(self.notes)) for name, kind in self.schema.items())


_TYPES: Final = {
    pl.String: "text",
    pl.Int64: "whole number",
    pl.Float64: "number",
    pl.Boolean: "true / false",
    pl.Date: "date",
    pl.Datetime: "instant, UTC",
}


def column(name: str, kind: pl.DataType, notes: Mapping[str, str] | None = None) -> Column:
    """A column described: by the catalogue where the number is in it."""
    stem = name.removeprefix("previous_")
    entry = BY_KEY.get(stem)
    definition = entry.definition if entry else MEANINGS.get(name, "")
    definition = (notes or {}).get(name, definition)
    if entry and stem != name:
        definition = f"{entry.label} one period earlier, at the same age."
    for end, word in (("_low", "Lower"), ("_high", "Upper")):
        if name.endswith(end) and not definition:
            definition = f"{word} end of the likely range (95 %)."
    return Column(name, _TYPES[kind.base_type()], _unit(name, kind), definition)


def _unit(name: str, kind: pl.DataType) -> str:
    if name.endswith("_cents"):
        return "cents"
    if name.startswith("seconds_") or name.endswith(("_delay", "_seconds")):
        return "seconds"
    if kind == pl.Float64:
        return "0 - 1"
    return ""
