"""Every module of the product is imported by a test of its own, or says here why not."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
ROOMS: Final = ("dashboard", "data_access", "metrics")
RUN_AS_SCRIPTS: Final = ("dashboard.app_pages.", "data_access.store.migrations.")
"""Run by Streamlit and by Alembic, never imported."""
EXCEPTIONS: Final[dict[str, str]] = {
    "dashboard.shell": "run by Streamlit: every test that opens a page runs it",
}


def modules() -> set[str]:
    """The modules of the three rooms that others import."""
    found = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if path.stem != "__init__"
    }
    return {name for name in found if not name.startswith(RUN_AS_SCRIPTS)}


def imported(source: str) -> set[str]:
    """The modules that a source names in its imports, wherever they stand."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_every_module_is_imported_by_a_test() -> None:
    """Directly, by a test module; what is excepted is there and is imported by none."""
    tested = set().union(
        *(imported(path.read_text("utf-8")) for path in (ROOT / "tests").rglob("test_*.py"))
    )
    assert modules() - tested - set(EXCEPTIONS) == set()
    assert set(EXCEPTIONS) <= modules() - tested


def test_no_two_test_modules_share_a_name() -> None:
    """Tests are no packages: of two with one name only one would run."""
    names = [
        path.name
        for path in (ROOT / "tests").rglob("test_*.py")
        if not (path.parent / "__init__.py").exists()
    ]
    assert len(names) == len(set(names)), sorted({n for n in names if names.count(n) > 1})


def test_an_import_is_found_wherever_it_stands() -> None:
    """Of a module, from it, and inside of a function."""
    source = "import a.b\ndef f():\n    from c.d import e, g\n"
    assert imported(source) == {"a.b", "c.d", "c.d.e", "c.d.g"}
