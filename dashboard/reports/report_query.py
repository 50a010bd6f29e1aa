"""Where a report takes its figures from: the tables, under its question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from dashboard.presentation import formats
from dashboard.reports.document import Tile
from metrics.definitions import phrases
from metrics.definitions.catalogue import number
from metrics.sentences import sentences

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

    import polars as pl

    from dashboard.answers.workspace import Workspace
    from dashboard.reports.document import Tone
    from dashboard.reports.report_order import ReportOrder
    from metrics.definitions.scope import Scope

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
BASES: Final = {
    "feedback": "conversion and contact are of deliveries with feedback",
    "delivered": "conversion and contact are of all deliveries",
    "mature": "only deliveries old enough to judge are counted",
}


@dataclass(frozen=True)
class ReportQuery:
    """An order and the book it is answered from."""

    workspace: Workspace
    order: ReportOrder
    base: str = ""
    """Where the pages are, for links: `https://host`."""

    @property
    def scope(self) -> Scope:
        """Period, filters and moment."""
        return self.order.scope

    @property
    def currency(self) -> str:
        """Of the store."""
        return self.workspace.settings.currency

    @property
    def zone(self) -> ZoneInfo:
        """The report zone."""
        return self.workspace.settings.zone

    @cached_property
    def called(self) -> phrases.Called:
        """Words for the period and the one before."""
        return phrases.called(self.scope)

    def table(self, name: str, scope: Scope | None = None, **options: object) -> pl.DataFrame:
        """A table as the API gives it."""
        version = self.order.version
        return self.workspace.table(name, scope or self.scope, data_version=version, **options)

    @cached_property
    def pack(self) -> pl.DataFrame:
        """The table of the report's own kind."""
        return self.table(self.order.kind)

    def rows(self, section: str) -> list[dict[str, Any]]:
        """Rows of a section of the pack."""
        return self.pack.filter(section=section).to_dicts()

    def sentences(self, section: str) -> list[str]:
        """Sentences of a section of the pack."""
        return [row["sentence"] for row in self.rows(section)]

    @cached_property
    def headline(self) -> dict[str, dict[str, Any]]:
        """Rows of the table `headline` by key."""
        return {row["key"]: row for row in self.table("headline").to_dicts()}

    def value(self, key: str) -> float | None:
        """A number of the headline."""
        found: float | None = self.headline[key]["value"]
        return found

    @property
    def delivered(self) -> int:
        """Deliveries of the period."""
        return int(self.value("delivered") or 0)

    def named(self, kind: str, key: str) -> str:
        """What a source or buyer is called."""
        return self.workspace.names()[kind].get(key, key)

    def moment(self, us: int) -> str:
        """An instant in the report zone."""
        return formats.moment(_EPOCH + timedelta(microseconds=us), self.zone)

    @property
    def standing(self) -> str:
        """What is counted, against what, as known when."""
        scope, past = self.scope, self.scope.previous()
        filtered = [
            formats.listing([self.workspace.names().get(name, {}).get(v, v) for v in values])
            for name, values in scope.filters.items()
            if name != self.order.kind
        ]
        named = self.order.kind not in {"source", "buyer"}
        over = ", not over yet" if named and not self.over else ""
        parts = [
            f"Delivered {formats.period(scope.first, scope.last)}{over}",
            *filtered,
        ]
        if any(row["previous"] is not None for row in self.headline.values()):
            before = formats.period(past.first, past.last)
            parts.append(f"compared with {before} at the same age")
        parts.append(f"as known on {self.moment(scope.as_of_us)}")
        return " · ".join(parts)

    @property
    def window(self) -> str:
        """Which deliveries suggestions go by."""
        days = self.workspace.rules.tiers.window_days
        told = f"the last {days} days of leads old enough to judge, whatever the period"
        if not self.over:
            return f"{told}."
        return f"{told}, as known on {formats.day(self.scope.last)}."

    @property
    def over(self) -> bool:
        """Whether the period has ended."""
        return self.today > self.scope.last

    @property
    def today(self) -> date:
        """The day of as-of in the report zone."""
        return (_EPOCH + timedelta(microseconds=self.scope.as_of_us)).astimezone(self.zone).date()

    @property
    def reference(self) -> str:
        """What the figures were made from, for those who have no pages to open."""
        moment = self.moment(self.scope.as_of_us)
        return f"Figures as known on {moment}, data version {self.version}."

    @cached_property
    def version(self) -> int:
        """The data version that the figures are made from."""
        asked = self.order.version
        return self.workspace.status().data_version if asked is None else asked

    @property
    def frozen(self) -> ReportOrder:
        """The order that gives the same figures for good."""
        return self.order.frozen(as_of_us=self.scope.as_of_us, version=self.version)

    @property
    def footer(self) -> tuple[str, ...]:
        """How to get the same again."""
        return (f"The same figures again: {self.frozen.command()}",)

    @property
    def link(self) -> str:
        """The page of this report with just these figures, whatever comes later."""
        return page_link(self.base, self.order.kind, self.frozen.pairs())

    def tile(self, key: str) -> Tile:
        """A number of the headline as a tile."""
        return tile(self.headline[key], self.currency, delivered=self.delivered)


def page_link(base: str, kind: str, pairs: list[tuple[str, str]]) -> str:
    """A link to the page of reports."""
    tab = {"monthly": "month", "weekly": "week", "daily": "day"}.get(kind, kind)
    return f"{base}/reports?{urlencode([*pairs, ('tab', tab)])}"


def tile(row: dict[str, Any], currency: str, *, delivered: float) -> Tile:
    """A row of `headline` as a tile: the number, what it is of, its change in words."""
    entry = number(row["key"])
    if row["value"] is None:
        return Tile(entry.label, formats.NO_DATA, change=sentences.unknown(entry.key, delivered))
    of = ""
    if row["denominator"]:
        of = f"{row['numerator']:,} of {row['denominator']:,}"
    change, tone = _change(row, currency, delivered)
    value = phrases.figure(row["value"], entry.unit, currency)
    return Tile(entry.label, value, of, change, tone, entry.definition)


def _change(row: dict[str, Any], currency: str, delivered: float) -> tuple[str, Tone]:
    if not sentences.has_enough(row, delivered):
        return "too few to compare", ""
    if row["previous"] is None:
        return "nothing before to compare with", ""
    unit = number(row["key"]).unit
    was = f"was {phrases.figure(row['previous'], unit, currency)}"
    if row["verdict"] == "level" or row["value"] == row["previous"]:
        return f"level, {was}", "level"
    change = row["value"] - row["previous"]
    word = "up" if change > 0 else "down"
    size = (
        f"{abs(change) * 100:.1f} pp"
        if unit == "rate"
        else phrases.figure(abs(change), unit, currency)
    )
    return f"{word} {size}, {was}", row["verdict"] or ""
