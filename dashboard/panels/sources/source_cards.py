"""Cards of one source: its tier, score, price, what is suggested, and the pack about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl
import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.charts import waterfall
from dashboard.layout import address, cards
from dashboard.panels.todo import todo_list
from dashboard.presentation import formats
from dashboard.presentation.markup import html
from dashboard.worklist import todo_items
from metrics.insights.tiers import LEAST_COVERAGE

if TYPE_CHECKING:
    from dashboard.answers.workspace import Status
    from metrics.definitions.rules import Score
    from metrics.definitions.scope import Scope

_PARTS: Final = {
    "delivery": ("Delivery", "delivery_rate"),
    "contact": ("Contact", "contact_rate"),
    "conversion": ("Conversion", "conversion_rate"),
    "return": ("Returns", "return_rate"),
}
_SUGGESTED: Final = {"raise": "raise it", "keep": "keep it", "lower": "lower it"}
_WORTH_ASKING: Final = 10_000  # more feedback than that nobody waits for


def tier(source_id: str, scope: Scope) -> str:
    """The tier of a source in one sentence: what it is, how sure, what is still needed."""
    rows = workspace().table("tiers", scope).filter(id=source_id).to_dicts()
    return (
        tier_sentence(rows[0])
        if rows
        else "No tier: nothing old enough to judge was delivered in its 90 days."
    )


def tier_sentence(row: dict[str, Any]) -> str:
    """A row of `tiers` in words."""
    rate = f"{formats.rate(row['conversion_rate'])} of {formats.count(row['feedback'])}"
    if row["probability"] is None:
        return f"No tier yet: {rate} over the last 90 days old enough are too few to tell."
    sure = f"Tier {row['tier']} ({_sure(row['probability'])}; {rate} over the last 90 days"
    needed = row["needed"]
    if " or " in row["tier"] and needed and needed <= _WORTH_ASKING:
        return f"{sure}); about {needed:,} with feedback would tell which."
    return f"{sure} old enough to judge)."


def _sure(probability: float) -> str:
    """How sure, never wholly."""
    return "over 99 % sure" if probability > 0.99 else f"{probability * 100:.0f} % sure"  # noqa: PLR2004 - as it is written


def score_card(
    source_id: str, scope: Scope, rules: Score, *, coverage: float | None, chip: str | None
) -> None:
    """What made the score: points of each part up to the total; none of under 40 % `told`."""
    few = coverage is not None and coverage < LEAST_COVERAGE

    def frame() -> pl.DataFrame:
        if few:
            return pl.DataFrame()
        rows = workspace().table("scores", scope).filter(id=source_id).drop_nulls("score")
        return points(rows.to_dicts()[0], rules) if rows.height else pl.DataFrame()

    card = cards.Card(
        key="score",
        title="What makes the score",
        how=_ALL_PARTS if few else _score_words(source_id, scope),
        columns=("part", "share", "points", "most"),
        table="scores",
        empty=f"Buyers have reported on {formats.rate(coverage)} of these leads only: a score of "
        "so few would flatter or blame. Data → Tables has it."
        if few
        else "There is no score: part of it is not known in this period.",
    )
    cards.show(card, frame, _score_figure, cards.Extras(chip=lambda _: chip))


_ALL_PARTS: Final = "Points for delivery, contact, conversion and returns, 100 at the most."


def _score_words(source_id: str, scope: Scope) -> str:
    rows = workspace().table("scores", scope).filter(id=source_id).drop_nulls("score").to_dicts()
    if not rows:
        return _ALL_PARTS
    row = rows[0]
    likely = f"{row['score_low']:.0f} – {row['score_high']:.0f}"
    marks = [title for part, (title, _) in _PARTS.items() if row[f"{part}_mark"]]
    reached = (
        f" Green: mark reached ({formats.listing(marks)})." if marks else " No mark is reached."
    )
    return f"{row['score']:.0f} of 100 points, likely {likely}.{reached}"


def points(row: dict[str, Any], rules: Score) -> pl.DataFrame:
    """A row of `scores` as one row a part: its share, points and the most there are."""
    made = [
        {
            "part": title,
            "share": row[rate],
            "points": row[f"{part}_points"],
            "most": getattr(rules, f"{part}_points"),
            "mark": row[f"{part}_mark"],
        }
        for part, (title, rate) in _PARTS.items()
    ]
    total = {"part": "Score", "points": row["score"], "most": sum(r["most"] for r in made)}
    return pl.DataFrame([*made, total])


def _score_figure(rows: pl.DataFrame, colours: Any) -> Any:  # noqa: ANN401 - as every figure step
    steps = [
        waterfall.Step(
            label=row["part"],
            value=row["points"],
            total=row["part"] == "Score",
            good=True if row["mark"] else None,
            hover=f"{row['part']}: {row['points']:.1f} of {row['most']:.0f} points",
        )
        for row in rows.to_dicts()
    ]
    most = rows["most"][-1]
    return waterfall.figure(
        steps,
        colours,
        lambda value: f"{value:.0f}",
        target=(most, f"{most:.0f} points at the most"),
    )


def price_card(source_id: str, scope: Scope, status: Status) -> None:
    """What a delivery is worth to its buyer, against its price."""
    with (
        st.container(border=True, key="card_price", height="stretch"),
        cards.guarded("The price"),
    ):
        rows = workspace().table("pricing", scope).filter(id=source_id).to_dicts()
        cards.title("Price", "What a delivery is worth to its buyer, against what it costs.")
        if not rows or rows[0]["break_even_cents"] is None:
            why = "no buyer has named the value of a sale, or nothing is old enough"
            st.html(html("texts.empty", text=f"No price can be judged: {why}."))
            return
        st.html(cards.facts(price_facts(rows[0], status.currency), numbers=(1,)))
        st.html(cards.downloads("pricing", {}), width="content")


def price_facts(row: dict[str, Any], currency: str) -> list[tuple[str, ...]]:
    """A row of `pricing` as pairs of words."""

    def money(cents: float | None) -> str:
        return formats.money(cents, currency)

    found: list[tuple[str, ...]] = [
        ("Mean price", money(row["price_cents"])),
        ("Worth to the buyer", money(row["break_even_cents"])),
        ("Likely range", f"{money(row['break_even_low'])} – {money(row['break_even_high'])}"),
        ("Mean sale of the buyer", f"{money(row['mean_value_cents'])} ({row['valued']:,} known)"),
        ("Deliveries old enough", formats.count(row["delivered"])),
    ]
    if row["suggestion"]:
        word = _SUGGESTED[row["suggestion"]]
        to = "" if row["suggestion"] == "keep" else f", to {money(row['suggested_cents'])}"
        found.append(("Suggestion", f"{word}{to}"))
    else:
        found.append(("Suggestion", "none: too few to tell"))
    return found


def actions_card(scope: Scope, status: Status) -> None:
    """What is found about this source and wants a decision."""
    with (
        st.container(border=True, key="card_source_actions", height="stretch"),
        cards.guarded("What to do"),
    ):
        cards.title("What to do", "Findings about this source; each leads to its case.")
        found = todo_items.items(scope).filter(
            pl.col("kind").is_in(["change", "suggestion"]), pl.col("state") != "dismissed"
        )
        if found.is_empty():
            st.html(html("texts.empty", text="Nothing is found about this source."))
        else:
            st.html(todo_list.listing(found.head(5).to_dicts(), scope, status.currency))
        page, paper = (address.report_link("source", kind) for kind in ("html", "pdf"))
        st.html(html("links.pack", page=page, paper=paper))
