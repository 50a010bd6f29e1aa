"""The examples in docstrings give what they say."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parent.parent
MODULES: Final = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for room in ("data_access", "metrics", "dashboard")
    for path in (ROOT / room).rglob("*.py")
    if ">>> " in path.read_text("utf-8")
)


@pytest.mark.parametrize("module", MODULES)
def test_examples_give_what_they_say(module: str) -> None:
    """Every example of the module."""
    done = doctest.testmod(import_module(module))
    assert done.attempted
    assert done.failed == 0


def test_what_numbers_are_made_of_has_examples() -> None:
    """Ranges, days, periods and words."""
    named = ("intervals", "report_calendar", "scope", "phrases")
    assert {f"metrics.definitions.{name}" for name in named} <= set(MODULES)
