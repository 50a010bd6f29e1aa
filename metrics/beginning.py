"""When buyers began to report: what was delivered before was not seen, and teaches nothing.

A record often begins in the middle of a business's life. What became of leads from before a
buyer's reports was told late or never; taken at their word they would say that sales come late
and are few. The beginning is the change point of a series of shares (D. Hinkley, E. Hinkley
1970, "Inference about the change-point in a sequence of binomial variables", Biometrika 57): of
each delivery week, the share told of promptly, where next to no report came before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from scipy.special import xlogy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

LATE_WEEKS: Final = 8
"""A change point within so many weeks of a buyer's first delivery is its usual first delay."""
RISE: Final = 10
"""Before it, per delivery, less than one in so many reports came of what came after it."""
SURE: Final = 15.0
"""Twice the log-likelihood ratio from which a change point is believed."""
QUICK: Final = 0.25
"""Told promptly: as quickly as this share of the buyer's reports."""


def begun(changes: pl.DataFrame) -> dict[str, int]:
    """The buyers whose reports began late, with the Monday of the first week told of promptly.

    Not in it is a buyer that reported from the first weeks on, however slowly, one that never
    reports, or one of which only stray reports came late; a stray early one changes nothing.

    Args:
        changes: `buyer_id`, `delivery_week`, `report_week`, `age_week`, `delivered`,
            `feedback`, of any finer grain.
    """
    by_age = changes.group_by("buyer_id", "age_week").agg(pl.col("feedback").sum())
    share = pl.col("feedback").cum_sum() / pl.col("feedback").sum()
    quick = (
        by_age.filter(pl.col("feedback") > 0)
        .sort("buyer_id", "age_week")
        .with_columns(share=share.over("buyer_id"))
        .filter(pl.col("share") >= QUICK)
        .group_by("buyer_id")
        .agg(quick=pl.col("age_week").min())
    )
    cells = changes.join(quick, on="buyer_id")
    prompt = pl.col("feedback").filter(pl.col("age_week") <= pl.col("quick")).sum()
    weeks = cells.group_by("buyer_id", week="delivery_week").agg(
        pl.col("delivered").sum(), prompt=prompt
    )
    came = cells.group_by("buyer_id", week="report_week").agg(came=pl.col("feedback").sum())
    every = weeks.join(came, on=["buyer_id", "week"], how="full", coalesce=True)
    found = {}
    for (buyer,), rows in (
        every.fill_null(0).sort("week").partition_by("buyer_id", as_dict=True).items()
    ):
        columns = (rows[name].to_numpy().astype(float) for name in ("delivered", "prompt", "came"))
        nth = _change_point(rows["week"].to_numpy(), *columns)
        if nth is not None:
            found[str(buyer)] = int(rows["week"][nth])
    return found


def _change_point(
    weeks: NDArray[np.int64], of: Numbers, prompt: Numbers, came: Numbers
) -> int | None:
    """Which week it is from which on reports rose as if from nothing; None where none is.

    Per week: its deliveries, how many of them were told of promptly, and the reports that
    came in it about deliveries of any week.
    """
    prompt = np.clip(prompt, 0, of)
    before, after = np.cumsum(of) - of, np.cumsum(of[::-1])[::-1]
    told, since = np.cumsum(prompt) - prompt, np.cumsum(prompt[::-1])[::-1]
    surprise = 2 * (
        likelihood(told, before) + likelihood(since, after) - likelihood(prompt.sum(), of.sum())
    )
    late = (weeks - weeks[0] > 7 * LATE_WEEKS) & (of > 0)
    rose = RISE * told * after < since * before
    rose &= RISE * (np.cumsum(came) - came) * after < np.cumsum(came[::-1])[::-1] * before
    surprise[~(late & rose & (surprise >= SURE))] = 0
    best = int(np.argmax(surprise))
    return best if surprise[best] > 0 else None


def likelihood(count: Numbers, of: Numbers) -> Numbers:
    """The greatest log-likelihood of so many of so many."""
    other = of - count
    whole = np.maximum(of, 1)
    return np.asarray(xlogy(count, count / whole) + xlogy(other, other / whole))


def witnessed(changes: pl.DataFrame, since: Mapping[str, int]) -> pl.DataFrame:
    """The deliveries whose development was seen: none from before their buyer `begun`."""
    if not since:
        return changes
    return changes.filter(~unseen(since, pl.col("delivery_week")))


def unseen(since: Mapping[str, int], day: pl.Expr) -> pl.Expr:
    """Condition on rows with `buyer_id`: of a day from before the buyer's reports began."""
    first = pl.col("buyer_id").replace_strict(since, default=None, return_dtype=pl.Int64)
    return (day < first).fill_null(value=False)
