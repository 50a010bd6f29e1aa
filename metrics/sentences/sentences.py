"""Rules that make sentences from numbers: one function a kind of sentence.

A change inside its likely range is level; below `LEAST` deliveries nothing is compared;
names, never ids.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from metrics.definitions.catalogue import number
from metrics.definitions.phrases import figure, listing, money, quantity, span
from metrics.insights.comparison import LEVEL_SHARE, only_ends
from metrics.insights.tiers import LEAST_COVERAGE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from metrics.definitions.phrases import Called

LEAST: Final = 50
"""So many deliveries (with feedback, where it is about feedback) a comparison needs."""
_TWICE: Final = 2.0
_JUDGED: Final = {"better": "good", "worse": "weak", "level": "level"}

Row = dict[str, Any]


def has_enough(row: Mapping[str, Any], delivered: float) -> bool:
    """Whether a number stands on enough deliveries to be compared."""
    of = row["denominator"]
    return delivered >= LEAST and (of is None or of >= LEAST)


def change(row: Mapping[str, Any], called: Called, currency: str, *, delivered: float) -> str:
    """A sentence on one number against the period before.

    Args:
        row: of the table `headline`.
        called: words for the periods.
        currency: of the store.
        delivered: deliveries of the period.
    """
    entry = number(str(row["key"]))
    value, previous = row["value"], row["previous"]
    if value is None:
        return f"{entry.label}: {unknown(entry.key, delivered)}."
    if not has_enough(row, delivered):
        return f"{entry.label}: too few deliveries to tell."
    verb = "are" if entry.label.endswith("s") else "is"
    now = f"{entry.label} {verb} {figure(value, entry.unit, currency)}"
    if previous is None:
        return f"{now}; there is nothing to compare it with yet."
    before = figure(previous, entry.unit, currency)
    if row["verdict"] == "level" or value == previous:
        return f"{now}, level with {called.before} at the same age ({before})."
    moved = "up" if value > previous else "down"
    return f"{now}, {moved} from {before} {called.within} at the same age."


def unknown(key: str, delivered: float) -> str:
    """Why a number has no value."""
    if not delivered:
        return "nothing was delivered"
    if key == "margin_cents":
        return "unknown, as the cost of some leads is missing"
    return "unknown without prices" if key.endswith("_cents") else "no data"


def verdict(headline: Sequence[Mapping[str, Any]], called: Called, currency: str) -> str:
    """The one sentence on top: money and quality, from the numbers alone.

    A loss is weak even where it shrank. Quality is not judged below 40 % of feedback: what the
    few say may not be what the many would.
    """
    rows = {str(row["key"]): row for row in headline}
    delivered = rows["delivered"]["value"] or 0
    if delivered < LEAST:
        return _too_few(int(delivered), called)
    margin, net, quality = (rows[k] for k in ("margin_cents", "net_cents", "conversion_rate"))
    cash = margin if margin["value"] is not None else net
    sold = quality if has_enough(quality, delivered) else None
    told = (rows["feedback"]["value"] or 0) / delivered
    silent = only_ends(rows)
    judged = sold if told >= LEAST_COVERAGE and not silent else None
    words = [
        (_JUDGED["worse" if word == "money" and row["value"] < 0 else row["verdict"]], word)
        for row, word in ((cash, "money"), (judged, "quality"))
        if row is not None and row["verdict"]
    ]
    clauses = [_cash(cash, currency)]
    if sold is not None and silent:
        sold = None
        clauses.append(
            "buyers report only sales and returns, so what share sells of those says nothing"
        )
    else:
        clauses.append(_quality(quality, sold, called, rows))
    if sold is not None and sold["previous"] is None:
        clauses.append(f"there is no {called.noun} before that it can be compared with")
    if sold is not None and judged is None:
        clauses.append(f"buyers have reported on {figure(told, 'rate', currency)} only")
    if rows["return_rate"]["verdict"] == "worse":
        clauses.append(f"returns rose to {figure(rows['return_rate']['value'], 'rate', currency)}")
    text = "; ".join(filter(None, clauses))
    return f"{_opening(words, called)}{text}." if words else f"{text[:1].upper()}{text[1:]}."


def _too_few(delivered: int, called: Called) -> str:
    on = "on" if called.noun == "day" else "in"
    if not delivered:
        return f"Nothing was delivered {on} {called.now}."
    deliveries = quantity(delivered, "delivery", "deliveries")
    return f"Only {deliveries} {on} {called.now}: too few to judge."


def _opening(words: Sequence[tuple[str, str]], called: Called) -> str:
    first = words[0][0]
    start = f"A {'steady' if first == 'level' else first} {called.noun} for {words[0][1]}"
    for word, what in words[1:]:
        start += f" and {what}" if word == first else f", {word} for {what}"
    return f"{start}: "


def _cash(row: Mapping[str, Any], currency: str) -> str:
    value, previous = row["value"], row["previous"]
    label = number(str(row["key"])).label.lower()
    if value is None:
        return "what was earned is unknown without prices"
    now = money(value, currency)
    if previous is None:
        return f"{label} was {now}"
    if row["verdict"] == "level":
        return f"{label} is level at {now}"
    moved = "rose" if value > previous else "fell"
    if previous > 0 and 0 < value < _TWICE * previous:
        return f"{label} {moved} {abs(value / previous - 1) * 100:.0f} % to {now}"
    return f"{label} {moved} from {money(previous, currency)} to {now}"


def _quality(
    row: Mapping[str, Any],
    judged: Mapping[str, Any] | None,
    called: Called,
    rows: Mapping[str, Mapping[str, Any]],
) -> str:
    if judged is None:
        told = int(rows["feedback"]["value"] or 0)
        if not told:
            return "no buyer has reported yet, so quality cannot be judged"
        return f"buyers have reported on {told:,} deliveries, too few to judge quality"
    now = figure(row["value"], "rate", "")
    if row["previous"] is None:
        return f"conversion was {now}"
    if row["verdict"] == "level":
        return f"conversion runs level with {called.before} at the same age"
    before = figure(row["previous"], "rate", "")
    moved = "rose" if row["value"] > row["previous"] else "fell"
    return f"conversion {moved} to {now} from {before} {called.within} at the same age"


# --- what moved the margin ----------------------------------------------------------------

_STEPS: Final = {
    "prices": ("Higher prices", "Lower prices"),
    "credits": ("Fewer credits", "More credits"),
    "lead cost": ("Lower lead cost", "Higher lead cost"),
}
_PLAIN: Final = {"volume": "Volume", "prices": "Prices", "credits": "Credits"}


def step(name: str, cents: int, *, margin_before: int, more: bool, currency: str) -> str:
    """What one step of `money_shift` did to the margin; under 1 % of it is level.

    `more` says whether there were more deliveries than before.
    """
    if hardly(cents, margin_before):
        label = _PLAIN.get(name, "Lead cost")
        return f"{label} hardly moved it ({'+' if cents >= 0 else ''}{money(cents, currency)})."
    up, down = ("More deliveries", "Fewer deliveries") if name == "volume" else _STEPS[name]
    cause = (up if more else down) if name == "volume" else (up if cents > 0 else down)
    return f"{cause} {'added' if cents > 0 else 'took'} {money(abs(cents), currency)}."


def hardly(cents: int, margin_before: int) -> bool:
    """Whether a step did next to nothing to the margin: neither better nor worse."""
    return abs(cents) < LEVEL_SHARE * max(abs(margin_before), 1)


def bridge(values: Mapping[str, float | None], currency: str) -> str | None:
    """Gross to margin in one sentence; as far as prices and costs are known."""
    gross, credit, net, cost, margin = (
        values[f"{name}_cents"] for name in ("gross", "credit", "net", "cost", "margin")
    )
    if gross is None or credit is None or net is None:
        return None
    given = f" less {money(credit, currency)} of credits" if credit else " without any credits"
    text = f"{money(gross, currency)} gross{given} is {money(net, currency)} net"
    if cost is None or margin is None:
        return f"{text}; the margin is unknown, as the cost of some leads is missing."
    left = f"{money(margin, currency)} of margin"
    return f"{text}; after {money(cost, currency)} of lead cost {left} is left."


# --- forecast -----------------------------------------------------------------------------


def forecast(row: Mapping[str, Any]) -> str | None:
    """Where sales will end (`expectation.EXPECTED`); None below 50 deliveries."""
    if (row["delivered"] or 0) < LEAST:
        return None
    so_far = f"{quantity(row['converted'], 'sale')} so far"
    if row["expected_final"] is None:
        return f"{so_far}; where it will end cannot be told yet: too little is old enough."
    end, low, high = (round(row[f"expected_{name}"]) for name in ("final", "low", "high"))
    published = f"{so_far}, about {end:,} in the end, {low:,} – {high:,}"
    if low == high:
        published = f"{so_far}, and hardly any more are to come"
    return f"{published}{beyond(row['open_after_weeks'])}."


def beyond(weeks: int | None) -> str:
    """What a forecast leaves out, where the record is too short to see it; else nothing."""
    if weeks is None:
        return ""
    return (
        f", not counting sales over {quantity(weeks, 'week')} after delivery, which the record "
        "is too short to show"
    )


def forecast_then(called: Called, published: Mapping[str, Any], come: int) -> str | None:
    """What was said of the period before, against what has come since."""
    if (published["delivered"] or 0) < LEAST or published["expected_final"] is None:
        return None
    end, low, high = (round(published[f"expected_{name}"]) for name in ("final", "low", "high"))
    said_of = f"For {called.before} we said {end:,}"
    if low == high:
        return f"{said_of}; {come:,} have come."
    inside = "inside" if low <= come <= high else "outside"
    return f"{said_of}, {low:,} – {high:,}; {come:,} have come, {inside} that range."


# --- movers, risks, alerts, claims, decisions ---------------------------------------------


def mover(row: Mapping[str, Any], currency: str) -> str:
    """One source's money against the period before, with how many deliveries."""
    size = money(abs(row["change_cents"]), currency)
    word = "up" if row["change_cents"] > 0 else "down"
    now = quantity(row["delivered"], "delivery", "deliveries")
    if not row["delivered"]:
        now = "no deliveries any more"
    before = f"{row['delivered_before']:,} before"
    return f"{row['name']}: {row['money']} {word} {size} on {now} ({before})."


