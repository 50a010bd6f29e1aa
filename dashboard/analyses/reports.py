"""The daily, weekly and monthly packs: each composed of other tables of the same question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from dashboard.analyses import acting, buyers, claims, fairness, plain, watching
from dashboard.table import Table
from metrics import expectation, packs

if TYPE_CHECKING:
    from dashboard.question import Question

_MADE: Final = {
    table.name: table
    for table in (
        *acting.TABLES,
        *buyers.TABLES,
        *claims.TABLES,
        *fairness.TABLES,
        *plain.TABLES,
        *watching.TABLES,
    )
}
_TABLES: Final = (
    "money_shift",
    "overdue_feedback",
    "avoidable_returns",
    "concentration",
    "alerts",
    "claims_summary",
    "recommendations",
)
_MOVED: Final = {"name": pl.String, "delivered": pl.Int64, "change_cents": pl.Int64}


def _movers(asked: Question) -> pl.DataFrame:
    """Sources by how much their margin (or net revenue) moved, the largest rise first."""
    past = asked.before()
    if past is None or asked.scope.clock != "delivered":
        return pl.DataFrame(schema=_MOVED)
    now, then = (_answer("sources", side) for side in (asked, past))
    money = "margin_cents" if now["margin_cents"].null_count() == 0 else "net_cents"
    both = now.join(then.select("id", before=money), on="id", how="left")
    change = pl.col(money) - pl.col("before").fill_null(0)
    rows = both.filter(pl.col("delivered") >= packs.LEAST, pl.col(money).is_not_null())
    return rows.select("name", "delivered", change_cents=change).sort(
        ["change_cents", "name"], descending=[True, False]
    )


def _answer(name: str, asked: Question) -> pl.DataFrame:
    make = _MADE[name].make
    assert make is not None  # noqa: S101 - these are tables of numbers
    return make(asked)


def _forecast(asked: Question) -> pl.DataFrame:
    period, history = asked.period_changes(), asked.changes()
    return expectation.expected(period, asked.curves, asked.unknown_day, [], history)


def pack(kind: str, asked: Question) -> pl.DataFrame:
    """One pack of a question (`packs.PACK`)."""
    facts = {name: _answer(name, asked) for name in _TABLES}
    moved = _movers(asked)
    facts["sources_up"] = moved.filter(pl.col("change_cents") > 0)
    facts["sources_down"] = moved.filter(pl.col("change_cents") < 0).reverse()
    facts["forecast"] = _forecast(asked)
    return packs.pack(kind, _answer("headline", asked), facts, asked.currency)


_NOTES: Final = (
    ("section", "Where it stands in the pack."),
    ("nth", "Which sentence of the section."),
    ("key", "The number it is about, where it is one."),
    ("label", "What it is about."),
    ("sentence", "The sentence, made from the numbers by rules."),
    ("value", "The value behind it: a share, cents or a count."),
    ("previous", "The value before, at the same age, or what was expected."),
    ("numerator", "Deliveries counted."),
    ("denominator", "What they are a share of."),
    ("verdict", "better, worse or level."),
)
TABLES: Final = (
    Table(
        "monthly",
        "Monthly pack",
        "The month in sentences: verdict, numbers, bridge, forecast, movers, risks, decisions.",
        packs.PACK,
        "numbers",
        notes=_NOTES,
        make=lambda asked: pack("monthly", asked),
    ),
    Table(
        "weekly",
        "Weekly pack",
        "The week in sentences: numbers, unusual changes, movers, claims, decisions.",
        packs.PACK,
        "numbers",
        notes=_NOTES,
        make=lambda asked: pack("weekly", asked),
    ),
    Table(
        "daily",
        "Daily pack",
        "The day in sentences: returns, unusual changes, claims waiting, risks.",
        packs.PACK,
        "numbers",
        notes=_NOTES,
        make=lambda asked: pack("daily", asked),
    ),
)
