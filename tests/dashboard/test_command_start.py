"""A command imports what it needs, and only when it runs."""

from __future__ import annotations

import inspect
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from dashboard.commands.lazy_group import LazyCommands, LazyGroup, Place
from dashboard.commands.main import PLACES, main

if TYPE_CHECKING:
    from collections.abc import Collection

SHOW = """
import sys
from dashboard.commands.main import main
main(sys.argv[1:], standalone_mode=False)
print(*sorted({name.split(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def _loaded(*words: str) -> Collection[str]:
    """The libraries that are loaded when the command has ended."""
    command = [sys.executable, "-c", SHOW, *words]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stderr.split()


def test_the_help_of_the_whole_loads_no_library_of_data() -> None:
    """Names and sentences stand in one small module."""
    loaded = _loaded("--help")
    assert "click" in loaded
    for library in ("polars", "sqlalchemy", "streamlit", "plotly", "starlette", "data_access"):
        assert library not in loaded, library


@pytest.mark.parametrize("words", [("export", "--help"), ("report", "--help"), ("serve", "--help")])
def test_the_help_of_a_command_loads_no_screens(words: tuple[str, ...]) -> None:
    """Nor the store: its options are named without it."""
    loaded = _loaded(*words)
    for library in ("streamlit", "plotly", "starlette", "sqlalchemy", "uvicorn"):
        assert library not in loaded, library


def test_the_list_says_of_each_command_what_its_own_help_begins_with() -> None:
    """The sentence is written twice, once where nothing is imported."""
    for name, place in PLACES.items():
        command = main.commands[name]
        assert command.name == name
        assert inspect.cleandoc(command.help or "").startswith(place.sentence), name
        assert click.Command(name, help=place.sentence).get_short_help_str(
            40
        ) == command.get_short_help_str(40)


def test_an_unknown_command_is_named_and_nothing_is_imported() -> None:
    """As click says it of any group."""
    nowhere = LazyGroup("trial", {"export": Place("no.such.module", "x", "Says.")}, about="A try.")
    done = CliRunner().invoke(nowhere, ["exprot"])
    assert done.exit_code == 2
    assert "No such command 'exprot'" in done.output
    assert "export" in CliRunner().invoke(nowhere, ["--help"]).output


def test_commands_can_be_put_in_and_taken_out() -> None:
    """As from any group of click's."""
    commands = LazyCommands({})
    commands["one"] = one = click.Command("one", help="One.")
    assert "one" in commands
    assert commands["one"] is one
    assert list(commands) == ["one"]
    del commands["one"]
    assert not commands
    assert commands.get("one") is None
