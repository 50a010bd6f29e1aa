"""What a report is: a few sections of sentences, numbers, tables and drawings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.presentation.theme import Palette

Tone = Literal["", "better", "worse", "level", "quiet"]


@dataclass(frozen=True, slots=True)
class Tile:
    """One number with what it is of and its change in words; `meaning` shows on hover."""

    label: str
    value: str
    of: str = ""
    change: str = ""
    tone: Tone = ""
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Tiles:
    """Numbers side by side."""

    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence."""

    text: str
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Sentences:
    """Sentences, as a list where there may be several."""

    statements: tuple[Statement, ...]
    listed: bool = True


@dataclass(frozen=True, slots=True)
class Grid:
    """A small table; `numbers` are columns that are right-aligned."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing made for a palette, and what it shows in words."""

    draw: Callable[[Palette], str]
    alt: str


Block = Tiles | Sentences | Grid | Picture


@dataclass(frozen=True, slots=True)
class Section:
    """A part with its title; `half` ones stand side by side, `small` ones are fine print."""

    title: str
    blocks: tuple[Block, ...]
    half: bool = False
    small: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One report.

    `company` is who gives it out. `standing` is the grey line below the title: what is counted
    and as known when. `figures` are the numbers that a publication keeps, to be compared with
    later ones.
    """

    kind: str
    title: str
    standing: str
    verdict: str
    sections: tuple[Section, ...]
    footer: tuple[str, ...] = ()
    link: str = ""
    company: str = ""
    figures: dict[str, Any] = field(default_factory=dict)


def paragraph(*texts: str | None, tone: Tone = "", listed: bool = True) -> Sentences:
    """Sentences of one tone; missing ones are left out."""
    return Sentences(tuple(Statement(text, tone) for text in texts if text), listed)
