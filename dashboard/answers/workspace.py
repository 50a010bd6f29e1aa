"""Questions in, frames out: the one place where pages, API and commands get numbers.

Frames are kept by (edition, question): an edition never changes, so a kept answer is
right for as long as the edition is the one shown.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final, cast

import polars as pl

from dashboard.access.actor import acting
from dashboard.access.policy import AllSeeing
from dashboard.answers import lead_search, standpoint
from dashboard.answers.standpoint import Standpoint
from dashboard.editions import cached_frames, clock, comparison_period, earlier_record
from dashboard.editions.current_edition import CurrentEdition
from dashboard.editions.recounted_edition import counting
from dashboard.editions.rules_in_force import in_force
from dashboard.editions.table_query import TableQuery
from dashboard.editions.visible_edition import visible
from dashboard.query import filters
from dashboard.tables import delivery_rows, registry
from data_access.settings import Settings
from data_access.snapshot.parquet_versions import SnapshotUnwritable
from data_access.store.store import Store
from data_access.store.store_settings import StoreSettings, difference, remembered
from metrics.definitions.report_calendar import day_number, local_day, to_date
from metrics.definitions.scope import EVER, Scope

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from dashboard.access.policy import Access, Policy
    from dashboard.answers.lead_search import Lead
    from dashboard.editions.edition import Edition
    from dashboard.editions.visible_edition import VisibleEdition
    from dashboard.query.filters import Query

ENDED_DAYS: Final = 35
"""A record without a delivery or report for so long has ended: all time reaches to the last."""


@dataclass(frozen=True, slots=True)
class Status:
    """What the store holds and how fresh the numbers are.

    `data_version` is what the numbers are made from, `store_version` what the store holds by
    now, `stale` says that a newer edition would tell more: never of figures that are frozen at
    a data version.
    """

    empty: bool
    data_version: int
    store_version: int
    frozen: bool
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
    otherwise: str | None = None
    """How zone or currency differ from those the store remembers; None where they do not."""


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
        """The edition that is held, else the newest, as whoever acts may see it."""
        return self._counted(self._held().as_of_us, self.version)

    @property
    def access(self) -> Access:
        """What whoever acts may see."""
        return self._policy.access(acting())

    @property
    def version(self) -> int | None:
        """The data version whoever acts stands at; None for all that the edition holds."""
        point = standpoint.held()
        return _within(point.edition, point.version) if point else None

    def refresh(self) -> None:
        """Take the newer facts in; another process at it means its result is taken."""
        self._current.refresh()

    def newest(self) -> Edition:
        """The newest edition there is, to be held; made anew first where it must be."""
        return self._current.settle(self.store.data_version())

    def newest_version(self) -> int:
        """The data version of the newest edition there is, whoever holds which."""
        return self._current.get().version

    def fits(self, edition: Edition) -> bool:
        """Whether an edition that is held may be held on."""
        return self._current.fits(edition)

    @contextmanager
    def answering(
        self, params: Mapping[str, Sequence[str]], *, fresh: bool = True
    ) -> Iterator[Standpoint]:
        """Hold what a question that is asked once is answered from.

        With `fresh` that is an edition with all that the store holds, and a "now" of these
        minutes; without, only what the question names must be in it.

        Raises:
            SnapshotUnwritable: no edition has what the question names, and none can be made.
        """
        store_version, version = self.store.data_version(), filters.version_in(params)
        known = version is not None and version <= store_version
        named = version if version is not None and known else 0
        since_us = filters.instant_in(params, clock.now())
        shown = self._current.get()
        if fresh or shown.version < named or shown.as_of_us < since_us:
            wanted = store_version if fresh else named
            shown = self._current.fresh(wanted, since_us=since_us)
        if shown.version < named:
            raise SnapshotUnwritable(self._current.trouble or f"version {named} is not read yet")
        with standpoint.holding(point := Standpoint(shown, version if known else None)):
            yield point

    def status(self) -> Status:
        """Freshness, in a few cheap questions to the store and a look at the snapshot.

        An edition that nobody holds and that no longer fits the store, or is damaged, is made
        anew first.
        """
        point = standpoint.held()
        store_version = self.store.data_version()
        edition = point.edition if point else self._current.settle(store_version)
        version = point.version if point else None
        counted = counting(edition, edition.as_of_us, _within(edition, version))
        shown = visible(counted, self.access)
        record = earlier_record.record(shown, _within(shown, version))
        return Status(
            empty=shown.manifest.notes["newest_us"] is None,
            data_version=shown.version if version is None else version,
            store_version=max(store_version, shown.version),
            frozen=version is not None,
            stale=version is None and store_version != shown.version,
            now=_moment(shown.as_of_us),
            zone=self.settings.report_zone,
            first_day=to_date(record.days[0]) if record.days else None,
            ended=_ended(record, shown),
            last_day=to_date(record.days[1]) if record.days else None,
            newest=_moment(record.newest_us) if record.newest_us is not None else None,
            deliveries=cached_frames.delivered(shown),
            currency=self.settings.currency,
            trouble=self.damage or self._current.trouble,
            otherwise=self._otherwise(),
        )

    def _otherwise(self) -> str | None:
        given = StoreSettings(self.settings.report_zone, self.settings.currency)
        return difference(remembered(self.store), given)

    def names(self) -> dict[str, dict[str, str]]:
        """Per dimension its values with their labels; `(none)` where some are empty."""
        return cached_frames.names(self.edition, self.version)

    def read(self, params: Mapping[str, Sequence[str]], *, other: Collection[str] = ()) -> Query:
        """Read URL parameters into a question about this store (`filters.read`)."""
        status = self.status()
        return filters.read(
            params,
            now=status.now,
            zone=status.zone,
            first_day=status.first_day,
            ended=status.ended,
            known=self.names(),
            newest=status.store_version,
            other=other,
        )

    # --- tables -----------------------------------------------------------------------

    def alone(self, scope: Scope) -> comparison_period.Alone | None:
        """Why a period has none to be compared with; None where it has one."""
        version = self.version
        return comparison_period.alone(self._edition_for(scope, version), scope, version)

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
        given = cast("int | None", options.pop("data_version", None))
        version = self.version if given is None else given
        shown = self._edition_for(scope, version)
        return TableQuery(
            shown=shown,
            scope=scope,
            by=(by,) if isinstance(by, str) else tuple(cast("Sequence[str]", by)),
            version=_within(shown, version),
            currency=self.settings.currency,
            store=self.store,
            **cast("dict[str, Any]", {k: v for k, v in options.items() if v is not None}),
        )

    def _edition_for(self, scope: Scope, version: int | None) -> VisibleEdition:
        """The edition shown, with the imports that counted at the moment and version asked."""
        return self._counted(scope.as_of_us, version)

    def _held(self) -> Edition:
        """The edition that whoever acts holds, else the newest."""
        point = standpoint.held()
        return point.edition if point else self._current.get()

    def _counted(self, as_of_us: int, version: int | None) -> VisibleEdition:
        """What is held, with the imports that counted at a moment and data version."""
        return visible(counting(self._held(), as_of_us, version), self.access)

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


def _within(shown: Edition, version: int | None) -> int | None:
    """A data version as a part of an edition; None where it is all of it."""
    return None if version == shown.version else version


def _ended(record: earlier_record.Record, shown: VisibleEdition) -> date | None:
    """The day of the last delivery or report, where none came for so long since then."""
    if record.days is None:
        return None
    last = max(record.days[1], record.reported_day or record.days[1])
    today = day_number(local_day(shown.as_of_us, shown.zone.name))
    return to_date(last) if today - last >= ENDED_DAYS else None


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
