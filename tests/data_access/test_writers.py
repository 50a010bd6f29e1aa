"""Writers take turns, a check stands in nobody's way, and a wait ends in a sentence."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from builders import delivered, reported, us

from dashboard.editions.edition import resolved
from data_access.intake import error_file
from data_access.intake.error_file import ErrorFileUnwritable
from data_access.intake.file_reader import Limits
from data_access.intake.import_file import import_file
from data_access.intake.import_order import ImportOrder
from data_access.snapshot import fact_reader
from data_access.store import import_batches
from data_access.store.connections import writing
from data_access.store.errors import StoreBusy
from data_access.store.store import Store
from metrics.definitions.report_calendar import ReportZone
from metrics.definitions.rules import Rules
from metrics.outcomes.contradictions import decode

if TYPE_CHECKING:
    from pathlib import Path

    from builders import Desk

    from data_access.intake.import_order import Imported

NOW = us("2026-11-22T14:05:00Z")


def _url(desk: Desk) -> str:
    return desk.store.engine.url.render_as_string(hide_password=False)


def _at_once(desk: Desk, files: list[Path]) -> list[Imported]:
    """Import files at the same moment, each by a store of its own."""
    start = threading.Barrier(len(files))
    done: list[Imported] = []
    failed: list[BaseException] = []

    def run(path: Path) -> None:
        store = Store(_url(desk))
        order = ImportOrder(path=path, errors_dir=desk.folder / "refused", now_us=lambda: NOW)
        try:
            start.wait(timeout=20)
            done.append(import_file(store, order))
        except BaseException as error:  # noqa: BLE001 - the test says what it was
            failed.append(error)
        finally:
            store.close()

    threads = [threading.Thread(target=run, args=(path,)) for path in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert failed == []
    return done


def _event(lead: str, event_id: str | None = None, **feedback: Any) -> str:
    if not feedback:
        body: dict[str, Any] = {"event_type": "recipient.delivered", "recipient": {"id": "B1"}}
    else:
        body = {"event_type": "feedback.received", "source": {"entity_id": "B1"}}
        body["feedback"] = feedback
    body |= {"timestamp": "2026-05-01T10:00:00Z", "lead_id": lead}
    return json.dumps(body | ({"event_id": event_id} if event_id else {}))


@pytest.mark.parametrize("writers", [2, 5])
def test_the_same_event_in_several_files_at_once_is_created_once(
    any_desk: Desk, writers: int
) -> None:
    """However they meet: one file creates it, every other one knows it already."""
    for turn in range(4):
        lines = [_event(f"L{turn}-{n}") for n in range(30)]
        files = [
            any_desk.write(f"{turn}-{n}.ndjson", "\n".join([*lines, _event(f"own-{turn}-{n}")]))
            for n in range(writers)
        ]
        done = _at_once(any_desk, files)
        counts = [d.counts for d in done]
        assert sum(c["created"] for c in counts) == 30 + writers
        assert sum(c["duplicate"] for c in counts) == 30 * (writers - 1)
        assert all(sum(c.values()) == 31 for c in counts)
    facts = any_desk.facts()["attempts"]
    assert len(facts) == len({fact["event_id"] for fact in facts}) == 4 * (30 + writers)


def test_one_file_imported_twice_at_once_has_one_receipt_with_the_right_counts(
    any_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each chunk is taken by one of the two; both say the same of the whole."""
    monkeypatch.setattr("data_access.intake.file_reader.LIMITS", Limits(rows=50))
    lines = [_event(f"L{n}") if n % 10 else '{"broken": ' for n in range(1, 400)]
    path = any_desk.write("same.ndjson", "\n".join(lines))
    done = _at_once(any_desk, [path, path, path])
    with any_desk.store.reading() as connection:
        batches = import_batches.all_batches(connection)
    first = batches.filter(batches["created"] > 0)
    assert first.height == 1
    assert first.select("created", "rejected", "duplicate").row(0) == (360, 39, 0)
    assert {d.rows for d in done} == {399}
    assert any_desk.store.data_version() == 360


def test_two_replacements_sent_at_once_are_both_kept(any_desk: Desk) -> None:
    """Neither ends in an error; what they mean is judged when outcomes are resolved."""
    any_desk.take(
        delivered("L1", "B1", "2026-05-01T09:00:00Z"),
        reported("L1", "B1", "contacted", "2026-05-01T09:30:00Z", event_id="e"),
    )
    files = [
        any_desk.write(f"{word}.ndjson", _event("L1", f"r-{word}", outcome=word, replaces="e"))
        for word in ("converted", "returned")
    ]
    done = _at_once(any_desk, files)
    assert [d.counts["created"] for d in done] == [1, 1]
    facts = fact_reader.read_all(any_desk.store, zone="UTC")
    frames = (facts.attempts, facts.feedback, facts.aliases)
    zone = ReportZone.of("UTC", first_us=us("2026-01-01"), last_us=NOW)
    [row] = resolved(*frames, as_of_us=NOW, zone=zone, rules=Rules()).to_dicts()
    assert (row["outcome"], row["feedback_events"]) == ("returned", 2)
    assert "replaced_twice" in decode(row["contradiction_mask"])


