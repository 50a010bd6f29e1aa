"""Reports that cannot both be true, found per delivery and kept as bits of a number."""

from __future__ import annotations

from typing import Final

import narwhals as nw

from metrics.definitions.reasons import DEAD_NUMBER
from metrics.outcomes.known_facts import KEY, RECEIVED, Frame, Known, flag, whole

CODES: Final = {
    "converted_and_returned": "The buyer reported both a sale and a return.",
    "number_dead_elsewhere": "One buyer says the number is dead, another sold within 14 days.",
    "outcome_before_delivery": "The outcome is dated before the delivery.",
    "report_before_delivery": "The report is dated before the delivery.",
    "report_before_outcome": "It was reported before it happened.",
    "feedback_on_failed": "Feedback about an offer that never went through.",
    "changed_value": "Reports of the sale name different values.",
    "repeated_delivery": "The same lead went through to the same buyer more than once.",
    "sent_to_other_source": "We wrote to a source about a lead that is not its own.",
    "attributes_disagree": "Deliveries of the lead disagree on source, campaign or product.",
    "foreign_retraction": "Someone else tried to take this buyer's report back.",
    "link_without_effect": "A report takes back or replaces what is no earlier report of this "
    "buyer about this lead.",
    "replaced_twice": "Several reports replace the same one; each counts as a report of its own.",
}
"""Every kind of contradiction with its sentence, in the order of their bits."""

_BIT: Final = {code: 1 << place for place, code in enumerate(CODES)}
_FORTNIGHT_US: Final = 14 * 86_400_000_000


def decode(mask: int) -> list[str]:
    """The codes of a number of bits.

    >>> decode(5)
    ['converted_and_returned', 'outcome_before_delivery']
    """
    return [code for code, bit in _BIT.items() if mask & bit]


def bit(code: str) -> int:
    """The bit of a code."""
    return _BIT[code]


def flags(statements: Known, events: Frame, deliveries: Frame, attributes: Frame) -> Frame:
    """`contradiction_mask` and `differs` (0 / 1) per delivery that has any."""
    marks = [
        _own(events),
        _dead_elsewhere(events),
        _on_failed(statements, deliveries),
        _mark(deliveries.filter(nw.col("successes") > 1), "repeated_delivery"),
        _of_leads(_aimed_elsewhere(statements, attributes), deliveries, "sent_to_other_source"),
        _of_leads(
            attributes.filter(nw.col("disagree") == 1).select("lead_id"),
            deliveries,
            "attributes_disagree",
        ),
        _foreign(statements),
        _mark(statements.links.idle, "link_without_effect"),
        _mark(statements.links.replaced_twice, "replaced_twice"),
    ]
    all_marks = (
        nw.concat(marks, how="vertical")
        .group_by(*KEY, "code_bit")
        .agg(differs=nw.col("differs").max())
    )
    return all_marks.group_by(*KEY).agg(
        contradiction_mask=nw.col("code_bit").sum(), differs=nw.col("differs").max()
    )


def _mark(frame: Frame, code: str) -> Frame:
    return frame.select(*KEY).unique().with_columns(code_bit=whole(_BIT[code]), differs=whole(0))


def _before(stem: str) -> nw.Expr:
    """Earlier than the delivery; where either is only a date, by dates alone."""
    hourless = (nw.col(f"{stem}_precision") == "day") | (nw.col("delivered_precision") == "day")
    by_day = nw.col(f"{stem}_day") < nw.col("delivered_day")
    return (hourless & by_day) | (~hourless & (nw.col(stem) < nw.col("delivered_us")))


