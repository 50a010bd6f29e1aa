"""Empty values beside texts that are called like them: `(none)` and `"(none)"`."""

from __future__ import annotations

import re
from typing import Final

import polars as pl

from metrics.definitions.scope import NOTHING

_LOOKS_EMPTY: Final = rf'^"*{re.escape(NOTHING)}"*$'


def written(values: pl.Expr) -> pl.Expr:
    """Texts as filters and tables have them: an empty one is `NOTHING`.

    A text that reads so is put into quotes, so that nothing is counted with what is empty.

    >>> texts = pl.DataFrame({"campaign": [None, "(none)", '"(none)"', "spring"]})
    >>> texts.select(written(pl.col("campaign")))["campaign"].to_list()
    ['(none)', '"(none)"', '""(none)""', 'spring']
    """
    quoted = pl.concat_str(pl.lit('"'), values, pl.lit('"'))
    like_nothing = values.str.contains(_LOOKS_EMPTY)
    return pl.when(~like_nothing).then(values).otherwise(quoted).fill_null(NOTHING)


def meant(value: str) -> str | None:
    """What a filter means: None for what is empty, else the text as it is kept.

    >>> meant("(none)"), meant('"(none)"'), meant("spring")
    (None, '(none)', 'spring')
    """
    if value == NOTHING:
        return None
    return value[1:-1] if value[:1] == '"' and re.match(_LOOKS_EMPTY, value) else value
