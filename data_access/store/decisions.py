"""What somebody decided about a finding: appended, never changed; the latest row is its state."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import sqlalchemy as sa

from data_access.explained import ExplainedError
from data_access.store import tables
from data_access.store.people import checked_name
from data_access.store.store import AuditLine

if TYPE_CHECKING:
    from datetime import date

    from data_access.store.store import Store

STATES: Final = ("new", "mine", "snoozed", "done", "dismissed")
LONGEST: Final = 2_000
"""So many characters a note may have."""
DECISIONS: Final[dict[str, pl.DataType]] = {
    "decision_id": pl.Int64(),
    "recorded_us": pl.Int64(),
    "finding": pl.String(),
    "state": pl.String(),
    "until_day": pl.Date(),
    "who": pl.String(),
    "note": pl.String(),
    "figure": pl.String(),
}
"""`figure` is JSON: what the finding said when it was decided on."""


class BadDecision(ExplainedError, ValueError):  # noqa: N818 - it says what is missing
    """A decision that cannot be kept; the message says what it lacks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision: who did what about which finding, and the figure of that day."""

    finding: str
    state: str
    who: str
    note: str | None = None
    until: date | None = None
    figure: dict[str, Any] | None = None


def checked(decision: Decision) -> Decision:
    """The decision with clean text; BadDecision or BadName where something is missing."""
    who, note = checked_name(decision.who), (decision.note or "").strip() or None
    if decision.state not in STATES:
        message = f"{decision.state!r} is no state; use {', '.join(STATES)}"
        raise BadDecision(message)
    if decision.state == "snoozed" and decision.until is None:
        message = "Say until which day it may wait"
        raise BadDecision(message)
    if decision.state == "dismissed" and note is None:
        message = "Say why it is dismissed"
        raise BadDecision(message)
    if len(note or "") > LONGEST or "\x00" in (note or ""):
        message = f"A note may have {LONGEST:,} characters that can be stored"
        raise BadDecision(message)
    until = decision.until if decision.state == "snoozed" else None
    return Decision(
        finding=decision.finding,
        state=decision.state,
        who=who,
        note=note,
        until=until,
        figure=decision.figure,
    )


def record(store: Store, decision: Decision, *, at_us: int) -> int:
    """Keep a decision, with its line in the audit; returns its number."""
    decision = checked(decision)
    row = {
        "finding": decision.finding,
        "state": decision.state,
        "until_day": decision.until.isoformat() if decision.until else None,
        "who": decision.who,
        "note": decision.note,
        "figure": json.dumps(decision.figure, sort_keys=True) if decision.figure else None,
    }
    detail = {"state": decision.state, "note": decision.note}
    line = AuditLine(at_us, decision.who, "decide", decision.finding, detail)
    with store.writing() as connection:
        return store.append_with_audit(connection, tables.decisions, row, line)


def history(store: Store, finding: str | None = None) -> pl.DataFrame:
    """Every decision (`DECISIONS`), of one finding or of all, in the order they were made."""
    decisions = tables.decisions
    query = sa.select(*(decisions.c[name] for name in DECISIONS)).order_by(decisions.c.decision_id)
    if finding is not None:
        query = query.where(decisions.c.finding == finding)
    with store.reading() as connection:
        rows = [tuple(row) for row in connection.execute(query)]
    frame = pl.DataFrame(rows, schema={**DECISIONS, "until_day": pl.String()}, orient="row")
    return frame.with_columns(pl.col("until_day").str.to_date())


def latest(store: Store) -> pl.DataFrame:
    """The state of each finding that anybody decided on: its last row of `history`."""
    return history(store).unique("finding", keep="last", maintain_order=True)
