"""Daily, weekly and monthly packs: the numbers that matter, and sentences made from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from metrics.definitions.catalogue import number
from metrics.definitions.phrases import figure
from metrics.sentences import sentences
from metrics.sentences.sentences import LEAST

if TYPE_CHECKING:
    from metrics.definitions.phrases import Called

PACK: Final[dict[str, pl.DataType]] = {
    "section": pl.String(),
    "nth": pl.Int64(),
    "key": pl.String(),
    "label": pl.String(),
    "sentence": pl.String(),
    "value": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "previous": pl.Float64(),
    "numerator": pl.Int64(),
    "denominator": pl.Int64(),
    "verdict": pl.String(),
}
NUMBERS: Final = {
    "monthly": (
        "margin_cents",
        "net_cents",
        "conversion_rate",
        "contact_rate",
        "return_rate",
        "coverage",
    ),
    "weekly": (
        "delivered",
        "conversion_rate",
        "contact_rate",
        "return_rate",
        "coverage",
        "margin_cents",
    ),
    "daily": ("delivered", "delivery_rate", "return_rate", "credit_cents"),
}
_DECISIONS: Final = 3
_ALERTS: Final = 5

Rows = list[dict[str, object]]


@dataclass(frozen=True, slots=True)
class PackFrames:
    """The tables a pack is made of, by name, with the words for its period.

    Tables: headline, money_shift, forecast and forecast_then (`expectation.EXPECTED`, one
    row or none; the latter with `come`, the sales of the period before as known now),
    movers (largest rise first), overdue_feedback, avoidable_returns, concentration,
    alerts, claims_summary, recommendations.
    """

    tables: dict[str, pl.DataFrame]
    called: Called
    currency: str

    def __getitem__(self, name: str) -> pl.DataFrame:
        """A table."""
        return self.tables[name]

    def number(self, key: str) -> dict[str, object]:
        """A row of the headline."""
        return self["headline"].row(by_predicate=pl.col("key") == key, named=True)

    @property
    def delivered(self) -> float:
        """Deliveries of the period."""
        found = self.number("delivered")["value"]
        return found if isinstance(found, float) else 0.0


Maker = Callable[[PackFrames], Rows]


def pack(kind: str, facts: PackFrames) -> pl.DataFrame:
    """The tables `monthly`, `weekly`, `daily`: sections in order, each row one sentence.

    Returns:
        section (verdict, numbers, bridge, forecast, up, down, risks, alerts, claims,
        decisions), nth in it, the key of a number where the row is one, its label, the
        sentence, value with its likely range, previous, counts and verdict (null where a
        row has none).
    """
    told = sentences.verdict(facts["headline"].to_dicts(), facts.called, facts.currency)
    found: Rows = [{"section": "verdict", "sentence": told}]
    found += [{"section": "numbers", **_number(key, facts)} for key in NUMBERS[kind]]
    for section, maker in SECTIONS[kind].items():
        found += [{"section": section, **row} for row in maker(facts)]
    order: dict[object, int] = {}
    for row in found:
        order[row["section"]] = row["nth"] = order.get(row["section"], 0) + 1
    return pl.DataFrame(found, schema=PACK)


def _number(key: str, facts: PackFrames) -> dict[str, object]:
    row = facts.number(key)
    names = ("value", "low", "high", "previous", "numerator", "denominator", "verdict")
    sentence = sentences.change(row, facts.called, facts.currency, delivered=facts.delivered)
    told = {"key": key, "label": number(key).label, "sentence": sentence}
    return {**told, **{name: row[name] for name in names}}


def _bridge(facts: PackFrames) -> Rows:
    money = ("gross_cents", "credit_cents", "net_cents", "cost_cents", "margin_cents")
    values = {key: facts.number(key)["value"] for key in money}
    whole = sentences.bridge(values, facts.currency)  # type: ignore[arg-type]  # floats or none
    rows: Rows = []
    if whole and facts.delivered:
        rows.append({"label": "From gross to margin", "sentence": whole})
    steps = dict(facts["money_shift"].select("step", "cents").iter_rows())
    if facts.delivered < LEAST or not steps:
        return rows
    count = facts.number("delivered")
    more = float(count["value"] or 0) >= float(count["previous"] or 0)  # type: ignore[arg-type]
    for name in ("volume", "prices", "credits", "lead cost"):
        sentence = sentences.step(
            name,
            steps[name],
            margin_before=steps["margin before"],
            more=more,
            currency=facts.currency,
        )
        cents = steps[name]
        level = sentences.hardly(cents, steps["margin before"])
        verdict = "level" if level else "better" if cents > 0 else "worse"
        told = {"label": name, "value": float(cents), "verdict": verdict}
        rows.append({**told, "sentence": sentence})
    return rows


def _forecast(facts: PackFrames) -> Rows:
    rows: Rows = []
    for row in facts["forecast"].to_dicts():
        if sentence := sentences.forecast(row):
            rows.append({"label": "Sales", "sentence": sentence, **_expected(row)})
    for row in facts["forecast_then"].to_dicts():
        if sentence := sentences.forecast_then(facts.called, row, row["come"]):
            told = {"label": f"Sales, {facts.called.before}", "sentence": sentence}
            rows.append({**told, **_expected(row), "numerator": row["come"]})
    return rows


def _expected(row: dict[str, object]) -> dict[str, object]:
    ends = {"value": "final", "low": "low", "high": "high"}
    values = {name: row[f"expected_{end}"] for name, end in ends.items()}
    return {**values, "numerator": row["converted"], "denominator": row["delivered"]}


def _movers(*, up: bool) -> Maker:
    def rows(facts: PackFrames) -> Rows:
        change = pl.col("change_cents")
        mine = facts["movers"].filter(change > 0 if up else change < 0)
        ordered = mine if up else mine.reverse()
        return [
            {
                "label": row["name"],
                "value": float(row["change_cents"]),
                "numerator": row["delivered"],
                "sentence": sentences.mover(row, facts.currency),
            }
            for row in ordered.head(3).to_dicts()
        ]

    return rows


def _risks(facts: PackFrames) -> Rows:
    if facts.delivered < LEAST:
        return []
    buyers = facts["concentration"].filter(kind="buyer")
    weights = dict(buyers.select("id", "share").iter_rows())
    return [*_silent(facts, weights), *_avoidable(facts), *_weight(buyers)]


def _silent(facts: PackFrames, weights: dict[str, float | None]) -> Rows:
    """Of the buyers that surely owe reports, the one with the most revenue behind them."""
    owing = facts["overdue_feedback"].filter(pl.col("overdue_low") > 0).to_dicts()

    def at_stake(row: dict[str, float]) -> float:
        return (weights.get(str(row["buyer_id"])) or 0.0) * row["overdue"] / row["expected"]

    if not owing:
        return []
    row = max(owing, key=at_stake)
    sentence = sentences.silent(row, weights.get(str(row["buyer_id"])))
    return [{"label": row["buyer_name"], "value": row["overdue"], "sentence": sentence}]


def _avoidable(facts: PackFrames) -> Rows:
    rows = facts["avoidable_returns"].filter(pl.col("avoidable_cents") > 0)
    return [
        {
            "label": row["reason_group"],
            "value": float(row["avoidable_cents"]),
            "sentence": sentences.avoidable(row, facts.currency),
        }
        for row in rows.sort("avoidable_cents", descending=True).head(1).to_dicts()
    ]


def _weight(buyers: pl.DataFrame) -> Rows:
    known = buyers.drop_nulls("share")
    return [
        {
            "label": row["name"],
            "value": row["share"],
            "sentence": sentences.weight(row, known.height - 1),
        }
        for row in known.head(1).to_dicts()
    ]


def _alerts(facts: PackFrames) -> Rows:
    return [
        {
            "key": row["measure"],
            "label": sentences.who(row),
            "sentence": sentences.alert(row),
            "value": row["rate"],
            "previous": row["expected_rate"],
            "numerator": row["count"],
            "denominator": row["of"],
            "verdict": "worse" if sentences.adverse(row) else "better",
        }
        for row in facts["alerts"].filter("alert").head(_ALERTS).to_dicts()
    ]


def _claims(facts: PackFrames) -> Rows:
    row = facts["claims_summary"].row(by_predicate=pl.col("return_state") == "waiting", named=True)
    if not row["claims"]:
        return []
    sentence = sentences.waiting(row, facts.currency)
    return [{"label": "Returns waiting", "value": float(row["claims"]), "sentence": sentence}]


def _decisions(facts: PackFrames) -> Rows:
    """Suggestions by money, and what changed for the worse; a source only once."""
    rows: Rows = []
    query: set[object] = set()
    for row in facts["recommendations"].filter("fires").to_dicts():
        if row["id"] in query or len(rows) == _DECISIONS:
            continue
        query.add(row["id"])
        rows.append(
            {
                "label": " at ".join(filter(None, (row["name"], row["partner_name"]))),
                "value": float(row["effect_cents"] or 0),
                "sentence": sentences.decision(row, facts.currency),
                "numerator": row["count"],
                "denominator": row["of"],
            }
        )
    bad = [row for row in facts["alerts"].filter("alert").to_dicts() if sentences.adverse(row)]
    for row in [row for row in bad if row["source_id"] not in query][:1]:
        counts = {"numerator": row["count"], "denominator": row["of"]}
        told = {"key": row["measure"], "label": sentences.who(row), "value": row["rate"]}
        rows.append({**told, **counts, "sentence": sentences.ask_why(row)})
    return rows


SECTIONS: Final[dict[str, dict[str, Maker]]] = {
    "monthly": {
        "bridge": _bridge,
        "forecast": _forecast,
        "up": _movers(up=True),
        "down": _movers(up=False),
        "risks": _risks,
        "decisions": _decisions,
    },
    "weekly": {
        "alerts": _alerts,
        "up": _movers(up=True),
        "down": _movers(up=False),
        "claims": _claims,
        "decisions": _decisions,
    },
    "daily": {"alerts": _alerts, "claims": _claims, "risks": _risks},
}

__all__ = ["LEAST", "NUMBERS", "PACK", "SECTIONS", "PackFrames", "figure", "pack"]
