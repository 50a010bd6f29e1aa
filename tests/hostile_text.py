"""Text that breaks things: in databases, spreadsheets, files and eyes."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

KEPT: Final = (
    "'tis late",
    "''twice",
    " ",
    "  outer blanks  ",
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "%x",
    "\ttab first",
    "tab\tinside",
    "two\nlines",
    "two\r\nlines",
    "carriage\rreturn",
    "\u200b=1+1",
    "\u2060\u200d@x",
    "\ufeff=1",
    "\u00a0=1",
    "\u202eright to left",
    "\uff1d1+1",
    "line\u2028separator",
    "_x000D_",
    "_x0041_b",
    "\\u0000 in words",
    "\\.",
    "\\N",
    "NULL",
    "007",
    "1E5",
    "true",
    "2026-05-03 00:00:00",
    "#N/A",
    'a "b", c;\nd',
    '"',
    '5" pipe',
    "<script>alert(1)</script>&amp;",
    "]]>",
    "https://example.com/?a=1&b=2",
    "gr\u00fc\u00dfe, \u4f60\u597d, \U0001f600",
    "e\u0301 is not \u00e9",
    "{0} %s {{}} $x$",
)
"""Text that a fact may hold, and that must come back as it was."""

UNSTORABLE: Final = (
    "\x00",
    "\x01",
    "\x0b",
    "\x1f",
    "\x7f",
    "\x85",
    "\x9f",
    "\ud800",
    "\udfff",
    "\uffff",
)
"""Characters that no store keeps as they are."""

ANY: Final = st.one_of(
    st.sampled_from(KEPT),
    st.text(st.one_of(st.characters(), st.sampled_from(UNSTORABLE)), min_size=1, max_size=40),
)
"""Any text at all, the worst of it often."""
