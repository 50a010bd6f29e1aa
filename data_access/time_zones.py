"""Which names are those of time zones: for files and for reports alike."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import available_timezones

import polars as pl

_NOON: Final = datetime(2026, 5, 13, 12)  # noqa: DTZ001 - a local time
ZONES: Final = frozenset(available_timezones() - {"Factory", "localtime", "posixrules"})
"""Names of zones, but for those that mean another zone on another machine."""


def usable_zone(name: str) -> bool:
    """Whether a name is that of a time zone in which local times can be read."""
    if name not in ZONES:
        return False
    try:
        pl.Series([_NOON]).dt.replace_time_zone(name)
    except pl.exceptions.PolarsError:
        return False
    return True
