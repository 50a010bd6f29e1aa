"""Findings: what wants a decision, each with a name that stays the same from day to day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from metrics.definitions.catalogue import number
from metrics.definitions.phrases import money, quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

    Frames = Mapping[str, pl.DataFrame]

KINDS: Final = ("change", "claims", "overdue", "contradiction", "suggestion", "refused")
FINDINGS: Final[dict[str, pl.DataType]] = {
    "finding": pl.String(),
    "kind": pl.String(),
    "code": pl.String(),
    "source_id": pl.String(),
    "source_name": pl.String(),
    "sub_source": pl.String(),
    "buyer_id": pl.String(),
    "buyer_name": pl.String(),
    "sentence": pl.String(),
    "better": pl.Boolean(),
    "measure": pl.String(),
    "count": pl.Int64(),
    "of": pl.Int64(),
    "figure": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "expected": pl.Float64(),
    "since": pl.Date(),
    "until": pl.Date(),
    "money_cents": pl.Int64(),
}
_SUGGESTED: Final = {
    "high_returns": ("return_rate", "claimed back", "more than the"),
    "low_contact": ("contact_rate", "spoken to", "less than the"),
    "excellent": ("conversion_rate", "sold", "more than the"),
    "poor": ("conversion_rate", "sold", "less than the"),
}


def findings(frames: Frames, rise: float, currency: str) -> pl.DataFrame:
    """The table `findings`: what wants a decision: by money at stake, chances last.

    Args:
        frames: the tables `alerts`, `claims`, `overdue_feedback`, `contradictions` and
            `recommendations`; `prices`: source_id, buyer_id, delivered, price_cents (sums
            over the deliveries of the last 90 days), for money where a table has none.
        rise: by which share the rules would raise a price or a cap.
        currency: of the store.

    Returns:
        One row per finding. `finding` is its name: the same thing found again tomorrow has
        the same one. `better` is true for a change or suggestion that is good news.
        `figure` is a rate where `of` is set, else a count; `expected` is what it is
        compared with. `money_cents`: for changes the price of the deliveries looked at
        times the share by which the rate is off; for claims what is asked back; for
        overdue feedback the price of the deliveries without word that would have one; for
        contradictions the price of the deliveries; for suggestions the money of the table
        `recommendations`, and where more is to be won, what a rise by `rise` would bring;
        null where no price is known.
    """
    made = [
        row
        for maker in (_changes, _claims, _overdue, _contradictions, _suggestions)
        for row in maker(frames, currency)
    ]
    table = pl.DataFrame(made, schema=FINDINGS)
    won = (pl.col("money_cents") * rise).round().cast(pl.Int64)
    more = pl.col("better") & (pl.col("kind") == "suggestion")
    return ordered(table.with_columns(money_cents=pl.when(more).then(won).otherwise("money_cents")))


def ordered(table: pl.DataFrame) -> pl.DataFrame:
    """What is wrong before what is a chance, each by money downwards, without money last."""
    return table.sort(
        ["better", "money_cents", "finding"], descending=[False, True, False], nulls_last=True
    )


Row = dict[str, Any]


def _prices(frames: Frames, by: str) -> dict[str, float]:
    """Mean price of a delivery per source or buyer, in cents."""
    sums = frames["prices"].group_by(by).agg(pl.col("price_cents").sum(), pl.col("delivered").sum())
    known = sums.filter(pl.col("price_cents") > 0, pl.col("delivered") > 0)
    return {row[by]: row["price_cents"] / row["delivered"] for row in known.to_dicts()}


def _changes(frames: Frames, _: str) -> list[Row]:
    """One finding per source, measure and direction; the sub-source that stands out is named."""
    unusual = frames["alerts"].filter("alert")
    prices = _prices(frames, "source_id")
    rows: list[Row] = []
    for (source, measure, direction), part in unusual.group_by(
        "source_id", "measure", "direction", maintain_order=True
    ):
        whole = part.filter(kind="source").head(1)
        inner = part.filter(kind="sub_source").head(1)
        row = (whole if whole.height else inner).row(0, named=True)
        price = prices.get(str(source))
        off = abs(row["rate"] / row["expected_rate"] - 1) if row["expected_rate"] else 0.0
        sub = inner["sub_source"][0] if inner.height else None
        rows.append(
            {
                "finding": f"change:{source}:{measure}:{direction}",
                "kind": "change",
                "code": f"{measure}:{direction}",
                "source_id": source,
                "source_name": row["source_name"],
                "sub_source": sub,
                "sentence": changed(row, sub),
                "better": (direction == "above") == (number(str(measure)).better == "higher"),
                "measure": measure,
                "count": row["count"],
                "of": row["of"],
                "figure": row["rate"],
                "low": row["low"],
                "high": row["high"],
                "expected": row["expected_rate"],
                "since": row["first_week"],
                "until": row["last_week"] + timedelta(days=6),
                "money_cents": None if price is None else round(price * row["of"] * min(off, 1)),
            }
        )
    return rows


def changed(row: Mapping[str, Any], sub_source: str | None) -> str:
    """An unusual change in one sentence."""
    label = number(row["measure"]).label.lower()
    source, among = row["source_name"], ""
    if sub_source and row["kind"] == "source":
        among = f", most of all in {sub_source}"
    elif sub_source:
        source = f"{source}, {sub_source}"
    return (
        f"{source}: {label} {row['rate'] * 100:.1f} % of {row['of']:,} where "
        f"{row['expected_rate'] * 100:.1f} % was to be expected{among}."
    )


def _claims(frames: Frames, currency: str) -> list[Row]:
    waiting = frames["claims"].filter(return_state="waiting")
    amount = pl.coalesce("credit_requested_cents", "price_cents")
    sums = waiting.group_by("buyer_id", "buyer_name").agg(
        count=pl.len().cast(pl.Int64),
        late=(pl.col("days_left") < 0).sum(),
        money=amount.sum(),
        priced=amount.count(),
        since=pl.col("claimed_at").min().dt.date(),
        until=pl.col("decide_by").min(),
    )
    rows: list[Row] = []
    for row in sums.sort("buyer_id").to_dicts():
        query = row["money"] if row["priced"] else None
        over = f" over {money(query, currency)}" if query else ""
        late = f"; {row['late']:,} past the date" if row["late"] else ""
        verb = "waits" if row["count"] == 1 else "wait"
        counted = quantity(row["count"], "claim")
        sentence = f"{row['buyer_name']}: {counted}{over} {verb} for an answer{late}."
        rows.append(
            {
                "finding": f"claims:{row['buyer_id']}",
                "kind": "claims",
                "code": "waiting",
                "buyer_id": row["buyer_id"],
                "buyer_name": row["buyer_name"],
                "sentence": sentence,
                "better": False,
                "measure": "returned",
                "count": row["count"],
                "figure": float(row["count"]),
                "since": row["since"],
                "until": row["until"],
                "money_cents": query,
            }
        )
    return rows


def _overdue(frames: Frames, currency: str) -> list[Row]:
    prices = _prices(frames, "buyer_id")
    rows: list[Row] = []
    for row in frames["overdue_feedback"].filter(pl.col("overdue_low") > 0).to_dicts():
        price = prices.get(row["buyer_id"])
        value = None if price is None else round(price * row["overdue"])
        worth = f" on {money(value, currency)} of leads" if value else ""
        days = row["days_silent"]
        last = f"; the last one came {quantity(days, 'day')} ago" if days else ""
        sentence = (
            f"{row['buyer_name']}: about {row['overdue']:,.0f} reports{worth} of the last five "
            f"weeks would normally be here by now{last}."
        )
        rows.append(
            {
                "finding": f"overdue:{row['buyer_id']}",
                "kind": "overdue",
                "code": "overdue",
                "buyer_id": row["buyer_id"],
                "buyer_name": row["buyer_name"],
                "sentence": sentence,
                "better": False,
                "measure": "overdue",
                "count": row["received"],
                "figure": row["overdue"],
                "low": row["overdue_low"],
                "expected": row["expected"],
                "since": row["last_reported_at"].date() if row["last_reported_at"] else None,
                "money_cents": value,
            }
        )
    return rows


_IMPLIED: Final = {"outcome_before_delivery": "report_before_delivery"}
"""What is reported before the delivery mostly happened before it, too."""


def _contradictions(frames: Frames, _: str) -> list[Row]:
    """One finding per kind, unless it says nothing that another has not said of all its cases."""
    cases = frames["contradictions"]
    for code, by in _IMPLIED.items():
        told = cases.filter(code=by)["delivery_id"]
        if cases.filter(code=code)["delivery_id"].is_in(told.implode()).all():
            cases = cases.filter(pl.col("code") != code)
    sums = cases.group_by("code", "what").agg(
        count=pl.len().cast(pl.Int64),
        money=pl.col("price_cents").sum(),
        priced=pl.col("price_cents").count(),
        since=pl.col("reported_at").min().dt.date(),
    )
    return [
        {
            "finding": f"contradiction:{row['code']}",
            "kind": "contradiction",
            "code": row["code"],
            "sentence": f"{row['what']} {quantity(row['count'], 'delivery', 'deliveries')}.",
            "better": False,
            "measure": "contradictions",
            "count": row["count"],
            "figure": float(row["count"]),
            "since": row["since"],
            "money_cents": row["money"] if row["priced"] else None,
        }
        for row in sums.sort("code").to_dicts()
    ]


def _suggestions(frames: Frames, _: str) -> list[Row]:
    rows: list[Row] = []
    for row in frames["recommendations"].filter("fires").to_dicts():
        measure, word, compared = _SUGGESTED[row["rule"]]
        at = f" at {row['partner_name']}" if row["partner_name"] else ""
        edge = f"{compared} {row['threshold'] * 100:.0f} % of the rule"
        share = f"{row['rate'] * 100:.1f} % of {row['of']:,} {word}"
        partner = f":{row['partner_id']}" if row["partner_id"] else ""
        rows.append(
            {
                "finding": f"suggestion:{row['rule']}:{row['id']}{partner}",
                "kind": "suggestion",
                "code": row["rule"],
                "source_id": row["id"],
                "source_name": row["name"],
                "buyer_id": row["partner_id"],
                "buyer_name": row["partner_name"],
                "sentence": f"{row['name']}{at}: {share}, {edge}. {row['suggestion']}",
                "better": row["rule"] == "excellent",
                "measure": measure,
                "count": row["count"],
                "of": row["of"],
                "figure": row["rate"],
                "low": row["low"],
                "high": row["high"],
                "expected": row["threshold"],
                "money_cents": row["effect_cents"],
            }
        )
    return rows
