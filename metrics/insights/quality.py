"""What buyers found: the 30-day table, reaching people, interest, accuracy, the funnel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from data_access.columns import ACCURACY, CLOSED
from metrics.definitions.intervals import rated, share
from metrics.insights import rates
from metrics.outcomes.delivery_lists import encoded
from metrics.outcomes.selection import KEEN

if TYPE_CHECKING:
    from metrics.definitions.party_names import PartyNames
    from metrics.definitions.scope import Scope

_RATE: Final[dict[str, pl.DataType]] = {
    "share": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
}
FOUR: Final = ("converted", "contacted_only", "no_contact", "returned")
ANALYSIS: Final[dict[str, pl.DataType]] = {
    "id": pl.String(),
    "name": pl.String(),
    "delivered": pl.Int64(),
    "feedback": pl.Int64(),
    "coverage": pl.Float64(),
    **{
        column: kind
        for name in (*FOUR, "other")
        for column, kind in ((name, pl.Int64()), (f"{name}_share", pl.Float64()))
    },
    "base": pl.Int64(),
    "conversion_low": pl.Float64(),
    "conversion_high": pl.Float64(),
}
TOTAL: Final = "(all)"


def conversion_analysis(tally: pl.LazyFrame, scope: Scope, named: PartyNames) -> pl.DataFrame:
    """The table `conversion_analysis`: the guide's 30-day table, in all and per source.

    Each delivery counts once, by its latest result: converted, contacted (contacted or
    interested), not reached, returned, other (closed otherwise or comment only). The first
    row, `(all)`, is everything together; sources follow by deliveries. Shares are of the
    base: deliveries with feedback, or all with another *Out of*; null where it is 0.
    """
    keyed = rates.keyed(tally, ["source"], named)
    per = rates.summed(keyed, ["__source"])
    whole = rates.summed(keyed).with_columns(__source=pl.lit(TOTAL))
    rows = pl.concat([whole, per], how="diagonal").with_columns(
        contacted_only=pl.col("is_contacted") + pl.col("is_qualified"),
        no_contact=pl.col("is_no_contact"),
        other=pl.sum_horizontal(*(f"is_{name}" for name in CLOSED), "is_detail_only"),
        base=pl.col("feedback") if scope.rate_base == "feedback" else pl.col("delivered"),
    )
    of = pl.col("base")
    shares = {f"{name}_share": share(pl.col(name), of) for name in (*FOUR, "other")}
    likely = rated("conversion", pl.col("converted"), of)
    table = rows.with_columns(
        id="__source",
        name=pl.col("__source").replace(named.source),
        coverage=share(pl.col("feedback"), pl.col("delivered")),
        **shares,
        **likely,
    )
    later = (pl.col("id") != TOTAL).alias("__later")
    table = table.sort(later, -pl.col("delivered"), "id")
    return table.select(pl.col(name).cast(kind) for name, kind in ANALYSIS.items()).collect()


CONTACT: Final[dict[str, pl.DataType]] = {
    "id": pl.String(),
    "name": pl.String(),
    "buyer_type": pl.String(),
    "question": pl.String(),
    "yes": pl.Int64(),
    "no": pl.Int64(),
    "asked": pl.Int64(),
    **_RATE,
}
QUESTIONS: Final = {
    "answered": "phone_answered",
    "spoke": "spoke_to_lead",
    "right_person": "right_party",
}


def contact(outcomes: pl.LazyFrame, named: PartyNames) -> pl.DataFrame:
    """The table `contact`: did the phone get answered, was it the lead, the right person.

    Args:
        outcomes: deliveries of the scope with `source` and `buyer_type`.
        named: names of sources.

    Returns:
        One row per source, buyer type and question: yes, no, asked (deliveries whose buyer
        said either), share of yes with its range; sources as `id`, with `(all)` first.
    """
    told = [
        pl.concat([outcomes, outcomes.with_columns(source=pl.lit(TOTAL))])
        .group_by("source", "buyer_type")
        .agg(
            question=pl.lit(question),
            yes=(pl.col(column) == 1).sum(),
            no=(pl.col(column) == 0).sum(),
        )
        for question, column in QUESTIONS.items()
    ]
    rows = pl.concat(told).with_columns(asked=pl.col("yes") + pl.col("no"))
    likely = rated("share", pl.col("yes"), pl.col("asked"))
    table = rows.filter(pl.col("asked") > 0).with_columns(
        id="source",
        name=pl.col("source").replace(named.source),
        share=likely["share"],
        low=likely["share_low"],
        high=likely["share_high"],
    )
    order = [(pl.col("id") != TOTAL).alias("__later"), "id", "buyer_type", "question"]
    return _typed(table.sort(order), CONTACT)


INTEREST: Final[dict[str, pl.DataType]] = {
    "id": pl.String(),
    "name": pl.String(),
    "asked": pl.Int64(),
    "mean_interest": pl.Float64(),
    "low_interest": pl.Int64(),
    "middle_interest": pl.Int64(),
    "high_interest": pl.Int64(),
    **_RATE,
    "timeline": pl.String(),
    "budget": pl.String(),
}
HIGH_FROM: Final = 7
LOW_TO: Final = 3


def interest(outcomes: pl.LazyFrame, named: PartyNames) -> pl.DataFrame:
    """The table `interest`: how interested people were, 0 - 10 as buyers rate it.

    Returns:
        Per source (`(all)` first): rated deliveries, their mean, how many are low (0 - 3),
        middle and high (7 - 10), the share of high with its range, and the most frequent
        words for timeline and budget (ties: first in the alphabet; null where none).
    """
    level = pl.col("interest_product")
    both = pl.concat([outcomes, outcomes.with_columns(source=pl.lit(TOTAL))])
    rows = both.group_by("source").agg(
        asked=level.count(),
        mean_interest=level.mean(),
        low_interest=(level <= LOW_TO).sum(),
        middle_interest=level.is_between(LOW_TO + 1, HIGH_FROM - 1).sum(),
        high_interest=(level >= HIGH_FROM).sum(),
        timeline=pl.col("interest_timeline").drop_nulls().mode().sort().first(),
        budget=pl.col("interest_budget").drop_nulls().mode().sort().first(),
    )
    likely = rated("share", pl.col("high_interest"), pl.col("asked"))
    table = rows.filter(
        (pl.col("asked") > 0) | pl.col("timeline").is_not_null() | pl.col("budget").is_not_null()
    ).with_columns(
        id="source",
        name=pl.col("source").replace(named.source),
        share=likely["share"],
        low=likely["share_low"],
        high=likely["share_high"],
    )
    order = [(pl.col("id") != TOTAL).alias("__later"), "id"]
    return _typed(table.sort(order), INTEREST)


ACCURACIES: Final[dict[str, pl.DataType]] = {
    "id": pl.String(),
    "name": pl.String(),
    "field": pl.String(),
    "status": pl.String(),
    "deliveries": pl.Int64(),
    "checked": pl.Int64(),
    **_RATE,
    "examples": pl.String(),
}
FIELDS: Final = ("name", "phone", "email", "address")
GEOGRAPHY: Final = "out_of_area"
EXAMPLES: Final = 3
_NEWEST: Final = (
    encoded(pl.col("lead_id"), " ")
    .sort_by("dated_us", "lead_id", descending=True)
    .head(EXAMPLES)
    .str.join(" ")
)


def accuracy(outcomes: pl.LazyFrame, named: PartyNames) -> pl.DataFrame:
    """The table `accuracy`: was the data right, field by field, with leads to look at.

    Returns:
        Per source (`(all)` first), field (name, phone, email, address, geography) and
        status: deliveries, `checked` (the buyer said anything definite about the field:
        `unknown` is not), share of checked with its range (null for `unknown`), and up to
        three lead ids, the newest first. Geography counts returns as out of area, out of
        deliveries with feedback.
    """
    read = ("source", "lead_id", "dated_us", "covered", "reason")
    fields = [f"accuracy_{field}" for field in FIELDS]
    told = outcomes.filter(pl.col("covered") == 1).select(*read, *fields).collect().lazy()
    both = pl.concat([told, told.with_columns(source=pl.lit(TOTAL))])
    counted = [
        both.filter(pl.col(f"accuracy_{field}").is_not_null())
        .group_by("source", status=f"accuracy_{field}")
        .agg(field=pl.lit(field), deliveries=pl.len(), examples=_NEWEST)
        for field in FIELDS
    ]
    definite = pl.when(pl.col("status") != "unknown").then("deliveries").otherwise(0)
    rows = pl.concat(counted).with_columns(checked=definite.sum().over("source", "field"))
    rows = pl.concat([rows, _out_of_area(both)], how="diagonal_relaxed")
    said = pl.when(pl.col("status") != "unknown").then("checked")
    likely = rated("share", pl.col("deliveries"), said)
    table = rows.with_columns(
        id="source",
        name=pl.col("source").replace(named.source),
        share=likely["share"],
        low=likely["share_low"],
        high=likely["share_high"],
    )
    ranks = {status: nth for nth, status in enumerate(ACCURACY)}
    status = pl.col("status").replace_strict(ranks, default=len(ranks)).alias("__status")
    order = [(pl.col("id") != TOTAL).alias("__later"), "id", "field", status]
    return _typed(table.sort(order), ACCURACIES)


def _out_of_area(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Returns as out of area per source, of all deliveries with feedback."""
    far = rows.filter(pl.col("reason") == GEOGRAPHY).group_by("source")
    found = far.agg(
        status=pl.lit(GEOGRAPHY), field=pl.lit("geography"), deliveries=pl.len(), examples=_NEWEST
    )
    return found.join(rows.group_by("source").agg(checked=pl.len()), on="source")


