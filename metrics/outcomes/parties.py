"""What sources and buyers are called, and of which type a buyer is.

The operator's setting counts; without one the latest event that names it, by
(timestamp, event id), a date at its first instant in the report zone. Names are those of
the data version asked, at every as-of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import narwhals as nw
import polars as pl

from metrics.definitions.party_names import PartyNames
from metrics.definitions.scope import NOTHING
from metrics.outcomes.known_facts import instant

if TYPE_CHECKING:
    from metrics.definitions.report_calendar import ReportZone

NAMINGS: Final[dict[str, pl.DataType]] = {
    "kind": pl.String(),
    "entity_id": pl.String(),
    "what": pl.String(),
    "said": pl.String(),
    "at": pl.Int64(),
    "event_id": pl.String(),
}
"""A row is the latest thing heard of an entity: its `name` or its `buyer_type`."""

_SAYINGS: Final = (
    ("attempts", "source", "source_id", "name", "source_name"),
    ("attempts", "buyer", "buyer_id", "name", "buyer_name"),
    ("attempts", "buyer", "buyer_id", "buyer_type", "buyer_type"),
    ("feedback", "buyer", "reporter_id", "name", "reporter_name"),
)


READ: Final = {
    "attempts": (
        "event_id",
        "attempted_us",
        "attempted_precision",
        "source_id",
        "source_name",
        "buyer_id",
        "buyer_name",
        "buyer_type",
    ),
    "feedback": ("event_id", "reported_us", "reported_precision", "reporter_id", "reporter_name"),
}
"""What `namings` reads of each kind of facts."""


def namings(
    attempts: pl.DataFrame, feedback: pl.DataFrame, aliases: pl.DataFrame, zone: ReportZone
) -> pl.DataFrame:
    """The latest name and type of every entity in some facts (`HEARD`)."""
    frames = {
        "attempts": _timed(attempts, "attempted", zone),
        "feedback": _timed(feedback, "reported", zone),
    }
    parts = [
        frames[frame].select(
            kind=pl.lit(kind),
            entity_id=pl.col(key).replace(_canonical(aliases, kind)),
            what=pl.lit(what),
            said=said,
            at="at",
            event_id="event_id",
        )
        for frame, kind, key, what, said in _SAYINGS
    ]
    return latest(pl.concat(parts))


def _timed(facts: pl.DataFrame, stem: str, zone: ReportZone) -> pl.DataFrame:
    """Facts with the instant `at` which they enter."""
    return nw.from_native(facts).with_columns(at=instant(zone, stem)).to_native()


def latest(sayings: pl.DataFrame) -> pl.DataFrame:
    """The latest saying of each kind about each entity; the order of rows does not matter."""
    key, order = ["kind", "entity_id", "what"], ["at", "event_id", "said"]
    known = sayings.drop_nulls(["entity_id", "said"])
    known = known.filter(pl.col("at") == pl.col("at").max().over(key))  # few are left to sort
    best = known.sort(*key, *order).unique(key, keep="last", maintain_order=True)
    return best.select(*NAMINGS)


def named(sayings: pl.DataFrame, settings: pl.DataFrame, aliases: pl.DataFrame) -> PartyNames:
    """Names and types in force.

    Args:
        sayings: `HEARD`.
        settings: `data_access.columns.ENTITIES`; later rows count over earlier ones.
        aliases: `data_access.columns.ALIASES`.
    """
    found: dict[str, dict[str, str]] = {"source": {}, "buyer": {}, "buyer_type": {}}
    for kind, entity, what, said in sayings.select("kind", "entity_id", "what", "said").iter_rows():
        found["buyer_type" if what == "buyer_type" else kind][entity] = said
    for row in settings.sort("seq").iter_rows(named=True):
        entity = _canonical(aliases, row["kind"]).get(row["entity_id"], row["entity_id"])
        if row["name"] is not None:
            found[row["kind"]][entity] = row["name"]
        if row["buyer_type"] is not None:
            found["buyer_type"][entity] = row["buyer_type"]
    for names in (found["source"], found["buyer"]):
        names |= {entity: _apart(entity, name) for entity, name in names.items()}
    types: dict[str, str | None] = {**dict.fromkeys(found["buyer"]), **found["buyer_type"]}
    return PartyNames(found["source"], found["buyer"], types)


def _apart(entity: str, name: str) -> str:
    """A name that does not read like the group of those without one."""
    return f"{name} ({entity})" if name.casefold() == NOTHING else name


def _canonical(aliases: pl.DataFrame, kind: str) -> dict[str, str]:
    mine = aliases.filter(pl.col("kind") == kind)
    return dict(mine.select("entity_id", "canonical_id").iter_rows())
