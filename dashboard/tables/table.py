"""What a table is: its columns with their definitions, what it can be asked, who makes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

import polars as pl

from dashboard.tables.column_meanings import MEANINGS
from metrics.definitions.catalogue import BY_KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dashboard.editions.table_query import TableQuery


GRAINS: Final = ("day", "week", "month")
DIMENSIONS: Final = (
    "source",
    "sub_source",
    "campaign",
    "buyer",
    "buyer_type",
    "vertical",
    "product",
    "state",
    "sold_to",
    "reason_group",
    *GRAINS,
)
"""What a table may be split by."""
PARTS: Final = tuple(name for name in DIMENSIONS if name not in GRAINS)
"""What is no time."""


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
    """Who makes it: from a query to the frame of `schema`, kept by query. Of numbers."""
    pages: Callable[[TableQuery], Iterator[pl.DataFrame]] | None = None
    """Who makes it, a frame at a time and anew each time. Of rows and receipts."""
    count: Callable[[TableQuery], int] | None = None
    """How many rows there will be, where that is known before they are made."""
    nth: Callable[[TableQuery, int], str | None] | None = None
    """What the first column of the nth of those rows says; where there is a `count`."""
    page: str = ""
    """The page that shows it; Data → Tables shows every one."""
    split_by: tuple[str, ...] = ()
    """What it can be split by (`by`)."""
    one_split: bool = False
    """By one dimension only."""
    default_by: tuple[str, ...] = ()
    """What it is split by where nobody says."""
    rows_by: Literal["", "week and buyer", "group and age"] = ""
    """What there is a row for, where it is more than its options say."""
    party: Literal["", "source", "buyer", "party"] = ""
    """Whose `id` and `name` the frame has; outside it is `source_id`, `source_name`, …"""
    meant: tuple[tuple[str, str], ...] = ()
    """Columns that mean another number than the catalogue's of their name: how they are called
    outside, where a name has one meaning in all tables."""
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
        """Columns with type, unit and definition, as they are called outside."""
        notes = {self.outside(name): note for name, note in self.notes}
        return tuple(column(self.outside(name), kind, notes) for name, kind in self.schema.items())

    @property
    def own_columns(self) -> tuple[Column, ...]:
        """The same as the frame calls them."""
        pairs = zip(self.schema, self.columns, strict=True)
        return tuple(replace(column, name=name) for name, column in pairs)

    def outside(self, name: str) -> str:
        """What a column is called in files, by the API and under Data."""
        if self.party and name in {"id", "name"}:
            return f"{self.party}_{name}"
        return dict(self.meant).get(name, name)

    def published(self, frame: pl.DataFrame) -> pl.DataFrame:
        """A frame with its columns called as they are outside."""
        return frame.rename({name: self.outside(name) for name in frame.columns})


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
