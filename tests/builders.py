"""Small marketplaces for tests: facts said in a line, stores that clean up after themselves."""

from __future__ import annotations

import os
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import psycopg
import pytest
import sqlalchemy as sa

from data_access.intake.accept import IntakeResult, Receipt, take
from data_access.intake.import_file import import_file
from data_access.intake.import_order import Imported, ImportOrder
from data_access.store import import_batches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data_access.store.store import Store

NOW: Final = "2026-11-22T14:05:00Z"
IN_CI: Final = os.environ.get("CI") == "true"
POSTGRES: Final = os.environ.get(
    "LEADLOOP_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres"
)


def us(text: str) -> int:
    """Microseconds of an RFC 3339 instant or of a date's UTC midnight."""
    moment = datetime.fromisoformat(text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    whole = int(moment.timestamp()) * 1_000_000
    return whole + moment.microsecond


def test_data() -> Path:
    """The folder of real files; skips without it, fails without it in CI."""
    folder = os.environ.get("LEADLOOP_TEST_DATA")
    if folder and Path(folder).is_dir():
        return Path(folder)
    reason = "LEADLOOP_TEST_DATA does not name the folder with the real files"
    if IN_CI:
        pytest.fail(reason)
    pytest.skip(reason)


test_data.__test__ = False  # type: ignore[attr-defined]


@contextmanager
def postgres_url() -> Iterator[str]:
    """A database of the test's own, dropped afterwards."""
    name = f"leadloop_{uuid.uuid4().hex[:12]}"
    try:
        server = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        if IN_CI:
            pytest.fail(f"no PostgreSQL at {POSTGRES}: {error}")
        pytest.skip(f"no PostgreSQL at {POSTGRES}")
    with server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield sa.make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def delivered(lead: str, buyer: str, at: str, **said: Any) -> dict[str, str]:
    """A text fact: a lead went through to a buyer."""
    return _fact("recipient.delivered", lead_id=lead, buyer_id=buyer, attempted_at=at, **said)


def failed(lead: str, buyer: str, at: str, **said: Any) -> dict[str, str]:
    """A text fact: a lead did not go through."""
    return _fact("recipient.failed", lead_id=lead, buyer_id=buyer, attempted_at=at, **said)


def reported(lead: str, buyer: str, outcome: str | None, at: str, **said: Any) -> dict[str, str]:
    """A text fact: a buyer reported an outcome at a time."""
    return _fact(
        "feedback.received",
        lead_id=lead,
        reporter_id=buyer,
        outcome=outcome,
        reported_at=at,
        **said,
    )


def wrote(lead: str, source: str, at: str, **said: Any) -> dict[str, str]:
    """A text fact: we wrote to a source."""
    return _fact(
        "feedback.sent",
        lead_id=lead,
        reporter_id="operator",
        target_id=source,
        target_type="source",
        reported_at=at,
        **said,
    )


def _fact(event_type: str, **said: Any) -> dict[str, str]:
    texts = {k: _text(v) for k, v in said.items() if v is not None}
    return {"event_type": event_type, **texts}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def rows(*facts: dict[str, str]) -> pl.DataFrame:
    """Text facts as the frame that intake takes."""
    names = dict.fromkeys(name for fact in facts for name in fact)
    frame = pl.DataFrame(list(facts), schema=dict.fromkeys(names, pl.String()))
    return frame.with_row_index("line", offset=1).with_columns(pl.col("line").cast(pl.Int64))


@dataclass
class Desk:
    """A store with the ways tests put things into it."""

    store: Store
    folder: Path
    now: str = NOW
    batches: list[str] = field(default_factory=list)

    def take(self, *facts: dict[str, str]) -> IntakeResult:
        """Take facts in as one batch."""
        with self.store.writing() as connection:
            batch = import_batches.begin(
                connection,
                fingerprint=uuid.uuid4().hex,
                channel="test",
                profile=None,
                file_name=None,
                buyer_id=None,
                at_us=us(self.now),
            )
            taken = take(
                self.store,
                connection,
                rows(*facts),
                receipt=Receipt(batch.batch_id, us(self.now)),
            )
            import_batches.advance(connection, batch, cursor=len(facts), counts=taken.counts)
            import_batches.finish(connection, batch, at_us=us(self.now))
        self.batches.append(batch.batch_id)
        return taken

    def answers(self, *facts: dict[str, str]) -> list[str]:
        """The answer to each fact, in order."""
        taken = self.take(*facts)
        return taken.answers.sort("line")["answer"].to_list()

    def load(self, path: Path, profile: str | None = None, **order: Any) -> Imported:
        """Import a file."""
        return import_file(
            self.store,
            ImportOrder(
                path=path,
                profile=profile,
                errors_dir=self.folder / "refused",
                now_us=lambda: us(self.now),
                **order,
            ),
        )

    def write(self, name: str, content: str | bytes) -> Path:
        """A file in the test's folder."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def facts(self) -> dict[str, list[dict[str, Any]]]:
        """All facts as the store holds them, without receipt columns, in a stable order."""
        found: dict[str, list[dict[str, Any]]] = {}
        with self.store.reading() as connection:
            for table in ("attempts", "feedback"):
                query = sa.text(f"SELECT * FROM {table}")
                rows = [dict(row) for row in connection.execute(query).mappings()]
                for row in rows:
                    for name in ("seq", "recorded_us", "batch_id", "raw"):
                        row.pop(name)
                found[table] = sorted(rows, key=lambda r: (r.get("reporter_id", ""), r["event_id"]))
        return found

    def refused(self) -> list[tuple[int, str, str | None]]:
        """Line, code and field of every row kept in quarantine, by line."""
        with self.store.reading() as connection:
            kept = import_batches.refused(connection)
        return sorted(kept.select("line", "code", "field").iter_rows())
