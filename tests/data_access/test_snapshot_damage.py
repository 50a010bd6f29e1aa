"""Ten ways to hurt the snapshot, and some for the store: healed, or a sentence; never wrong."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import polars as pl
import pytest
from builders import delivered, reported

from data_access.snapshot import fact_reader
from data_access.snapshot.parquet_versions import Damaged, ParquetVersions, SnapshotUnwritable
from data_access.store.errors import StoreUnusable
from data_access.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from builders import Desk

    from dashboard.answers.workspace import Workspace

LEADS = 40


def _filled(desk: Desk) -> None:
    for month in ("2026-03", "2026-04"):
        desk.take(
            *(delivered(f"{month}-{n}", "B1", f"{month}-{n % 27 + 1:02d}") for n in range(LEADS)),
            *(
                reported(f"{month}-{n}", "B1", "converted", f"{month}-28", value="10.00")
                for n in range(0, LEADS, 4)
            ),
        )


def _figures(workspace: Workspace) -> tuple[int, int, list[str]]:
    status = workspace.status()
    rows = workspace.edition.outcomes().collect()
    return status.deliveries, int(rows["converted"].sum()), sorted(rows["lead_id"])


def _flip(path: Path, place: float = 0.5) -> None:
    content = bytearray(path.read_bytes())
    content[int(len(content) * place)] ^= 0x10
    path.write_bytes(bytes(content))


def _some_part(folder: Path, frame: str) -> Path:
    return min(folder.glob(f"{frame}-*.parquet"))


def _rewrite(folder: Path, change: Callable[[dict[str, object]], None]) -> None:
    path = folder / "manifest.json"
    body = json.loads(path.read_text())
    change(body)
    path.write_text(json.dumps(body))


def _swap(folder: Path) -> None:
    first, second = sorted(folder.glob("outcomes-*.parquet"))[:2]
    aside = folder / "aside"
    first.rename(aside)
    second.rename(first)
    aside.rename(second)


def _all_gone(folder: Path) -> None:
    for path in folder.glob("*.parquet"):
        path.unlink()


WAYS: dict[str, Callable[[Path], object]] = {
    "an empty manifest": lambda f: (f / "manifest.json").write_text(""),
    "half a manifest": lambda f: (
        (f / "manifest.json").write_bytes((f / "manifest.json").read_bytes()[:200]) and None
    ),
    "a manifest that is no text": lambda f: (
        (f / "manifest.json").write_bytes(b"\xff\xfe\x00") and None
    ),
    "a manifest that is another JSON": lambda f: (
        (f / "manifest.json").write_text("[1, 2]") and None
    ),
    "a digit of the manifest": lambda f: _rewrite(f, lambda b: b.update(number=7)),
    "a note of the manifest": lambda f: _rewrite(f, lambda b: b["notes"].update(version=3)),  # type: ignore[attr-defined]
    "a bit of an outcomes part": lambda f: _flip(_some_part(f, "outcomes")),
    "a bit of a tally": lambda f: _flip(_some_part(f, "tally_delivered"), 0.3),
    "a bit of the facts": lambda f: _flip(_some_part(f, "feedback"), 0.6),
    "a missing part": lambda f: _some_part(f, "outcomes").unlink(),
    "an empty part": lambda f: _some_part(f, "steps").write_bytes(b""),
    "two parts exchanged": _swap,
    "all parts gone": _all_gone,
    "the folder gone": shutil.rmtree,
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("running", [True, False])
def test_a_hurt_snapshot_is_made_anew_and_said_once(
    desk: Desk,
    open_workspace: Callable[[], Workspace],
    caplog: pytest.LogCaptureFixture,
    way: str,
    running: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Below a server that runs, and before one starts: the figures are those of the facts."""
    _filled(desk)
    workspace = open_workspace()
    right = _figures(workspace)
    assert right[:2] == (2 * LEADS, 2 * LEADS // 4)
    WAYS[way](desk.folder / "snapshot")
    caplog.clear()
    again = workspace if running else open_workspace()
    assert _figures(again) == right
    assert _figures(again) == right
    told = [r for r in caplog.records if "made anew" in r.getMessage()]
    assert len(told) <= 1
    if not running and way != "the folder gone":
        assert len(told) == 1


def test_no_flipped_bit_ever_gives_a_wrong_number(
    desk: Desk, open_workspace: Callable[[], Workspace]
) -> None:
    """Every part in turn, at another place each time."""
    _filled(desk)
    right = _figures(open_workspace())
    folder = desk.folder / "snapshot"
    frames = sorted({p.name.rpartition("-")[0] for p in folder.glob("*.parquet")})
    for at, frame in enumerate(frames):
        manifest = ParquetVersions(folder).manifest()
        assert manifest is not None
        part = next(iter(manifest.parts[frame].values()))
        _flip(folder / part.file, (at * 37 % 100) / 100)
        assert _figures(open_workspace()) == right, frame


def test_a_part_is_held_against_its_sum_when_it_is_read(tmp_path: Path) -> None:
    """Also where nobody looked before: reading raises, and names the file."""
    import polars as pl  # noqa: PLC0415 - only here

    versions = ParquetVersions(tmp_path)
    part = versions.put("rows", pl.DataFrame({"n": list(range(1000))}))
    assert versions.scan([part]).collect().height == 1000
    _flip(tmp_path / part.file)
    with pytest.raises(Damaged, match=part.file):
        versions.scan([part])


def test_a_folder_that_cannot_be_written_is_said_and_heals_by_itself(
    desk: Desk, open_workspace: Callable[[], Workspace], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing to show: a sentence. Something to show: it stays, with a sentence. Then: new."""
    monkeypatch.setattr("dashboard.editions.current_edition.RETRY_US", 0)
    _filled(desk)
    folder = desk.folder / "snapshot"
    folder.write_text("a file in its place")
    workspace = open_workspace()
    with pytest.raises(SnapshotUnwritable, match="cannot be written"):
        workspace.status()
    folder.unlink()
    assert _figures(workspace)[:2] == (2 * LEADS, 20)
    desk.take(delivered("one-more", "B1", "2026-04-29"))
    put = ParquetVersions.put

    def full(*_args: object, **_kinds: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("polars.DataFrame.write_parquet", full)
    workspace.refresh()
    told = workspace.status()
    assert (told.deliveries, told.stale) == (2 * LEADS, True)
    assert told.trouble is not None
    assert "No space left" in told.trouble
    monkeypatch.undo()
    monkeypatch.setattr("dashboard.editions.current_edition.RETRY_US", 0)
    healed = workspace.status()
    assert (healed.deliveries, healed.stale, healed.trouble) == (2 * LEADS + 1, False, None)
    assert ParquetVersions.put is put


def test_an_old_edition_is_never_shown_of_another_store(
    desk: Desk, open_workspace: Callable[[], Workspace], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the snapshot does not fit and cannot be written, nothing is shown."""
    _filled(desk)
    workspace = open_workspace()
    workspace.status()
    _flip(_some_part(desk.folder / "snapshot", "outcomes"))

    def full(*_args: object, **_kinds: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("polars.DataFrame.write_parquet", full)
    with pytest.raises(SnapshotUnwritable):
        workspace.status()


@pytest.mark.parametrize("place", [0.0, 0.4, 0.7])
def test_a_damaged_store_is_a_sentence(
    desk: Desk, open_workspace: Callable[[], Workspace], place: float
) -> None:
    """Its header, its schema or its rows: refused by name, or right; never a traceback."""
    _filled(desk)
    right = _figures(open_workspace())
    desk.store.close()
    path = desk.folder / "leadloop.sqlite3"
    content = bytearray(path.read_bytes())
    start = int(len(content) * place)
    content[start : start + 4096] = b"\x5a" * 4096
    path.write_bytes(bytes(content))
    shutil.rmtree(desk.folder / "snapshot")
    try:
        assert _figures(open_workspace()) == right
    except StoreUnusable as error:
        assert str(path) in str(error)  # noqa: PT017 - either is right


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE aliases",
        "DROP TABLE properties",
        "DELETE FROM counters",
        "ALTER TABLE attempts DROP COLUMN price_cents",
    ],
)
def test_a_store_that_lost_a_part_is_a_sentence(any_desk: Desk, statement: str) -> None:
    """A table, a column or a row that it cannot be without: named, with what to do."""
    _filled(any_desk)
    with any_desk.store.writing() as connection:
        connection.exec_driver_sql(statement)
    with pytest.raises(StoreUnusable, match=r"other hands.*restore the newest backup"):
        fact_reader.read_all(any_desk.store, zone="UTC")


def test_names_that_are_no_text_any_longer_are_a_sentence(desk: Desk) -> None:
    """A flipped bit in a table's own description ended every command in a traceback."""
    desk.store.close()
    path = desk.folder / "leadloop.sqlite3"
    content = path.read_bytes()
    path.write_bytes(content.replace(b"CREATE TABLE attempts", b"CREATE TABLE att\xcfmpts"))
    with pytest.raises(StoreUnusable, match=r"leadloop\.sqlite3 .*restore"):
        Store(f"sqlite:///{path}").data_version()


def test_a_folder_that_cannot_be_one_is_said_without_names_that_change(tmp_path: Path) -> None:
    """What is in the way and what to do, and nothing that only a programmer reads."""
    (tmp_path / "file").write_text("x")
    way = "no folder is in its place.*move that away"
    with pytest.raises(SnapshotUnwritable, match=way), ParquetVersions(tmp_path / "file").writing():
        pass
    with pytest.raises(SnapshotUnwritable) as raised:
        ParquetVersions(tmp_path / "gone").put("outcomes", pl.DataFrame({"a": [1]}))
    assert "os error" not in str(raised.value)
    assert ".parquet" not in str(raised.value)
