"""Text of the data made safe to stand in the middle of a sentence."""

from __future__ import annotations

import unicodedata
from typing import Final

_UNSEEN: Final = {"Cc", "Cf", "Cs", "Cn"}
_JOINERS: Final = {"\u200c", "\u200d", "\u00ad"}


def plain(text: str) -> str:
    """One line of what can be seen.

    Signs that turn the direction of the text around them, control characters and halves
    of characters are left out: they would change what stands beside a name, and an SVG
    with some of them is no XML. Joiners that scripts need stay.
    """
    one_line = " ".join(text.split())
    return "".join(
        sign for sign in one_line if sign in _JOINERS or unicodedata.category(sign) not in _UNSEEN
    )
