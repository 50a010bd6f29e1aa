"""Reports made of small stores, and what they say."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

from report_market import params

from dashboard.reports import compose, html, report_order

if TYPE_CHECKING:
    from dashboard.answers.workspace import Workspace
    from dashboard.reports.document import Document

KINDS: Final = tuple(report_order.KINDS)
HOSTILE: Final = "<img src=x onerror=alert(1)><script>alert(2)</script> $x$ =1+1 \u202eevil\u2066"
SHOWN: Final = "<img src=x onerror=alert(1)><script>alert(2)</script> $x$ =1+1 evil"


def report(workspace: Workspace, kind: str, **more: list[str]) -> Document:
    """A report about October."""
    return compose.make(workspace, report_order.read(kind, params(kind, **more), workspace))


class Text(HTMLParser):
    """What a document says, and the tags it is made of."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._silent = False
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag."""
        self.tags.append((tag, dict(attrs)))
        self._silent = tag == "style"

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the parser's signature
        """Styles are no text."""
        self._silent = False

    def handle_data(self, data: str) -> None:
        """Note the text."""
        if not self._silent:
            self.words.append(data)

    @property
    def text(self) -> str:
        """All of it in a line."""
        return " ".join(" ".join(self.words).split())


def said(document: Document) -> str:
    """What a whole report says."""
    return Text(html.whole(document)).text
