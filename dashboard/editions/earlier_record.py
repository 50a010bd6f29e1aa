"""What an edition's record spans, at its own data version or an earlier one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from metrics.definitions.report_calendar import day_number, local_day

if TYPE_CHECKING:
    from dashboard.editions.edition import Edition


@dataclass(frozen=True, slots=True)
class Record:
    """The days of the record, as day numbers, and when its newest fact was taken.

    `days` are the first and last day of any offer, `reported_day` the last of any report about
    a delivery, `newest_us` the moment the newest fact was taken; each None where there is none.
    """

    days: tuple[int, int] | None
    reported_day: int | None
    newest_us: int | None


@lru_cache(maxsize=16)
def record(shown: Edition, version: int | None) -> Record:
    """The record of an edition, or of what the store held at an earlier data version."""
    if version is not None:
        return _then(shown, version)
    reports = shown.tally("reported")["day"].drop_nulls()
    newest = shown.manifest.notes["newest_us"]
    return Record(shown.days, None if reports.is_empty() else int(max(reports)), newest)


def _then(shown: Edition, version: int) -> Record:
    tried = shown.facts("attempts", version).select("attempted_us", "recorded_us").collect()
    told = shown.facts("feedback", version).select("reported_us", "recorded_us").collect()
    by_now = [tried["attempted_us"], told["reported_us"]]
    tries, reports = (times.filter(times <= shown.as_of_us) for times in by_now)
    zone = shown.zone.name
    days = None if tries.is_empty() else (_day(tries.min(), zone), _day(tries.max(), zone))
    newest = pl.concat([tried["recorded_us"], told["recorded_us"]]).max()
    return Record(
        days,
        None if reports.is_empty() else _day(reports.max(), zone),
        newest if isinstance(newest, int) else None,
    )


def _day(us: object, zone: str) -> int:
    return day_number(local_day(int(us), zone))  # type: ignore[call-overload]
