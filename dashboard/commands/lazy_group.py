"""A group whose commands are imported when they are run, or asked for their own help."""

from __future__ import annotations

from collections.abc import MutableMapping
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

import click

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Place(NamedTuple):
    """Where a command is, and the first sentence of its help."""

    module: str
    name: str
    sentence: str


class LazyCommands(MutableMapping[str, click.Command]):
    """Commands by name; looking one up imports its module, going through the names does not."""

    def __init__(self, places: Mapping[str, Place]) -> None:
        self._places = dict(places)
        self._loaded: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        """Import the command, or give the one that was imported."""
        if name not in self._loaded:
            place = self._places[name]
            command: click.Command = getattr(import_module(place.module), place.name)
            self._loaded[name] = command
        return self._loaded[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        """Add a command that is imported already."""
        self._places[name] = Place(command.__module__, name, command.get_short_help_str())
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        """Take a command out."""
        del self._places[name]
        self._loaded.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        """Go through the names."""
        return iter(self._places)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._places)

    def __contains__(self, name: object) -> bool:
        """Whether there is a command of this name."""
        return name in self._places


class LazyGroup(click.Group):
    """A group that lists its commands without importing one."""

    def __init__(self, name: str, places: Mapping[str, Place], *, about: str) -> None:
        super().__init__(name, commands=LazyCommands(places), help=about, callback=lambda: None)
        outlines = [click.Command(name, help=place.sentence) for name, place in places.items()]
        self._outline = click.Group(commands=outlines)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the names and the first sentences."""
        self._outline.format_commands(ctx, formatter)
