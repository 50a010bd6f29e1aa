"""Step 4: outcomes -> additive counts and sums per cell; lazy Narwhals only.

Every measure of a tally is a sum over deliveries, so tallies of parts add up to the
tally of the whole, and filtering before or after tallying is the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import narwhals as nw

from data_access.columns import CLOSED, DETAIL_ONLY, PROGRESS
from metrics.outcomes.known_facts import flag, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metrics.definitions.scope import Clock
    from metrics.outcomes.known_facts import Frame

CELL: Final = ("day", "source_id", "buyer_id", "vertical", "product")
"""Keys of the wide tally: one cell is one day and one value of each."""

DAY_OF: Final[dict[Clock, str]] = {
    "delivered": "dated_day",
    "occurred": "occurred_day",
    "reported": "reported_day",
}
"""The day by which each clock dates a delivery; null dates leave it out."""

MIX: Final = ("converted", "returned", *CLOSED, *PROGRESS, DETAIL_ONLY)
_OTHERS: Final = (*CLOSED, *PROGRESS, DETAIL_ONLY)

MEASURES: Final = (
    "attempted",
    "delivered",
    "feedback",
    "contacted",
    "converted",
    "returned",
    *(f"is_{outcome}" for outcome in _OTHERS),
    "waiting",
    "credited",
    "refused_claims",
    "contradictions",
    "priced",
    "costed",
    "valued",
    "gross_cents",
    "credit_cents",
    "cost_cents",
    "value_cents",
)
"""Columns of a tally beside its keys, all Int64."""


def measured(outcomes: Frame) -> Frame:
    """Outcomes with each measure as a column of their own."""
    delivered = nw.col("delivered") == 1

    def money(column: str) -> nw.Expr:
        return nw.when(delivered).then(nw.col(column)).fill_null(0)

    def known(column: str) -> nw.Expr:
        return flag(delivered & ~nw.col(column).is_null())

    state = nw.col("return_state").fill_null("")
    word = nw.col("outcome").fill_null("")
    return outcomes.with_columns(
        attempted=whole(1),
        feedback=nw.col("covered"),
        **{f"is_{outcome}": flag(word == outcome) for outcome in _OTHERS},
        waiting=flag(state == "waiting"),
        credited=flag(state == "credited"),
        refused_claims=flag(state == "refused"),
        contradictions=flag(nw.col("contradiction_mask") > 0),
        priced=known("price_cents"),
        costed=known("lead_cost_cents"),
        valued=known("value_cents"),
        gross_cents=money("price_cents"),
        credit_cents=money("credit_approved_cents"),
        cost_cents=money("lead_cost_cents"),
        value_cents=nw.col("value_cents").fill_null(0),
    )


def tally(outcomes: Frame, by: Sequence[str], *, clock: Clock = "delivered") -> Frame:
    """Sums of every measure per cell.

    Args:
        outcomes: one row per delivery (`resolve.COLUMNS`).
        by: columns that make a cell; `day` is the delivery's day by the clock.
        clock: other clocks than `delivered` count only deliveries with live feedback.
    """
    dated = measured(outcomes).with_columns(day=nw.col(DAY_OF[clock]))
    if clock != "delivered":
        dated = dated.filter(nw.col("covered") == 1)
    return dated.group_by(*by).agg(*(nw.col(measure).sum() for measure in MEASURES))


def add(parts: Sequence[Frame], by: Sequence[str] = CELL) -> Frame:
    """Add tallies of the same cells; cells that come to nothing are left out."""
    total = nw.concat(list(parts), how="vertical").group_by(*by)
    summed = total.agg(*(nw.col(measure).sum() for measure in MEASURES))
    return summed.filter(nw.col("attempted") != 0)


def negative(part: Frame) -> Frame:
    """A tally to take away."""
    return part.with_columns(-nw.col(measure) for measure in MEASURES)
