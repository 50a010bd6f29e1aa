"""Where sales will end: grown weeks by the chain ladder, young ones blended with a usual rate.

R. Bornhuetter, R. Ferguson (1972), "The actuary and IBNR", Proceedings of the Casualty
Actuarial Society 59; the share developed at each age is `maturity`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from metrics.definitions.intervals import Z95
from metrics.insights.maturity import ALL, MATURE_SHARE
from metrics.insights.reporting_start import witnessed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metrics.insights.maturity import Curves

CHAIN_SHARE: Final = 0.7
LEAST_OWN: Final = 200  # grown deliveries from which a group's own rate is used

EXPECTED: Final[dict[str, pl.DataType]] = {
    "delivered": pl.Int64(),
    "converted": pl.Int64(),
    "developed": pl.Float64(),
    "expected_final": pl.Float64(),
    "expected_low": pl.Float64(),
    "expected_high": pl.Float64(),
    "still_to_come": pl.Float64(),
    "expected_rate": pl.Float64(),
    "open_after_weeks": pl.Int64(),
}
"""Sales so far and in the end. `developed` is so far ÷ expected at the ages reached; all but
the counts are null where nothing is known of grown deliveries, or where a week has sales at an
age at which the curve has none. The range covers chance, as much as weeks scatter here, and
what the curve may be off, which is the same for all weeks of a segment; not a change of quality,
nor what comes later than any age seen: `open_after_weeks` is that age where sales still come in
then, null where hardly any do."""


def expected(
    changes: pl.DataFrame,
    curves: Curves,
    as_of_day: int,
    by: Sequence[str],
    history: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Where the sales of each group will end: `by`, then `EXPECTED`, sorted by `by`.

    Args:
        changes: change-tally cells with `by` beside `delivery_week`, `age_week`,
            `buyer_id`, `delivered`, `feedback`, `converted`.
        curves: those of the segments.
        as_of_day: the first day that is not wholly known.
        by: columns of `changes` that make a group.
        history: the same cells of all days, from which a group's own rate is known where
            it has 200 grown deliveries that were `reporting_start.witnessed`; else the segment's
            is used.
    """
    names = [name for name in by if name != "delivery_week"]
    ladder = _ladder(curves)
    cohorts = _cohorts(changes, curves, as_of_day, [*by, "delivery_week"], ladder)
    past = witnessed(changes if history is None else history, curves.since)
    grown = _cohorts(past, curves, as_of_day, [*names, "delivery_week"], ladder)
    return _summed(_forecast(cohorts, _own_rates(grown, names), names), by)


def share_arrived(still_to_come: pl.DataFrame) -> float | None:
    """The share of the sales expected in the end that is in; None where no end is known.

    `still_to_come` has `converted` and `expected_final`, null where it is not known.
    """
    known = still_to_come.drop_nulls("expected_final")
    end = float(known["expected_final"].sum())
    return float(known["converted"].sum()) / end if end > 0 else None


