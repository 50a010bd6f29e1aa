"""Step 2: facts out of SQL, into columns; only what was touched is read again.

A *lead* is what is touched: its attributes and contradictions join all its deliveries,
so all facts of a lead lie in one part, named by the month of its first attempt.
Feedback that names only the buyer's own id is given its lead here, and nowhere else.
Facts of withdrawn imports are read like all others; they name no lead and do not count.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import polars as pl

from data_access.columns import ATTEMPTS, FEEDBACK, WITHDRAWALS
from data_access.spelling import spelt_lead
from data_access.store.store import FACTS
from data_access.store.withdrawals import counted, withdrawn_since

if TYPE_CHECKING:
    import sqlalchemy as sa

    from data_access.store.store import FactTable, Store

PARKED: Final = "parked"
"""The part of feedback whose lead nobody has delivered yet."""


NAMING: Final = (
    *("event_id", "lead_id", "buyer_id", "buyer_lead_id"),
    *("attempted_us", "attempted_precision"),
)
"""What `with_lead` reads of attempts."""


@dataclass(frozen=True, slots=True)
class StoredFacts:
    """Facts with their `part`; `version` is the data version they are complete up to.

    `lineage` tells the store, as it was at that version, from every other. `lead_since_us`
    of feedback is null but where the lead was found by the buyer's own id: then it is the
    moment from which on that id is known (see `with_lead`). `withdrawn` are the imports that
    do not count at the moment they were read for, each with the moment since when.
    """

    version: int
    lineage: str
    attempts: pl.DataFrame
    feedback: pl.DataFrame
    aliases: pl.DataFrame
    entities: pl.DataFrame
    withdrawals: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=WITHDRAWALS))
    withdrawn: dict[str, int] = field(default_factory=dict)

    def counted(self) -> StoredFacts:
        """Only the facts that count: without those of withdrawn imports."""
        frames = (self.attempts, self.feedback)
        attempts, feedback = (counted(frame, self.withdrawn) for frame in frames)
        return replace(self, attempts=attempts, feedback=feedback)


def read_all(store: Store, *, zone: str, as_of_us: int | None = None) -> StoredFacts:
    """Every fact of the store; dates begin as they do in the report zone.

    `as_of_us` is the moment at which imports count or not; None takes the latest word on each.
    """
    with store.reading() as connection:
        version = store.data_version_in(connection)
        attempts = store.bulk.read(connection, "attempts", ATTEMPTS, above=0, up_to=version)
        feedback = store.bulk.read(connection, "feedback", FEEDBACK, above=0, up_to=version)
        facts = _beside(store, connection, version, attempts, feedback)
    withdrawn = withdrawn_since(facts.withdrawals, as_of_us)
    return _parted(replace(facts, withdrawn=withdrawn), zone)


def read_touched(  # noqa: PLR0913 - where from, which, and how they are read
    store: Store,
    *,
    above: int,
    also: list[str],
    zone: str,
    up_to: int | None = None,
    withdrawn: dict[str, int] | None = None,
) -> StoredFacts:
    """All facts of every lead that a fact after `above` is about, and of leads in `also`.

    What comes after the data version `up_to` is left out. `withdrawn` are the imports that do
    not count; None takes the latest word on each.
    """
    with store.reading() as connection:
        version = store.data_version_in(connection)
        version = version if up_to is None else min(up_to, version)
        leads = _touched(store, connection, above, version) | set(also)
        attempts = _facts_of(store, connection, "attempts", sorted(leads), version)
        while True:
            nameless = _nameless_of(store, connection, attempts, version)
            more = _leads_named(store, connection, nameless["buyer_lead_id"].to_list()) - leads
            if not more:
                break
            leads |= more
            attempts = _facts_of(store, connection, "attempts", sorted(leads), version)
        feedback = _facts_of(store, connection, "feedback", sorted(leads), version)
        waiting = _nameless_since(store, connection, above, version)
        feedback = pl.concat([feedback, nameless, waiting]).unique("seq", keep="first").sort("seq")
        facts = _beside(store, connection, version, attempts, feedback)
    if withdrawn is None:
        withdrawn = withdrawn_since(facts.withdrawals)
    return _parted(replace(facts, withdrawn=withdrawn), zone)


def _beside(
    store: Store,
    connection: sa.Connection,
    version: int,
    attempts: pl.DataFrame,
    feedback: pl.DataFrame,
) -> StoredFacts:
    """Facts with what else the store knew at their data version, in the same view."""
    by_then = pl.col("seq") <= version
    return StoredFacts(
        version,
        store.lineage_in(connection, version),
        attempts,
        feedback,
        store.aliases(connection).filter(by_then),
        store.entities(connection).filter(by_then),
        store.withdrawals(connection).filter(by_then),
    )


def read_withdrawals(store: Store) -> tuple[int, pl.DataFrame]:
    """The data version of the store, and every withdrawal up to it (`columns.WITHDRAWALS`)."""
    with store.reading() as connection:
        return store.data_version_in(connection), store.withdrawals(connection)


def read_lead(
    store: Store, lead_id: str, *, version: int, zone: str, withdrawn: dict[str, int]
) -> StoredFacts:
    """All facts of one lead up to a data version, straight from the store."""
    facts = read_touched(
        store, above=version, also=[lead_id], zone=zone, up_to=version, withdrawn=withdrawn
    )
    mine = pl.col("lead_id") == lead_id
    attempts, feedback = (frame.filter(mine) for frame in (facts.attempts, facts.feedback))
    return replace(facts, attempts=attempts, feedback=feedback)


def find(store: Store, text: str, *, limit: int = 10) -> pl.DataFrame:
    """Leads by an exact id, however it is composed: `kind`, `id`, `lead_id`.

    `kind` is lead, buyer_lead (the id that a buyer gave it) or event.
    """
    queries = {
        "lead": (
            "SELECT DISTINCT t.lead_id, t.lead_id FROM {wanted} "
            "JOIN attempts t ON t.lead_id = wanted.value"
        ),
        "buyer_lead": (
            "SELECT DISTINCT t.buyer_lead_id, t.lead_id FROM {wanted} "
            "JOIN attempts t ON t.buyer_lead_id = wanted.value"
        ),
        "event": (
            "SELECT DISTINCT t.event_id, t.lead_id FROM {wanted} "
            "JOIN feedback t ON t.event_id = wanted.value WHERE t.lead_id IS NOT NULL"
        ),
    }
    types = {"id": pl.String(), "lead_id": pl.String()}
    with store.reading() as connection:
        found = [
            store.bulk.having(connection, query, types, [text, spelt_lead(text)]).with_columns(
                kind=pl.lit(kind)
            )
            for kind, query in queries.items()
        ]
    return pl.concat(found).select("kind", "id", "lead_id").head(limit)


def _touched(store: Store, connection: sa.Connection, above: int, version: int) -> set[str]:
    leads: set[str] = set()
    names: list[str] = []
    for table in FACTS:
        types = {"lead_id": pl.String(), "buyer_lead_id": pl.String()}
        new = store.bulk.read(
            connection, table, {"seq": pl.Int64(), **types}, above=above, up_to=version
        )
        leads |= set(new["lead_id"].drop_nulls())
        if table == "feedback":
            names = new.filter(pl.col("lead_id").is_null())["buyer_lead_id"].to_list()
    return leads | _leads_named(store, connection, names)


def _columns(types: dict[str, pl.DataType]) -> str:
    return ", ".join(f"t.{name}" for name in types)


def _facts_of(
    store: Store, connection: sa.Connection, table: FactTable, leads: list[str], version: int
) -> pl.DataFrame:
    query = (
        f"SELECT {_columns(FACTS[table])} FROM {{wanted}} "  # noqa: S608 - our own names
        f"JOIN {table} t ON t.lead_id = wanted.value WHERE t.seq <= {version:d}"
    )
    return store.bulk.having(connection, query, FACTS[table], leads).sort("seq")


def _nameless_of(
    store: Store, connection: sa.Connection, attempts: pl.DataFrame, version: int
) -> pl.DataFrame:
    """Feedback without a lead that names one of these attempts by the buyer's own id."""
    query = (
        f"SELECT {_columns(FEEDBACK)} FROM {{wanted}} "  # noqa: S608 - our own names
        "JOIN feedback t ON t.buyer_lead_id = wanted.value "
        f"WHERE t.lead_id IS NULL AND t.seq <= {version:d}"
    )
    names = attempts["buyer_lead_id"].drop_nulls().unique().to_list()
    return store.bulk.having(connection, query, FEEDBACK, names).sort("seq")


