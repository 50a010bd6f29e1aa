"""The field's own words: no name that needs its author beside it, no function that is a page."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parent.parent
ROOMS: Final = ("dashboard", "data_access", "metrics")
BANNED: Final = frozenset(
    {"kept", "hearing", "heard", "ledger", "shelf", "road", "book", "asked", "said", "told"}
)
"""What a module, class, function, constant or parameter is not called, nor any part of it."""
EMPTY: Final = frozenset({"utils", "helpers", "common", "misc", "core", "services"})
LONGEST: Final = 40
"""Lines of a body, without its docstring."""
LONGER: Final = {
    "data_access/store/migrations/versions/0001_facts.py": "tables as they were, a line a column",
    "data_access/store/migrations/versions/0002_work.py": "likewise",
}


def _trees() -> Iterator[tuple[str, ast.Module]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text("utf-8"))


def _names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
            yield from (arg.arg for arg in [*node.args.args, *node.args.kwonlyargs])
        elif isinstance(node, ast.ClassDef):
            yield node.name
            fields = (part.target for part in node.body if isinstance(part, ast.AnnAssign))
            yield from (field.id for field in fields if isinstance(field, ast.Name))
    for part in tree.body:
        targets = part.targets if isinstance(part, ast.Assign) else []
        targets += [part.target] if isinstance(part, ast.AnnAssign) else []
        yield from (target.id for target in targets if isinstance(target, ast.Name))


def _words(name: str) -> set[str]:
    spaced = "".join(f"_{letter}" if letter.isupper() else letter for letter in name)
    return {*name.lower().split("_"), *spaced.lower().split("_")}


def test_no_name_needs_its_author() -> None:
    """Modules, classes, functions, constants, fields and parameters."""
    for path, tree in _trees():
        stem = Path(path).stem
        assert not _words(stem) & (BANNED | EMPTY), path
        bad = [name for name in _names(tree) if _words(name) & BANNED]
        assert not bad, (path, bad)


def test_a_body_fits_on_a_screen() -> None:
    """Longer ones are named with their reason."""
    for path, tree in _trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            first = node.body[1:] or node.body
            body = node.body if ast.get_docstring(node) is None else first
            lines = (node.end_lineno or 0) - body[0].lineno + 1
            assert lines <= LONGEST or path in LONGER, (path, node.name, lines)
