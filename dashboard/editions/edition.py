"""An edition: one consistent version of facts, outcomes and tallies, kept on a shelf.

The composition of steps 2 to 4, as seen by a reader; `builder` makes editions. Facts of imports
that are withdrawn are in it and do not count: everything is made of the others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import narwhals as nw
import polars as pl

from data_access.snapshot import fact_reader
from data_access.spelling import spelt_name
from data_access.store.withdrawals import withdrawn_since
from metrics.definitions import reasons
from metrics.definitions.report_calendar import DAY_US, ReportZone
from metrics.definitions.scope import CLOCKS, Clock
from metrics.outcomes import changes, known_facts, parties, state_history, tallies
from metrics.outcomes import resolve as outcomes

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from data_access.snapshot.parquet_versions import Manifest, ParquetVersions, Part
    from metrics.definitions.party_names import PartyNames
    from metrics.definitions.rules import Rules

ALL: Final = "all"


@dataclass(frozen=True, eq=False)
class Edition:
    """What pages and exports read; it never changes."""

    versions: ParquetVersions
    manifest: Manifest
    rules: Rules

    @property
    def version(self) -> int:
        """The data version it is complete up to."""
        return int(self.manifest.notes["version"])

    @property
    def as_of_us(self) -> int:
        """The moment it was resolved for: what "now" means in it."""
        return int(self.manifest.notes["as_of_us"])

    @cached_property
    def zone(self) -> ReportZone:
        """The report zone over the span of all facts."""
        return span_zone(str(self.manifest.notes["zone"]), int(self.manifest.notes["first_us"]))

    @cached_property
    def withdrawals(self) -> pl.DataFrame:
        """Every withdrawal of an import and every restoration (`columns.WITHDRAWALS`)."""
        return self._whole("withdrawals")

    @cached_property
    def withdrawn(self) -> dict[str, int]:
        """The imports that do not count in it, each with the moment since when."""
        return withdrawn_since(self.withdrawals, self.as_of_us)

    @property
    def crowded(self) -> list[str]:
        """Leads of which only the latest state is kept."""
        leads: list[str] = self.manifest.notes["crowded"]
        return leads

    @cached_property
    def named(self) -> PartyNames:
        """Names and types of sources and buyers."""
        return _spelt(parties.named(self._whole("heard"), self._whole("settings"), self.aliases()))

    def named_then(self, version: int | None) -> PartyNames:
        """The same as the store said it at another data version."""
        attempts, feedback = (
            self.facts(frame, version).select(columns).collect()
            for frame, columns in parties.READ.items()
        )
        aliases, settings = self.aliases(version), self._whole("settings")
        if version is not None:
            settings = settings.filter(pl.col("seq") <= version)
        sayings = parties.namings(attempts, feedback, aliases, self.zone)
        return _spelt(parties.named(sayings, settings, aliases))

    def tally(self, clock: Clock) -> pl.DataFrame:
        """The wide tally by a clock, sorted by day."""
        return self._tallies[clock]

    @cached_property
    def _tallies(self) -> dict[Clock, pl.DataFrame]:
        return {clock: self._whole(f"tally_{clock}") for clock in CLOCKS}

    def _whole(self, frame: str) -> pl.DataFrame:
        return self.versions.scan(list(self.manifest.parts[frame].values())).collect()

    def outcomes(self, days: tuple[int, int] | None = None) -> pl.LazyFrame:
        """Outcomes as of now; `days` leaves out parts that hold no delivery of them."""
        return self.states("outcomes", days).drop("from_us")

    def then(self, as_of_us: int, days: tuple[int, int] | None = None) -> pl.LazyFrame:
        """Outcomes as of an earlier moment, looked up among their states.

        `days` asks only for deliveries dated on these days of the report zone.
        """
        within = pl.lit(value=True) if days is None else pl.col("dated_day").is_between(*days)
        begun = within & (pl.col("from_us") <= as_of_us)
        columns = outcomes.COLUMNS
        found = [
            self.states("outcomes", days).filter(begun).select(columns),
            self.states("earlier", days)
            .filter(begun, pl.col("until_us") > as_of_us)
            .select(columns),
        ]
        if self.crowded:
            again = self.resolve(as_of_us=as_of_us, leads=self.crowded)
            found.append(again.lazy().filter(within).select(columns))
        return pl.concat(found)

    def states(self, frame: str, days: tuple[int, int] | None) -> pl.LazyFrame:
        """States of deliveries: those that hold (`outcomes`), or those before (`earlier`)."""
        return self.versions.scan(_overlapping(self.manifest.parts[frame], days))

    def steps(self) -> pl.LazyFrame:
        """Every change of every delivery up to now (`changes.COLUMNS`)."""
        return self.versions.scan(list(self.manifest.parts["steps"].values()))

    @property
    def days(self) -> tuple[int, int] | None:
        """First and last day of any offer, as day numbers; None without offers."""
        parts = self.manifest.parts["outcomes"].values()
        firsts = [part.first_day for part in parts if part.first_day is not None]
        lasts = [part.last_day for part in parts if part.last_day is not None]
        return (min(firsts), max(lasts)) if firsts else None

    def resolve(
        self,
        *,
        as_of_us: int,
        version: int | None = None,
        days: tuple[int, int] | None = None,
        leads: Sequence[str] | None = None,
    ) -> pl.DataFrame:
        """Outcomes as of another moment or data version, resolved anew.

        `days` asks only for leads with an attempt on these days of the report zone, `leads`
        for these only.
        """
        attempts, feedback, aliases = self._read(version)
        wanted: pl.LazyFrame | None = None
        if leads is not None:
            wanted = pl.LazyFrame({"lead_id": leads}, schema={"lead_id": pl.String})
        elif days is not None:
            near = pl.col("attempted_us") // DAY_US
            wanted = attempts.filter(near.is_between(days[0] - 2, days[1] + 2)).select("lead_id")
        if wanted is not None:
            wanted = wanted.unique().collect().lazy()
            attempts = attempts.join(wanted, on="lead_id", how="semi")
            feedback = feedback.join(wanted, on="lead_id", how="semi")
        frames = (attempts.collect(), feedback.collect(), aliases)
        return resolved(*frames, as_of_us=as_of_us, zone=self.zone, rules=self.rules)

    def stepped(self, *, as_of_us: int, version: int) -> pl.DataFrame:
        """Steps as of a moment, of what the store held at another data version."""
        attempts, feedback, aliases = self._read(version)
        frames = (attempts.collect(), feedback.collect(), aliases)
        states = stated(*frames, as_of_us=as_of_us, zone=self.zone, rules=self.rules)
        return changes.steps(states)

    def _read(self, version: int | None) -> tuple[pl.LazyFrame, pl.LazyFrame, pl.DataFrame]:
        attempts, feedback = (self.facts(f, version) for f in ("attempts", "feedback"))
        attempts = attempts.select(*known_facts.ATTEMPTS_READ)
        return attempts, feedback.select(*known_facts.FEEDBACK_READ), self.aliases(version)

    def aliases(self, version: int | None = None) -> pl.DataFrame:
        """Merged ids (`data_access.columns.ALIASES`), up to a data version."""
        merged = self._whole("aliases")
        return merged if version is None else merged.filter(pl.col("seq") <= version)

    def canonical(self, kind: str, version: int | None = None) -> dict[str, str]:
        """Merged id -> canonical id, of sources or buyers, up to a data version."""
        mine = self.aliases(version).filter(pl.col("kind") == kind)
        return dict(mine.select("entity_id", "canonical_id").iter_rows())

    def facts(self, frame: str, version: int | None = None) -> pl.LazyFrame:
        """Facts of a kind (`attempts` or `feedback`) that count, up to a data version, lazily."""
        rows = self.stored(frame, version)
        if self.withdrawn:
            rows = rows.filter(~pl.col("batch_id").is_in(list(self.withdrawn)))
        named_now = frame == "attempts" or self._names_leads(version)
        return rows if named_now else self._named_by_then(rows, version)

    def withdrawn_facts(self, frame: str, version: int | None = None) -> pl.LazyFrame:
        """Facts of a kind that do not count, for their imports are withdrawn, lazily."""
        return self.stored(frame, version).filter(pl.col("batch_id").is_in(list(self.withdrawn)))

    def stored(self, frame: str, version: int | None = None) -> pl.LazyFrame:
        """All facts of a kind up to a data version, whether they count or not, lazily."""
        parts = self.manifest.parts[frame]
        rows = self.versions.scan([parts[name] for name in sorted(parts)])
        past = version is not None and version < self.version
        return rows.filter(pl.col("seq") <= version) if past else rows

    def leads_of(self, batches: Collection[str]) -> set[str]:
        """The leads that facts of some imports are about."""
        if not batches:
            return set()
        mine = pl.col("batch_id").is_in(list(batches))
        found = [
            self.stored(frame).filter(mine).select("lead_id") for frame in ("attempts", "feedback")
        ]
        return set(pl.concat(found).unique().drop_nulls().collect()["lead_id"])

    def _names_leads(self, version: int | None) -> bool:
        """Whether feedback under buyers' own ids has the leads that were kept with it."""
        return version is None or version >= self.version

    def _named_by_then(self, feedback: pl.LazyFrame, version: int | None) -> pl.LazyFrame:
        """Feedback under buyers' own ids with the lead that the store knew of it then."""
        found = pl.col("lead_id").is_null() | pl.col("lead_since_us").is_not_null()
        nameless = feedback.filter(found).with_columns(lead_id=pl.lit(None, pl.String)).collect()
        attempts = self.facts("attempts", version).select(fact_reader.NAMING).collect()
        aliases = self.aliases(version)
        named = fact_reader.with_lead(nameless, attempts, aliases, zone=self.zone.name)
        return pl.concat(
            [feedback.filter(~found), named.select(feedback.collect_schema().names()).lazy()]
        )