def _nameless_since(
    store: Store, connection: sa.Connection, above: int, version: int
) -> pl.DataFrame:
    new = store.bulk.read(connection, "feedback", FEEDBACK, above=above, up_to=version)
    return new.filter(pl.col("lead_id").is_null())


def _leads_named(store: Store, connection: sa.Connection, names: list[str]) -> set[str]:
    query = (
        "SELECT DISTINCT t.lead_id FROM {wanted} JOIN attempts t ON t.buyer_lead_id = wanted.value"
    )
    found = store.bulk.having(connection, query, {"lead_id": pl.String()}, names)
    return set(found["lead_id"])


def _parted(facts: StoredFacts, zone: str) -> StoredFacts:
    """Name the lead of nameless feedback, and the part of every row."""
    naming = counted(facts.attempts, facts.withdrawn)
    feedback = with_lead(facts.feedback, naming, facts.aliases, zone=zone)
    month = pl.from_epoch(pl.col("first"), time_unit="us").dt.strftime("%Y-%m")
    homes = facts.attempts.group_by("lead_id").agg(first=pl.col("attempted_us").min())
    homes = homes.select("lead_id", part=month)
    attempts = facts.attempts.join(homes, on="lead_id", how="left", maintain_order="left")
    feedback = feedback.join(homes, on="lead_id", how="left", maintain_order="left")
    feedback = feedback.with_columns(pl.col("part").fill_null(PARKED))
    return replace(facts, attempts=attempts, feedback=feedback)


