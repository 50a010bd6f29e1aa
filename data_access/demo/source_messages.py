"""What the operator told sources about the claims of buyers, as feedback.sent rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from data_access.columns import OPERATOR
from data_access.demo.fates import RETURNED_SPOKEN, RETURNED_UNREACHED
from data_access.demo.offers import DAY, HOUR
from data_access.demo.wire_text import times, words

if TYPE_CHECKING:
    from data_access.demo.fates import Fates

_ISSUES: Final = (
    ("contactability", "Disconnected or wrong numbers", "Validate phone numbers before sending"),
    ("targeting", "Leads from outside the area", "Check the state before sending"),
    ("duplicate", "The same people again", "Remove duplicates of the last 30 days"),
    ("intent", "People who did not expect a call", "Make the form say who will call"),
)
SENT_SHARE: Final = 0.04  # of claims are passed on to the source


def rows(known: Fates, sold: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """What the operator told sources about some of the claims."""
    claimed = (known.end == RETURNED_SPOKEN) | (known.end == RETURNED_UNREACHED)
    of = np.flatnonzero(claimed & (rng.random(len(known)) < SENT_SHARE))
    issue = rng.integers(0, len(_ISSUES), of.size)
    share = rng.integers(1, 7, of.size) * 5
    passed = sold[of].with_columns(
        told_at=pl.Series(known.reported[of] + rng.integers(2 * HOUR, 3 * DAY, of.size)),
        share=pl.Series(share),
        category=words([row[0] for row in _ISSUES], issue),
        issue=words([row[1] for row in _ISSUES], issue),
        action=words([row[2] for row in _ISSUES], issue),
    )
    stem = pl.concat_str(pl.lit("snt_"), pl.col("lead_id").str.slice(5), pl.lit("_"), "code")
    return passed.select(
        at="told_at",
        told_at="told_at",
        event_id=stem,
        event_type=pl.lit("feedback.sent"),
        lead_id="lead_id",
        reporter_id=pl.lit(OPERATOR),
        target_id="source_id",
        target_name="source_name",
        target_type=pl.lit("source"),
        category="category",
        issue="issue",
        frequency=pl.format("{}% of leads", "share"),
        action_requested="action",
        reported_at=times("told_at"),
    )
