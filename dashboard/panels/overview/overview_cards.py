"""Cards of the Overview: what needs attention, what changed and why, where leads get lost, wins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl
import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.charts import contributions, funnel_steps
from dashboard.layout import address, cards
from dashboard.panels.shared import shared_cards
from dashboard.panels.todo import todo_list
from dashboard.presentation import formats
from dashboard.presentation.markup import html
from dashboard.worklist import todo_items
from metrics.definitions.catalogue import number
from metrics.sentences.sentences import LEAST

if TYPE_CHECKING:
    from dashboard.answers.workspace import Status
    from dashboard.query.filters import Value
    from metrics.definitions.scope import Scope

TOP: Final = 5
SHIFTS: Final = ("conversion_rate", "contact_rate", "return_rate")
_LEVEL: Final = 0.0005  # a change that reads as 0.0 pp


def attention(scope: Scope, status: Status) -> None:
    """The five findings with most money at stake that nobody has settled yet."""
    with (
        st.container(border=True, key="card_attention", height="stretch"),
        cards.guarded("What needs attention"),
    ):
        found = todo_items.items(scope)
        waiting = found.filter(pl.col("state").is_in(["new", "mine"]), ~pl.col("better"))
        cards.title("Needs attention", "The most money at stake first; nobody has settled it yet.")
        if waiting.is_empty():
            st.html(html("texts.empty", text=todo_list.nothing("open", scope, status)))
            return
        st.html(todo_list.listing(waiting.head(TOP).to_dicts(), scope, status.currency))
        st.html(html("links.actions", links=[("All there is to do", address.link("todo"))]))


def wins(scope: Scope, status: Status) -> None:
    """What went unusually well, and where more could be won."""
    with (
        st.container(border=True, key="card_wins", height="stretch"),
        cards.guarded("The wins"),
    ):
        good = todo_items.items(scope).filter("better", pl.col("state").is_in(["new", "mine"]))
        good = good.sort(pl.col("kind") != "change", maintain_order=True)
        rise = f"{workspace().rules.pricing.rise * 100:.0f} %"
        cards.title(
            "Wins",
            "Unusually good of late, with the money it concerns; and sources that would bear more, "
            f"with what a rise of {rise} would bring.",
        )
        if good.is_empty():
            nothing = "Nothing stands out to the good: every source is about where it usually is."
            st.html(html("texts.empty", text=nothing))
            return
        st.html(todo_list.listing(good.head(TOP).to_dicts(), scope, status.currency))


def changed(scope: Scope) -> None:
    """What a rate moved by, from the mix or from the sources themselves, source by source."""
    key = address.choice("shift", SHIFTS, "conversion_rate")
    shift = workspace().table("mix_shift", scope).filter(measure=key)
    entry = number(key)
    sure = workspace().table("headline", scope).filter(pl.col("key") == key)["verdict"].to_list()
    level = sure in ([], [None], ["level"])
    card = cards.Card(
        key="changed",
        title="What changed, and why",
        how=why(shift, entry.label, level=level),
        columns=(
            *("name", "of_before", "rate_before", "of_now", "rate_now"),
            *("from_mix", "from_performance", "change"),
        ),
        table="mix_shift",
        empty="Nothing moved, or there is nothing to compare with.",
        alt=f"Change of {entry.label} by source",
    )
    cards.show(
        card,
        lambda: contributions.parts(shift),
        lambda rows, colours: contributions.figure(
            rows, colours, higher_is_better=None if level else entry.better == "higher"
        ),
        cards.Extras(
            controls=lambda: shared_cards.switch(
                "shift", key, {name: number(name).label for name in SHIFTS}
            ),
            on_click=_look_at,
        ),
    )


def _look_at(source: str) -> None:
    if source != contributions.REST:
        shared_cards.only_source(source)


def why(shift: pl.DataFrame, label: str, *, level: bool = False) -> str:
    """The change of a rate in one sentence: by how much, and from where.

    `level`: the whole change lies inside what chance explains, so nothing is said of its parts.
    """
    whole = shift.filter(pl.col("group") == "(all)").to_dicts()
    if not whole or whole[0]["change"] is None:
        return "There is nothing to compare with."
    row = whole[0]
    if min(row["of_before"] or 0, row["of_now"] or 0) < LEAST:
        return f"{label}: too few leads in one of the periods to say what changed."
    if level or abs(row["change"]) < _LEVEL:
        said = f"{label} is level with the period compared with, at the same age: what the parts "
        said += "below show may be chance."
    else:
        moved = "rose" if row["change"] > 0 else "fell"
        said = (
            f"{label} {moved} {abs(row['change']) * 100:.1f} pp at the same age: "
            f"{_part(row['from_mix'])} from the mix of sources, "
            f"{_part(row['from_performance'])} from the sources themselves."
        )
    if row["paradox"]:
        said += " Beware: every source moved the other way; the mix hides it."
    return said


def _part(change: float) -> str:
    """A part of a change; one that rounds to nothing has no sign."""
    return formats.points(change) if abs(change) >= _LEVEL else "nothing"


def lost(scope: Scope) -> None:
    """The funnel; a click on a step lists its deliveries."""
    card = cards.Card(
        key="funnel",
        title="Where leads get lost",
        how="Each step is a part of the one before. Click a bar for its leads.",
        columns=("called", "deliveries", "of_before", "of_attempted", "lost"),
        table="funnel",
        empty="No offer was made in this period.",
    )
    cards.show(
        card,
        lambda: _named(workspace().table("funnel", scope)),
        funnel_steps.figure,
        cards.Extras(on_click=lambda step: address.go_next("leads", **STEP_LEADS[step])),
    )


def _named(funnel: pl.DataFrame) -> pl.DataFrame:
    some = funnel.filter(pl.col("deliveries").sum() > 0)
    return some.with_columns(called=pl.col("step").replace(funnel_steps.STEPS))


STEP_LEADS: Final[dict[str, dict[str, Value]]] = {
    "attempted": {},
    "delivered": {"status": "delivered"},
    "feedback": {"feedback": "any", "status": "delivered"},
    "contacted": {"contacted": True, "status": "delivered"},
    "qualified": {"interested": True, "status": "delivered"},
    "converted": {"converted": True, "status": "delivered"},
}
"""The row conditions that list a step's deliveries."""