def _spelt(named: PartyNames) -> PartyNames:
    """Names as they are taken in today: facts of before may hold others."""
    source, buyer = (
        {entity: spelt_name(name) or entity for entity, name in names.items()}
        for names in (named.source, named.buyer)
    )
    return replace(named, source=source, buyer=buyer)


def _overlapping(parts: dict[str, Part], days: tuple[int, int] | None) -> list[Part]:
    ordered = [parts[name] for name in sorted(parts)]
    if days is None:
        return ordered
    first, last = days
    chosen = [
        part
        for part in ordered
        if part.first_day is not None
        and part.last_day is not None
        and part.first_day <= last
        and part.last_day >= first
    ]
    return chosen or ordered[:1]


def span_zone(name: str, first_us: int) -> ReportZone:
    """A report zone from the first fact on, into a future no fact may reach."""
    return ReportZone.of(name, first_us=first_us, last_us=max(first_us, 2_000_000_000_000_000))


def resolved(  # noqa: PLR0913 - three frames and, keyword-only, how to read them
    attempts: pl.DataFrame,
    feedback: pl.DataFrame,
    aliases: pl.DataFrame,
    *,
    as_of_us: int,
    zone: ReportZone,
    rules: Rules,
) -> pl.DataFrame:
    """Outcomes of some leads' complete facts."""
    facts = _facts(attempts, feedback, aliases, rules)
    rows = outcomes.resolve(facts, as_of_us=as_of_us, zone=zone, keep=_collected).to_native()
    return rows.collect() if isinstance(rows, pl.LazyFrame) else rows


