"""HTML of pages and reports, drawn by templates that escape whatever is text."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

TEMPLATES: Final = Path(__file__).with_name("templates")
"""Files of macros, one a subject."""
_BESIDE_A_MARK: Final = re.compile(r"(?<=[>}])\s*\n\s*|\s*\n\s*(?=[<{])")
_BETWEEN_WORDS: Final = re.compile(r"\s*\n\s*")
_QUOTES: Final = (("&#39;", Markup("&#x27;")), ("&#34;", Markup("&quot;")))
"""Written as `html.escape` writes them, so that the drawings in reports agree."""


def _source(name: str) -> str | None:
    """A template on one line: a line break is nothing beside a mark, a space between words."""
    file = TEMPLATES / name
    if not file.is_file():
        return None
    return _BETWEEN_WORDS.sub(" ", _BESIDE_A_MARK.sub("", file.read_text("utf-8")))


_ENVIRONMENT: Final = Environment(
    autoescape=True, undefined=StrictUndefined, auto_reload=False, loader=FunctionLoader(_source)
)


def html(name: str, /, **values: object) -> Markup:
    """What a macro draws, named by its file and itself: `html("texts.empty", text="None.")`.

    Text among the values is escaped; what is `Markup` already stands as it is.
    """
    file, _, macro = name.partition(".")
    drawn: Markup = getattr(_ENVIRONMENT.get_template(f"{file}.html").module, macro)(**values)
    for written, wanted in _QUOTES:
        drawn = drawn.replace(written, wanted)
    return drawn
