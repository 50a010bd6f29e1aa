"""An edition in which other imports are withdrawn than now: asked for as of an earlier moment.

Only leads that those imports touch are worked out again; all others stand as they are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import polars as pl

from dashboard.editions.edition import Edition
from dashboard.editions.lead_states import LeadStates, exchanged, lead_states
from data_access.store.withdrawals import withdrawn_since
from metrics.definitions.scope import CLOCKS

if TYPE_CHECKING:
    from metrics.definitions.party_names import PartyNames
    from metrics.definitions.scope import Clock


@dataclass(frozen=True, eq=False)
class RecountedEdition(Edition):
    """An edition with its facts, of which others count: those of imports not in `since`."""

    whole: Edition
    since: dict[str, int]

    @cached_property
    def withdrawn(self) -> dict[str, int]:
        """The imports that do not count in it, each with the moment since when."""
        return self.since

    @cached_property
    def _touched(self) -> pl.LazyFrame:
        """The leads that may stand otherwise than in the whole edition: `lead_id`."""
        leads = self.whole.leads_of(set(self.since) ^ set(self.whole.withdrawn))
        columns = ("seq", "lead_id", "lead_since_us")
        nameless = pl.col("buyer_lead_id").is_not_null()
        here, there = (
            edition.facts("feedback").filter(nameless).select(columns).collect()
            for edition in (self, self.whole)
        )
        renamed = pl.concat([here, there]).unique(keep="none")["lead_id"].drop_nulls()
        return pl.LazyFrame({"lead_id": sorted(leads | set(renamed))}, {"lead_id": pl.String})

    @cached_property
    def _made(self) -> LeadStates:
        attempts, feedback, aliases = self._read(None)
        mine = [f.join(self._touched, on="lead_id", how="semi") for f in (attempts, feedback)]
        frames = (*pl.collect_all(mine), aliases)
        return lead_states(*frames, as_of_us=self.as_of_us, zone=self.zone, rules=self.rules)

    @property
    def crowded(self) -> list[str]:
        """Leads of which only the latest state is kept."""
        others = set(self.whole.crowded) - set(self._touched.collect()["lead_id"])
        return sorted(others | set(self._made.crowded))

    @cached_property
    def named(self) -> PartyNames:
        """Names and types of sources and buyers, as what counts says them."""
        return self.named_then(None)

    @cached_property
    def _tallies(self) -> dict[Clock, pl.DataFrame]:
        whole, made = self.whole, self._made.outcomes.drop("from_us")
        before = whole.outcomes().join(self._touched, on="lead_id", how="semi").collect()
        return {clock: exchanged(whole.tally(clock), before, made, clock) for clock in CLOCKS}

    def states(self, frame: str, days: tuple[int, int] | None) -> pl.LazyFrame:
        """States of deliveries: those that hold (`outcomes`), or those before (`earlier`)."""
        return self._exchanged(self.whole.states(frame, days), self._made.frames[frame])

    def steps(self) -> pl.LazyFrame:
        """Every change of every delivery up to now (`changes.COLUMNS`)."""
        return self._exchanged(self.whole.steps(), self._made.steps)

    def _exchanged(self, rows: pl.LazyFrame, made: pl.DataFrame) -> pl.LazyFrame:
        others = rows.join(self._touched, on="lead_id", how="anti")
        return pl.concat([others, made.lazy().select(rows.collect_schema().names())])

    @property
    def days(self) -> tuple[int, int] | None:
        """First and last day of any offer, as day numbers; None without offers."""
        days = self.tally("delivered")["day"].drop_nulls()
        return None if days.is_empty() else (int(days.min()), int(days.max()))  # type: ignore[arg-type]

    def _names_leads(self, version: int | None) -> bool:  # noqa: ARG002 - whatever the version
        """Never: an attempt that counts here may count nowhere else."""
        return False


def counting(edition: Edition, as_of_us: int, version: int | None) -> Edition:
    """The edition for a question: with the imports that counted at its moment and data version.

    Whatever the question looks back at meanwhile, it is without the imports that did not count
    when it was asked for: what is compared is of the same facts.
    """
    if edition.withdrawals.is_empty():
        return edition
    return recounted(edition, withdrawn_since(edition.withdrawals, as_of_us, version))


def recounted(edition: Edition, since: dict[str, int]) -> Edition:
    """The edition with these imports withdrawn, each since a moment, and no others."""
    if since == edition.withdrawn:
        return edition
    return _recounted(edition, tuple(sorted(since.items())))


@lru_cache(maxsize=4)
def _recounted(edition: Edition, since: tuple[tuple[str, int], ...]) -> RecountedEdition:
    return RecountedEdition(edition.versions, edition.manifest, edition.rules, edition, dict(since))
