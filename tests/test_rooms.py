"""Who may load whom, found out by loading."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in (ROOT / "metrics").rglob("*.py")
    if path.stem != "__init__"
)
FOREIGN = ("sqlalchemy", "streamlit", "plotly", "fastapi", "starlette", "sqlite3", "pysqlite3")


def _loaded(module: str) -> set[str]:
    code = f"import json, sys; import {module}; print(json.dumps(sorted(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(json.loads(out.stdout))


def test_metrics_load_no_store_and_no_screen() -> None:
    """All of metrics in one fresh process: none of the outside rooms' libraries came along."""
    loaded = _loaded(", ".join(MODULES))
    assert not {name.split(".")[0] for name in loaded} & set(FOREIGN)


def test_metrics_import_only_the_columns_of_the_facts_room() -> None:
    """Of data_access, metrics know names and types of frames and nothing else."""
    found = _loaded(", ".join(MODULES))
    loaded = {name for name in found if name.startswith(("data_access", "dashboard"))}
    assert loaded == {"data_access", "data_access.columns"}


def test_the_facts_room_loads_neither_meaning_nor_screens() -> None:
    """The importer, the store and the demo know nothing of metrics or pages."""
    loaded = _loaded(
        "data_access.intake.import_file, data_access.demo.load, data_access.snapshot.fact_reader"
    )
    assert not {name.split(".")[0] for name in loaded} & {"metrics", "dashboard", "streamlit"}


def test_the_budget_of_size_is_kept() -> None:
    """Modules at most 350 lines, page scripts 70; no room without a name of its own."""
    for room in ("data_access", "metrics", "dashboard", "benchmarks"):
        for path in (ROOT / room).rglob("*.py"):
            lines = path.read_text("utf-8").count("\n") + 1
            assert lines <= (70 if path.parent.name == "app_pages" else 350), path
            assert path.stem not in {"utils", "helpers", "common", "misc", "core", "services"}