def _own(events: Frame) -> Frame:
    """Contradictions inside one delivery's own events."""
    hourless = (nw.col("occurred_precision") == "day") | (nw.col("reported_precision") == "day")
    early = (hourless & (nw.col("reported_day") < nw.col("occurred_day"))) | (
        ~hourless & (nw.col("reported") < nw.col("occurred"))
    )
    sold = nw.col("word") == "converted"
    other_price = nw.col("said_price_cents") != nw.col("delivery_price")
    other_time = (nw.col("said_delivered_us") // 1_000_000) != (nw.col("delivered_us") // 1_000_000)
    timed = (nw.col("said_delivered_precision") == "instant") & (
        nw.col("delivered_precision") == "instant"
    )
    other = other_price.fill_null(value=False) | (timed & other_time).fill_null(value=False)
    seen = events.with_columns(
        sold=flag(sold),
        back=flag(nw.col("word") == "returned"),
        outcome_early=flag(_before("occurred")),
        report_early=flag(_before("reported")),
        told_early=flag(early),
        sale=nw.when(sold).then(nw.col("value_cents")),
        other=flag(other),
    )
    per = seen.group_by(*KEY).agg(
        *(nw.col(c).max() for c in ("sold", "back", "outcome_early", "report_early", "told_early")),
        least=nw.col("sale").min(),
        most=nw.col("sale").max(),
        differs=nw.col("other").max(),
    )
    changed = flag((nw.col("least") != nw.col("most")).fill_null(value=False))
    bits = (
        nw.col("sold") * nw.col("back") * _BIT["converted_and_returned"]
        + nw.col("outcome_early") * _BIT["outcome_before_delivery"]
        + nw.col("report_early") * _BIT["report_before_delivery"]
        + nw.col("told_early") * _BIT["report_before_outcome"]
        + changed * _BIT["changed_value"]
    )
    marked = per.with_columns(code_bit=bits).select(*KEY, "code_bit", "differs")
    return marked.filter((nw.col("code_bit") > 0) | (nw.col("differs") > 0))


def _dead_elsewhere(events: Frame) -> Frame:
    """Both deliveries of a lead whose number is dead for one buyer and sold for another."""
    dead = ((nw.col("reason") == DEAD_NUMBER) | (nw.col("accuracy_phone") == "invalid")).fill_null(
        value=False
    )
    buried = events.filter(dead).select(
        "lead_id", nw.col("buyer_id").alias("dead_buyer"), nw.col("occurred").alias("dead_at")
    )
    sold = events.filter(nw.col("word") == "converted").select(
        "lead_id", nw.col("buyer_id").alias("sold_buyer"), nw.col("occurred").alias("sold_at")
    )
    pairs = buried.join(sold, on="lead_id", how="inner").filter(
        nw.col("dead_buyer") != nw.col("sold_buyer"),
        (nw.col("dead_at") - nw.col("sold_at")).abs() <= _FORTNIGHT_US,
    )
    sides = [
        pairs.select("lead_id", nw.col(side).alias("buyer_id"))
        for side in ("dead_buyer", "sold_buyer")
    ]
    return _mark(nw.concat(sides, how="vertical"), "number_dead_elsewhere")


def _on_failed(statements: Known, deliveries: Frame) -> Frame:
    failed = deliveries.filter(nw.col("delivered") == 0).select(*KEY)
    told = statements.standing.select(*KEY)
    return _mark(failed.join(told, on=list(KEY), how="semi"), "feedback_on_failed")


def _of_leads(leads: Frame, deliveries: Frame, code: str) -> Frame:
    """Mark every delivery of some leads."""
    return _mark(deliveries.join(leads.unique(), on="lead_id", how="semi"), code)


def _aimed_elsewhere(statements: Known, attributes: Frame) -> Frame:
    """Leads of which we wrote to another source than their own."""
    sent = statements.feedback.filter(
        nw.col("event_type") != RECEIVED, ~nw.col("target_id").is_null()
    ).select("lead_id", "target_id", "target_type")
    own = attributes.select("lead_id", "source_id")
    aimed = sent.filter(nw.col("target_type").fill_null("source") == "source")
    return (
        aimed.join(own, on="lead_id", how="inner")
        .filter((nw.col("target_id") != nw.col("source_id")).fill_null(value=True))
        .select("lead_id")
    )


def _foreign(statements: Known) -> Frame:
    """Deliveries whose report another buyer tried to retract or replace."""
    links = statements.links.idle.select(
        "lead_id", nw.col("target").alias("event_id"), nw.col("buyer_id").alias("linker")
    )
    meant = statements.feedback.filter(nw.col("event_type") == RECEIVED).select(*KEY, "event_id")
    own = links.join(
        meant.select("lead_id", "event_id", nw.col("buyer_id").alias("linker")),
        on=["lead_id", "event_id", "linker"],
        how="anti",
    )
    foreign = meant.join(own, on=["lead_id", "event_id"], how="inner")
    return _mark(foreign.filter(nw.col("linker") != nw.col("buyer_id")), "foreign_retraction")
