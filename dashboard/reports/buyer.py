"""The letter to one buyer: what is unanswered, what is asked, how claims stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from dashboard.presentation import formats
from dashboard.reports import party_sentences, since_published
from dashboard.reports.document import Document, Grid, Section, Tile, Tiles, paragraph
from data_access.columns import OUTCOMES
from metrics.definitions import phrases
from metrics.sentences import sentences

if TYPE_CHECKING:
    from dashboard.reports.report_query import ReportQuery

FILE: Final = "unanswered"
"""The table that goes with the letter, and the ending of its file's name."""
_WORDS: Final = ", ".join(OUTCOMES)
_STATES: Final = {
    "claimed": "Claimed",
    "waiting": "Waiting for an answer",
    "credited": "Credited",
    "refused": "Turned down",
}


def document(reading: ReportQuery) -> Document:
    """The letter to the one buyer that the order names."""
    name = reading.named("buyer", reading.scope.buyer[0])
    parts = [_numbers(reading), *_parts(reading)]
    return Document(
        kind="buyer",
        title=f"Leads delivered to {name}",
        standing=_standing(reading),
        verdict=_verdict(reading),
        sections=tuple(part for part in parts if part is not None),
        footer=(reading.reference,),
        figures=since_published.figures(reading),
    )


def _standing(reading: ReportQuery) -> str:
    scope = reading.scope
    return (
        f"Delivered {formats.period(scope.first, scope.last)} · as known on "
        f"{reading.moment(scope.as_of_us)}"
    )


def unanswered(reading: ReportQuery) -> int:
    """How many deliveries of the period have no word yet."""
    return reading.delivered - int(reading.value("feedback") or 0)


def _verdict(reading: ReportQuery) -> str:
    delivered, left = reading.delivered, unanswered(reading)
    if not delivered:
        return "Nothing was delivered to you in this period."
    told_of = phrases.quantity(delivered, "delivery", "deliveries")
    share = formats.rate(reading.value("coverage"))
    if not left:
        return f"You have reported on all of the {told_of}. Thank you."
    wait = f"{left:,} {'is' if left == 1 else 'are'} still unanswered"
    return f"You have reported on {share} of the {told_of} we made to you; {wait}."


def _numbers(reading: ReportQuery) -> Section | None:
    rows = reading.table("buyers").to_dicts()
    if not reading.delivered or not rows:
        return None
    row = rows[0]
    habits = reading.table("overdue_feedback").filter(buyer_id=row["id"]).to_dicts()
    last = habits[0]["last_reported_at"] if habits else None
    told_on = formats.day(last.astimezone(reading.zone).date()) if last else "never"
    tiles = (
        Tile("Delivered", formats.count(row["delivered"])),
        Tile("Reported", formats.rate(row["coverage"]), f"{row['feedback']:,} deliveries"),
        Tile("Unanswered", formats.count(unanswered(reading)), "see the file"),
        Tile("Usual time to report", _wait(row), "the middle one"),
        Tile("Last report", told_on),
    )
    return Section("", (Tiles(tiles),))


def _wait(row: dict[str, Any]) -> str:
    return formats.duration(row["median_seconds_to_feedback"])


def _parts(reading: ReportQuery) -> list[Section | None]:
    if not reading.delivered:
        return []
    return [_ask(reading), _months(reading), _mix(reading), _claims(reading)]


def _ask(reading: ReportQuery) -> Section:
    left = unanswered(reading)
    if not left:
        return Section("What we ask", (paragraph("Nothing is open. Please go on as you do."),))
    many = phrases.quantity(left, "delivery", "deliveries")
    texts = [
        f"The file {FILE}.csv lists the {many} without a word from you, the oldest first.",
        (
            f"Please fill in the column outcome ({_WORDS}) and, where you know it, reason, value, "
            "occurred_at and notes. Leave the other columns as they are."
        ),
        "Send the file back as it is: it can be read in without any change, whole or in part.",
        _overdue(reading),
    ]
    return Section("What we ask", (paragraph(*texts),))


def _overdue(reading: ReportQuery) -> str | None:
    rows = reading.table("overdue_feedback").filter(pl.col("overdue_low") > 0).to_dicts()
    if not rows:
        return None
    missing = round(rows[0]["overdue"])
    return (
        f"Going by your own habit, about {phrases.quantity(missing, 'more report')} on the last "
        "five weeks would be here by now. If something has changed on your side, please tell us."
    )


def _months(reading: ReportQuery) -> Section:
    rows = reading.table("rates", by=("month",)).filter(pl.col("delivered") > 0).to_dicts()
    body = tuple(
        (
            f"{phrases.MONTHS[row['month'].month - 1]} {row['month'].year}",
            formats.count(row["delivered"]),
            formats.count(row["feedback"]),
            formats.count(row["delivered"] - row["feedback"]),
            formats.rate(row["coverage"]),
        )
        for row in rows
    )
    heads = ("Delivered in", "Deliveries", "Reported", "Unanswered", "Reported, share")
    return Section("By month", (Grid(heads, body, (1, 2, 3, 4)),))


def _mix(reading: ReportQuery) -> Section | None:
    rows = reading.table("outcome_mix").filter(pl.col("deliveries") > 0).to_dicts()
    return party_sentences.mix_section(rows)


def _claims(reading: ReportQuery) -> Section | None:
    rows = reading.table("claims_summary").to_dicts()
    if not any(row["claims"] for row in rows):
        return None
    body = tuple(
        (
            _STATES[row["return_state"]],
            formats.count(row["claims"]),
            formats.money(row["price_cents"], reading.currency),
        )
        for row in rows
    )
    days = next(row["median_days_to_decide"] for row in rows if row["return_state"] == "claimed")
    usual = None
    if days is not None and sum(row["claims"] for row in rows[1:]) >= sentences.LEAST:
        usual = f"Half of the decided claims were decided within {days:.0f} days."
    blocks = (Grid(("Claims", "Number", "Price"), body, (1, 2)), paragraph(usual, listed=False))
    return Section("Your claims", blocks if usual else blocks[:1], half=True)
