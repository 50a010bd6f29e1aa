"""Immutable files under one manifest: readers always see one version."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

import polars as pl

from data_access.snapshot.parquet_versions import (
    NEWEST_STAY,
    STAYS_SECONDS,
    Manifest,
    ParquetVersions,
)

if TYPE_CHECKING:
    from pathlib import Path


def _publish(shelf: ParquetVersions, number: int) -> None:
    parts = {
        frame: {"all": shelf.put(frame, pl.DataFrame({"version": [number] * 100}))}
        for frame in ("one", "two")
    }
    shelf.publish(Manifest(number, {"version": number}, parts))


def test_a_manifest_comes_back_as_it_was(tmp_path: Path) -> None:
    """Notes, parts and the days they span."""
    shelf = ParquetVersions(tmp_path)
    assert shelf.manifest() is None
    part = shelf.put("rows", pl.DataFrame({"day": [3, 1, 2]}), day="day")
    assert (part.rows, part.first_day, part.last_day) == (3, 1, 3)
    manifest = Manifest(1, {"later": [["L1", 5]]}, {"rows": {"2026-01": part}})
    shelf.publish(manifest)
    assert shelf.manifest() == manifest


def test_a_manifest_of_another_format_is_made_anew(tmp_path: Path) -> None:
    """Never read wrongly, never an error."""
    (tmp_path / "manifest.json").write_text('{"format": 0}')
    assert ParquetVersions(tmp_path).manifest() is None


def test_files_of_old_versions_go_once_nobody_can_need_them(tmp_path: Path) -> None:
    """The last three versions stay, and so does every young file."""
    shelf = ParquetVersions(tmp_path)
    for number in range(1, 7):
        _publish(shelf, number)
    assert len(list(tmp_path.glob("*.parquet"))) == 2 * 6
    long_ago = time.time() - 2 * STAYS_SECONDS
    for path in tmp_path.glob("*.parquet"):
        os.utime(path, (long_ago, long_ago))
    _publish(shelf, 7)
    assert len(list(tmp_path.glob("*.parquet"))) == 2 * NEWEST_STAY


def test_a_reader_never_sees_two_versions_at_once(tmp_path: Path) -> None:
    """Both frames of a manifest are of the same version, while another is being written."""
    shelf = ParquetVersions(tmp_path)
    _publish(shelf, 1)
    done = threading.Event()

    def write() -> None:
        for number in range(2, 30):
            _publish(shelf, number)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    reads = 0
    while not done.is_set() or reads < 5:
        manifest = ParquetVersions(tmp_path).manifest()
        assert manifest is not None
        versions = {
            value
            for parts in manifest.parts.values()
            for value in shelf.scan(list(parts.values())).collect()["version"].unique()
        }
        assert versions == {manifest.number}
        reads += 1
    writer.join()


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    """The second is told so and takes the first one's result."""
    shelf = ParquetVersions(tmp_path)
    with shelf.writing() as first, ParquetVersions(tmp_path).writing() as second:
        assert (first, second) == (True, False)
