"""Who may load whom, found out by loading."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in (ROOT / "metrics").rglob("*.py")
    if path.stem != "__init__"
)
COLUMNS = {"data_access", "data_access.columns", "data_access.currencies"}
FOREIGN = ("sqlalchemy", "streamlit", "plotly", "fastapi", "starlette", "sqlite3", "pysqlite3")


def _loaded(module: str) -> set[str]:
    code = f"import json, sys; import {module}; print(json.dumps(sorted(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(json.loads(out.stdout))


def _imported(module: str) -> set[str]:
    """The modules of ours that a module names in its imports, wherever in it they stand."""
    path = ROOT.joinpath(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {name for name in found if _is_module(name)}


def _is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    ours = name.split(".", maxsplit=1)[0] in {"data_access", "metrics", "dashboard"}
    return ours and (path.is_dir() or path.with_suffix(".py").is_file())


def test_metrics_load_no_store_and_no_screen() -> None:
    """All of metrics in one fresh process: nothing of the outside rooms came along."""
    assert len(MODULES) > 40
    loaded = _loaded(", ".join(MODULES))
    assert set(MODULES) <= loaded
    assert not {name.split(".")[0] for name in loaded} & set(FOREIGN)
    assert {name for name in loaded if name.startswith("data_access")} <= COLUMNS
    assert not {name for name in loaded if name.startswith("dashboard")}


@pytest.mark.parametrize("module", MODULES)
def test_metrics_import_only_the_columns_of_the_facts_room(module: str) -> None:
    """Of data_access, metrics know names and types of frames, and how amounts are written."""
    imported = {name for name in _imported(module) if not name.startswith("metrics")}
    assert imported <= COLUMNS


def test_the_columns_of_the_facts_room_import_nothing_of_ours() -> None:
    """So what metrics import of data_access brings nothing else along."""
    assert {name for module in COLUMNS for name in _imported(module)} == set()


def test_the_facts_room_loads_neither_meaning_nor_screens() -> None:
    """The importer, the store and the demo know nothing of metrics or pages."""
    loaded = _loaded(
        "data_access.intake.import_file, data_access.demo.load, data_access.snapshot.fact_reader"
    )
    assert not {name.split(".")[0] for name in loaded} & {"metrics", "dashboard", "streamlit"}


def test_the_budget_of_size_is_kept() -> None:
    """Modules at most 350 lines, page scripts 70; no room without a name of its own."""
    for room in ("data_access", "metrics", "dashboard", "benchmarks", "tests"):
        for path in (ROOT / room).rglob("*.py"):
            lines = path.read_text("utf-8").count("\n") + 1
            assert lines <= (70 if path.parent.name == "app_pages" else 350), path
            assert path.stem not in {"utils", "helpers", "common", "misc", "core", "services"}