FUNNEL: Final[dict[str, pl.DataType]] = {
    "step": pl.String(),
    "deliveries": pl.Int64(),
    "of_before": pl.Float64(),
    "of_before_low": pl.Float64(),
    "of_before_high": pl.Float64(),
    "of_attempted": pl.Float64(),
    "lost": pl.Int64(),
}
STEPS: Final = ("attempted", "delivered", "feedback", "contacted", "qualified", "converted")


def funnel(outcomes: pl.LazyFrame) -> pl.DataFrame:
    """The table `funnel`: where offers get lost, from the attempt to the sale.

    Each step is a part of the one before: offered, delivered, with feedback, ever spoken
    to, ever interested (or sold), sold. Shares are of the step before, with ranges, and of
    all offers; null where the step before is empty. `lost` is the difference.
    """
    sold = pl.col("converted") == 1
    spoken = (pl.col("contacted") == 1) | sold
    counts = outcomes.select(
        attempted=pl.len(),
        delivered=pl.col("delivered").sum(),
        feedback=pl.col("covered").sum(),
        contacted=(spoken & (pl.col("covered") == 1)).sum(),
        qualified=KEEN.sum(),
        converted=sold.sum(),
    ).collect()
    numbers = [int(counts[name].item()) for name in STEPS]
    frame = pl.DataFrame(
        {"step": STEPS, "deliveries": numbers, "before": [None, *numbers[:-1]]},
        schema={"step": pl.String, "deliveries": pl.Int64, "before": pl.Int64},
    )
    likely = rated("of_before", pl.col("deliveries"), pl.col("before"))
    table = frame.with_columns(
        **likely,
        of_attempted=share(pl.col("deliveries"), pl.lit(numbers[0])),
        lost=pl.col("before") - pl.col("deliveries"),
    )
    return _typed(table.lazy(), FUNNEL)


def _typed(table: pl.LazyFrame, schema: dict[str, pl.DataType]) -> pl.DataFrame:
    return table.select(pl.col(name).cast(kind) for name, kind in schema.items()).collect()


__all__ = ["accuracy", "contact", "conversion_analysis", "funnel", "interest"]
