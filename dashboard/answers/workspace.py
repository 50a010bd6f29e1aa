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

from dashboard.answers.store_tables import StoreTables
from dashboard.editions import cached_frames, comparison_period, event_frames
from dashboard.editions import edition as editions
from dashboard.editions import table_query as questions
from dashboard.editions.current_edition import CurrentEdition
from dashboard.editions.rules_in_force import in_force
from dashboard.editions.table_query import TableQuery
from data_access.settings import Settings
from data_access.snapshot import fact_reader
from data_access.store.store import Store
from metrics.definitions.report_calendar import day_number, local_day, to_date
from metrics.definitions.scope import EVER, Scope
from metrics.outcomes import delivery_lists, lead_timeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dashboard.editions.edition import Edition

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


@dataclass(frozen=True, slots=True)
class Lead:
    """One lead: its deliveries (`listing.DELIVERIES`) and its timeline (`lifeline.EVENTS`)."""

    lead_id: str
    deliveries: pl.DataFrame
    events: pl.DataFrame


class Workspace:
    """A store with its newest edition."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.rules = in_force(settings)
        self.store = Store(settings.url)
        self._current = CurrentEdition(self.store, settings, self.rules)
        self.damage: str | None = None
        """What was found wrong with the store's file, as a sentence."""

    # --- the edition ------------------------------------------------------------------

    @property
    def edition(self) -> Edition:
        """The edition shown; made at first need."""
        return self._current.get()

    def refresh(self) -> None:
        """Take the newer facts in; another process at it means its result is taken."""
        self._current.refresh()

    def status(self) -> Status:
        """Freshness, in a few cheap questions to the store and a look at the snapshot.

        An edition that no longer fits the store, or is damaged, is made anew first.
        """
        version = self.store.data_version()
        shown = self._current.settle(version)
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
        return comparison_period.alone(self.edition, scope, None)

    def table(self, name: str, scope: Scope, **options: object) -> pl.DataFrame:
        """A table of numbers under a scope.

        `options`: `by`, `grain`, `data_version`, `seed`, `precision`.
        """
        return questions.table(name, self.question(scope, **options))

    def question(self, scope: Scope, **options: object) -> TableQuery:
        """A question to the edition shown; `options` as for `table`."""
        by = options.pop("by", None) or ()
        shown, version = self.edition, options.pop("data_version", None)
        return TableQuery(
            shown=shown,
            scope=scope,
            by=(by,) if isinstance(by, str) else tuple(cast("Sequence[str]", by)),
            version=None if version == shown.version else cast("int | None", version),
            currency=self.settings.currency,
            **cast("dict[str, Any]", {k: v for k, v in options.items() if v is not None}),
        )

    @property
    def store_tables(self) -> StoreTables:
        """Tables about the store itself: imports, refused rows, decisions, notes."""
        return StoreTables(self.store)

    # --- single deliveries ------------------------------------------------------------

    def count(
        self, scope: Scope, *, version: int | None = None, changed_since: int | None = None
    ) -> int:
        """How many offers a scope and its row conditions list."""
        shown = self.edition
        chosen = cached_frames.changed(
            shown, cached_frames.chosen(shown, scope, version), changed_since
        )
        return int(chosen.select(pl.len()).collect().item())

    def deliveries(self, scope: Scope, *, limit: int = 50) -> pl.DataFrame:
        """The newest deliveries of a scope, the newest first."""
        return self._listed(cached_frames.newest(self.edition, scope, limit), scope)

    def delivery_pages(
        self,
        scope: Scope,
        *,
        version: int | None = None,
        changed_since: int | None = None,
    ) -> Iterator[pl.DataFrame]:
        """All deliveries of a scope by (time, lead, buyer), a month of offers at a time.

        `changed_since` leaves out leads without a fact after that data version.
        """
        shown = self.edition
        for first, last in cached_frames.months(cached_frames.span(shown, scope, version)):
            within = cached_frames.chosen(shown, scope, version, days=(first, last))
            within = within.filter(pl.col("dated_day").is_between(first, last))
            rows = cached_frames.changed(shown, within, changed_since).collect()
            rows = rows.sort(cached_frames.ORDER)
            if rows.height:
                yield self._listed(rows, scope, version)

    def _listed(self, rows: pl.DataFrame, scope: Scope, version: int | None = None) -> pl.DataFrame:
        shown = self.edition
        days = cached_frames.curves(shown, scope.as_of_us, version).mature_days
        named = cached_frames.named(shown, version)
        return delivery_lists.deliveries(rows, scope, named, zone=shown.zone.name, mature_days=days)

    def feedback(self, scope: Scope, *, version: int | None = None) -> pl.DataFrame:
        """Every event about the deliveries of a scope (`listing.FEEDBACK_TABLE`)."""
        shown = self.edition
        chosen = cached_frames.chosen(shown, scope, version).select("lead_id", "buyer_id").collect()
        said = event_frames.said(shown, scope.as_of_us, version)
        events = said.feedback
        keys = chosen.with_columns(reached=pl.lit(value=True))
        events = events.join(keys, on=["lead_id", "buyer_id"], how="left")
        mine = pl.col("reached").fill_null(value=False)
        messages = (pl.col("event_type") == "feedback.sent") & pl.col("lead_id").is_in(
            chosen["lead_id"].unique().implode()
        )
        wanted = mine | messages.fill_null(value=False)
        if not scope.filters and scope.rows == type(scope.rows)():
            wanted |= event_frames.loose(said, scope, shown.zone.name)
        rows = events.with_columns(reached=mine).filter(wanted)
        return delivery_lists.feedback(rows, said.live, said.undone, self._channels())

    def attempts(self, scope: Scope, *, version: int | None = None) -> pl.DataFrame:
        """Every try behind the deliveries of a scope (`listing.ATTEMPTS_TABLE`)."""
        shown = self.edition
        chosen = cached_frames.chosen(shown, scope, version).select("lead_id", "buyer_id").collect()
        facts = shown.facts("attempts", version)
        canonical = shown.canonical("buyer", version)
        facts = facts.with_columns(key=pl.col("buyer_id").replace(canonical))
        mine = facts.join(
            chosen.lazy(), left_on=["lead_id", "key"], right_on=["lead_id", "buyer_id"], how="semi"
        )
        return delivery_lists.attempts(
            mine.filter(pl.col("attempted_us") <= scope.as_of_us).collect()
        )

    def _channels(self) -> dict[str, str]:
        rows = self.store_tables.batches().select("batch_id", "channel")
        return dict(rows.iter_rows())

    # --- one lead, search -------------------------------------------------------------

    def lead(self, lead_id: str, scope: Scope | None = None) -> Lead:
        """One lead with all its deliveries and everything said about it by then."""
        shown = self.edition
        as_of = scope.as_of_us if scope else shown.as_of_us
        zone = shown.zone.name
        facts = fact_reader.read_lead(self.store, lead_id, version=shown.version, zone=zone)
        frames = (facts.attempts, facts.feedback, facts.aliases)
        rows = editions.resolved(*frames, as_of_us=as_of, zone=shown.zone, rules=self.rules)
        query = scope or Scope(first=EVER, last=EVER, as_of_us=as_of)
        listed = self._listed(rows.sort("dated_us", "buyer_id"), query)
        said = event_frames.heard(frames, as_of, shown)
        told = (said.attempts, said.feedback, said.undone, said.idle)
        return Lead(lead_id, listed, lead_timeline.events(*told, shown.named))

    def search(self, text: str) -> pl.DataFrame:
        """Leads, events, sources and buyers by id or name: kind, id, label, lead_id."""
        text = text.strip()
        found = fact_reader.find(self.store, text).with_columns(label=pl.col("id"))
        named = self.edition.named
        rows = [
            {"kind": kind, "id": key, "label": label, "lead_id": None}
            for kind in ("source", "buyer")
            for key, label in getattr(named, kind).items()
            if text and (text.lower() in label.lower() or text == key)
        ]
        columns = dict.fromkeys(("kind", "id", "label", "lead_id"), pl.String())
        return pl.concat(
            [found.select(*columns), pl.DataFrame(rows, schema=columns)], how="vertical"
        ).head(20)


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
