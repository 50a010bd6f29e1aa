"""A report as HTML: its body for the page, or whole as a file that needs nothing else."""

from __future__ import annotations

import base64
import html
import re
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dashboard.presentation.theme import LIGHT
from dashboard.reports.document import Document, Grid, Picture, Section, Sentences, Tiles
from dashboard.reports.safe_text import plain

if TYPE_CHECKING:
    from dashboard.presentation.theme import Palette
    from dashboard.reports.document import Block, Tile

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""What a report may load: nothing but itself."""
_ARROWS: Final = {"better": "●", "worse": "◆", "level": "○"}
_UNIT: Final = re.compile(r"(?<=[0-9]) (?=%|pp\b)")
_ASSETS: Final = Path(__file__).parent.parent / "assets"


@cache
def rules() -> str:
    """The style sheet of reports; colours are variables."""
    return (_ASSETS / "report.css").read_text("utf-8")


def whole(document: Document) -> str:
    """One file with its style and drawings: no script, no font, nothing loaded."""
    variables = "".join(f"--{f.name}:{getattr(LIGHT, f.name)};" for f in fields(LIGHT))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_safe(document.title)}</title>"
        f"<style>:root{{{variables}}}{rules()}</style></head>"
        f'<body class="alone">{body(document, LIGHT)}</body></html>\n'
    )


def body(document: Document, colours: Palette, *, images: bool = False) -> str:
    """The report itself; with `images` drawings are pictures, which the pages let through."""
    parts = "".join(_section(section, colours, images=images) for section in document.sections)
    link = document.link
    if link.startswith(("https://", "http://")):
        link = f'<a href="{html.escape(link)}">{_safe(link)}</a>'
    elif link:
        link = _safe(link)
    lines = "".join(f"<p>{_safe(line)}</p>" for line in document.footer)
    return (
        f'<article class="report {document.kind}"><header><h1>{_safe(document.title)}</h1>'
        f'<p class="standing">{_safe(document.standing)}</p></header>'
        f'<p class="verdict">{_safe(document.verdict)}</p>'
        f'<div class="parts">{parts}</div>'
        f"<footer>{lines}{f'<p>{link}</p>' if link else ''}</footer></article>"
    )


def _safe(text: str) -> str:
    """Text made harmless; a number stays on one line with its unit."""
    return html.escape(_UNIT.sub("\u00a0", plain(text)))


def _section(section: Section, colours: Palette, *, images: bool) -> str:
    marks = [name for name in ("half", "small") if getattr(section, name)]
    blocks = "".join(_block(block, colours, images=images) for block in section.blocks)
    title = f"<h2>{_safe(section.title)}</h2>" if section.title else ""
    return f'<section class="{" ".join(marks)}">{title}{blocks}</section>'


def _block(block: Block, colours: Palette, *, images: bool) -> str:
    if isinstance(block, Tiles):
        return f'<div class="tiles">{"".join(map(_tile, block.tiles))}</div>'
    if isinstance(block, Sentences):
        return _sentences(block)
    if isinstance(block, Grid):
        return _grid(block)
    return _picture(block, colours, images=images)


def _tile(tile: Tile) -> str:
    hint = f' title="{_safe(tile.meaning)}"' if tile.meaning else ""
    mark = f'<i aria-hidden="true">{_ARROWS[tile.tone]}</i> ' if tile.tone in _ARROWS else ""
    return (
        f'<div><div class="label"{hint}>{_safe(tile.label)}</div>'
        f'<div class="value">{_safe(tile.value)}</div>'
        f'<div class="of">{_safe(tile.of)}</div>'
        f'<div class="change {tile.tone}">{mark}{_safe(tile.change)}</div></div>'
    )


def _sentences(block: Sentences) -> str:
    tag, around = ("li", "ul") if block.listed else ("p", "div")
    lines = "".join(f'<{tag} class="{s.tone}">{_safe(s.text)}</{tag}>' for s in block.statements)
    return f'<{around} class="said">{lines}</{around}>'


def _grid(grid: Grid) -> str:
    def cells(row: tuple[str, ...], tag: str) -> str:
        return "".join(
            f"<{tag}{' class=n' if place in grid.numbers else ''}>{_safe(text)}</{tag}>"
            for place, text in enumerate(row)
        )

    body_rows = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in grid.rows)
    return (
        f'<div class="scroll"><table><thead><tr>{cells(grid.heads, "th")}</tr></thead>'
        f"<tbody>{body_rows}</tbody></table></div>"
    )


def _picture(picture: Picture, colours: Palette, *, images: bool) -> str:
    svg = picture.draw(colours)
    if images:
        code = base64.b64encode(svg.encode()).decode()
        alt = _safe(picture.alt)
        svg = f'<img alt="{alt}" src="data:image/svg+xml;base64,{code}">'
    return f'<figure class="drawn">{svg}</figure>'
