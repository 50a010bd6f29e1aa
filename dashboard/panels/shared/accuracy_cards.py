"""Contact and accuracy: were people reached, keen, and were their details right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

import polars as pl
import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.charts import ranking, share_dots
from dashboard.layout import address, cards
from dashboard.panels.buyers import buyer_cards
from dashboard.panels.shared import shared_cards
from dashboard.presentation import formats
from dashboard.presentation.markup import html
from metrics.definitions.intervals import rated

if TYPE_CHECKING:
    from metrics.definitions.scope import Scope

ALL: Final = "(all)"
QUESTIONS: Final = {
    "answered": "Answered",
    "spoke": "Spoke to person",
    "right_person": "Right person",
}
FIELDS: Final = {
    "name": "Name",
    "phone": "Phone",
    "email": "E-mail",
    "address": "Address",
    "geography": "Geography",
}
STATUSES: Final = {
    "correct": "right",
    "invalid": "wrong",
    "wrong_person": "somebody else's",
    "bounced": "bounces",
    "incomplete": "incomplete",
    "out_of_area": "outside the area",
    "unknown": "not known",
}
"""What buyers find, in words that follow the field."""


def _word(words: dict[str, str], column: str) -> pl.Expr:
    return pl.col(column).map_elements(
        lambda key: words.get(key, key.replace("_", " ")), return_dtype=pl.String
    )


def contact_card(scope: Scope) -> None:
    """Did the phone get answered, was it the lead, the right person; by buyer type."""
    card = cards.Card(
        key="contact",
        title="Reaching people",
        how="Share of yes among deliveries whose buyer said yes or no, with its likely range.",
        columns=("called", "yes", "asked", "share"),
        table="contact",
        empty="No buyer has said yet whether anybody answered.",
    )

    def frame() -> pl.DataFrame:
        order = pl.col("question").replace_strict(
            {name: place for place, name in enumerate(QUESTIONS)}, default=9, return_dtype=pl.Int64
        )
        rows = workspace().table("contact", scope).filter(id=ALL).drop_nulls("share")
        rows = buyer_cards.in_order(rows)
        kind = pl.col("buyer_type").map_elements(formats.buyer_type, return_dtype=pl.String)
        called = pl.concat_str(_word(QUESTIONS, "question"), kind, separator=" · ")
        return rows.with_columns(called=called).sort(order, maintain_order=True)

    kind = share_dots.Shares(name="called", count="yes", of="asked", words="said yes", whole=True)
    cards.show(card, frame, lambda rows, colours: share_dots.figure(rows, kind, colours))


def interest_card(scope: Scope) -> None:
    """How keen people were, by source."""
    card = cards.Card(
        key="interest",
        title="Interest",
        how="Share that buyers rated 7 to 10 of 10, with its likely range; hollow: fewer than "
        f"{ranking.FEW} rated. Click a dot for the source.",
        columns=("name", "asked", "mean_interest", "high_interest", "share", "timeline", "budget"),
        table="interest",
        empty="No buyer has rated anybody's interest yet.",
    )
    kind = ranking.Ranked(
        rate="share", low="low", high="high", base="asked", of="rated", label="Rated 7 to 10"
    )

    def frame() -> pl.DataFrame:
        rows = workspace().table("interest", scope).filter(pl.col("id") != ALL)
        return rows.drop_nulls("share").with_columns(pl.col("mean_interest").round(1))

    cards.show(
        card,
        frame,
        lambda rows, colours: ranking.figure(rows, kind, colours),
        cards.Extras(on_click=shared_cards.only_source),
    )


def faults_by_field(scope: Scope) -> pl.DataFrame:
    """What buyers found wrong in the details of all leads, by field."""
    order = pl.col("field").replace_strict(
        {name: place for place, name in enumerate(FIELDS)}, default=9, return_dtype=pl.Int64
    )
    rows = (
        workspace()
        .table("accuracy", scope)
        .filter(pl.col("id") == ALL, pl.col("status") != "correct")
    )
    rows = rows.drop_nulls("share")
    called = pl.concat_str(_word(FIELDS, "field"), _word(STATUSES, "status"), separator=" ")
    return rows.with_columns(called=called).sort(order, pl.col("share"), descending=[False, True])


def accuracy_card(scope: Scope) -> None:
    """What was wrong in the details, with leads to look at."""
    card = cards.Card(
        key="accuracy",
        title="Details that were wrong",
        how="Share of the deliveries of which the buyer said something definite, with its likely "
        "range.",
        columns=("called", "deliveries", "checked", "share"),
        table="accuracy",
        empty="No buyer has said that a detail was wrong.",
    )
    kind = share_dots.Shares(name="called", count="deliveries", of="checked", words="checked")
    cards.show(
        card,
        lambda: faults_by_field(scope),
        lambda rows, colours: share_dots.figure(rows, kind, colours),
    )


def examples_card(scope: Scope) -> None:
    """Leads to look at, for each thing that was wrong."""
    with (
        st.container(border=True, key="card_examples", height="stretch"),
        cards.guarded("Examples"),
    ):
        cards.title("Examples", "Leads whose details were found wrong; each leads to its story.")
        rows = faults_by_field(scope)
        if rows.is_empty():
            st.html(html("texts.empty", text="There is none to look at."))
            return
        examples = [_example(row) for row in rows.iter_rows(named=True)]
        st.html(html("tables.examples", rows=examples))


def _example(row: dict[str, Any]) -> tuple[str, list[tuple[str, str]]]:
    """What was wrong, and leads by their ids with where their stories are."""
    leads = [unquote(lead) for lead in (row["examples"] or "").split(" ") if lead]
    return row["called"], [(_tail(lead), address.link("leads", lead=lead)) for lead in leads]


def _tail(lead: str, most: int = 14) -> str:
    """A lead's id, its end where it is long: the beginnings are often alike."""
    return lead if len(lead) <= most else "…" + lead[-most + 1 :]