def stated(  # noqa: PLR0913 - three frames and, keyword-only, how to read them
    attempts: pl.DataFrame,
    feedback: pl.DataFrame,
    aliases: pl.DataFrame,
    *,
    as_of_us: int,
    zone: ReportZone,
    rules: Rules,
) -> pl.DataFrame:
    """All states (`state_history.COLUMNS`) of some leads' complete facts."""
    facts = _facts(attempts, feedback, aliases, rules)
    return state_history.history(facts, as_of_us=as_of_us, zone=zone, keep=_collected)


def _facts(
    attempts: pl.DataFrame, feedback: pl.DataFrame, aliases: pl.DataFrame, rules: Rules
) -> known_facts.Facts:
    texts = feedback["reason"].drop_nulls().unique()
    frames = (attempts, feedback, aliases, reasons.mapping(texts, rules.patterns))
    return known_facts.Facts(*(nw.from_native(frame.lazy()) for frame in frames))


def _collected(frame: known_facts.Frame) -> known_facts.Frame:
    """Worked out once; a plan that reads it many times would work it out each time."""
    collected: pl.DataFrame = frame.to_native().collect()
    return nw.from_native(collected.lazy())


def tallied(rows: pl.DataFrame | pl.LazyFrame, clock: Clock) -> pl.DataFrame:
    """The wide tally of outcomes."""
    cells = tallies.tally(nw.from_native(rows.lazy()), tallies.CELL, clock=clock)
    return sorted_cells(cells)


def sorted_cells(cells: known_facts.Frame) -> pl.DataFrame:
    """A wide tally in its one order: by day first, as periods are asked for."""
    frame: pl.LazyFrame = cells.to_native()
    return frame.sort(tallies.CELL).collect()
