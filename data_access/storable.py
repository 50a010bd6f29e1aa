r"""The one function that every text passes on its way into the store.

PostgreSQL takes no NUL, neither database takes half of a surrogate pair, and control
characters hide from whoever looks. Each such character is written out as the six
characters that name it in JSON (`\u0000`), so the text can be stored everywhere, is
seen as it was sent, and JSON stays the JSON it was.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import polars as pl
import sqlalchemy as sa

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import Dialect

_UNSTORABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_IN_FRAMES: Final = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\u{9f}]"


def storable(text: str) -> str:
    r"""Text that both databases store and give back as it is.

    Control characters but tab and line ends, and lone surrogates, are written out.

    >>> storable("a\x00b")
    'a\\u0000b'
    """
    return _UNSTORABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def storable_frame(rows: pl.DataFrame) -> pl.DataFrame:
    """The same for every text column of a frame (a frame holds no surrogates)."""
    texts = [name for name, kind in rows.schema.items() if kind == pl.String]
    found = rows.select(pl.col(name).str.contains(_IN_FRAMES).any() for name in texts)
    hidden = [name for name in texts if found[name].item()]
    return rows.with_columns(
        pl.col(name).map_elements(storable, return_dtype=pl.String) for name in hidden
    )


class StorableText(sa.types.TypeDecorator[str]):
    """A text column: whatever is written to it passes `storable`."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Text on its way to the driver."""
        return None if value is None else storable(value)
