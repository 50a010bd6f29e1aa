"""Silence: what is overdue by a buyer's own habit, whom to ask, which leads to call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import numpy as np
import polars as pl
import scipy

from metrics.definitions.intervals import Z95

if TYPE_CHECKING:
    from metrics.definitions.party_names import PartyNames

DAY_US: Final = 86_400_000_000
DELAY_DAYS: Final = 60  # a delay curve reaches so far
_DAYS: Final = DELAY_DAYS + 1

OVERDUE: Final[dict[str, pl.DataType]] = {
    "buyer_id": pl.String(),
    "buyer_name": pl.String(),
    "delivered": pl.Int64(),
    "received": pl.Int64(),
    "expected": pl.Float64(),
    "overdue": pl.Float64(),
    "overdue_low": pl.Float64(),
    "probability_normal": pl.Float64(),
    "usual_coverage": pl.Float64(),
    "usual_days": pl.Int64(),
    "last_reported_at": pl.Datetime("us", "UTC"),
    "days_silent": pl.Int64(),
}
LEAST_HISTORY: Final = 50


def overdue_feedback(
    recent: pl.DataFrame, history: pl.DataFrame, as_of_us: int, named: PartyNames
) -> pl.DataFrame:
    """The table `overdue_feedback`: reports that would normally be here, most missing first.

    A buyer's delay curve is the share of its earlier deliveries that had a first report
    within so many whole days (0 - 60), from those old enough to have been seen that long
    (Kaplan-Meier's idea with every delivery followed to its age); deliveries older than 60
    days follow the end of the curve. Expected is the sum of the curve at each recent
    delivery's age. Null where the history has under 50 deliveries. A buyer without recent
    deliveries owes nothing: 0 are expected of it.

    Args:
        recent: deliveries to judge: `buyer`, `dated_us`, `first_reported_us`,
            `last_reported_us`.
        history: deliveries before them, the same columns.
        as_of_us: now.
        named: names of buyers.

    Returns:
        received, expected, overdue = expected − received; `overdue_low`, what is surely
        missing (normal approximation, 97.5 %, spread of both curve and count);
        probability_normal, the chance of so few reports if the buyer reported as ever;
        usual coverage and the days in which half of its reports come; the last report, the
        first about a delivery or a later one, and the days since.
    """
    rows = []
    sides = [side.partition_by("buyer", as_dict=True) for side in (recent, history)]
    for key in sorted({*sides[0], *sides[1]}):
        part, known = sides[0].get(key, recent.clear()), sides[1].get(key)
        buyer = key[0]
        ages = np.clip((as_of_us - part["dated_us"].to_numpy()) // DAY_US, 0, DELAY_DAYS)
        received = int(part["first_reported_us"].is_not_null().sum())
        last = cast(
            "int | None",
            pl.concat([p["last_reported_us"] for p in (part, known) if p is not None]).max(),
        )
        curve, size = _curve(known, as_of_us)
        row = {
            "buyer_id": buyer,
            "buyer_name": named.buyer.get(str(buyer), str(buyer)),
            "delivered": part.height,
            "received": received,
            "last_reported_at": last,
            "days_silent": None if last is None else (as_of_us - last) // DAY_US,
        }
        if curve is not None:
            row |= _missing(curve[ages.astype(int)], received, size) | _usual(curve)
        rows.append(row)
    table = pl.DataFrame(rows, schema={**OVERDUE, "last_reported_at": pl.Int64})
    table = table.with_columns(pl.col("last_reported_at").cast(pl.Datetime("us", "UTC")))
    return table.sort(
        ["overdue_low", "overdue", "buyer_id"], descending=[True, True, False], nulls_last=True
    )


def _curve(history: pl.DataFrame | None, as_of_us: int) -> tuple[np.ndarray | None, int]:
    """Share reported within each whole number of days."""
    if history is None or history.height < LEAST_HISTORY:
        return None, 0
    seen = (as_of_us - history["dated_us"]) // DAY_US
    delay = (history["first_reported_us"] - history["dated_us"]) // DAY_US
    return delay_curve(seen, delay), history.height


def delay_curve(seen: pl.Series, delay: pl.Series) -> np.ndarray:
    """Share of deliveries with a first report within 0, 1, … 60 whole days.

    Each share is of those seen for so many days (`seen`, their age); `delay` is the days to
    the first report, null without one. It never falls; days that none has been seen for have
    the share of the day before.
    """
    of = np.bincount(np.clip(seen.filter(seen >= 0).to_numpy(), 0, DELAY_DAYS), minlength=_DAYS)
    at_risk = of[::-1].cumsum()[::-1]
    told = pl.DataFrame({"seen": seen, "delay": delay.clip(0)}).filter(
        pl.col("delay") <= pl.col("seen")
    )
    ends = [np.clip(told[name].to_numpy(), 0, _DAYS) for name in ("delay", "seen")]
    begun = np.bincount(ends[0], minlength=_DAYS + 1)
    left = np.bincount(np.clip(ends[1] + 1, 0, _DAYS), minlength=_DAYS + 1)
    within = (begun - left).cumsum()[:_DAYS]
    shares = np.divide(within, at_risk, out=np.full(_DAYS, np.nan), where=at_risk > 0)
    filled = pl.Series(shares).fill_nan(None).forward_fill().fill_null(0.0).to_numpy()
    return np.asarray(np.maximum.accumulate(filled))


def _missing(chances: np.ndarray, received: int, size: int) -> dict[str, float]:
    """How many reports are missing, and how sure that is."""
    expected = float(chances.sum())
    noise = float((chances * (1 - chances)).sum())
    share_ = expected / max(len(chances), 1)
    slip = len(chances) ** 2 * share_ * (1 - share_) / max(size, 1)
    spread = float(np.sqrt(noise + slip))
    gone = expected - received
    chance = float(scipy.special.ndtr(-gone / spread)) if spread else 1.0
    return {
        "expected": expected,
        "overdue": gone,
        "overdue_low": gone - Z95 * spread,
        "probability_normal": chance,
    }


def _usual(curve: np.ndarray) -> dict[str, float | int | None]:
    end = float(curve[-1])
    return {
        "usual_coverage": end,
        "usual_days": int(np.argmax(curve >= end / 2)) if end > 0 else None,
    }


UNANSWERED: Final[dict[str, pl.DataType]] = {
    "lead_id": pl.String(),
    "buyer_id": pl.String(),
    "buyer_name": pl.String(),
    "delivered_at": pl.Datetime("us", "UTC"),
    "age_days": pl.Int64(),
    "buyer_lead_id": pl.String(),
    "outcome": pl.String(),
    "reason": pl.String(),
    "value": pl.Float64(),
    "occurred_at": pl.String(),
    "notes": pl.String(),
}


def unanswered(outcomes: pl.LazyFrame, named: PartyNames, as_of_day: int) -> pl.DataFrame:
    """The table `unanswered`: the file to send to buyers, importable when filled in.

    Delivered and without a word, by buyer and then the oldest first; outcome, reason,
    value, occurred_at and notes are empty for the buyer to fill in.
    """
    open_ = outcomes.filter(pl.col("delivered") == 1, pl.col("covered") == 0)
    blank = {
        name: pl.lit(None, UNANSWERED[name])
        for name in ("outcome", "reason", "value", "occurred_at", "notes")
    }
    table = open_.with_columns(
        buyer_name=pl.col("buyer_id").replace(named.buyer),
        delivered_at=pl.col("dated_us").cast(pl.Datetime("us", "UTC")),
        age_days=as_of_day - pl.col("dated_day"),
        **blank,
    )
    return _typed(table.sort("buyer_id", "delivered_at", "lead_id"), UNANSWERED)


SAMPLE: Final[dict[str, pl.DataType]] = {
    "buyer_id": pl.String(),
    "buyer_name": pl.String(),
    "silent": pl.Int64(),
    "needed": pl.Int64(),
    "nth": pl.Int64(),
    "lead_id": pl.String(),
    "delivered_at": pl.Datetime("us", "UTC"),
    "source_id": pl.String(),
}
MIDDLE: Final = 0.5


def verification_sample(
    outcomes: pl.LazyFrame, named: PartyNames, *, precision: float, seed: int
) -> pl.DataFrame:
    """The table `verification_sample`: which silent deliveries to call, and how many.

    How many for a 95 % range of ± `precision` on the contact rate of all silent ones
    together, with finite population (W. Cochran 1977, "Sampling Techniques", 4.2), shared
    among buyers by J. Neyman's rule (1934): by their number of silent deliveries times
    the spread of their contact among those reported (0.5 where none is). At least one per
    buyer; drawn at random, the same for the same seed.
    """
    rows = outcomes.filter(pl.col("delivered") == 1)
    silent = (
        rows.filter(pl.col("covered") == 0)
        .select("buyer_id", "lead_id", "dated_us", "source_id")
        .collect()
    )
    if not silent.height:
        return pl.DataFrame(schema=SAMPLE)
    told = (
        rows.filter(pl.col("covered") == 1).group_by("buyer_id").agg(p=pl.col("contacted").mean())
    )
    sizes = silent.group_by("buyer_id").agg(silent=pl.len().cast(pl.Int64)).sort("buyer_id")
    sizes = sizes.join(told.collect(), on="buyer_id", how="left")
    p = pl.col("p").fill_null(MIDDLE)
    sizes = sizes.with_columns(spread=(p * (1 - p)).sqrt().clip(0.1))
    whole = silent.height
    mass = pl.col("silent") * pl.col("spread")
    variance = float((sizes["silent"] * sizes["spread"] ** 2).sum()) / whole
    wanted = variance * (Z95 / precision) ** 2
    wanted = wanted / (1 + wanted / whole)
    sizes = sizes.with_columns(
        needed=pl.min_horizontal((mass / mass.sum() * wanted).ceil().clip(1), "silent").cast(
            pl.Int64
        )
    )
    mixed = silent.sort("buyer_id", "lead_id").sample(fraction=1.0, shuffle=True, seed=seed)
    drawn = mixed.with_columns(nth=pl.int_range(1, pl.len() + 1).over("buyer_id"))
    table = (
        drawn.join(sizes, on="buyer_id")
        .filter(pl.col("nth") <= pl.col("needed"))
        .with_columns(
            buyer_name=pl.col("buyer_id").replace(named.buyer),
            delivered_at=pl.col("dated_us").cast(pl.Datetime("us", "UTC")),
        )
    )
    return _typed(table.lazy().sort("buyer_id", "nth"), SAMPLE)


def _typed(table: pl.LazyFrame, schema: dict[str, pl.DataType]) -> pl.DataFrame:
    return table.select(pl.col(name).cast(kind) for name, kind in schema.items()).collect()