def _cohorts(
    changes: pl.DataFrame,
    curves: Curves,
    as_of_day: int,
    by: Sequence[str],
    ladder: pl.DataFrame,
) -> pl.DataFrame:
    """Delivery weeks of each group and segment, with how developed they are."""
    segments = {buyer: curves.segment(buyer) for buyer in changes["buyer_id"].unique()}
    rows = changes.with_columns(
        segment=pl.col("buyer_id").replace_strict(segments, default=ALL, return_dtype=pl.String),
        reached=((as_of_day - pl.col("delivery_week") - 7) // 7).clip(0),
    )
    inside = pl.col("age_week") < pl.col("reached")
    cohorts = rows.group_by(list(dict.fromkeys([*by, "segment", "reached"]))).agg(
        pl.col("delivered").sum(),
        pl.col("converted").sum(),
        seen=pl.col("converted").filter(inside).sum(),
    )
    last = ladder.group_by("segment").agg(last=pl.col("reached").max())
    cohorts = cohorts.join(last, on="segment", how="left")
    cohorts = cohorts.with_columns(reached=pl.min_horizontal("reached", "last"))
    return cohorts.join(ladder, on=["segment", "reached"], how="left")


def _own_rates(cohorts: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """The final rate of each group's own grown weeks, where it has enough of them."""
    grown = cohorts.filter(pl.col("share") >= MATURE_SHARE)
    rates = grown.group_by([*names, "segment"]).agg(
        own=(pl.col("seen") / pl.col("share")).sum() / pl.col("delivered").sum(),
        grown=pl.col("delivered").sum(),
    )
    return rates.filter(pl.col("grown") >= LEAST_OWN).drop("grown")


def _ladder(curves: Curves) -> pl.DataFrame:
    """Developed share, its variance, dispersion, final rate and oldest age by segment and age."""
    rows = [
        (
            one.segment,
            j,
            float(share),
            one.dispersion * float(share) * (1 - float(share)) / max(one.converted, 1),
            one.dispersion,
            one.rate,
            one.open_after,
        )
        for one in curves.by_segment.values()
        for j, share in enumerate(np.clip(one.developed, 0.0, None))
    ]
    numbers = dict.fromkeys(("share", "noise", "dispersion", "rate"), pl.Float64)
    schema = {"segment": pl.String, "reached": pl.Int64, **numbers, "open_after": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _forecast(cohorts: pl.DataFrame, own: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Expected final sales, their own variance and what the curve may be off, cohort by cohort."""
    known = cohorts.join(own, on=[*names, "segment"], how="left", nulls_equal=True)
    rate = pl.coalesce("own", "rate")
    left = 1 - pl.col("share").clip(0, 1)
    chain = pl.when(pl.col("share") > 0).then(pl.col("seen") / pl.col("share"))
    blend = pl.col("seen") + pl.col("delivered") * pl.col("base_rate") * left
    final = pl.when(pl.col("share") >= CHAIN_SHARE).then(chain).otherwise(blend)
    final = pl.max_horizontal(final, pl.col("converted").cast(pl.Float64))
    # Sales where the curve says none can be in yet: it tells nothing about these weeks.
    untold = (pl.col("share") <= 0) & (pl.col("seen") > 0)
    final = pl.when(pl.col("base_rate").is_not_null() & ~untold).then(final)
    rows = known.with_columns(base_rate=rate).with_columns(final=final)
    to_come = (pl.col("final") - pl.col("converted")).clip(0)
    slip = pl.col("final") * pl.col("noise").sqrt() / pl.max_horizontal("share", pl.lit(0.1))
    return rows.with_columns(
        variance=to_come * pl.col("dispersion"),
        slip=slip,
        arrived=pl.col("final") * pl.col("share"),
    )


def _summed(cohorts: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    known = pl.col("final").is_not_null().all()
    final = pl.when(known).then(pl.col("final").sum())
    counts = (pl.col("delivered").sum(), pl.col("converted").sum(), pl.col("arrived").sum())
    segments = cohorts.group_by([*by, "segment"]).agg(
        *counts,
        pl.col("open_after").max(),
        final=final,
        variance=pl.col("variance").sum() + pl.col("slip").sum() ** 2,
    )
    sums = segments.group_by(list(by)) if by else segments.group_by(pl.lit(0).alias("__one"))
    total = sums.agg(
        *counts,
        expected_final=final,
        spread=Z95 * pl.col("variance").sum().sqrt(),
        open_after_weeks=pl.col("open_after").max(),
    )
    end, now = pl.col("expected_final"), pl.col("converted").cast(pl.Float64)
    low = pl.max_horizontal(end - pl.col("spread"), now)
    high = pl.min_horizontal(end + pl.col("spread"), pl.col("delivered").cast(pl.Float64))
    table = total.with_columns(
        developed=pl.when(end > 0).then(pl.col("arrived") / end),
        expected_low=pl.when(end.is_not_null()).then(low),
        expected_high=pl.when(end.is_not_null()).then(high),
        still_to_come=end - now,
        expected_rate=pl.when(pl.col("delivered") > 0).then(end / pl.col("delivered")),
    )
    typed = [pl.col(name).cast(kind) for name, kind in EXPECTED.items()]
    return table.select(*by, *typed).sort(list(by))
