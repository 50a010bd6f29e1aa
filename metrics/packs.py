"""Daily, weekly and monthly packs: the numbers that matter, and sentences made from them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import polars as pl

from metrics.catalogue import number

if TYPE_CHECKING:
    from collections.abc import Sequence

PACK: Final[dict[str, pl.DataType]] = {
    "section": pl.String(),
    "nth": pl.Int64(),
    "key": pl.String(),
    "label": pl.String(),
    "sentence": pl.String(),
    "value": pl.Float64(),
    "previous": pl.Float64(),
    "numerator": pl.Int64(),
    "denominator": pl.Int64(),
    "verdict": pl.String(),
}
NUMBERS: Final = {
    "monthly": (
        "conversion_rate",
        "contact_rate",
        "return_rate",
        "coverage",
        "margin_cents",
        "net_cents",
    ),
    "weekly": ("conversion_rate", "contact_rate", "return_rate"),
    "daily": ("delivered", "return_rate", "credit_cents"),
}
LEAST: Final = 50


def figure(value: float, unit: str, currency: str) -> str:
    """A value in words: 12.3 %, 1,234, or $1,234."""
    if unit == "rate":
        return f"{value * 100:.1f} %"
    if unit == "money":
        sign = "−" if value < 0 else ""
        mark = "$" if currency == "USD" else f"{currency} "
        return f"{sign}{mark}{abs(value) / 100:,.0f}"
    return f"{value:,.0f}"


def change(row: dict[str, object], currency: str) -> str | None:
    """A sentence on one number against the period before; None below 50 deliveries.

    A change inside its likely range is "level"; a number of no direction says up or down.
    """
    entry = number(str(row["key"]))
    value, previous, of = row["value"], row["previous"], row["denominator"]
    if not isinstance(value, float) or (isinstance(of, int) and of < LEAST):
        return None
    now = figure(value, entry.unit, currency)
    verb = "are" if entry.label.endswith("s") else "is"
    if not isinstance(previous, float):
        return f"{entry.label} {verb} {now}; there is nothing to compare it with yet."
    before = figure(previous, entry.unit, currency)
    if row["verdict"] == "level":
        return f"{entry.label} {verb} {now}, level with {before} before at the same age."
    if value == previous:
        return f"{entry.label} {verb} {now}, as before at the same age."
    moved = "up" if value > previous else "down"
    return f"{entry.label} {verb} {now}, {moved} from {before} before at the same age."


def verdict(headline: Sequence[dict[str, object]], currency: str) -> str:
    """The one sentence on top: money and quality, from the numbers alone."""
    rows = {str(row["key"]): row for row in headline}
    money = rows.get("margin_cents") or {}
    if not isinstance(money.get("value"), float):
        money = rows.get("net_cents") or {}
    quality = rows.get("conversion_rate") or {}
    of = quality.get("denominator")
    if not isinstance(of, int) or of < LEAST or not isinstance(money.get("value"), float):
        return "Too few deliveries to say anything about this period."
    judged = {"better": "good", "worse": "weak", "level": "level"}
    parts = [
        f"{judged[str(row['verdict'])]} for {word}"
        for row, word in ((money, "money"), (quality, "quality"))
        if row.get("verdict")
    ]
    sentences = [s for row in (money, quality) if (s := change(row, currency))]
    opening = f"A period {', '.join(parts)}. " if parts else ""
    return opening + " ".join(sentences)


def pack(
    kind: str, headline: pl.DataFrame, facts: dict[str, pl.DataFrame], currency: str
) -> pl.DataFrame:
    """The tables `monthly`, `weekly`, `daily`: sections in order, each row one sentence.

    Args:
        kind: monthly, weekly or daily.
        headline: the table `headline` of the period.
        facts: any of money_shift, still_to_come, sources_up, sources_down, overdue_feedback,
            avoidable_returns, concentration, alerts, claims_summary, recommendations.
        currency: of the store.

    Returns:
        section (verdict, numbers, bridge, forecast, up, down, risks, alerts, claims,
        decisions), nth in it, the key of a number where the row is one, its label, the
        sentence, value, previous, counts and verdict (null where a row has none).
    """
    rows = headline.to_dicts()
    found: list[dict[str, object]] = [{"section": "verdict", "sentence": verdict(rows, currency)}]
    wanted = {str(row["key"]): row for row in rows}
    for key in NUMBERS[kind]:
        row = wanted[key]
        sentence = change(row, currency) or f"{number(key).label}: too few deliveries to tell."
        counts = {k: row[k] for k in ("value", "previous", "numerator", "denominator", "verdict")}
        told = {"section": "numbers", "key": key, "label": number(key).label, "sentence": sentence}
        found.append({**told, **counts})
    for section, maker in SECTIONS[kind].items():
        found += [{"section": section, **row} for row in maker(facts, currency)]
    order: dict[object, int] = {}
    for row in found:
        order[row["section"]] = row["nth"] = order.get(row["section"], 0) + 1
    return pl.DataFrame(found, schema=PACK)


Rows = list[dict[str, object]]
Maker = Callable[[dict[str, pl.DataFrame], str], Rows]


MOVED: Final = {
    "volume": "More or fewer deliveries",
    "prices": "Prices",
    "credits": "Credits",
    "lead cost": "Lead cost",
}


def _bridge(facts: dict[str, pl.DataFrame], currency: str) -> Rows:
    return [
        {
            "label": step,
            "value": float(cents),
            "sentence": f"{MOVED[step]} moved the margin by {figure(cents, 'money', currency)}.",
        }
        for step, cents in facts["money_shift"].select("step", "cents").iter_rows()
        if step in MOVED
    ]


def _forecast(facts: dict[str, pl.DataFrame], _: str) -> Rows:
    table = facts["forecast"]
    if not table.height or table["expected_final"].item() is None:
        return []
    row = table.row(0, named=True)
    end, low, high = (round(row[f"expected_{name}"]) for name in ("final", "low", "high"))
    so_far = f"{row['converted']:,} sales so far"
    sentence = f"{so_far}, about {end:,} in the end ({low:,} – {high:,})."
    return [{"label": "Sales", "value": row["expected_final"], "sentence": sentence}]


def _movers(name: str, word: str) -> Maker:
    def rows(facts: dict[str, pl.DataFrame], currency: str) -> Rows:
        made: Rows = []
        for row in facts[name].head(3).iter_rows(named=True):
            size = figure(abs(row["change_cents"]), "money", currency)
            behind = f"from {row['delivered']:,} deliveries"
            sentence = f"{row['name']}: {word} {size}, {behind}."
            value = float(row["change_cents"])
            made.append({"label": row["name"], "value": value, "sentence": sentence})
        return made

    return rows


def _risks(facts: dict[str, pl.DataFrame], currency: str) -> Rows:
    rows: Rows = []
    for row in facts["overdue_feedback"].filter(pl.col("overdue_low") > 0).head(1).to_dicts():
        missing = f"about {round(row['overdue']):,} reports that would normally be here"
        sentence = f"{row['buyer_name']} owes {missing}."
        rows.append({"label": row["buyer_name"], "value": row["overdue"], "sentence": sentence})
    for row in facts["avoidable_returns"].filter(pl.col("avoidable_cents") > 0).head(1).to_dicts():
        saved = figure(row["avoidable_cents"], "money", currency)
        sentence = f"Checks of {row['reason_group']} would have saved about {saved}."
        value = float(row["avoidable_cents"])
        rows.append({"label": row["reason_group"], "value": value, "sentence": sentence})
    weights = facts["concentration"].filter(kind="buyer").drop_nulls("share")
    for row in weights.head(1).to_dicts():
        sentence = f"{row['name']} brings {row['share'] * 100:.0f} % of net revenue."
        rows.append({"label": row["name"], "value": row["share"], "sentence": sentence})
    return rows


def _alerts(facts: dict[str, pl.DataFrame], _: str) -> Rows:
    rows: Rows = []
    for row in facts["alerts"].filter("alert").head(5).to_dicts():
        where = ", ".join(filter(None, (row["source_name"], row["sub_source"])))
        seen = f"{number(row['measure']).label} {row['rate'] * 100:.1f} %"
        usual = f"{row['expected_rate'] * 100:.1f} % was to be expected"
        sentence = f"{where}: {seen} where {usual} ({row['of']:,} deliveries)."
        counts = {"numerator": row["count"], "denominator": row["of"]}
        values = {"value": row["rate"], "previous": row["expected_rate"]}
        told = {"key": row["measure"], "label": where, "sentence": sentence}
        rows.append({**told, **values, **counts})
    return rows


def _claims(facts: dict[str, pl.DataFrame], currency: str) -> Rows:
    row = facts["claims_summary"].filter(return_state="waiting").row(0, named=True)
    if not row["claims"]:
        return []
    money = figure(row["price_cents"], "money", currency)
    sentence = f"{row['claims']:,} claims over {money} wait for an answer."
    return [{"label": "Returns waiting", "value": float(row["claims"]), "sentence": sentence}]


def _decisions(facts: dict[str, pl.DataFrame], currency: str) -> Rows:
    rows: Rows = []
    for row in facts["recommendations"].filter("fires").head(3).to_dicts():
        who = " at ".join(filter(None, (row["name"], row["partner_name"])))
        money = figure(row["effect_cents"] or 0, "money", currency)
        evidence = f"{row['count']:,} of {row['of']:,}; {money} behind it"
        sentence = f"{who}: {row['suggestion']} ({evidence})"
        counts = {"numerator": row["count"], "denominator": row["of"]}
        value = float(row["effect_cents"] or 0)
        rows.append({"label": who, "value": value, "sentence": sentence, **counts})
    return rows


SECTIONS: Final[dict[str, dict[str, Maker]]] = {
    "monthly": {
        "bridge": _bridge,
        "forecast": _forecast,
        "up": _movers("sources_up", "up by"),
        "down": _movers("sources_down", "down by"),
        "risks": _risks,
        "decisions": _decisions,
    },
    "weekly": {
        "alerts": _alerts,
        "up": _movers("sources_up", "up by"),
        "down": _movers("sources_down", "down by"),
        "claims": _claims,
        "decisions": _decisions,
    },
    "daily": {"alerts": _alerts, "claims": _claims, "risks": _risks},
}