def silent(row: Mapping[str, Any], weight: float | None) -> str:
    """A buyer that owes reports, with its share of revenue."""
    missing = quantity(round(row["overdue"]), "report")
    verb = "is" if round(row["overdue"]) == 1 else "are"
    text = f"{row['buyer_name']}: about {missing} that would normally be here {verb} missing"
    return f"{text}; it brings {share(weight)} of net revenue." if weight else f"{text}."


def avoidable(row: Mapping[str, Any], currency: str) -> str:
    """Credits that a check would have prevented, less its price."""
    saved = money(row["avoidable_cents"], currency)
    check = str(row["check"]).rstrip(".")
    return f"About {saved} of credits could have been avoided: {check[:1].lower()}{check[1:]}."


def weight(row: Mapping[str, Any], others: int) -> str:
    """The largest buyer's share of net revenue."""
    if not others:
        return f"{row['name']} is the only buyer."
    return f"{row['name']} brings {share(row['share'])} of net revenue, more than any other buyer."


def share(value: float) -> str:
    """A share without decimals; a small one is not written as none."""
    return f"{value * 100:.0f} %" if round(value * 100) else "under 1 %"


def who(row: Mapping[str, Any]) -> str:
    """Whose alert it is: a source, or a sub-source of it."""
    return ", ".join(filter(None, (row["source_name"], row["sub_source"])))


