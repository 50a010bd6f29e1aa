"""Whatever text is written, to whichever column of either database, can be read back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
import sqlalchemy as sa
from builders import delivered, reported
from hostile_text import ANY, KEPT, UNSTORABLE
from hypothesis import given

from data_access import export_formats
from data_access.store import decisions, tables, trend_notes
from data_access.store.storable_text import storable
from data_access.store.tables import StorableText

if TYPE_CHECKING:
    from builders import Desk

TEXTS = [
    (table, column.name)
    for table in tables.METADATA.sorted_tables
    for column in table.columns
    if isinstance(column.type, sa.Text | StorableText)
]


def test_every_text_column_of_the_store_passes_the_one_function() -> None:
    """No table has a column of plain text: a new one cannot be forgotten."""
    plain = [
        f"{table.name}.{column.name}"
        for table in tables.METADATA.sorted_tables
        for column in table.columns
        if isinstance(column.type, sa.String) and not isinstance(column.type, StorableText)
    ]
    assert plain == []
    assert len(TEXTS) > 60


@given(ANY)
def test_storable_text_is_clean_and_stays_as_it_is(text: str) -> None:
    """Nothing unstorable is left, a second pass changes nothing, ordinary text is untouched."""
    clean = storable(text)
    assert not set(clean) & {chr(n) for n in (*range(9), 11, 12, *range(14, 32), *range(127, 160))}
    clean.encode()
    assert storable(clean) == clean
    if not set(text) & set(UNSTORABLE) and text.isprintable():
        assert clean == text


@given(ANY)
def test_json_with_what_is_written_out_means_the_same(text: str) -> None:
    """A raw record that is JSON is JSON afterwards, with the same content."""
    record = json.dumps({"notes": text}, ensure_ascii=False)
    assert json.loads(storable(record)) == {"notes": text}


def _row(table: sa.Table, at: int, text: str) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column in table.columns:
        if isinstance(column.type, StorableText):
            row[column.name] = f"{at}{text}" if column.primary_key else text
        else:
            row[column.name] = at
    unique = {"event_id", "fingerprint"} & set(row)
    return row | dict.fromkeys(unique, f"{at}{text}")


def test_hostile_text_in_every_text_column_comes_back(any_desk: Desk) -> None:
    """By statements and by bulk, on both databases, what is read is `storable` of the text."""
    texts = [*KEPT, *(f"a{sign}b" for sign in UNSTORABLE)]
    with any_desk.store.writing() as connection:
        for table in tables.METADATA.sorted_tables:
            connection.execute(table.delete())
            rows = [_row(table, at, text) for at, text in enumerate(texts)]
            connection.execute(table.insert(), rows)
    _all_as_written(any_desk, texts, range(len(texts)))
    surrogates = {text for text in texts if text != text.encode(errors="replace").decode()}
    framed = [text for text in texts if text not in surrogates]  # frames hold none
    with any_desk.store.writing() as connection:
        for table in tables.METADATA.sorted_tables:
            connection.execute(table.delete())
            rows = [_row(table, at, text) for at, text in enumerate(framed)]
            kinds = {
                c.name: pl.String() if isinstance(c.type, StorableText) else pl.Int64()
                for c in table.columns
            }
            frame = pl.DataFrame(rows, schema=kinds)
            any_desk.store.bulk.append(connection, table.name, frame)
    _all_as_written(any_desk, framed, range(len(framed)))


def _all_as_written(desk: Desk, texts: list[str], places: range) -> None:
    with desk.store.reading() as connection:
        for table in tables.METADATA.sorted_tables:
            found = {tuple(row.values()) for row in connection.execute(sa.select(table)).mappings()}
            wanted = set()
            for at in places:
                row = _row(table, at, texts[at])
                wanted.add(tuple(storable(v) if isinstance(v, str) else v for v in row.values()))
            assert found == wanted, table.name


@pytest.mark.parametrize("sign", [s for s in UNSTORABLE if s != "\ud800" and s != "\udfff"])
def test_a_fact_with_a_control_character_is_refused_and_the_others_are_taken(
    any_desk: Desk, sign: str
) -> None:
    """The bad row gets its code; its record can be read; its neighbours are facts."""
    answers = any_desk.answers(
        delivered("L1", "B1", "2026-01-01T10:00:00Z", buyer_name=f"A{sign}B"),
        delivered("L2", "B1", "2026-01-01T10:00:00Z"),
    )
    assert answers == ["rejected", "created"]
    assert any_desk.refused() == [(1, "control_character", "buyer_name")]


def test_notes_and_decisions_keep_hostile_text_readable(any_desk: Desk) -> None:
    """What people write is either refused in a sentence or comes back."""
    any_desk.take(
        delivered("L1", "B1", "2026-01-01T10:00:00Z"),
        reported("L1", "B1", "converted", "2026-01-02T10:00:00Z"),
    )
    for text in (*KEPT, *(f"a{sign}b" for sign in UNSTORABLE)):
        decision = decisions.Decision(finding="claims", state="mine", who="Ada", note=text)
        try:
            decisions.record(any_desk.store, decision, at_us=1)
        except decisions.BadDecision:
            continue
        kept = decisions.history(any_desk.store)["note"].to_list()[-1]
        assert kept == (storable(text.strip()) or None)
    assert trend_notes.shown(any_desk.store).height == 0


@pytest.mark.parametrize("kind", ["json", "ndjson", "csv"])
def test_a_long_answer_is_made_a_little_at_a_time(kind: str) -> None:
    """Whoever does not take it holds a block of it in memory, not all."""
    frame = pl.DataFrame({"id": [f"f{n:08}" for n in range(30_000)], "notes": ["x" * 100] * 30_000})
    made = {
        "json": export_formats.json_blocks([frame], {}, {}),
        "ndjson": export_formats.ndjson_blocks([frame]),
        "csv": export_formats.csv_blocks([frame], frame.schema),
    }[kind]
    assert max(map(len, made)) < 400_000
