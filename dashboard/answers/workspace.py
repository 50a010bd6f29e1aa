"""Questions in, frames out: the one place where pages, API and commands get numbers.

Frames are kept by (edition, question): an edition never changes, so a kept answer is
right for as long as the edition is the one shown.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final, cast

import polars as pl

from dashboard.access.actor import acting
from dashboard.access.policy import AllSeeing
from dashboard.answers import lead_search
from dashboard.editions import cached_frames, comparison_period
from dashboard.editions.current_edition import CurrentEdition
from dashboard.editions.recounted_edition import counting
from dashboard.editions.rules_in_force import in_force
from dashboard.editions.table_query import TableQuery
from dashboard.editions.visible_edition import visible
from dashboard.tables import delivery_rows, registry
from data_access.settings import Settings
from data_access.store.store import Store
from metrics.definitions.report_calendar import day_number, local_day, to_date
from metrics.definitions.scope import EVER, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dashboard.access.policy import Access, Policy
    from dashboard.answers.lead_search import Lead
    from dashboard.editions.visible_edition import VisibleEdition

ENDED_DAYS: Final = 35
"""A record without a delivery or report for so long has ended: all time reaches to the last."""


@dataclass(frozen=True, slots=True)
class Status:
    """What the store holds and how fresh the numbers are."""

    empty: bool
    data_version: int
    stale: bool
    now: datetime
    zone: str
    first_day: date | None
    ended: date | None
    last_day: date | None
    newest: datetime | None
    deliveries: int
    currency: str
    trouble: str | None = None
    """Why newer facts cannot be shown, as a sentence; None where nothing stands in the way."""


class Workspace:
    """A store with its newest edition."""

    def __init__(self, settings: Settings, policy: Policy | None = None) -> None:
        self._policy = policy or AllSeeing()
        self.settings = settings
        self.rules = in_force(settings)
        self.store = Store(settings.url)
        self._current = CurrentEdition(self.store, settings, self.rules)
        self.damage: str | None = None
        """What was found wrong with the store's file, as a sentence."""

    # --- the edition ------------------------------------------------------------------

    @property
    def edition(self) -> VisibleEdition:
        """The edition shown, as whoever acts may see it; made at first need."""
        return visible(self._current.get(), self.access)

    @property
    def access(self) -> Access:
        """What whoever acts may see."""
        return self._policy.access(acting())

    def refresh(self) -> None:
        """Take the newer facts in; another process at it means its result is taken."""
        self._current.refresh()

    def status(self) -> Status:
        """Freshness, in a few cheap questions to the store and a look at the snapshot.

        An edition that no longer fits the store, or is damaged, is made anew first.
        """
        version = self.store.data_version()
        shown = visible(self._current.settle(version), self.access)
        newest = shown.manifest.notes["newest_us"]
        days = shown.days
        return Status(
            empty=newest is None,
            data_version=shown.version,
            stale=version != shown.version,
            now=_moment(shown.as_of_us),
            zone=self.settings.report_zone,
            first_day=to_date(days[0]) if days else None,
            ended=self._ended(),
            last_day=to_date(days[1]) if days else None,
            newest=_moment(newest) if newest is not None else None,
            deliveries=cached_frames.delivered(shown),
            currency=self.settings.currency,
            trouble=self.damage or self._current.trouble,
        )

    def _ended(self) -> date | None:
        """The day of the last delivery or report, where none came for so long since then."""
        shown = self.edition
        if shown.days is None:
            return None
        reports = shown.tally("reported")["day"]
        last = max([shown.days[1], *reports.top_k(1)])
        today = day_number(local_day(shown.as_of_us, shown.zone.name))
        return to_date(last) if today - last >= ENDED_DAYS else None

    def names(self) -> dict[str, dict[str, str]]:
        """Per dimension its values with their labels; `(none)` where some are empty."""
        return cached_frames.names(self.edition)

    # --- tables -----------------------------------------------------------------------

    def alone(self, scope: Scope) -> comparison_period.Alone | None:
        """Why a period has none to be compared with; None where it has one."""
        return comparison_period.alone(self._edition_for(scope, None), scope, None)

    def table(self, name: str, scope: Scope, **options: object) -> pl.DataFrame:
        """A table of numbers under a scope.

        `options`: `by`, `grain`, `data_version`, `seed`, `precision`.
        """
        return registry.table(name, self.table_query(scope, **options))

    def frames(self, name: str, scope: Scope, **options: object) -> Iterator[pl.DataFrame]:
        """Any table, a frame at a time; `options` as for `table`, and `changed_since`."""
        return registry.frames(name, self.table_query(scope, **options))

    def table_query(self, scope: Scope, **options: object) -> TableQuery:
        """A query of the edition shown; `options` as for `frames`."""
        by = options.pop("by", None) or ()
        version = cast("int | None", options.pop("data_version", None))
        shown = self._edition_for(scope, version)
        return TableQuery(
            shown=shown,
            scope=scope,
            by=(by,) if isinstance(by, str) else tuple(cast("Sequence[str]", by)),
            version=None if version == shown.version else version,
            currency=self.settings.currency,
            store=self.store,
            **cast("dict[str, Any]", {k: v for k, v in options.items() if v is not None}),
        )

    def _edition_for(self, scope: Scope, version: int | None) -> VisibleEdition:
        """The edition shown, with the imports that counted at the moment and version asked."""
        counted = counting(self._current.get(), scope.as_of_us, version)
        return visible(counted, self.access)

    # --- single deliveries ------------------------------------------------------------

    def count(self, scope: Scope, **options: object) -> int:
        """How many offers a scope and its row conditions list; `options` as for `frames`."""
        return delivery_rows.count(self.table_query(scope, **options))

    def deliveries(self, scope: Scope, *, limit: int = 50) -> pl.DataFrame:
        """The newest deliveries of a scope, the newest first."""
        return delivery_rows.newest(self.table_query(scope), limit)

    def feedback(self, scope: Scope) -> pl.DataFrame:
        """Every event about the deliveries of a scope (`delivery_lists.FEEDBACK_TABLE`)."""
        return pl.concat(self.frames("feedback", scope))

    def lead(self, lead_id: str, scope: Scope | None = None) -> Lead:
        """One lead with all its deliveries and everything said about it by then."""
        return lead_search.lead(self.table_query(scope or self._ever()), lead_id)

    def _ever(self) -> Scope:
        return Scope(first=EVER, last=EVER, as_of_us=self.edition.as_of_us)

    def search(self, text: str) -> pl.DataFrame:
        """Leads, events, sources and buyers by id or name: kind, id, label, lead_id."""
        return lead_search.search(self.store, self.edition.named, text)


def _moment(us: int) -> datetime:
    return datetime.fromtimestamp(us // 1_000_000, UTC).replace(microsecond=us % 1_000_000)


_workspace: Workspace | None = None
_workspace_lock = threading.Lock()


def workspace() -> Workspace:
    """The process's book, opened at first need."""
    global _workspace  # noqa: PLW0603 - one store and one edition serve all sessions
    with _workspace_lock:
        if _workspace is None:
            _workspace = Workspace(Settings())
        return _workspace


def close() -> None:
    """Let go of the process's book; the next call of `book` opens it again."""
    global _workspace  # noqa: PLW0603 - see book
    with _workspace_lock:
        if _workspace is not None:
            _workspace.store.close()
            _workspace = None