def test_a_check_and_other_commands_do_not_wait_for_each_other(any_desk: Desk) -> None:
    """While another writer holds the store, a check runs to its end; and it holds nothing."""
    path = any_desk.write("f.ndjson", "\n".join(_event(f"L{n}") for n in range(50)))
    with any_desk.store.writing():
        began = time.monotonic()
        done = any_desk.load(path, validate_only=True)
        assert time.monotonic() - began < 4
    assert done.counts["created"] == 50
    assert any_desk.store.data_version() == 0
    with any_desk.store.reading() as connection:
        tables = ("batches", "quarantine", "audit", "attempts")
        counts = [
            connection.execute(sa.text(f"SELECT count(*) FROM {name}")).scalar() for name in tables
        ]
    assert counts == [0, 0, 0, 0]


def test_a_check_answers_like_the_import_that_follows(any_desk: Desk) -> None:
    """With what the store knows, what earlier rows of the file add, and merged ids."""
    any_desk.take(
        delivered("L1", "B1", "2026-05-01T10:00:00Z"),
        reported("L1", "B1", "contacted", "2026-05-02T10:00:00Z", event_id="e"),
    )
    any_desk.store.merge("buyer", "b-1", "B1", at_us=NOW)
    lines = [
        _event("L1"),
        _event("L2"),
        _event("L2", outcome="converted"),
        _event("L2", outcome="converted"),
        _event("L3", outcome="converted"),
        _event("L1", "e", outcome="returned"),
        _event("L1", "r", outcome="returned", replaces="e"),
        _event("L1", outcome="odd word"),
        "no json",
    ]
    path = any_desk.write("f.ndjson", "\n".join(lines))
    checked = any_desk.load(path, validate_only=True)
    assert checked.error_file is None
    assert checked.counts == any_desk.load(path).counts
    assert checked.counts["created"] >= 2
    assert any_desk.load(path, validate_only=True).counts["created"] == 0


def test_opening_a_store_waits_for_no_writer(any_desk: Desk) -> None:
    """The lock is asked for only where a migration is due."""
    with any_desk.store.writing():
        began = time.monotonic()
        again = Store(_url(any_desk))
        assert again.data_version() == 0
        assert time.monotonic() - began < 4
        again.close()


def test_a_writer_that_waits_in_vain_says_so(
    any_desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A bounded wait, told while it lasts, and one sentence at its end."""
    monkeypatch.setattr("data_access.store.connections.TURN_S", 1)
    other = Store(_url(any_desk))
    with (
        any_desk.store.writing(),
        pytest.raises(StoreBusy, match="Try again"),
        writing(other.engine, patience_s=1.5),
    ):
        pass
    other.close()
    assert caplog.text.count("waiting for another writer") == 1


def test_a_writer_that_waits_gets_its_turn(any_desk: Desk) -> None:
    """After the one before has committed, it sees what that one wrote."""
    other = Store(_url(any_desk))
    seen: list[int] = []
    began = threading.Event()

    def follow() -> None:
        began.set()
        with other.writing() as connection:
            seen.append(other.data_version_in(connection))

    with any_desk.store.writing() as connection:
        thread = threading.Thread(target=follow)
        thread.start()
        began.wait(timeout=5)
        time.sleep(0.2)
        any_desk.store.take_numbers(connection, "facts", 7)
    thread.join(timeout=20)
    other.close()
    assert seen == [7]


def test_a_file_at_hand_twice_keeps_every_refused_row(
    any_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that ends while the other writes its error file takes no note away from it."""
    lines = [f'{{"broken": {n}' for n in range(30)]
    path = any_desk.write("same.ndjson", "\n".join([_event("L1"), *lines]))
    read, beside = error_file._notes, list[threading.Thread]()  # noqa: SLF001 - held up here
    other: list[Imported] = []

    def held_up(folder: Path) -> Any:
        monkeypatch.setattr(error_file, "_notes", read)
        beside.append(threading.Thread(target=lambda: other.extend(_at_once(any_desk, [path]))))
        beside[0].start()
        beside[0].join(3)
        return read(folder)

    monkeypatch.setattr(error_file, "_notes", held_up)
    first = any_desk.load(path)
    beside[0].join()
    assert first.error_file is not None
    assert len(first.error_file.read_text().splitlines()) == 30
    assert [done.rows for done in (first, *other)] == [31, 31]


def test_a_full_disk_under_the_refused_rows_is_a_sentence_and_goes_on(
    any_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is lost: the same import, repeated, has the same end."""
    path = any_desk.write("f.ndjson", _event("L1") + '\n{"broken": ')

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("data_access.intake.error_file.os.fsync", full)
        with pytest.raises(ErrorFileUnwritable, match="No space"):
            any_desk.load(path)
    done = any_desk.load(path)
    assert (done.counts["created"], done.counts["rejected"]) == (1, 1)
    assert done.error_file is not None
