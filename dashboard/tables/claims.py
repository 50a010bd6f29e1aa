"""Returns: why, what they cost, what waits for an answer, what could have been prevented."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dashboard.tables.table import Table
from metrics.insights import claims, rates

if TYPE_CHECKING:
    import polars as pl

    from dashboard.editions.table_query import TableQuery


def _trend(query: TableQuery) -> pl.DataFrame:
    keyed = rates.keyed(query.cells(), [query.grain], query.named)
    sums = rates.summed(keyed, [f"__{query.grain}"]).collect()
    return claims.returns_trend(sums.rename({f"__{query.grain}": "start"}).sort("start"))


def _claims(query: TableQuery) -> pl.DataFrame:
    return claims.claims(query.outcomes(), query.named, query.rules, query.as_of_day)


TABLES: Final = (
    Table(
        "return_reasons",
        "Why leads come back",
        "Reasons in two levels, with what they cost and what common terms would not credit.",
        claims.REASONS,
        "numbers",
        notes=(
            ("level", "group or reason."),
            ("reason_group", "Where the reason belongs."),
            ("reason", "The reason; empty in rows of groups."),
            ("claims", "All claims of the scope."),
            ("share", "returned ÷ claims."),
            ("cumulative", "Shares added up from the top."),
            ("price_cents", "What was charged for these deliveries."),
            ("credited_cents", "What was given back for them."),
            ("uncreditable", "Common terms would not credit this group."),
            ("uncreditable_share", "Share of all claims in such groups."),
        ),
        make=lambda query: claims.return_reasons(query.outcomes(), query.rules),
        page="returns",
    ),
    Table(
        "returns_trend",
        "Returns over time",
        "The return rate per day, week or month with its normal band.",
        claims.TREND,
        "numbers",
        ("grain",),
        notes=(
            ("normal_low", "Lower end of the normal band; empty under 8 buckets."),
            ("normal_high", "Upper end of the normal band."),
        ),
        make=_trend,
        whole=True,
        page="returns",
    ),
    Table(
        "claims",
        "Claims",
        "Every claim; those waiting for an answer first, by deadline.",
        claims.CLAIMS,
        "numbers",
        notes=(
            ("return_state", "waiting, credited or refused."),
            ("claimed_at", "When the return was reported."),
            ("decided_at", "When it was decided; empty where nobody said."),
            ("decide_by", "Until when an answer is owed."),
            ("days_left", "Days until then; negative when overdue."),
            ("days_to_decide", "Days from claim to decision, where both are known."),
            ("claimed_late", "Reported after the buyer's return window."),
        ),
        make=_claims,
        page="returns",
    ),
    Table(
        "claims_summary",
        "Claims in sum",
        "Claimed, waiting, credited and refused, in number and money.",
        claims.SUMMARY,
        "numbers",
        notes=(
            ("return_state", "claimed (all), waiting, credited or refused."),
            ("claims", "How many."),
            ("share", "claims ÷ all claims."),
            ("price_cents", "What was charged for them."),
            ("median_days_to_decide", "The middle time to a decision, where known."),
        ),
        make=lambda query: claims.summary(_claims(query)),
        page="returns",
    ),
    Table(
        "avoidable_returns",
        "Avoidable credits",
        "What a check before delivery would have saved, less its cost.",
        claims.AVOIDABLE,
        "numbers",
        notes=(
            ("check", "What would be checked."),
            ("caught_share", "Share of such returns that the check catches (rules)."),
            ("saved_cents", "Credits × caught share."),
            ("checked", "Deliveries that would be checked."),
            ("check_cost_cents", "Price of the checks (rules)."),
        ),
        make=lambda query: claims.avoidable_returns(query.outcomes(), query.rules),
    ),
)
