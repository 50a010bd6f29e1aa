"""An edition as somebody may see it: the one way from what is stored to what is counted.

Everything that counts is read through an edition, and every cache has the edition as its first
key. So what one actor may not see is left out here, once, and no cache can hand it on.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import polars as pl

from dashboard.editions.edition import Edition
from dashboard.editions.recounted_edition import RecountedEdition, counting
from metrics.definitions.party_names import PartyNames
from metrics.definitions.scope import CLOCKS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.access.policy import Access
    from metrics.definitions.scope import Clock


@dataclass(frozen=True, eq=False)
class VisibleEdition(Edition):
    """The deliveries of an edition that concern the sources and buyers of an access.

    With access to everything it gives what the edition gives. Where it does not, a delivery is
    seen if its source and its buyer may be; an event if its delivery is, or if it was written
    to a source that may be seen; a party if it may be, by name too.
    """

    whole: Edition
    access: Access

    def _mine(self) -> pl.Expr:
        """Condition on rows with canonical `source_id` and `buyer_id`."""
        mine = pl.lit(value=True)
        for column, ids in (("source_id", self.access.sources), ("buyer_id", self.access.buyers)):
            if ids is not None:
                mine &= pl.col(column).is_in(sorted(ids)).fill_null(value=False)
        return mine

    @cached_property
    def named(self) -> PartyNames:
        """Names and types of the sources and buyers that may be seen."""
        return self._seen(self.whole.named)

    def named_then(self, version: int | None) -> PartyNames:
        """The same as the store said it at another data version."""
        return self._seen(self.whole.named_then(version))

    def _seen(self, names: PartyNames) -> PartyNames:
        sources, buyers = self.access.sources, self.access.buyers
        return PartyNames(
            {k: v for k, v in names.source.items() if sources is None or k in sources},
            {k: v for k, v in names.buyer.items() if buyers is None or k in buyers},
            {k: v for k, v in names.buyer_type.items() if buyers is None or k in buyers},
        )

    @cached_property
    def _tallies(self) -> dict[Clock, pl.DataFrame]:
        whole = {clock: self.whole.tally(clock) for clock in CLOCKS}
        if self.access.everything:
            return whole
        return {clock: cells.filter(self._mine()) for clock, cells in whole.items()}

    @property
    def withdrawn(self) -> dict[str, int]:
        """The imports that do not count, each with the moment since when."""
        return self.whole.withdrawn

    @property
    def crowded(self) -> list[str]:
        """Leads of which only the latest state is kept."""
        return self.whole.crowded

    def states(self, frame: str, days: tuple[int, int] | None) -> pl.LazyFrame:
        """States of the deliveries that may be seen."""
        return self._only(self.whole.states(frame, days))

    def steps(self) -> pl.LazyFrame:
        """Every change of every delivery that may be seen, up to now (`changes.COLUMNS`)."""
        return self._only(self.whole.steps())

    def _only(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        return rows if self.access.everything else rows.filter(self._mine())

    @property
    def days(self) -> tuple[int, int] | None:
        """First and last day of any offer that may be seen; None without offers."""
        if self.access.everything:
            return self.whole.days
        days = self.tally("delivered")["day"].drop_nulls()
        return None if days.is_empty() else (int(days.min()), int(days.max()))  # type: ignore[arg-type]

    def resolve(
        self,
        *,
        as_of_us: int,
        version: int | None = None,
        days: tuple[int, int] | None = None,
        leads: Sequence[str] | None = None,
    ) -> pl.DataFrame:
        """Outcomes as of another moment or data version, resolved from all facts."""
        rows = self.whole.resolve(as_of_us=as_of_us, version=version, days=days, leads=leads)
        return self._only(rows.lazy()).collect()

    def stepped(self, *, as_of_us: int, version: int) -> pl.DataFrame:
        """Steps as of a moment, of what the store held at another data version."""
        return self._only(self.whole.stepped(as_of_us=as_of_us, version=version).lazy()).collect()

    def facts(self, frame: str, version: int | None = None) -> pl.LazyFrame:
        """Facts that may be seen and count, up to a data version, lazily."""
        rows = self.whole.facts(frame, version)
        offers = self.whole.facts("attempts", version)
        return self._mine_of(rows, frame, offers, version)

    def withdrawn_facts(self, frame: str, version: int | None = None) -> pl.LazyFrame:
        """Facts that may be seen and do not count, lazily."""
        rows = self.whole.withdrawn_facts(frame, version)
        return self._mine_of(rows, frame, self.whole.stored("attempts", version), version)

    def _mine_of(
        self, rows: pl.LazyFrame, frame: str, offers: pl.LazyFrame, version: int | None
    ) -> pl.LazyFrame:
        """Those of some facts that may be seen: events of the offers that may be."""
        if self.access.everything:
            return rows
        if frame == "attempts":
            return self._attempts(rows, version)
        seen = self._attempts(offers, version).select(
            "lead_id", buyer=self._canonical("buyer", "buyer_id", version)
        )
        keyed = rows.with_columns(buyer=self._canonical("buyer", "reporter_id", version))
        mine = keyed.join(seen.unique(), on=["lead_id", "buyer"], how="semi").drop("buyer")
        aimed_at = self._canonical("source", "target_id", version)
        sources = sorted(self.access.sources or ())
        to_me = (pl.col("event_type") == "feedback.sent") & aimed_at.is_in(sources)
        return pl.concat([mine, rows.filter(to_me)])

    def _attempts(self, rows: pl.LazyFrame, version: int | None) -> pl.LazyFrame:
        keys = {
            "source_id": self._canonical("source", "source_id", version),
            "buyer_id": self._canonical("buyer", "buyer_id", version),
        }
        mine = pl.lit(value=True)
        for (column, key), ids in zip(
            keys.items(), (self.access.sources, self.access.buyers), strict=True
        ):
            if ids is not None:
                mine &= key.is_in(sorted(ids)).fill_null(value=False) & pl.col(column).is_not_null()
        return rows.filter(mine)

    def _canonical(self, kind: str, column: str, version: int | None) -> pl.Expr:
        return pl.col(column).replace(self.canonical(kind, version))


@lru_cache(maxsize=16)
def visible(edition: Edition, access: Access) -> VisibleEdition:
    """An edition under an access; made once for each pair, so that caches find it again."""
    return VisibleEdition(edition.versions, edition.manifest, edition.rules, edition, access)


def counted_then(shown: Edition, as_of_us: int | None, version: int) -> Edition:
    """The same as somebody may see it, with the imports that counted at an earlier moment."""
    moment = shown.as_of_us if as_of_us is None else as_of_us
    if isinstance(shown, VisibleEdition):
        return visible(counted_then(shown.whole, moment, version), shown.access)
    return counting(shown.whole if isinstance(shown, RecountedEdition) else shown, moment, version)
