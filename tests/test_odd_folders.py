"""A data directory may have any name: signs of URLs and of templates are signs like others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from dashboard.answers import workspace as books
from dashboard.commands.main import main
from data_access.settings import Settings
from data_access.store import migration
from data_access.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDERS = (
    "what?mode=memory",
    "100%",
    "%(here)s",
    "a#b",
    "two words",
    'it\'s "mine"',
    "[x]*",
    "caf\u00e9",
    "a;b&c",
    "~tilde",
)
FILE = (
    "lead_id,outcome,revenue,contacted_date,notes\nL1,converted,10.50,2026-01-02,fine\n"
    "L2,perhaps,,2026-01-03,\n"
)


@pytest.fixture(params=FOLDERS)
def folder(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A folder with an odd name, and a data directory in it with the same."""
    place = tmp_path / str(request.param)
    place.mkdir()
    monkeypatch.chdir(place)
    monkeypatch.setenv("LEADLOOP_DATA_DIR", str(place / str(request.param)))
    monkeypatch.delenv("LEADLOOP_DATABASE_URL", raising=False)
    books.close()
    (place / "bulk?%#.csv").write_text(FILE, "utf-8")
    yield place
    books.close()


def run(*words: object, status: int = 0) -> str:
    """What a command prints that ends with a status."""
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == status, result.output
    return result.output


def test_everything_works_in_it(folder: Path) -> None:
    """Import with an error file, check, pages, export, backup, restore, doctor."""
    run("import", "bulk?%#.csv", "--buyer", "B1", "--validate-only", status=3)
    said = run("import", "bulk?%#.csv", "--buyer", "B1", status=3)
    assert "1 parked, 1 rejected" in said
    data = Settings().data_dir
    assert (data / "leadloop.sqlite3").is_file()
    assert [path.suffix for path in (data / "refused").iterdir()] == [".csv"]
    assert books.workspace().status().data_version == 1
    books.close()
    run("export", "feedback", "--period", "all_time", "--out", "out.parquet")
    run("backup", "kept?%#.backup")
    run("restore", "kept?%#.backup", "--replace")
    assert books.workspace().status().data_version == 1
    assert "all is well" in run("doctor")
    named = {path.name for path in folder.parent.iterdir()}
    assert named == {folder.name}, "nothing was written beside it"


def test_the_store_is_where_the_setting_says(folder: Path) -> None:
    """Opened a second time it holds what was put in."""
    run("import", "bulk?%#.csv", "--buyer", "B1", status=3)
    store = Store(Settings(data_dir=folder / folder.name).url)
    assert store.engine.url.database == str(folder / folder.name / "leadloop.sqlite3")
    assert store.data_version() == 1
    store.close()


def test_migrations_are_found_where_the_program_lies_in_such_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A `%` in the path of the program itself is no template."""
    place = tmp_path / "50% of (here)s" / "migration.py"
    monkeypatch.setattr(migration, "__file__", str(place))
    found = migration.alembic_config().get_main_option("script_location")
    assert found == str(place.parent / "migrations")
