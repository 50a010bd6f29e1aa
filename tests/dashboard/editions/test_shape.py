"""Another version's frames are never read as this one's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
import pytest
from report_market import two_months

from dashboard.answers.workspace import Workspace
from dashboard.editions import builder, shape
from dashboard.editions.edition import Edition
from data_access import columns
from data_access.settings import Settings
from data_access.snapshot.parquet_versions import Manifest, ParquetVersions
from metrics.definitions.rules import Rules

if TYPE_CHECKING:
    from pathlib import Path

    from builders import Desk


def _without_rating(folder: Path) -> Edition:
    """The snapshot as a version that knew no `rating` would have left it."""
    versions = ParquetVersions(folder / "snapshot")
    old = versions.manifest()
    assert old is not None
    parts = dict(old.parts)
    for name in ("feedback",):
        rows = versions.scan(list(parts[name].values())).collect().drop("rating")
        parts[name] = {"all": versions.put(name, rows)}
    earlier = Manifest(old.number + 1, {**old.notes, "shape": "of before"}, parts)
    versions.publish(earlier)
    return Edition(versions, earlier, Rules())


def test_a_field_more_does_not_break_a_store_that_exists(desk: Desk) -> None:
    """A snapshot without the field cannot be read, so it is not: it is made anew."""
    desk.take(*two_months())
    first = Workspace(Settings(data_dir=desk.folder))
    counted = first.status().deliveries
    first.store.close()
    earlier = _without_rating(desk.folder)
    with pytest.raises(pl.exceptions.ColumnNotFoundError):
        earlier.resolve(as_of_us=earlier.as_of_us)
    later = Workspace(Settings(data_dir=desk.folder))
    assert later.status().deliveries == counted
    assert later.edition.manifest.notes["shape"] == shape.shape()
    assert later.edition.resolve(as_of_us=later.edition.as_of_us).height == counted
    later.store.close()


def test_every_column_and_the_code_that_fills_it_is_in_the_mark(tmp_path: Path) -> None:
    """One column more, another type, another line of code: three other marks."""
    code = tmp_path / "resolve.py"
    code.write_text("x = 1\n")
    frames = {"feedback": {"event_id": pl.String()}, "steps": ("at_us",)}
    mark = shape.digest(frames, [code])
    assert mark == shape.digest(dict(frames), [code])
    assert mark != shape.digest({**frames, "steps": ("at_us", "closed")}, [code])
    assert mark != shape.digest({**frames, "feedback": {"event_id": pl.Int64()}}, [code])
    code.write_text("x = 2\n")
    assert mark != shape.digest(frames, [code])


def test_everything_that_an_edition_keeps_is_in_the_mark(desk: Desk) -> None:
    """A frame that is added to snapshots without being named there would go unmarked."""
    desk.take(*two_months())
    workspace = Workspace(Settings(data_dir=desk.folder))
    parts = workspace.edition.manifest.parts
    known = {*shape.FRAMES, *(f"tally_{clock}" for clock in ("delivered", "occurred", "reported"))}
    assert set(parts) <= known
    for name in ("attempts", "feedback", "outcomes", "earlier", "steps"):
        stored = workspace.edition.versions.scan(list(parts[name].values())).collect_schema()
        extra = {"lead_since_us", "from_us", "until_us"}
        assert set(stored.names()) - extra <= {*shape.FRAMES[name]}, name
    workspace.store.close()


def test_a_new_field_reaches_the_mark_by_its_line_in_columns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The recipe asks for no number to be raised."""
    before = shape.digest({"feedback": shape.FRAMES["feedback"]}, [])
    more = {**columns.FEEDBACK, "mood": pl.String()}
    monkeypatch.setitem(shape.FRAMES, "feedback", more)
    assert shape.digest({"feedback": shape.FRAMES["feedback"]}, []) != before


def test_a_mark_is_part_of_what_an_edition_stands_on(desk: Desk) -> None:
    """Without it the standing edition would be taken."""
    desk.take(*two_months())
    workspace = Workspace(Settings(data_dir=desk.folder))
    shown = workspace.edition.manifest
    versions = ParquetVersions(desk.folder / "snapshot")
    order = {"zone": "UTC", "now_us": shown.notes["as_of_us"], "rules": workspace.rules}
    assert builder.standing(workspace.store, versions, **order) is not None
    other = replace(shown, number=shown.number + 1, notes={**shown.notes, "shape": "other"})
    versions.publish(other)
    assert builder.standing(workspace.store, versions, **order) is None
    workspace.store.close()
