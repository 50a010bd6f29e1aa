"""A report as HTML: its body for the page, or whole as a file that needs nothing else."""

from __future__ import annotations

import base64
import re
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dashboard.presentation.markup import html
from dashboard.presentation.theme import LIGHT
from dashboard.reports.document import Document, Grid, Picture, Section, Sentences, Tiles
from dashboard.reports.safe_text import plain

if TYPE_CHECKING:
    from markupsafe import Markup

    from dashboard.presentation.theme import Palette
    from dashboard.reports.document import Block, Tile

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""What a report may load: nothing but itself."""
_ARROWS: Final = {"better": "●", "worse": "◆", "level": "○"}
_UNIT: Final = re.compile(r"(?<=[0-9]) (?=%|pp\b)")
_MEANS_SOMETHING: Final = re.compile(r"[^A-Za-z0-9 .,]")
_ASSETS: Final = Path(__file__).parent.parent / "assets"


@cache
def rules() -> str:
    """The style sheet of reports; colours are variables."""
    return (_ASSETS / "report.css").read_text("utf-8")


def whole(document: Document) -> str:
    """One file with its style and drawings: no script, no font, nothing loaded."""
    variables = "".join(f"--{f.name}:{getattr(LIGHT, f.name)};" for f in fields(LIGHT))
    page = html(
        "report.whole",
        title=_line(document.title),
        policy=POLICY,
        style=f":root{{{variables}}}{rules()}{_page_footer(document)}",
        body=body(document, LIGHT),
    )
    return str(page)


def body(document: Document, colours: Palette, *, images: bool = False) -> Markup:
    """The report itself; with `images` drawings are pictures, which the pages let through."""
    link = document.link
    return html(
        "report.body",
        kind=document.kind,
        company=_line(document.company),
        title=_line(document.title),
        standing=_line(document.standing),
        verdict=_line(document.verdict),
        sections=[_section(section, colours, images=images) for section in document.sections],
        footer=map(_line, document.footer),
        link=_line(link),
        address=link if link.startswith(("https://", "http://")) else None,
    )


def _page_footer(document: Document) -> str:
    """What stands at the foot of each printed page: who and what, and which page of how many."""
    told = _quoted(plain(" · ".join(filter(None, (document.company, document.title)))))
    font = "font:8px sans-serif;color:#5b6470"
    return (
        f"@page{{@bottom-left{{content:{told};{font}}}"
        f'@bottom-right{{content:counter(page) " of " counter(pages);{font}}}}}'
    )


def _quoted(text: str) -> str:
    """A text inside of a style sheet: whatever could mean something there is written as a code."""
    coded = _MEANS_SOMETHING.sub(lambda sign: f"{chr(92)}{ord(sign[0]):x} ", text)
    return f'"{coded}"'


def _line(text: str) -> str:
    """One line of text, in which a number stays beside its unit."""
    return _UNIT.sub("\u00a0", plain(text))


def _section(section: Section, colours: Palette, *, images: bool) -> Markup:
    marks = [name for name in ("half", "small") if getattr(section, name)]
    blocks = [_block(block, colours, images=images) for block in section.blocks]
    return html("report.section", marks=" ".join(marks), title=_line(section.title), blocks=blocks)


def _block(block: Block, colours: Palette, *, images: bool) -> Markup:
    if isinstance(block, Tiles):
        return html("report.tiles", tiles=map(_tile, block.tiles))
    if isinstance(block, Sentences):
        tag, around = ("li", "ul") if block.listed else ("p", "div")
        statements = [(s.tone, _line(s.text)) for s in block.statements]
        return html("report.sentences", around=around, tag=tag, statements=statements)
    if isinstance(block, Grid):
        heads, *rows = [[_line(text) for text in row] for row in (block.heads, *block.rows)]
        return html("report.grid", heads=heads, rows=rows, numbers=block.numbers)
    return _picture(block, colours, images=images)


def _tile(tile: Tile) -> dict[str, str | None]:
    return {
        "label": _line(tile.label),
        "meaning": _line(tile.meaning),
        "value": _line(tile.value),
        "of": _line(tile.of),
        "tone": tile.tone,
        "mark": _ARROWS.get(tile.tone),
        "change": _line(tile.change),
    }


def _picture(picture: Picture, colours: Palette, *, images: bool) -> Markup:
    svg = picture.draw(colours)
    if not images:
        return html("report.drawing", svg=svg)
    code = base64.b64encode(svg.encode()).decode()
    return html("report.picture", alt=_line(picture.alt), code=code)
