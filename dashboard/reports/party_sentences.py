"""Sentences about one source or one buyer, for what is handed to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dashboard.presentation import formats
from dashboard.reports.document import Grid, Section
from metrics.definitions import phrases
from metrics.insights.comparison import only_ends
from metrics.insights.tiers import LEAST_COVERAGE
from metrics.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from metrics.definitions.phrases import Called
    from metrics.definitions.rules import Score

Row = dict[str, Any]
_PARTS: Final = {
    "delivery": "delivery",
    "contact": "contact",
    "conversion": "conversion",
    "return": "returns",
}


def source_verdict(name: str, headline: Mapping[str, Row], called: Called) -> str:
    """Conversion and returns of a source against its own past, in one sentence.

    Where under 40 % is reported, or only sales and returns, it says what that is worth.
    """
    delivered = int(headline["delivered"]["value"] or 0)
    row, back = headline["conversion_rate"], headline["return_rate"]
    if not delivered:
        return f"Nothing from {name} was delivered in this {called.noun}."
    if not sentences.has_enough(row, delivered):
        coverage = phrases.quantity(row["denominator"] or 0, "report")
        sent = phrases.quantity(delivered, "delivery", "deliveries")
        return f"Too few to judge {name}: {coverage} on {sent}, {sentences.LEAST} needed."
    likely = formats.likely_range(row["low"], row["high"])
    text = f"{name} converts {formats.rate(row['value'])} ({likely})"
    parts = [text + _against(row, called), f"returns {_returns(back)}"]
    share = (headline["feedback"]["value"] or 0) / delivered
    if only_ends(headline):
        parts.append("only sales and returns are reported: this says nothing of the other leads")
    elif share < LEAST_COVERAGE:
        parts.append(f"buyers have reported on {formats.rate(share)} of its leads only")
    return "; ".join(parts) + "."


def _against(row: Row, called: Called) -> str:
    if row["previous"] is None:
        return ""
    was = formats.rate(row["previous"])
    if row["verdict"] == "level":
        return f", level with {called.before} at the same age"
    moved = "up" if row["value"] > row["previous"] else "down"
    return f", {moved} from {was} {called.within} at the same age"


def _returns(row: Row) -> str:
    now = formats.rate(row["value"])
    if row["previous"] is None:
        return f"are {now}"
    if row["verdict"] == "level":
        return f"are level at {now}"
    return f"{'rose' if row['value'] > row['previous'] else 'fell'} to {now}"


def tier(row: Row) -> str:
    """The tier where it is sure enough, else how many leads it would take."""
    counted = f"{formats.count(row['converted'])} of {formats.count(row['feedback'])}"
    if row["probability"] is None:
        return f"Tier: {row['tier']}."
    rate = formats.rate(row["conversion_rate"])
    return (
        f"Tier: {row['tier']}, by conversion over the last 90 days of leads old enough to judge "
        f"({rate}, {counted})."
    )


def score(row: Row, rules: Score, coverage: float) -> str | None:
    """The quality score with its parts, each of what it can reach under the rules.

    None is named where under 40 % is reported: of the few it would flatter or blame.
    """
    if row["score"] is None:
        return None
    if coverage < LEAST_COVERAGE:
        return (
            f"No quality score: buyers have reported on {formats.rate(coverage)} of its leads only."
        )
    parts = [
        f"{label} {row[f'{name}_points']:.0f} of {getattr(rules, f'{name}_points'):.0f}"
        for name, label in _PARTS.items()
    ]
    low, high = row["score_low"], row["score_high"]
    likely = "" if low is None or high is None else f" ({low:.0f} – {high:.0f})"
    return f"Quality score {row['score']:.0f} of 100{likely}: {', '.join(parts)}."


def place(row: Row) -> str | None:
    """Where it stands among its peers, with how sure that is."""
    if row["of"] < 2 or row["rank"] is None:  # noqa: PLR2004 - alone there is no place
        return None
    unnamed = row["peers"] in {"(all)", "(none)"}
    among = "sources" if unnamed else f"sources of {row['peers']}"
    if row["rank_low"] is None:
        return (
            f"Too few leads with feedback ({row['feedback']:,}) to name a place among the others."
        )
    best, worst = formats.ordinal(row["rank_low"]), formats.ordinal(row["rank_high"])
    sure = f"it could be {best} to {worst}" if best != worst else "this is sure"
    rank = f"{formats.ordinal(row['rank'])} of {row['of']} {among}"
    return f"{rank} by conversion, adjusted for who buys; {sure}."


def ask_of_source(row: Row) -> str:
    """What a suggestion means for the source, without money and names of buyers."""
    seen = f"{formats.rate(row['rate'])} ({row['count']:,} of {row['of']:,})"
    limit = formats.rate(row["threshold"])
    texts = {
        "high_returns": f"Returns are {seen}, above the limit of {limit}: please check leads "
        "more strictly before you send them, and tell us what you change.",
        "low_contact": f"Only {seen} could be spoken to, below the floor of {limit}: please check "
        "phone numbers before you send leads.",
        "excellent": f"Conversion is {seen}, above {limit}: we would like more of these leads.",
        "poor": f"Conversion is {seen}, below {limit}: please tell us what you will improve; we "
        "look at it again in four weeks.",
    }
    return texts[row["rule"]]


def mix_section(rows: Sequence[Row]) -> Section | None:
    """Where deliveries stand, as a small table."""
    if not rows:
        return None
    ordered = sorted(rows, key=lambda row: -row["deliveries"])
    body = tuple(
        (
            formats.outcome(row["outcome"]),
            formats.count(row["deliveries"]),
            formats.rate(row["share"]),
        )
        for row in ordered
    )
    return Section(
        "Where they stand", (Grid(("Result", "Deliveries", "Share"), body, (1, 2)),), half=True
    )
