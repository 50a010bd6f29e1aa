"""One question about an edition, with the frames that an analysis may need to answer it.

Frames are made when first asked for and kept by `cached_frames`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from dashboard.editions import cached_frames, comparison_period, event_frames
from metrics.definitions.report_calendar import day_number, local_day
from metrics.definitions.scope import MATURE_DAYS
from metrics.insights import rates
from metrics.outcomes import selection

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from dashboard.editions.edition import Edition
    from data_access.store.store import Store
    from metrics.definitions.party_names import PartyNames
    from metrics.definitions.rules import Rules
    from metrics.definitions.scope import Scope
    from metrics.insights import maturity


@dataclass(frozen=True, slots=True, kw_only=True)
class TableQuery:
    """What an analysis is asked: an edition under a scope, with the options of its table.

    `seed` and `precision` steer samples; `version` is a data version, None for the newest.
    """

    shown: Edition
    scope: Scope
    by: tuple[str, ...] = ()
    grain: str = "week"
    version: int | None = None
    seed: int = 0
    precision: float = 0.05
    currency: str = "USD"
    changed_since: int | None = None
    """Only rows that may have changed after this data version, in tables of rows."""
    after: str | None = None
    """Only rows after the one with this id, in tables of which the rows are counted first."""
    store: Store | None = field(default=None, compare=False, repr=False)
    """Where tables about the store itself are read."""

    @property
    def rules(self) -> Rules:
        """Weights, floors, bands, terms and costs in force."""
        return self.shown.rules

    @property
    def named(self) -> PartyNames:
        """Names of sources and buyers, types of buyers."""
        return cached_frames.named(self.shown, self.version)

    @property
    def names(self) -> dict[str, dict[str, str]]:
        """Per dimension its values with their labels."""
        return cached_frames.names(self.shown, self.version)

    @property
    def offers(self) -> int:
        """How many offers the period can hold at most, whatever the filters."""
        cells = self.shown.tally("delivered")
        if self.scope.clock == "delivered":
            first, last = day_number(self.scope.first), day_number(self.scope.last)
            cells = cells.filter(pl.col("day").is_between(first, last))
        return int(cells["attempted"].sum())

    @property
    def record(self) -> tuple[int, int] | None:
        """First and last day of any attempt, as day numbers; None without attempts."""
        return comparison_period.record(self.shown, self.version)

    @property
    def zone(self) -> str:
        """The report zone's name."""
        return self.shown.zone.name

    def of(self, scope: Scope) -> TableQuery:
        """The same question under another scope."""
        return replace(self, scope=scope)

    @property
    def market(self) -> TableQuery:
        """The same question about all sources: who is compared with others needs the others."""
        return self.of(replace(self.scope, source=()))

    @property
    def everyone(self) -> TableQuery:
        """The same question about all buyers: likewise."""
        return self.of(replace(self.scope, buyer=()))

    @property
    def timeless(self) -> TableQuery:
        """The same filters and as-of, whatever the period: one key for what does not heed it."""
        return TableQuery(
            shown=self.shown, scope=cached_frames.timeless(self.scope), version=self.version
        )

    def of_sources(self, table: pl.DataFrame, column: str) -> pl.DataFrame:
        """The rows of a table about the sources asked for; all where none is."""
        wanted = self.scope.source
        return table.filter(pl.col(column).is_in(wanted)) if wanted else table

    def of_buyers(self, table: pl.DataFrame, column: str) -> pl.DataFrame:
        """The rows of a table about the buyers asked for; all where none is."""
        wanted = self.scope.buyer
        return table.filter(pl.col(column).is_in(wanted)) if wanted else table

    def cells(self, extra: Sequence[str] = ()) -> pl.LazyFrame:
        """The wide tally inside the scope (`tallies.CELL`, `tallies.MEASURES`).

        `extra` names dimensions beside those of a cell: sub_source, campaign, state,
        sold_to, reason_group.
        """
        return cached_frames.tally(self.shown, self.scope, self.version, extra)

    def cells_before(self, extra: Sequence[str] = ()) -> pl.LazyFrame | None:
        """The period before at the same age; None where that is not fair (`alone` says why)."""
        return comparison_period.before(self.shown, self.scope, self.version, extra)

    def outcomes(self) -> pl.LazyFrame:
        """Outcomes (`resolve.COLUMNS`) of exactly the offers the scope is about."""
        return cached_frames.chosen(self.shown, self.scope, self.version)

    def outcomes_by(self, dimensions: Sequence[str]) -> pl.LazyFrame:
        """The same with a column per dimension, named as it; empty values are `NOTHING`."""
        rows = rates.keyed(self.outcomes(), dimensions, self.named)
        return rows.with_columns(pl.col(f"__{name}").alias(name) for name in dimensions)

    def everywhere(self) -> pl.LazyFrame:
        """Outcomes inside the filters, of any day."""
        return cached_frames.everywhere(self.shown, self.scope, self.version)

    def changes(self) -> pl.DataFrame:
        """The change tally inside the filters, of any day, up to as-of (`changes.CHANGE_CELL`)."""
        return cached_frames.changes(self.shown, cached_frames.timeless(self.scope), self.version)

    def period_changes(self) -> pl.DataFrame:
        """The same for the deliveries of the period only, whatever clock and base say."""
        return cached_frames.changes(self.shown, cached_frames.plainly(self.scope), self.version)

    def steps(self) -> pl.LazyFrame:
        """Changes of single deliveries inside the filters (`changes.COLUMNS`), up to as-of."""
        return cached_frames.steps(self.shown, self.scope, self.version)

    def sent(self) -> pl.DataFrame:
        """What was said to the sources of the filters, in the period, by as-of."""
        return event_frames.source_messages(self.shown, self.scope, self.version)

    @property
    def curves(self) -> maturity.Curves:
        """How the sales of the whole store develop with age, as known at the scope's as-of."""
        return cached_frames.curves(self.shown, self.scope.as_of_us, self.version)

    @property
    def unknown_day(self) -> int:
        """The first day that is not wholly known, as a day number."""
        return cached_frames.unknown_day(self.scope.as_of_us, self.zone)

    @property
    def as_of_day(self) -> int:
        """The day of as-of in the report zone, as a day number."""
        return day_number(local_day(self.scope.as_of_us, self.zone))

    @property
    def today(self) -> date:
        """The same as a date."""
        return local_day(self.scope.as_of_us, self.zone)

    @property
    def young_after(self) -> int:
        """The last day (number) whose deliveries are all old enough to judge."""
        wanted = self.scope.buyer or tuple(self.curves.types)
        days = [self.curves.of(buyer).mature_days for buyer in wanted]
        return self.as_of_day - max(days, default=MATURE_DAYS)

    def before(self) -> TableQuery | None:
        """The period before at the same age; None where that is not fair (`alone` says why)."""
        previous = comparison_period.previous(self.shown, self.scope, self.version)
        return None if previous is None else self.of(previous)

    @property
    def rated(self) -> pl.Expr:
        """Condition on outcomes: old enough to judge, and inside the rating window."""
        return cached_frames.rated(self.shown, self.scope, self.version)

    @property
    def grown(self) -> pl.Expr:
        """Condition on outcomes: old enough to judge."""
        days = cached_frames.curves(self.shown, self.scope.knowing_us, self.version).mature_days
        return selection.mature(self.as_of_day, days)
