r"""The one function that every text passes on its way into the store.

PostgreSQL takes no NUL, neither database takes half of a surrogate pair, XML has no sign
for the two characters that are none, and control characters hide from whoever looks. Each
such character is written out as the six characters that name it in JSON (`\u0000`), so
the text can be stored everywhere, is seen as it was sent, and JSON stays the JSON it was.
"""

from __future__ import annotations

import re
from typing import Final

_UNSTORABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
IN_FRAMES: Final = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\u{9f}\u{fffe}\u{ffff}]"
"""The same characters for the frame engine, whose text holds no surrogates."""


def storable(text: str) -> str:
    r"""Text that both databases store and give back as it is.

    Control characters but tab and line ends, and lone surrogates, are written out.

    >>> storable("a\x00b")
    'a\\u0000b'
    """
    return _UNSTORABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
