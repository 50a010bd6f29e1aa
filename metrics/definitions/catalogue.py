"""One entry per number: what it is called, what it means, which way is better.

Labels, tooltips, the definitions tab, export headers and `docs/metrics.md` all read
this list, so a number has one name and one meaning everywhere.
"""

from __future__ import annotations

import difflib
from typing import Final

from metrics.definitions.catalogue_insights import INSIGHTS
from metrics.definitions.number import Better, Number, Unit

NUMBERS: Final[tuple[Number, ...]] = (
    Number(
        key="attempted",
        label="Attempted",
        unit="count",
        definition="Offers to buyers, whether they went through or not.",
        formula="pairs of lead and buyer with at least one delivery attempt",
        better="neither",
    ),
    Number(
        key="delivered",
        label="Deliveries",
        unit="count",
        definition="Offers that went through; one lead to three buyers counts three.",
        formula="pairs of lead and buyer of which at least one attempt succeeded",
        better="neither",
    ),
    Number(
        key="leads",
        label="Leads",
        unit="count",
        definition="Different enquiries behind the deliveries.",
        formula="different lead ids among the deliveries",
        better="neither",
    ),
    Number(
        key="delivery_rate",
        label="Delivery rate",
        unit="rate",
        definition="Share of offers that went through.",
        formula="deliveries ÷ attempted",
        better="higher",
        counts="delivered",
        of="attempted",
        stem="delivery",
    ),
    Number(
        key="feedback",
        label="With feedback",
        unit="count",
        definition="Deliveries the buyer has told us anything about.",
        formula="deliveries with at least one live feedback event",
        better="neither",
    ),
    Number(
        key="coverage",
        label="Feedback rate",
        unit="rate",
        definition="Share of deliveries the buyer has told us anything about.",
        formula="deliveries with feedback ÷ deliveries",
        better="higher",
        counts="feedback",
        of="delivered",
        stem="coverage",
    ),
    Number(
        key="silent",
        label="No word yet",
        unit="count",
        definition="The buyer has said nothing; not the same as unreachable.",
        formula="deliveries − deliveries with feedback",
        better="lower",
    ),
    Number(
        key="seconds_to_feedback",
        label="Time to feedback",
        unit="duration",
        definition="From delivery until we were told.",
        formula="first report − delivery, where both times are known to the second",
        better="lower",
    ),
    Number(
        key="seconds_to_outcome",
        label="Time to outcome",
        unit="duration",
        definition="From delivery until it happened.",
        formula="when the outcome happened − delivery",
        better="lower",
    ),
    Number(
        key="reporting_delay",
        label="Reporting delay",
        unit="duration",
        definition="From happening until we were told.",
        formula="report − when the outcome happened",
        better="lower",
    ),
    Number(
        key="outcome_mix",
        label="Where they stand",
        unit="words",
        definition="Each delivery once, by its latest result.",
        formula="deliveries per outcome ÷ deliveries with feedback; with *Out of* "
        "deliveries, ÷ deliveries, and those without a word have a share of their own",
        better="neither",
    ),
    Number(
        key="contacted",
        label="Spoken to",
        unit="count",
        definition="Deliveries whose buyer ever spoke to the person.",
        formula="deliveries with any feedback that implies a conversation",
        better="neither",
    ),
    Number(
        key="contact_rate",
        label="Contact",
        unit="rate",
        definition="The buyer ever spoke to the person.",
        formula="deliveries ever spoken to ÷ *Out of*",
        better="higher",
        counts="contacted",
        of="base",
        base_column="contact_base",
        stem="contact",
    ),
    Number(
        key="no_contact",
        label="Not reached",
        unit="count",
        definition="Tried, not reached.",
        formula="deliveries whose outcome is no_contact",
        better="lower",
    ),
    Number(
        key="qualified",
        label="Interested",
        unit="count",
        definition="Spoken to, and fits what the buyer sells.",
        formula="deliveries whose outcome is qualified",
        better="higher",
    ),
    Number(
        key="converted",
        label="Sales",
        unit="count",
        definition="Became a sale and was not returned later.",
        formula="deliveries whose outcome is converted",
        better="higher",
    ),
    Number(
        key="conversion_rate",
        label="Conversion",
        unit="rate",
        definition="Became a sale and was not returned later.",
        formula="sales ÷ *Out of*",
        better="higher",
        counts="converted",
        of="base",
        base_column="conversion_base",
        stem="conversion",
    ),
    Number(
        key="returned",
        label="Returned",
        unit="count",
        definition="Deliveries the buyer claimed back, credited or not.",
        formula="deliveries whose outcome is returned",
        better="lower",
    ),
    Number(
        key="return_rate",
        label="Returns",
        unit="rate",
        definition="Deliveries the buyer claimed back, credited or not.",
        formula="returned ÷ deliveries, whatever *Out of* says",
        better="lower",
        counts="returned",
        of="delivered",
        stem="return",
    ),
    Number(
        key="waiting",
        label="Returns waiting",
        unit="count",
        definition="Claims that nobody has answered yet.",
        formula="returned deliveries without a decision",
        better="lower",
    ),
    Number(
        key="credited",
        label="Returns credited",
        unit="count",
        definition="Claims that were paid back.",
        formula="returned deliveries whose latest decision approves the credit",
        better="lower",
    ),
    Number(
        key="refused_claims",
        label="Returns refused",
        unit="count",
        definition="Claims that were turned down.",
        formula="returned deliveries whose latest decision refuses the credit",
        better="neither",
    ),
    Number(
        key="contradictions",
        label="Contradictions",
        unit="count",
        definition="Two reports that cannot both be true.",
        formula="deliveries with at least one contradiction",
        better="lower",
    ),
    Number(
        key="detail_only",
        label="Comment only",
        unit="count",
        definition="Feedback without a result.",
        formula="deliveries with feedback of which none names an outcome",
        better="neither",
    ),
    Number(
        key="gross_cents",
        label="Gross revenue",
        unit="money",
        definition="Prices of everything delivered.",
        formula="Σ price of deliveries",
        better="higher",
    ),
    Number(
        key="credit_cents",
        label="Credits",
        unit="money",
        definition="Given back to buyers.",
        formula="Σ per delivery, the credit of its latest decision, once",
        better="neither",
    ),
    Number(
        key="net_cents",
        label="Net revenue",
        unit="money",
        definition="Gross revenue less credits.",
        formula="gross revenue − credits",
        better="higher",
    ),
    Number(
        key="cost_cents",
        label="Lead cost",
        unit="money",
        definition="Paid to sources.",
        formula="Σ lead cost of deliveries (price − margin)",
        better="neither",
    ),
    Number(
        key="margin_cents",
        label="Margin",
        unit="money",
        definition="Net revenue less lead cost; blank while any lead cost is unknown.",
        formula="net revenue − lead cost",
        better="higher",
    ),
    Number(
        key="value_cents",
        label="Buyer's sales",
        unit="money",
        definition="What buyers sold to these people: their money, not ours.",
        formula="Σ value of the winning conversions",
        better="higher",
    ),
    Number(
        key="low_high",
        label="Likely range",
        unit="words",
        definition="Where the true rate most likely lies (95 %).",
        formula="Wilson score interval (Wilson 1927) at 95 %",
        better="neither",
    ),
    Number(
        key="mature",
        label="Old enough to judge",
        unit="words",
        definition="Delivered long enough ago that the usual results are in.",
        formula="delivered at least so long ago that 90 % of the final sales are usually in, by "
        "buyer type; 30 days while under 12 weeks are on record",
        better="neither",
    ),
    *INSIGHTS,
)

BY_KEY: Final = {number.key: number for number in NUMBERS}
RATES: Final = ("delivery_rate", "coverage", "contact_rate", "conversion_rate", "return_rate")
"""The rates of the standard tables, from the offer to the return."""
QUALITY_RATES: Final = ("conversion_rate", "contact_rate", "return_rate")
"""The rates that say how good leads are; what compares leads compares these."""


def number(key: str) -> Number:
    """The entry of a key; KeyError names the nearest known one."""
    try:
        return BY_KEY[key]
    except KeyError:
        near = difflib.get_close_matches(key, BY_KEY, n=1)
        hint = f"; nearest: {near[0]}" if near else ""
        message = f"no number is called {key!r}{hint}"
        raise KeyError(message) from None


__all__ = [
    "BY_KEY",
    "NUMBERS",
    "QUALITY_RATES",
    "RATES",
    "Better",
    "Number",
    "Unit",
    "number",
]
