"""Change from the mix and from performance; sources by buyer; strictness."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl
import scipy

from metrics.definitions.catalogue import QUALITY_RATES, number
from metrics.definitions.intervals import Z95, rated, share

if TYPE_CHECKING:
    from collections.abc import Mapping

    from metrics.definitions.party_names import PartyNames

SHIFT: Final[dict[str, pl.DataType]] = {
    "measure": pl.String(),
    "group": pl.String(),
    "name": pl.String(),
    "of_before": pl.Int64(),
    "of_now": pl.Int64(),
    "rate_before": pl.Float64(),
    "rate_now": pl.Float64(),
    "from_mix": pl.Float64(),
    "from_performance": pl.Float64(),
    "change": pl.Float64(),
    "paradox": pl.Boolean(),
}
TOTAL: Final = "(all)"


def mix_shift(
    before: pl.DataFrame, now: pl.DataFrame, names: dict[str, str], *, of: str = "feedback"
) -> pl.DataFrame:
    """The table `mix_shift`: how much of a change comes from volumes, how much from rates.

    `Δ = Σ Δw·(r̄ − R̄) + Σ w̄·Δr` over groups, with w a group's share of the denominator, r
    its rate, bars the means of both periods (E. Kitagawa 1955, "Components of a difference
    between two rates", JASA 50); R̄, the mean of the whole, cancels in the sum and makes
    each row readable: growing above average adds.

    Args:
        before: `group` and the counts of `QUALITY_RATES`, the period before at the same age.
        now: the same for the period.
        names: what groups are called.
        of: what conversion and contact are out of: feedback, or delivered.

    Returns:
        For each measure a row `(all)`, then groups by the size of their effect. A group
        absent in one period has no performance effect and takes the other period's rate.
        `paradox`: every group that is in both moved against the whole (Simpson).
        conversion and contact are out of `of`, returns of deliveries.
    """
    if not before.height or not now.height:
        return pl.DataFrame(schema=SHIFT)
    both = before.join(now, on="group", how="full", suffix="_now", coalesce=True).sort("group")
    cells = {key: number(key).counted(of) for key in QUALITY_RATES}
    parts = [_shift(both, measure, *pair, names) for measure, pair in cells.items()]
    return pl.concat(parts).select(pl.col(name).cast(kind) for name, kind in SHIFT.items())


def _shift(
    both: pl.DataFrame, measure: str, count: str, of: str, names: dict[str, str]
) -> pl.DataFrame:
    rows = both.select(
        "group",
        *(
            pl.col(f"{c}{end}").fill_null(0).alias(f"{k}{end}")
            for k, c in (("x", count), ("n", of))
            for end in ("", "_now")
        ),
    )
    whole = rows.select(pl.col("x", "x_now", "n", "n_now").sum()).row(0, named=True)
    if not whole["n"] or not whole["n_now"]:
        return pl.DataFrame(schema=SHIFT)
    old, new = whole["x"] / whole["n"], whole["x_now"] / whole["n_now"]
    parts = _parts(rows, whole).with_columns(
        measure=pl.lit(measure), name=pl.col("group").replace(names)
    )
    total = {
        "measure": measure,
        "group": TOTAL,
        "name": TOTAL,
        "of_before": whole["n"],
        "of_now": whole["n_now"],
        "rate_before": old,
        "rate_now": new,
        "from_mix": parts["from_mix"].sum(),
        "from_performance": parts["from_performance"].sum(),
        "change": new - old,
        "paradox": _against(parts, new - old),
    }
    single = parts.with_columns(paradox=pl.lit(None, pl.Boolean)).sort(
        -pl.col("change").abs(), "group"
    )
    frame = pl.DataFrame([total], schema=SHIFT)
    return pl.concat([frame, single.select(pl.col(n).cast(k) for n, k in SHIFT.items())])


def _parts(rows: pl.DataFrame, whole: dict[str, Any]) -> pl.DataFrame:
    """What each group adds to the change, by its weight and by its rate (`mix_shift`)."""
    old, new = whole["x"] / whole["n"], whole["x_now"] / whole["n_now"]
    r0, r1 = share(pl.col("x"), pl.col("n")), share(pl.col("x_now"), pl.col("n_now"))
    rows = rows.with_columns(rate_before=r0, rate_now=r1).with_columns(
        a=pl.coalesce("rate_before", "rate_now"), b=pl.coalesce("rate_now", "rate_before")
    )
    w0, w1 = pl.col("n") / whole["n"], pl.col("n_now") / whole["n_now"]
    mean = (pl.col("a") + pl.col("b")) / 2 - (old + new) / 2
    return (
        rows.filter(pl.col("a").is_not_null())
        .with_columns(
            of_before="n",
            of_now="n_now",
            from_mix=(w1 - w0) * mean,
            from_performance=(w0 + w1) / 2 * (pl.col("b") - pl.col("a")),
        )
        .with_columns(change=pl.col("from_mix") + pl.col("from_performance"))
    )


def _against(rows: pl.DataFrame, change: float) -> bool:
    """Whether all groups that are in both periods moved against the whole."""
    moves = (rows["rate_now"] - rows["rate_before"]).drop_nulls().to_numpy()
    return len(moves) > 1 and bool((moves * change < 0).all())


BRIDGE: Final[dict[str, pl.DataType]] = {
    "step": pl.String(),
    "cents": pl.Int64(),
}


def money_shift(before: Mapping[str, int | None], now: Mapping[str, int | None]) -> pl.DataFrame:
    """The table `money_shift`: what moved the margin: volume, prices, credits, cost.

    Margin is deliveries × (price − credit − cost per delivery). Volume is the change of
    deliveries at the mean margin per delivery of both periods; prices, credits and cost
    are their change per delivery at the mean number of deliveries: the four add up to the
    change exactly (to the cent, rounding goes to volume). No rows where an amount is
    unknown or a period has no deliveries.

    Args:
        before: delivered, gross_cents, credit_cents, cost_cents, margin_cents.
        now: the same for the period.
    """
    names = ("delivered", "gross_cents", "credit_cents", "cost_cents", "margin_cents")
    a, b = ([side[name] for name in names] for side in (before, now))
    if any(v is None for v in (*a, *b)) or not a[0] or not b[0]:
        return pl.DataFrame(schema=BRIDGE)
    old, new = (np.array([float(v or 0) for v in side]) for side in (a, b))
    each = new[1:4] / new[0] - old[1:4] / old[0]
    middle = (new[0] + old[0]) / 2
    price, credit, cost = (round(float(v)) for v in each * middle * np.array([1, -1, -1]))
    change = int(new[4] - old[4])
    steps = [
        ("margin before", int(old[4])),
        ("volume", change - price - credit - cost),
        ("prices", price),
        ("credits", credit),
        ("lead cost", cost),
        ("margin now", int(new[4])),
    ]
    return pl.DataFrame(steps, schema=BRIDGE, orient="row")


BY_BUYER: Final[dict[str, pl.DataType]] = {
    "source_id": pl.String(),
    "source_name": pl.String(),
    "buyer_id": pl.String(),
    "buyer_name": pl.String(),
    "converted": pl.Int64(),
    "feedback": pl.Int64(),
    "conversion_rate": pl.Float64(),
    "conversion_low": pl.Float64(),
    "conversion_high": pl.Float64(),
    "expected_rate": pl.Float64(),
    "residual": pl.Float64(),
    "unusual": pl.Boolean(),
    "standardised_rate": pl.Float64(),
}


def source_by_buyer(cells: pl.DataFrame, named: PartyNames) -> pl.DataFrame:
    """The table `source_by_buyer`: every pairing with what its source and buyer explain.

    Expected is an additive fit, source effect + buyer effect, by least squares weighted
    with the feedback of each cell. `unusual`: the expected rate lies outside the likely
    range. `standardised_rate`: the source's fitted rate over the buyers of everyone, each
    weighted by its share of all feedback; the same in all rows of a source.

    Args:
        cells: `source`, `buyer`, `feedback`, `converted`.
        named: names.
    """
    rows = cells.filter(pl.col("feedback") > 0).sort("source", "buyer")
    if not rows.height:
        return pl.DataFrame(schema=BY_BUYER)
    likely = rated("conversion", pl.col("converted"), pl.col("feedback"))
    rows = rows.with_columns(
        conversion_rate=likely["conversion"],
        conversion_low=likely["conversion_low"],
        conversion_high=likely["conversion_high"],
    )
    fitted, standard = _additive(rows)
    rows = rows.with_columns(expected_rate=pl.Series(fitted), standardised_rate=pl.Series(standard))
    inside = pl.col("expected_rate").is_between("conversion_low", "conversion_high")
    table = rows.with_columns(
        source_id="source",
        buyer_id="buyer",
        source_name=pl.col("source").replace(named.source),
        buyer_name=pl.col("buyer").replace(named.buyer),
        residual=pl.col("conversion_rate") - pl.col("expected_rate"),
        unusual=~inside,
    )
    return table.select(pl.col(name).cast(kind) for name, kind in BY_BUYER.items())


def _additive(rows: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Fitted rate of each cell, and of its source over everyone's buyers; 0 - 1."""
    s = rows["source"].rank("dense").to_numpy().astype(int) - 1
    b = rows["buyer"].rank("dense").to_numpy().astype(int) - 1
    n = rows["feedback"].to_numpy().astype(float)
    rate = rows["conversion_rate"].to_numpy()
    high, wide = s.max() + 1, b.max() + 1
    middle = float((rate * n).sum() / n.sum())
    at = np.arange(len(n))
    weight = np.sqrt(n)
    matrix = scipy.sparse.csr_matrix(
        (
            np.concatenate([weight, weight]),
            (np.concatenate([at, at]), np.concatenate([s, high + b])),
        ),
        shape=(len(n), high + wide),
    )
    effects = scipy.sparse.linalg.lsqr(matrix, weight * (rate - middle), atol=1e-12, btol=1e-12)[0]
    fitted = middle + effects[s] + effects[high + b]
    mass = np.bincount(b, weights=n, minlength=wide) / n.sum()
    standard = middle + effects[s] + float(mass @ effects[high:])
    return np.clip(fitted, 0, 1), np.clip(standard, 0, 1)


STRICTNESS: Final[dict[str, pl.DataType]] = {
    "buyer_id": pl.String(),
    "buyer_name": pl.String(),
    "delivered": pl.Int64(),
    "compared": pl.Int64(),
    "exclusive": pl.Int64(),
    "returned": pl.Int64(),
    "returned_compared": pl.Int64(),
    "expected_returns": pl.Float64(),
    "strictness": pl.Float64(),
    "strictness_low": pl.Float64(),
    "strictness_high": pl.Float64(),
    "excess_returns": pl.Float64(),
}


def buyer_strictness(cells: pl.DataFrame, named: PartyNames) -> pl.DataFrame:
    """The table `buyer_strictness`: returns against what other buyers return, same sources.

    Expected is the sum over sources of the buyer's deliveries times the source's return
    rate at all *other* buyers; deliveries of sources that only this buyer gets are
    `exclusive` and not compared. strictness = returned ÷ expected; its 95 % range is
    log-normal with the variances of both counts. Null where nothing is expected.

    Args:
        cells: `source`, `buyer`, `delivered`, `returned`.
        named: names of buyers.

    Returns:
        One row per buyer, the strictest (by the low end of its range) first.
    """
    n, r = pl.col("delivered"), pl.col("returned")
    rows = cells.with_columns(
        others=n.sum().over("source") - n, others_back=r.sum().over("source") - r
    )
    compared = pl.col("others") > 0
    rate = pl.col("others_back") / pl.col("others")
    noise = n**2 * rate * (1 - rate) / pl.col("others")
    sums = rows.group_by("buyer").agg(
        n.sum(),
        r.sum(),
        compared=n.filter(compared).sum(),
        exclusive=n.filter(~compared).sum(),
        returned_compared=r.filter(compared).sum(),
        expected_returns=(n * rate).filter(compared).sum(),
        noise=noise.filter(compared).sum(),
    )
    found, e = pl.col("returned_compared").cast(pl.Float64), pl.col("expected_returns")
    ratio = pl.when(e > 0).then(found / e)
    spread = (1 / found.clip(0.5) + pl.col("noise") / e**2).sqrt() * Z95
    centre = pl.when(e > 0).then(found.clip(0.5) / e)
    table = sums.with_columns(
        buyer_id="buyer",
        buyer_name=pl.col("buyer").replace(named.buyer),
        strictness=ratio,
        strictness_low=pl.when(found > 0).then(centre * (-spread).exp()).otherwise(ratio),
        strictness_high=centre * spread.exp(),
        excess_returns=pl.when(e > 0).then(found - e),
    )
    table = table.sort(["strictness_low", "buyer_id"], descending=[True, False], nulls_last=True)
    return table.select(pl.col(name).cast(kind) for name, kind in STRICTNESS.items())
