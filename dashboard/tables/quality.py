"""What buyers found when they called: the 30-day table, contact, interest, accuracy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dashboard.tables.table import Table
from metrics.insights import quality

if TYPE_CHECKING:
    import polars as pl

    from dashboard.editions.table_query import TableQuery


def _analysis(query: TableQuery) -> pl.DataFrame:
    return quality.conversion_analysis(query.cells(), query.scope, query.named)


def _contact(query: TableQuery) -> pl.DataFrame:
    return quality.contact(query.outcomes_by(["source", "buyer_type"]), query.named)


def _interest(query: TableQuery) -> pl.DataFrame:
    return quality.interest(query.outcomes_by(["source"]), query.named)


def _accuracy(query: TableQuery) -> pl.DataFrame:
    return quality.accuracy(query.outcomes_by(["source"]), query.named)


_SOURCE: Final = ("id", "The source's id; (all) is everything together.")
TABLES: Final = (
    Table(
        "conversion_analysis",
        "Conversion analysis",
        "Delivered, with feedback, and the four results, in all and per source.",
        quality.ANALYSIS,
        "numbers",
        notes=(
            _SOURCE,
            ("contacted_only", "Spoken to or interested, without a sale so far."),
            ("contacted_only_share", "contacted_only ÷ base."),
            ("converted_share", "Sales ÷ base."),
            ("no_contact_share", "Not reached ÷ base."),
            ("returned_share", "Returned ÷ base (the return rate is out of deliveries)."),
            ("other", "Closed otherwise, or a comment only."),
            ("other_share", "other ÷ base."),
        ),
        make=_analysis,
        party="source",
    ),
    Table(
        "contact",
        "Reaching people",
        "Did the phone get answered, by the lead, by the right person.",
        quality.CONTACT,
        "numbers",
        notes=(
            _SOURCE,
            ("question", "answered, spoke (to the lead) or right_person."),
            ("yes", "Deliveries whose buyer said yes, by the latest statement."),
            ("no", "Deliveries whose buyer said no."),
            ("asked", "yes + no."),
            ("share", "yes ÷ asked."),
        ),
        make=_contact,
        party="source",
    ),
    Table(
        "interest",
        "Interest",
        "How interested people were, 0 to 10 as buyers rate it.",
        quality.INTEREST,
        "numbers",
        notes=(
            _SOURCE,
            ("asked", "Deliveries with a rating of interest."),
            ("mean_interest", "Mean rating, 0 - 10."),
            ("low_interest", "Rated 0 - 3."),
            ("middle_interest", "Rated 4 - 6."),
            ("high_interest", "Rated 7 - 10."),
            ("share", "high_interest ÷ asked."),
            ("timeline", "The most frequent word for when they want to buy."),
            ("budget", "The most frequent word for their budget."),
        ),
        make=_interest,
        party="source",
    ),
    Table(
        "accuracy",
        "Accuracy",
        "Was name, phone, e-mail and address right, with leads to look at.",
        quality.ACCURACIES,
        "numbers",
        notes=(
            _SOURCE,
            ("field", "name, phone, email, address or geography."),
            ("status", "What the buyer found, by the latest statement."),
            ("checked", "Deliveries of which the buyer said something definite."),
            ("share", "deliveries ÷ checked; empty for unknown."),
            (
                "examples",
                "Up to three lead ids, blank-separated; a blank or % inside is %20 or %25.",
            ),
        ),
        make=_accuracy,
        party="source",
    ),
    Table(
        "funnel",
        "Where leads get lost",
        "From the offer to the sale; each step is a part of the one before.",
        quality.FUNNEL,
        "numbers",
        notes=(
            ("step", "attempted, delivered, feedback, contacted, qualified, converted."),
            ("of_before", "deliveries ÷ those of the step before."),
            ("of_attempted", "deliveries ÷ all offers."),
            ("lost", "Those of the step before that are not in this one."),
        ),
        make=lambda query: quality.funnel(query.outcomes()),
        whole=True,
        page="overview",
    ),
)
