"""Retractions and replacements: which are refused at once, which wait for their event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from data_access.contract import PROBLEM

if TYPE_CHECKING:
    import sqlalchemy as sa

    from data_access.store import Store

_ALLOWED: Final = {
    "not_your_event": "an event of the same reporter",
    "other_delivery": "an event about the same lead",
    "retracts_retraction": "an event that is no retraction: a retraction is final",
    "replaced_already": "an event that nothing replaces yet",
    "replacement_cycle": "an event that does not, in the end, replace this one",
}
_Row = dict[str, str | None]


class _Known:
    """Events by id, from the store and from earlier rows of the batch."""

    def __init__(self, store: Store, connection: sa.Connection, aliases: dict[str, str]) -> None:
        self._store, self._connection, self._aliases = store, connection, aliases
        self._events: dict[str, list[_Row]] = {}
        self._replaced: dict[str, list[_Row]] = {}

    def load(self, event_ids: list[str]) -> None:
        """Read what the store knows of some ids, in two questions."""
        for row in self._store.known_feedback(self._connection, event_ids).iter_rows(named=True):
            self._events.setdefault(row["event_id"], []).append(row)
        for row in self._store.replacing(self._connection, event_ids).iter_rows(named=True):
            self._replaced.setdefault(row["replaces"], []).append(row)

    def add(self, row: _Row) -> None:
        """Remember an accepted row of the batch."""
        self._events.setdefault(str(row["event_id"]), []).append(row)
        if row["replaces"] is not None:
            self._replaced.setdefault(row["replaces"], []).append(row)

    def speaker(self, row: _Row) -> str:
        """Who reported, under the canonical id."""
        reporter = str(row["reporter_id"])
        return self._aliases.get(reporter, reporter)

    def events(self, event_id: str) -> list[_Row]:
        return self._events.get(event_id, [])

    def replacing(self, event_id: str, speaker: str) -> list[_Row]:
        """Events of a speaker that replace the given one."""
        return [r for r in self._replaced.get(event_id, []) if self.speaker(r) == speaker]

    def leads_back(self, start: str, goal: str, speaker: str) -> bool:
        """Whether replacements of `start`, followed on, reach `goal`."""
        seen: set[str] = set()
        front = [start]
        while front:
            seen |= set(front)
            following = [str(r["event_id"]) for e in front for r in self.replacing(e, speaker)]
            if goal in following:
                return True
            front = [e for e in following if e not in seen]
            if front:
                self.load(front)
        return False


def _linking(feedback: pl.DataFrame) -> pl.DataFrame:
    link = pl.coalesce("retracts", "replaces")
    return feedback.filter(link.is_not_null()).with_columns(target=link)


def judge(
    store: Store, connection: sa.Connection, feedback: pl.DataFrame, aliases: dict[str, str]
) -> pl.DataFrame:
    """Problems (columns of PROBLEM) of rows whose link can never be right."""
    linking = _linking(feedback)
    known = _Known(store, connection, aliases)
    targets = linking["target"].to_list()
    known.load(list({*targets, *linking["event_id"].to_list()}))
    wanted = {*targets}
    names = ("line", "event_id", "reporter_id", "lead_id", "buyer_lead_id", "retracts", "replaces")
    near = pl.col("event_id").is_in(wanted) | pl.coalesce("retracts", "replaces").is_not_null()
    found: list[dict[str, object]] = []
    for row in feedback.filter(near).sort("line").select(*names).iter_rows(named=True):
        code = _code(row, known)
        if code is None:
            known.add(row)
        else:
            target = row["retracts"] or row["replaces"]
            field = "retracts" if row["retracts"] else "replaces"
            found.append(
                {
                    "line": row["line"],
                    "code": code,
                    "field": field,
                    "value": target,
                    "allowed": _ALLOWED[code],
                }
            )
    return pl.DataFrame(found, schema=PROBLEM)


def _code(row: _Row, known: _Known) -> str | None:  # noqa: PLR0911 - one reason a line
    """Why a link is refused, or null; rows without a link pass."""
    target = row["retracts"] or row["replaces"]
    speaker = known.speaker(row)
    stored = [e for e in known.events(str(row["event_id"])) if known.speaker(e) == speaker]
    if target is None or stored:
        return None  # nothing linked, or known already: duplicate or conflict
    events = known.events(target)
    own = [event for event in events if known.speaker(event) == speaker]
    if events and not own:
        return "not_your_event"
    if any(_elsewhere(row, event) for event in own):
        return "other_delivery"
    if any(event["retracts"] for event in own):
        return "retracts_retraction"
    if row["replaces"]:
        others = [r for r in known.replacing(target, speaker) if r["event_id"] != row["event_id"]]
        if others:
            return "replaced_already"
        if known.leads_back(str(row["event_id"]), target, speaker):
            return "replacement_cycle"
    return None


def _elsewhere(row: _Row, event: _Row) -> bool:
    for key in ("lead_id", "buyer_lead_id"):
        if row[key] and event[key]:
            return row[key] != event[key]
    return False


def without_target(
    store: Store, connection: sa.Connection, feedback: pl.DataFrame, aliases: dict[str, str]
) -> pl.Series:
    """Lines whose retracted or replaced event is neither stored nor in an earlier row."""
    linking = _linking(feedback)
    if not linking.height:
        return pl.Series("line", [], dtype=pl.Int64)
    wanted = linking["target"].unique().to_list()
    speaker = pl.col("reporter_id").replace(aliases)
    known = store.known_feedback(connection, wanted)
    stored = known.select("event_id", speaker=speaker, since=pl.lit(-1, pl.Int64))
    here = feedback.filter(pl.col("event_id").is_in(wanted))
    here = here.select("event_id", speaker=speaker, since=pl.col("line"))
    reach = pl.concat([stored, here]).group_by("event_id", "speaker").agg(pl.col("since").min())
    met = linking.with_columns(speaker=speaker).join(
        reach, left_on=["target", "speaker"], right_on=["event_id", "speaker"], how="left"
    )
    unmet = met.filter(pl.col("since").is_null() | (pl.col("since") >= pl.col("line")))
    return unmet["line"]
