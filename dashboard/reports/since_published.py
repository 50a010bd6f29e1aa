"""What was published against the same figures now, and what was decided with its result."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from dashboard.tables.alerts import SETTLED_DAYS, weeks
from dashboard.worklist.todo_items import after_sentence
from data_access.store import decisions, publications
from metrics.definitions import phrases
from metrics.definitions.catalogue import QUALITY_RATES, number
from metrics.definitions.report_calendar import end_of_day_us
from metrics.insights import evidence
from metrics.sentences import sentences

if TYPE_CHECKING:
    from dashboard.reports.report_query import ReportQuery
    from metrics.definitions.scope import Scope

COMPARED: Final = (
    *("converted", "conversion_rate", "contact_rate", "return_rate", "coverage"),
    *("net_cents", "margin_cents"),
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def figures(reading: ReportQuery) -> dict[str, Any]:
    """What a publication keeps: numbers, reports received, the forecast, the filters."""
    numbers = reading.table("headline").to_dicts()
    kept = {row["key"]: row["value"] for row in numbers}
    kept["converted"] = _sales(numbers)
    told: dict[str, Any] = {"numbers": kept, "filters": _filters(reading.scope)}
    if reading.order.kind == "monthly":
        names = ("value", "low", "high", "numerator", "denominator")
        rows = [row for row in reading.rows("forecast") if row["label"] == "Sales"]
        told["forecast"] = {name: rows[0][name] for name in names} if rows else None
    return told


def _sales(numbers: list[dict[str, Any]]) -> float | None:
    row = next(row for row in numbers if row["key"] == "conversion_rate")
    return None if row["numerator"] is None else float(row["numerator"])


def _filters(scope: Scope) -> dict[str, Any]:
    return {"base": scope.base, **{name: list(v) for name, v in scope.filters.items()}}


def latest(reading: ReportQuery, scope: Scope) -> dict[str, Any] | None:
    """The last publication of a period under the same filters, of an earlier moment."""
    first, last = scope.first.isoformat(), scope.last.isoformat()
    found = publications.published(reading.workspace.store).filter(
        kind=reading.order.kind, first_day=first, last_day=last
    )
    for row in found.filter(pl.col("as_of_us") < reading.scope.as_of_us).to_dicts():
        row["figures"] = json.loads(row["figures"])
        if row["figures"]["filters"] == _filters(scope):
            return row
    return None


def since_published(reading: ReportQuery, scope: Scope) -> str | None:
    """How a published period has moved; None where it was not published."""
    kept = latest(reading, scope)
    if kept is None:
        return None
    now = reading.table("headline", replace(scope, as_of_us=reading.scope.as_of_us)).to_dicts()
    values = {row["key"]: row["value"] for row in now} | {"converted": _sales(now)}
    then = kept["figures"]["numbers"]
    changes = []
    for key in COMPARED:
        if key not in then:
            continue
        before, after = (_written(key, side.get(key), reading.currency) for side in (then, values))
        if before != after:
            changes.append((number(key).label, before, after))
    late = int((values["feedback"] or 0) - (then.get("feedback") or 0))
    day = phrases.day((_EPOCH + timedelta(microseconds=kept["as_of_us"])).astimezone(reading.zone))
    return sentences.moved(phrases.period(scope.first, scope.last), day, changes, late)


def _written(key: str, value: float | None, currency: str) -> str:
    return "no data" if value is None else phrases.figure(value, number(key).unit, currency)


def forecast_then(reading: ReportQuery) -> str | None:
    """What was published as the end of the period before, against what has come by now."""
    kept = latest(reading, reading.scope.previous())
    published = (kept or {}).get("figures", {}).get("forecast")
    come = [row for row in reading.rows("forecast") if row["label"] != "Sales"]
    if not kept or not published or published["value"] is None or not come:
        return None
    row = {f"expected_{name}": published[key] for name, key in _ENDS.items()}
    row |= {"delivered": published["denominator"]}
    return sentences.forecast_then(reading.called, row, come[0]["numerator"])


_ENDS: Final = {"final": "value", "low": "low", "high": "high"}


# --- decided ------------------------------------------------------------------------------


def decided(reading: ReportQuery) -> list[str]:
    """What was noted as done in the period about what the filters hold, with its result."""
    scope, zone = reading.scope, reading.zone.key
    since = end_of_day_us(scope.first - timedelta(days=1), zone)
    until = min(end_of_day_us(scope.last, zone), scope.as_of_us)
    rows = decisions.history(reading.workspace.store).filter(
        pl.col("recorded_us") > since, pl.col("recorded_us") <= until
    )
    last = rows.unique("finding", keep="last", maintain_order=True).filter(state="done")
    told = [(row, json.loads(row["figure"]) if row["figure"] else {}) for row in last.to_dicts()]
    return [
        _decision(reading, row, published) for row, published in told if _inside(scope, published)
    ]


def _inside(scope: Scope, published: dict[str, Any]) -> bool:
    """Whether a finding is about a source and a buyer that the filters let through."""
    return all(
        not chosen or published.get(f"{kind}_id") in chosen
        for kind, chosen in (("source", scope.source), ("buyer", scope.buyer))
    )


def _decision(reading: ReportQuery, row: dict[str, Any], published: dict[str, Any]) -> str:
    moment = (_EPOCH + timedelta(microseconds=row["recorded_us"])).astimezone(reading.zone)
    names = [published.get(name) for name in ("source_name", "sub_source", "buyer_name")]
    about = ", ".join(name for name in names if isinstance(name, str))
    note = str(row["note"] or "done").rstrip(".")
    by = f"({row['who']}, {phrases.day(moment.date(), year=False)})."
    parts = [f"{about}:" if about else "", note, by, _result(reading, published, moment.date())]
    return " ".join(filter(None, parts))


def _result(reading: ReportQuery, published: dict[str, Any], day: date) -> str | None:
    """The measure before and after at the same age, as on the page *To do*."""
    measure, source = published.get("measure"), published.get("source_id")
    if measure not in QUALITY_RATES or not isinstance(source, str):
        return None
    plain = replace(reading.scope, clock="delivered", base="feedback")
    version = reading.order.version
    settled = weeks(reading.workspace.table_query(plain, data_version=version), SETTLED_DAYS)
    found = evidence.after(settled, source, measure, day)
    return after_sentence({**found, "measure": measure})
