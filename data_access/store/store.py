"""The store: opened, migrated, asked and written; every statement about facts is here.

Writers take the sequence first and hold it until they commit, so the facts up to any
number are complete. Readers never wait for a writer.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, Literal

import polars as pl
import sqlalchemy as sa

from data_access.columns import ALIASES, ATTEMPTS, ENTITIES, FEEDBACK, WITHDRAWALS
from data_access.spelling import spelt_name
from data_access.store import migration, queries, tables
from data_access.store.bulk_io import bulk_io_of
from data_access.store.connections import file_identity, file_of, open_engine, writing
from data_access.store.errors import StoreUnusable, in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

FactTable = Literal["attempts", "feedback"]
PartyKind = Literal["source", "buyer"]
FACTS: Final = {"attempts": ATTEMPTS, "feedback": FEEDBACK}

TEXT: Final = pl.String()
_REPORTED: Final = {"reported_us": pl.Int64(), "reported_precision": TEXT}


OPERATOR: Final = "operator"
"""Who acts where nobody says who."""


@dataclass(frozen=True, slots=True)
class AuditLine:
    """Who did what to which thing, when; `detail` is kept as JSON."""

    at_us: int
    actor: str
    action: str
    subject: str | None = None
    detail: Mapping[str, object] | None = None


class Store:
    """One store behind one URL; opening it applies the migrations that are due."""

    def __init__(self, url: str | sa.URL) -> None:
        self.engine = open_engine(url)
        self.bulk = bulk_io_of(self.engine)
        self._file = file_of(self.engine)
        self._prepared: tuple[int, int] | None = None
        try:
            migration.prepare(self.engine)
        except BaseException:
            self.engine.dispose()
            raise
        self._prepared = self._file_now()

    def _file_now(self) -> tuple[int, int] | None:
        return file_identity(self._file) if self._file is not None else None

    def _same_file(self) -> None:
        """Notice that another file was put under the store's name, or none is left there."""
        if self._file is None or self._file_now() == self._prepared:
            return
        if self._file_now() is None:
            message = (
                f"the store's file {self._file} is gone. Put it back, restore a backup, or start "
                "again to begin an empty store"
            )
            raise StoreUnusable(message)
        migration.prepare(self.engine)
        self._prepared = self._file_now()

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One consistent view of the store."""
        self._same_file()
        options: dict[str, str] = {}
        if self.engine.dialect.name == "postgresql":
            options["isolation_level"] = "REPEATABLE READ"
        with (
            in_words(self.engine),
            self.engine.connect().execution_options(**options) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction of the one writer (see `engines.writing`)."""
        self._same_file()
        with writing(self.engine) as connection:
            yield connection

    # --- the sequence -----------------------------------------------------------------

    def data_version(self) -> int:
        """The number of the newest fact: what the store had taken up to now."""
        with self.reading() as connection:
            return self.data_version_in(connection)

    def data_version_in(self, connection: sa.Connection) -> int:
        """The same, inside a view that is open already."""
        return self._counter(connection, "facts")

    def lineage(self, version: int) -> str:
        """What tells this store, as it was at a data version, from every other (see below)."""
        with self.reading() as connection:
            return self.lineage_in(connection, version)

    @staticmethod
    def lineage_in(connection: sa.Connection, version: int) -> str:
        """A digest of the store's identity and of the fact that has a number.

        The fact is named with the moment it was taken in. So a store that was put back to an
        earlier state and then took in other facts has another lineage at every number that
        it gave anew; a number that it has not given has a lineage of its own.
        """
        marks: list[object] = [migration.property_of(connection, migration.IDENTITY), version]
        for name in (name for name, of in tables.COUNTERS.items() if of == "facts"):
            table = tables.METADATA.tables[name]
            named = ("recorded_us", "event_id", "content_hash", "kind", "entity_id", "action")
            columns = [table.c[column] for column in named if column in table.c]
            found = connection.execute(sa.select(*columns).where(table.c.seq == version))
            marks += [(name, *row) for row in found]
        return blake2b(repr(marks).encode(), digest_size=16).hexdigest()

    def newest_recorded(self, connection: sa.Connection) -> int | None:
        """The latest moment that a receipt or a line of the audit was written at."""
        batches = tables.batches.c
        times = (batches.started_us, batches.finished_us, tables.audit.c.recorded_us)
        found = [connection.execute(sa.select(sa.func.max(time))).scalar() for time in times]
        return max((us for us in found if us is not None), default=None)

    @staticmethod
    def _counter(connection: sa.Connection, name: str) -> int:
        query = sa.select(tables.counters.c.value).where(tables.counters.c.name == name)
        return int(connection.execute(query).scalar_one())

    @staticmethod
    def take_numbers(connection: sa.Connection, name: str, count: int) -> int:
        """Reserve `count` numbers until commit; returns the one before the first."""
        counters = tables.counters
        statement = (
            sa.update(counters)
            .where(counters.c.name == name)
            .values(value=counters.c.value + count)
            .returning(counters.c.value)
        )
        return int(connection.execute(statement).scalar_one()) - count

    # --- what is known ----------------------------------------------------------------

    def known_attempts(self, connection: sa.Connection, event_ids: Sequence[str]) -> pl.DataFrame:
        """`event_id`, `content_hash`, `batch_id` of attempts that are in the store already."""
        types = {"event_id": TEXT, "content_hash": TEXT, "batch_id": TEXT}
        return self.bulk.having(connection, queries.KNOWN_ATTEMPTS, types, event_ids)

    def known_feedback(self, connection: sa.Connection, event_ids: Sequence[str]) -> pl.DataFrame:
        """Feedback with one of these event ids, whoever reported it."""
        names = ("event_id", "reporter_id", "content_hash", "lead_id", "buyer_lead_id")
        types = {**dict.fromkeys((*names, "retracts", "batch_id"), TEXT), **_REPORTED}
        return self.bulk.having(connection, queries.KNOWN_FEEDBACK, types, event_ids)

    def replacing(self, connection: sa.Connection, event_ids: Sequence[str]) -> pl.DataFrame:
        """Feedback that replaces one of these events."""
        names = ("event_id", "reporter_id", "lead_id", "buyer_lead_id", "retracts", "replaces")
        types = {**dict.fromkeys((*names, "batch_id"), TEXT), **_REPORTED}
        return self.bulk.having(connection, queries.REPLACED, types, event_ids)

    def known_deliveries(self, connection: sa.Connection, lead_ids: Sequence[str]) -> pl.DataFrame:
        """`lead_id`, `buyer_id` (as sent) of every offer of these leads, and when it was made.

        The time (`attempted_us`) is the earliest of each `batch_id` and `attempted_precision`.
        """
        return self._offers(connection, "lead_id", lead_ids)

    def known_buyer_leads(self, connection: sa.Connection, ids: Sequence[str]) -> pl.DataFrame:
        """The same of offers under the buyers' own ids, by `buyer_lead_id`."""
        return self._offers(connection, "buyer_lead_id", ids)

    def _offers(self, connection: sa.Connection, key: str, ids: Sequence[str]) -> pl.DataFrame:
        names = (key, *queries.OFFERED)
        query = queries.KNOWN_OFFERS.format(
            key=key, columns=", ".join(f"a.{name}" for name in names)
        )
        types = {**dict.fromkeys(names, TEXT), "attempted_us": pl.Int64()}
        return self.bulk.having(connection, query, types, ids)

    def named_parties(
        self, connection: sa.Connection, kind: PartyKind, ids: Sequence[str]
    ) -> pl.DataFrame:
        """`id`, `name`: every name that facts give these sources or buyers."""
        types = {"id": TEXT, "name": TEXT}
        found = [
            self.bulk.having(
                connection,
                queries.NAMES.format(table=table, party=party),
                types,
                ids,
            )
            for table, party in queries.NAMED[kind]
        ]
        return pl.concat(found).unique(maintain_order=True)

    def aliases(self, connection: sa.Connection) -> pl.DataFrame:
        """All aliases (`columns.ALIASES`)."""
        return self._frame(connection, tables.aliases, ALIASES)

    def entities(self, connection: sa.Connection) -> pl.DataFrame:
        """What the operator has set (`columns.ENTITIES`)."""
        return self._frame(connection, tables.entities, ENTITIES)

    def withdrawals(self, connection: sa.Connection) -> pl.DataFrame:
        """Every withdrawal of an import, and every restoration (`columns.WITHDRAWALS`)."""
        return self._frame(connection, tables.withdrawals, WITHDRAWALS)

    @staticmethod
    def _frame(
        connection: sa.Connection, table: sa.Table, types: dict[str, pl.DataType]
    ) -> pl.DataFrame:
        query = sa.select(*(table.c[name] for name in types)).order_by(table.c.seq)
        rows = [tuple(row) for row in connection.execute(query)]
        return pl.DataFrame(rows, schema=types, orient="row")

    # --- writing ----------------------------------------------------------------------

    def append(self, connection: sa.Connection, table: FactTable, rows: pl.DataFrame) -> None:
        """Insert facts that already have their numbers."""
        if rows.height:
            self.bulk.append(connection, table, rows)

    def refuse(self, connection: sa.Connection, rows: pl.DataFrame) -> None:
        """Keep refused rows; one that was refused before in the same way is kept once."""
        if not rows.height:
            return
        query = (
            "SELECT q.fingerprint FROM {wanted} JOIN quarantine q ON q.fingerprint = wanted.value"
        )
        prints = rows["fingerprint"].to_list()
        known = self.bulk.having(connection, query, {"fingerprint": TEXT}, prints)
        rows = rows.unique("fingerprint", keep="first", maintain_order=True)
        rows = rows.join(known, on="fingerprint", how="anti", maintain_order="left")
        if rows.height:
            first = self.take_numbers(connection, "quarantine", rows.height)
            numbered = rows.with_row_index("refused_id", offset=first + 1)
            self.bulk.append(connection, "quarantine", numbered.cast({"refused_id": pl.Int64}))

    def audit(self, connection: sa.Connection, line: AuditLine) -> None:
        """Add a line to the audit."""
        number = self.take_numbers(connection, "audit", 1) + 1
        detail = json.dumps(dict(line.detail), sort_keys=True) if line.detail else None
        connection.execute(
            tables.audit.insert().values(
                audit_id=number,
                recorded_us=line.at_us,
                actor=line.actor,
                action=line.action,
                subject=line.subject,
                detail=detail,
            )
        )

    def append_with_audit(
        self, connection: sa.Connection, table: sa.Table, row: Mapping[str, object], line: AuditLine
    ) -> int:
        """Append a row that is never changed, with its line in the audit; returns its number.

        The number is the row's key, taken from the counter of the table (`COUNTERS`), and
        `{number}` in the subject of the line; the moment is the line's.
        """
        [key] = table.primary_key.columns
        number = self.take_numbers(connection, tables.COUNTERS[table.name], 1) + 1
        values = {key.name: number, "recorded_us": line.at_us, **row}
        connection.execute(table.insert().values(values))
        subject = line.subject and line.subject.replace("{number}", str(number))
        self.audit(connection, replace(line, subject=subject))
        return number

    def set_entity(  # noqa: PLR0913 - the columns of a name
        self,
        kind: str,
        entity_id: str,
        *,
        name: str | None,
        buyer_type: str | None,
        at_us: int,
        actor: str = OPERATOR,
    ) -> None:
        """Set the operator's name or buyer type of a source or buyer."""
        name = spelt_name(name) or None if name is not None else None
        said = {"name": name, "buyer_type": buyer_type}
        row = {"kind": kind, "entity_id": entity_id, **said}
        line = AuditLine(at_us, actor, "set_entity", f"{kind}:{entity_id}", said)
        with self.writing() as connection:
            self.append_with_audit(connection, tables.entities, row, line)

    def merge(
        self, kind: str, entity_id: str, canonical_id: str, *, at_us: int, actor: str = OPERATOR
    ) -> None:
        """Say that one id is another's; ValueError for chains, circles and second merges."""
        row = {"kind": kind, "entity_id": entity_id, "canonical_id": canonical_id}
        detail = {"canonical_id": canonical_id}
        line = AuditLine(at_us, actor, "merge", f"{kind}:{entity_id}", detail)
        with self.writing() as connection:
            known = self.aliases(connection).filter(pl.col("kind") == kind)
            self._check_merge(known, entity_id, canonical_id)
            self.append_with_audit(connection, tables.aliases, row, line)

    @staticmethod
    def _check_merge(known: pl.DataFrame, entity_id: str, canonical_id: str) -> None:
        if entity_id == canonical_id:
            message = f"{entity_id!r} cannot be merged into itself"
            raise ValueError(message)
        if entity_id in known["entity_id"]:
            message = f"{entity_id!r} is merged already"
            raise ValueError(message)
        if canonical_id in known["entity_id"] or entity_id in known["canonical_id"]:
            message = (
                f"{canonical_id!r} or {entity_id!r} is part of another merge; "
                "merge into the id that stays"
            )
            raise ValueError(message)