def not_right(rows: pl.DataFrame, field: str) -> pl.DataFrame:
    """By source, the share of one kind of detail that was not right, with its likely range.

    `rows` are those of the table `accuracy`; a source of which nothing was right is there too.
    """
    mine = rows.filter(pl.col("id") != ALL, pl.col("checked") > 0, field=field)
    right = pl.col("deliveries").filter(pl.col("status") == "correct").sum()
    found = mine.group_by("id", "name", maintain_order=True).agg(
        pl.col("checked").max(), wrong=pl.col("checked").max() - right
    )
    likely = rated("share", pl.col("wrong"), pl.col("checked"))
    return found.with_columns(
        share=likely["share"], low=likely["share_low"], high=likely["share_high"]
    )


def by_source_card(scope: Scope) -> None:
    """Which sources give wrong details of one kind."""
    field = address.choice("metric", FIELDS, "phone")
    card = cards.Card(
        key="accuracy_by_source",
        title=f"{FIELDS[field]} not right, by source",
        how="Share of those checked that were not right, lowest first; line: likely range; hollow: "
        f"fewer than {ranking.FEW} checked. Click a dot for the source.",
        columns=("name", "wrong", "checked", "share"),
        table="accuracy",
        empty=f"No buyer has said whether a detail of this kind ({FIELDS[field]}) was right.",
    )
    kind = ranking.Ranked(
        rate="share",
        low="low",
        high="high",
        base="checked",
        of="checked",
        label="Not right",
        lowest_first=True,
    )
    cards.show(
        card,
        lambda: not_right(workspace().table("accuracy", scope), field),
        lambda rows, colours: ranking.figure(rows, kind, colours),
        cards.Extras(
            controls=lambda: shared_cards.switch(
                "metric", field, {key: text for key, text in FIELDS.items() if key != "geography"}
            ),
            on_click=shared_cards.only_source,
        ),
    )


def tab(scope: Scope) -> None:
    """The tab of contact and accuracy."""
    left, right = st.columns(2)
    with left:
        contact_card(scope)
    with right:
        accuracy_card(scope)
    examples_card(scope)
    left, right = st.columns(2)
    with left:
        interest_card(scope)
    with right:
        by_source_card(scope)
