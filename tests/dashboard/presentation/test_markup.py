"""Templates: what is text is escaped, what is HTML stands as it is, and nobody else writes HTML."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from jinja2 import TemplateNotFound, UndefinedError
from markupsafe import Markup

import dashboard
from dashboard.presentation import theme
from dashboard.presentation.markup import TEMPLATES, html

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(dashboard.__file__).parent
FOLDERS: Final = ("layout", "panels", "app_pages")
DRAWN_BY_TEMPLATES: Final = [
    *sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")),
    ROOT / "reports" / "html.py",
]
A_TAG: Final = re.compile(r"</?(div|span|p|a|table|tr|t[dh]|b|h[1-6]|[ou]l|li|d[ltd]|code)\b[^<]*>")


def test_text_is_escaped_wherever_it_stands() -> None:
    """Between elements and in their attributes, quotes as the drawings of reports have them."""
    made = html("texts.heading", text="<b>O'Neil</b> & Co", title='say "no"')
    assert made == ('<h2 title="say &quot;no&quot;">&lt;b&gt;O&#x27;Neil&lt;/b&gt; &amp; Co</h2>')


def test_what_reads_like_an_escaped_quote_stays_what_it_is() -> None:
    """The ampersand of the text is escaped."""
    assert html("texts.how", text="&#39;") == '<div class="card-how">&amp;#39;</div>'


def test_markup_stands_as_it_is() -> None:
    """So templates can be put into each other."""
    inner = html("texts.notice", text="it's < 5")
    assert html("headline.cards", cards=[inner, Markup("<br>")]) == (
        '<div class="headline"><p class="notice">it&#x27;s &lt; 5</p><br></div>'
    )


def test_a_line_break_is_a_space_between_words_and_nothing_beside_a_mark() -> None:
    """Templates are written over several lines; what they draw is one."""
    assert html("empty_states.failed", reason=None) == (
        '<div class="empty"><strong>This page cannot be shown as it should be.</strong> Something '
        "went wrong here; the reason is in the server's log. Reload the page to try again.</div>"
    )


def test_what_is_missing_is_an_error() -> None:
    """A value that nobody gave, one that nothing asks for, and templates that are not there."""
    with pytest.raises(UndefinedError):
        html("texts.how")
    with pytest.raises(TypeError):
        html("texts.how", text="a", colour="red")
    with pytest.raises(AttributeError):
        html("texts.nothing_like_it", text="a")
    with pytest.raises(TemplateNotFound):
        html("nothing.like_it")


def test_what_a_figure_says_has_a_bold_head() -> None:
    """And a line for everything else."""
    assert theme.hover("Acme", "1 of 2", "may be chance", after=" about Oak") == (
        "<b>Acme</b> about Oak<br>1 of 2<br>may be chance"
    )


def _written(path: Path) -> Iterator[str]:
    """The texts that a module holds, but for those that explain it."""
    tree = ast.parse(path.read_text("utf-8"))
    told = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


@pytest.mark.parametrize("path", DRAWN_BY_TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_html_is_written_in_templates_only(path: Path) -> None:
    """So no text can reach a page without being escaped."""
    assert [text for text in _written(path) if A_TAG.search(text) or "</" in text] == []
    source = path.read_text("utf-8")
    assert "html.escape" not in source
    assert "import escape" not in source
    assert "Markup(" not in source


def test_only_what_is_drawn_by_us_passes_unescaped() -> None:
    """The style sheet, the policy and the drawings of reports."""
    passed = {
        found.strip()
        for path in TEMPLATES.glob("*.html")
        for found in re.findall(r"\{\{([^}|]*)\|\s*safe", path.read_text("utf-8"))
    }
    assert passed == {"policy", "script", "style", "svg"}
    for path in TEMPLATES.glob("*.html"):
        assert "autoescape" not in path.read_text("utf-8"), path.name


def test_every_macro_is_drawn_by_somebody() -> None:
    """None is left over."""
    source = "".join(path.read_text("utf-8") for path in ROOT.rglob("*.py"))
    for path in TEMPLATES.glob("*.html"):
        text = path.read_text("utf-8")
        for name in re.findall(r"\{% macro (\w+)", text):
            inside = re.search(rf"\{{\{{-? *{name}\(", text)
            assert inside or f'"{path.stem}.{name}"' in source, f"{path.stem}.{name}"
