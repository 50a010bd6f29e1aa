"""The store on both databases: versions, numbers, readers beside writers, the gate."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from builders import delivered, reported
from hypothesis import given
from hypothesis import strategies as st

from data_access.columns import ATTEMPTS, FEEDBACK
from data_access.store.connections import open_engine, wal_is_safe, writing
from data_access.store.errors import StoreUnusable
from data_access.store.store import Store
from data_access.store.tables import METADATA

if TYPE_CHECKING:
    from builders import Desk


def test_migrations_make_exactly_the_tables_of_the_code(any_desk: Desk) -> None:
    """What Alembic builds and what `tables` says are the same."""
    with any_desk.store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_opening_a_store_again_changes_nothing(any_desk: Desk) -> None:
    """Migrations that have run are not run again."""
    any_desk.take(delivered("L1", "B1", "2026-01-01T10:00:00Z"))
    url = any_desk.store.engine.url.render_as_string(hide_password=False)
    again = Store(url)
    assert again.data_version() == any_desk.store.data_version() == 1
    again.close()


def test_data_version_counts_facts_without_gaps(any_desk: Desk) -> None:
    """Two facts, then one: versions 2 and 3; refused rows take no number."""
    any_desk.take(
        delivered("L1", "B1", "2026-01-01T10:00:00Z"),
        reported("L1", "B1", "converted", "2026-01-02T10:00:00Z"),
        reported("L1", "B1", "SOLD ", "2026-01-02T10:00:00Z"),
    )
    assert any_desk.store.data_version() == 2
    any_desk.take(delivered("L2", "B1", "2026-01-01T10:00:00Z"))
    assert any_desk.store.data_version() == 3
    with any_desk.store.reading() as connection:
        seqs = connection.execute(sa.text("SELECT seq FROM attempts ORDER BY seq")).scalars()
        assert list(seqs) == [1, 3]


def test_pages_can_read_while_an_import_writes(any_desk: Desk) -> None:
    """A reader sees the committed state and is not held up by an open writer."""
    any_desk.take(delivered("L1", "B1", "2026-01-01T10:00:00Z"))
    seen: list[int] = []
    with writing(any_desk.store.engine) as connection:
        any_desk.store.take_numbers(connection, "facts", 10)
        reader = threading.Thread(target=lambda: seen.append(any_desk.store.data_version()))
        reader.start()
        reader.join(timeout=5)
    assert seen == [1]
    assert any_desk.store.data_version() == 11


def test_two_writers_never_share_a_number(any_desk: Desk) -> None:
    """Ten facts from two threads have ten different numbers."""

    def send(buyer: str) -> None:
        for day in range(1, 6):
            any_desk.take(delivered(f"L{day}", buyer, f"2026-01-0{day}T10:00:00Z"))

    threads = [threading.Thread(target=send, args=(buyer,)) for buyer in ("B1", "B2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    with any_desk.store.reading() as connection:
        seqs = connection.execute(sa.text("SELECT seq FROM attempts ORDER BY seq")).scalars()
        assert list(seqs) == list(range(1, 11))


def test_what_is_read_back_is_what_was_taken(any_desk: Desk) -> None:
    """Text with quotes, separators, line breaks and other scripts survives both ways."""
    notes = 'He said: "later";\n\tgrüße, 你好, \\N, {"a": [1]} '
    any_desk.take(
        delivered("L1", "B1", "2026-01-01T10:00:00.123456+02:00", price="45.10", exclusive=True),
        reported("L1", "B1", "contacted", "2026-01-02", notes=notes, rating="4.5"),
    )
    bulk = any_desk.store.bulk
    with any_desk.store.reading() as connection:
        attempt = bulk.read(connection, "attempts", ATTEMPTS, above=0, up_to=9).row(0, named=True)
        event = bulk.read(connection, "feedback", FEEDBACK, above=0, up_to=9).row(0, named=True)
    assert attempt["attempted_us"] == 1_767_254_400_123_456  # 2026-01-01T08:00:00.123456Z
    assert (attempt["price_cents"], attempt["exclusive"], attempt["margin_cents"]) == (
        4510,
        True,
        None,
    )
    assert (event["notes"], event["rating"], event["reported_precision"]) == (notes, 4.5, "day")


def test_a_merge_is_once_and_never_a_chain(desk: Desk) -> None:
    """A second merge, a chain and a circle are refused with a sentence."""
    desk.store.merge("buyer", "rcp_1", "ent_1", at_us=1)
    for bad in (("rcp_1", "ent_2"), ("ent_1", "ent_3"), ("ent_4", "rcp_1"), ("x", "x")):
        with pytest.raises(ValueError, match="merge"):
            desk.store.merge("buyer", *bad, at_us=2)


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ("3.40.1", False),
        ("3.44.5", False),
        ("3.44.6", True),
        ("3.50.6", False),
        ("3.50.7", True),
        ("3.51.2", False),
        ("3.51.3", True),
        ("3.53.4", True),
    ],
)
def test_versions_with_the_wal_reset_bug_are_known(version: str, *, safe: bool) -> None:
    """The affected span and its repaired lines."""
    assert wal_is_safe(version) is safe


def test_an_affected_sqlite_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the bug and the way out."""
    monkeypatch.setattr("data_access.store.connections.pysqlite3.sqlite_version", "3.40.1")
    with pytest.raises(StoreUnusable, match=r"3\.40\.1.*WAL-reset.*pysqlite3"):
        open_engine("sqlite:///unused.sqlite3")


def test_another_database_is_refused_by_name() -> None:
    """Only SQLite and PostgreSQL are stores."""
    with pytest.raises(StoreUnusable, match="mysql"):
        open_engine("mysql://localhost/x")


@given(st.lists(st.integers(0, 3), min_size=1, max_size=4))
def test_versions_compare_as_numbers(parts: list[int]) -> None:
    """Anything from 3.52 on is safe whatever its patch."""
    assert wal_is_safe("3.52." + "".join(map(str, parts)))
