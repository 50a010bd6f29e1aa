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
import scipy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

LATE_WEEKS: Final = 8
"""A change point within so many weeks of a buyer's first deliveries is its usual first delay."""
RISE: Final = 10
"""Before it, per delivery, less than one in so many reports, and sales, came of those after it."""
SURE: Final = 15.0
"""Twice the log-likelihood ratio from which a change point is believed."""
QUICK: Final = 0.25
"""Told promptly: as quickly as this share of the reports on the latest weeks told of."""
LATEST_WEEKS: Final = 8
STRAY: Final = 0.02
"""A buyer's first deliveries: those up to this share of all are strays."""
ALL: Final = "(all)"
_WEEKLY: Final = ("delivered", "prompt", "came", "sold")


def begun(changes: pl.DataFrame) -> dict[str, int]:
    """The buyers whose reports began late, with the Monday of the first week told of promptly.

    Not in it is a buyer that reported from the first weeks on, however slowly, one that always
    told of its sales, one that never reports, or one of which only stray reports came late; a
    stray early one changes nothing. Where reports of all buyers together began late, the same
    Monday holds for those of which nothing came before it: of a small buyer alone it is not seen.

    Args:
        changes: `buyer_id`, `delivery_week`, `report_week`, `age_week`, `delivered`,
            `feedback`, `converted`, of any finer grain.
    """
    sides = _weekly(changes)
    found: dict[str, int] = {}
    for buyer, rows in sides.items():
        nth = _change_point(rows)
        if nth is not None and buyer != ALL:
            found[buyer] = int(rows["week"][nth])
    together = sides.get(ALL)
    nth = None if together is None else _change_point(together)
    if together is not None and nth is not None:
        monday = int(together["week"][nth])
        silent = (b for b, rows in sides.items() if b != ALL and _silent_before(rows, monday))
        found = {**dict.fromkeys(silent, monday), **found}
    return found


def _weekly(changes: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Per buyer, and for all together, counts by `week`.

    What was delivered in it and of that told of promptly; reports and sales that came in it, about
    deliveries of any week.
    """
    cells = changes.group_by("buyer_id", "delivery_week", "report_week", "age_week").agg(
        pl.col("delivered", "feedback", "converted").sum()
    )
    both = pl.concat([cells, cells.with_columns(buyer_id=pl.lit(ALL))])
    quick = _quick(both)
    both = both.join(quick, on="buyer_id", how="left")
    prompt = pl.col("feedback").filter(pl.col("age_week") <= pl.col("quick")).sum()
    weeks = both.group_by("buyer_id", week="delivery_week").agg(
        pl.col("delivered").sum(), prompt=prompt
    )
    came = both.group_by("buyer_id", week="report_week").agg(
        came=pl.col("feedback").sum(), sold=pl.col("converted").sum()
    )
    every = weeks.join(came, on=["buyer_id", "week"], how="full", coalesce=True)
    parts = every.fill_null(0).sort("week").partition_by("buyer_id", as_dict=True)
    return {str(key[0]): rows for key, rows in parts.items()}


def _quick(cells: pl.DataFrame) -> pl.DataFrame:
    """Within how many whole weeks a buyer tells promptly: `quick`, by its latest told weeks."""
    told = cells.group_by("buyer_id", "delivery_week", "age_week").agg(pl.col("feedback").sum())
    told = told.filter(pl.col("feedback") > 0)
    nth = pl.col("delivery_week").rank("dense", descending=True).over("buyer_id")
    latest = told.filter(nth <= LATEST_WEEKS)
    by_age = latest.group_by("buyer_id", "age_week").agg(pl.col("feedback").sum())
    share = pl.col("feedback").cum_sum() / pl.col("feedback").sum()
    within = by_age.sort("buyer_id", "age_week").with_columns(share=share.over("buyer_id"))
    return (
        within.filter(pl.col("share") >= QUICK)
        .group_by("buyer_id")
        .agg(quick=pl.col("age_week").min())
    )


def _silent_before(rows: pl.DataFrame, monday: int) -> bool:
    """Whether a buyer was delivered to before a week, and next to nothing came before it."""
    before, after = rows.filter(pl.col("week") < monday), rows.filter(pl.col("week") >= monday)
    of, came = int(before["delivered"].sum()), int(before["came"].sum())
    if not came:
        return of > 0
    return RISE * came * int(after["delivered"].sum()) < int(after["came"].sum()) * of


def _change_point(rows: pl.DataFrame) -> int | None:
    """Which week it is from which on reports rose as if from nothing; None where none is."""
    of, prompt, came, sold = (rows[name].to_numpy().astype(float) for name in _WEEKLY)
    week, prompt = rows["week"].to_numpy(), np.clip(prompt, 0, of)
    before, told = np.cumsum(of) - of, np.cumsum(prompt) - prompt
    after, since = of.sum() - before, prompt.sum() - told
    surprise = 2 * (
        likelihood(told, before) + likelihood(since, after) - likelihood(prompt.sum(), of.sum())
    )
    first = week[int(np.argmax(before + of > STRAY * of.sum()))]
    rose = (week - first > 7 * LATE_WEEKS) & (of > 0) & (surprise >= SURE)
    rose &= RISE * told * after < since * before
    for counts in (came, sold):
        until = np.cumsum(counts) - counts
        rose &= RISE * until * after <= (counts.sum() - until) * before
    surprise[~rose] = 0
    best = int(np.argmax(surprise))
    return best if surprise[best] > 0 else None


def likelihood(count: Numbers, of: Numbers) -> Numbers:
    """The greatest log-likelihood of so many of so many."""
    other = of - count
    whole = np.maximum(of, 1)
    return np.asarray(
        scipy.special.xlogy(count, count / whole) + scipy.special.xlogy(other, other / whole)
    )


def witnessed(changes: pl.DataFrame, since: Mapping[str, int]) -> pl.DataFrame:
    """The deliveries whose development was seen: none from before their buyer `begun`."""
    if not since:
        return changes
    return changes.filter(~unseen(since, pl.col("delivery_week")))


def unseen(since: Mapping[str, int], day: pl.Expr) -> pl.Expr:
    """Condition on rows with `buyer_id`: of a day from before the buyer's reports began."""
    first = pl.col("buyer_id").replace_strict(since, default=None, return_dtype=pl.Int64)
    return (day < first).fill_null(value=False)
