"""Findings with what somebody decided about them: what is open, what may wait, what came of it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from dashboard.answers.workspace import workspace
from dashboard.editions import cached_frames
from dashboard.presentation import formats, refusal_texts
from dashboard.query import periods
from dashboard.tables import store_rows
from dashboard.tables.alerts import SETTLED_DAYS, weeks
from data_access.store import decisions
from metrics.definitions.catalogue import QUALITY_RATES, number
from metrics.definitions.scope import Rows
from metrics.insights import evidence
from metrics.insights.findings import FINDINGS, ordered

if TYPE_CHECKING:
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from metrics.definitions.scope import Scope

KINDS: Final = {
    "change": "Unusual change",
    "claims": "Claims waiting",
    "overdue": "Overdue feedback",
    "contradiction": "Contradiction",
    "suggestion": "Suggestion",
    "refused": "Refused rows",
}
STATES: Final = {
    "new": "New",
    "mine": "Taken on",
    "snoozed": "Snoozed",
    "done": "Done",
    "dismissed": "Dismissed",
}
ITEMS: Final = {
    **FINDINGS,
    "found": pl.Boolean(),
    "state": pl.String(),
    "until_day": pl.Date(),
    "who": pl.String(),
    "note": pl.String(),
    "decided_us": pl.Int64(),
    "again": pl.Boolean(),
    "then": pl.String(),
}
_FIGURE: Final = (
    *("kind", "code", "source_id", "source_name", "sub_source", "buyer_id", "buyer_name"),
    *("sentence", "better", "measure", "count", "of", "figure", "low", "high", "expected"),
    "money_cents",
)
"""Columns of a finding that a decision remembers."""
_TAKEN: Final = {"rejected", "conflict"}


def items(scope: Scope) -> pl.DataFrame:
    """Every finding with its state (`ITEMS`), and those decided on that are found no longer."""
    known = workspace()
    plain = cached_frames.timeless(scope)
    findings = known.table("findings", plain)
    if not scope.filters:
        findings = pl.concat([findings, refused(store_rows.refused(known.store))])
    zone = known.settings.zone
    today = periods.day_of(formats.instant_of(scope.as_of_us), zone)
    latest = decisions.latest(known.store)
    if scope.filters:
        latest = latest.filter(pl.col("finding").is_in(findings["finding"].implode()))
    return stated(findings, latest, today, zone)


def refused(rows: pl.DataFrame) -> pl.DataFrame:
    """One finding per reason for which rows were refused (`FINDINGS`)."""
    sums = (
        rows.filter(pl.col("answer").is_in(_TAKEN))
        .group_by("code")
        .agg(count=pl.len().cast(pl.Int64), since=pl.col("recorded_at").min().dt.date())
        .sort("code")
    )
    made = [
        {
            "finding": f"refused:{row['code']}",
            "kind": "refused",
            "code": row["code"],
            "sentence": f"{formats.quantity(row['count'], 'row')} not taken: "
            f"{_uncapital(refusal_texts.words_of(row['code']))}.",
            "better": False,
            "measure": "rejected",
            "count": row["count"],
            "figure": float(row["count"]),
            "since": row["since"],
        }
        for row in sums.to_dicts()
    ]
    return pl.DataFrame(made, schema=FINDINGS)


def _uncapital(text: str) -> str:
    return text[:1].lower() + text[1:]


def stated(
    findings: pl.DataFrame, latest: pl.DataFrame, today: date, zone: ZoneInfo
) -> pl.DataFrame:
    """Findings joined with the latest decision on each.

    One without a decision is new; so is a snoozed one whose day has come, and (`again`) one
    that was done but whose evidence begins after the day it was done.
    """
    decided = {row["finding"]: row for row in latest.to_dicts()}
    rows = [
        {**row, "found": True, **_state(row, decided.pop(row["finding"], None), today, zone)}
        for row in ordered(findings).to_dicts()
    ]
    for name, decision in decided.items():
        kept = json.loads(decision["figure"]) if decision["figure"] else {}
        if decision["state"] == "new" or "sentence" not in kept:
            continue
        row = {key: kept.get(key) for key in _FIGURE}
        gone = _state({"since": None}, decision, today, zone)
        rows.append({**row, "finding": name, "found": False, **gone})
    return pl.DataFrame(rows, schema=ITEMS)


def _state(
    row: dict[str, Any], decision: dict[str, Any] | None, today: date, zone: ZoneInfo
) -> dict[str, Any]:
    if decision is None:
        return {"state": "new", "again": False}
    state, again = decision["state"], False
    if state == "snoozed" and decision["until_day"] <= today:
        state = "new"
    made_on = periods.day_of(formats.instant_of(decision["recorded_us"]), zone)
    if state == "done" and row["since"] is not None and row["since"] > made_on:
        state, again = "new", True
    return {
        "state": state,
        "again": again,
        "until_day": decision["until_day"] if state == "snoozed" else None,
        "who": decision["who"],
        "note": decision["note"],
        "decided_us": decision["recorded_us"],
        "then": decision["figure"],
    }


def remembered(item: dict[str, Any]) -> dict[str, Any]:
    """What a decision keeps of a finding: what it said on that day."""
    return {key: item[key] for key in _FIGURE if item[key] is not None}


def decide(item: dict[str, Any], decision: decisions.Decision, at: datetime) -> None:
    """Keep a decision on an item with the figure of today."""
    kept = replace(decision, figure=remembered(item))
    decisions.record(workspace().store, kept, at_us=periods.microseconds(at))


def result(item: dict[str, Any], scope: Scope) -> str | None:
    """What became of a finding since it was done, in one sentence, at the same age."""
    if item["decided_us"] is None or not item["then"]:
        return None
    then = json.loads(item["then"])
    on = periods.day_of(formats.instant_of(item["decided_us"]), workspace().settings.zone)
    if then.get("source_id") and then.get("measure") in QUALITY_RATES:
        settled = weekly(scope, SETTLED_DAYS)
        findings = evidence.after(settled, then["source_id"], then["measure"], on)
        return after_sentence({**findings, "measure": then["measure"]})
    now = item["figure"] if item["found"] else 0.0
    was = then.get("figure")
    return None if was is None else counted_sentence(was, now, on)


def weekly(scope: Scope, age_days: int | None = None) -> pl.DataFrame:
    """Complete weeks at an age, that of alerts without one (`alerts.weekly`)."""
    plain = replace(scope, rows=Rows(), clock="delivered", base="feedback")
    return weeks(workspace().table_query(plain), age_days)


def after_sentence(row: dict[str, Any]) -> str:
    """Before and after a decision at the same age: `evidence.AFTER` with `measure`."""
    label = number(row["measure"]).label
    verdict = evidence.became(row)
    if row["rate_before"] is None:
        return f"{label}: nothing old enough before it to compare with."
    was = f"{formats.rate(row['rate_before'])} of {row['of_before']:,} in the four weeks before"
    if verdict == "early":
        return f"{label} was {was}; no complete week since then is old enough yet."
    span = formats.quantity(row["weeks_after"], "week")
    now = f"{formats.rate(row['rate_after'])} of {row['of_after']:,} in {span} since"
    words = {
        "better": "better",
        "worse": "worse",
        "level": "level, the difference may be chance",
    }
    return f"{label} was {was}, {now}, at the same age: {words[verdict]}."


def counted_sentence(was: float, now: float, on: date) -> str:
    """A count then and now."""
    moved = (
        "gone" if not round(now) else "fewer" if now < was else "more" if now > was else "as many"
    )
    return f"{was:,.0f} on {formats.day(on)}, {now:,.0f} now: {moved}."