def with_lead(
    feedback: pl.DataFrame, attempts: pl.DataFrame, aliases: pl.DataFrame, *, zone: str
) -> pl.DataFrame:
    """The lead of the earliest attempt under the buyer's own id, known since that attempt.

    That attempt decides at every as-of: before it there is none to take its place.
    """
    feedback = feedback.with_columns(lead_since_us=pl.lit(None, pl.Int64))
    if not feedback["lead_id"].null_count():
        return feedback
    merged = aliases.filter(pl.col("kind") == "buyer")
    canonical = dict(merged.select("entity_id", "canonical_id").iter_rows())
    ids = (
        _entered(attempts.filter(pl.col("buyer_lead_id").is_not_null()), ZoneInfo(zone))
        .with_columns(speaker=pl.col("buyer_id").replace(canonical))
        .sort("entered_us", "event_id")
        .unique(["speaker", "buyer_lead_id"], keep="first", maintain_order=True)
        .select("speaker", "buyer_lead_id", found="lead_id", found_us="entered_us")
    )
    named = feedback.with_columns(speaker=pl.col("reporter_id").replace(canonical)).join(
        ids, on=["speaker", "buyer_lead_id"], how="left", maintain_order="left"
    )
    return named.with_columns(
        lead_id=pl.coalesce("lead_id", "found"),
        lead_since_us=pl.when(pl.col("lead_id").is_null()).then("found_us"),
    ).drop("speaker", "found", "found_us")


def _entered(attempts: pl.DataFrame, zone: ZoneInfo) -> pl.DataFrame:
    """Attempts with the instant at which each enters: a date at the first of its day."""
    dates = attempts.filter(pl.col("attempted_precision") == "day")["attempted_us"].unique()
    first = [_first_instant(us, zone) for us in dates]
    begun = pl.DataFrame({"attempted_us": dates, "begun_us": first}, schema=_DATES)
    met = attempts.join(begun, on="attempted_us", how="left", maintain_order="left")
    dated = pl.col("attempted_precision") == "day"
    entered = pl.when(dated).then("begun_us").otherwise("attempted_us")
    return met.with_columns(entered_us=entered).drop("begun_us")


_DATES: Final = {"attempted_us": pl.Int64(), "begun_us": pl.Int64()}


def _first_instant(midnight_us: int, zone: ZoneInfo) -> int:
    """When the day of a UTC midnight begins in a zone, microseconds."""
    day = datetime.fromtimestamp(midnight_us // 1_000_000, UTC).date()
    return int(datetime.combine(day, time(tzinfo=zone)).timestamp()) * 1_000_000