def alert(row: Mapping[str, Any]) -> str:
    """An unusual change: what was seen, what was to be expected, on how many."""
    return f"{who(row)}: {_seen(row)}."


def _seen(row: Mapping[str, Any]) -> str:
    label = number(row["measure"]).label.lower()
    usual = f"where {row['expected_rate'] * 100:.1f} % was to be expected"
    weeks = span(row["first_week"], row["last_week"] + timedelta(days=6))
    counted = f"{row['count']:,} of {row['of']:,}, delivered {weeks}"
    return f"{label} {row['rate'] * 100:.1f} % {usual} ({counted})"


def adverse(row: Mapping[str, Any]) -> bool:
    """Whether an unusual change is for the worse."""
    worse = "above" if number(row["measure"]).better == "lower" else "below"
    return bool(row["direction"] == worse)


def ask_why(row: Mapping[str, Any]) -> str:
    """The decision an unusual change asks for."""
    return f"{who(row)}: find the reason for {_seen(row)}."


def waiting(row: Mapping[str, Any], currency: str) -> str:
    """Claims that nobody has answered."""
    verb = "waits" if row["claims"] == 1 else "wait"
    over = money(row["price_cents"], currency)
    return f"{quantity(row['claims'], 'claim')} over {over} {verb} for an answer."


_EVIDENCE: Final = {
    "high_returns": ("returns", "of credits beyond the limit"),
    "low_contact": ("contact", "of net revenue at stake"),
    "excellent": ("conversion", "of net revenue"),
    "poor": ("conversion", "of net revenue"),
}


def decision(row: Mapping[str, Any], currency: str) -> str:
    """A suggestion with its evidence and the money behind it."""
    about = " at ".join(filter(None, (row["name"], row["partner_name"])))
    what = str(row["suggestion"]).rstrip(".")
    label, behind = _EVIDENCE[row["rule"]]
    seen = f"{label} {row['rate'] * 100:.1f} %, {row['count']:,} of {row['of']:,}"
    if row["effect_cents"]:
        seen += f"; {money(row['effect_cents'], currency)} {behind}"
    return f"{about}: {what[:1].lower()}{what[1:]} ({seen})."


def moved(name: str, reported_on: str, changes: Sequence[tuple[str, str, str]], late: int) -> str:
    """How a published period has moved: label, then, now; and reports that came since."""
    if not changes and late <= 0:
        return f"{name} stands as we reported it on {reported_on}."
    parts = [f"{label.lower()} {now} instead of {then}" for label, then, now in changes]
    if late > 0:
        more = quantity(late, "more delivery", "more deliveries")
        parts.append(f"buyers have reported on {more} since")
    return f"{name} has moved since we reported on {reported_on}: {listing(parts)}."
