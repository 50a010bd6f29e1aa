"""The tabs of the Data page: imports, refused rows, definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import polars as pl
import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.layout import cards
from dashboard.presentation import formats, refusal_texts
from dashboard.presentation.markup import html
from dashboard.tables import store_rows
from metrics.definitions.catalogue import NUMBERS

if TYPE_CHECKING:
    from markupsafe import Markup

    from dashboard.answers.workspace import Status

_BATCHES: Final = (
    *("started_at", "file_name", "profile", "channel", "rows_read", "created", "duplicate"),
    *("conflict", "parked", "rejected", "withdrawn_at", "batch_id"),
)
_REFUSED: Final = (
    "file_name",
    "line",
    "code",
    "field",
    "value",
    "allowed",
    "nearest",
    "recorded_at",
)
_REFUSED_SHOWN: Final = 500


def imports(status: Status) -> None:
    """How fresh the data is, and every import with its five counts."""
    zone = ZoneInfo(status.zone)
    fresh = [
        ("Deliveries", formats.count(status.deliveries)),
        ("First delivery", formats.day(status.first_day)),
        ("Latest delivery", formats.day(status.last_day)),
        ("Latest fact taken in", formats.moment(status.newest, zone)),
        ("Report zone", status.zone),
        ("Data version", f"{status.data_version:,}"),
    ]
    with (
        st.container(border=True, key="card_fresh"),
        cards.guarded("Freshness"),
    ):
        cards.title("Freshness", "How far the data reaches.")
        st.html(tiles(fresh))
    cards.show(
        cards.Card(
            key="batches",
            title="Imports",
            how="Every row read is counted once: new, already known, same id with different "
            "content, waiting (for its delivery, or for its own time), or refused.",
            columns=_BATCHES,
            table="batches",
            zone=status.zone,
            empty="Nothing was imported yet.",
        ),
        lambda: store_rows.batches(workspace().store),
        None,
    )


def tiles(facts: list[tuple[str, str]]) -> Markup:
    """Facts side by side, as many in a row as there is room for."""
    return html("tiles.facts", pairs=facts)


def refused(status: Status) -> None:
    """Refused rows by reason, then one by one with what would have been allowed."""
    rows = pl.DataFrame()
    with cards.guarded("Refused rows"):
        rows = store_rows.refused(workspace().store)
    if rows.is_empty():
        more = "Rows that cannot be taken would be listed here with the reason and what is allowed."
        st.html(html("texts.empty", strong="Nothing was refused.", text=more))
        return
    cards.show(
        cards.Card(
            key="refused_codes",
            title="Why rows were refused",
            how="Most frequent first. A waiting row is taken by itself once its delivery is known.",
            columns=("code", "answer", "field", "rows", "example", "allowed"),
        ),
        lambda: readable(by_code(rows)),
        None,
    )
    card = cards.Card(
        key="refused",
        title="Refused rows",
        how="Tick a row to see it as it was sent.",
        columns=_REFUSED,
        table="refused",
        zone=status.zone,
    )
    cards.show(
        card,
        lambda: readable(rows.head(_REFUSED_SHOWN)),
        None,
        cards.Extras(on_row=lambda row: st.session_state.__setitem__("refused_raw", row["raw"])),
    )
    if raw := st.session_state.get("refused_raw"):
        st.code(raw, language=None, wrap_lines=True)


def by_code(rows: pl.DataFrame) -> pl.DataFrame:
    """Refused rows counted by reason, with one value that was found."""
    return (
        rows.group_by("code", "answer", "field")
        .agg(
            rows=pl.len(),
            example=pl.col("value").drop_nulls().first(),
            allowed=pl.col("allowed").first(),
        )
        .sort("rows", "code", descending=[True, False])
    )


_ANSWERS: Final = {"rejected": "Refused", "conflict": "Refused", "parked": "Waiting"}


def readable(rows: pl.DataFrame) -> pl.DataFrame:
    """Codes and answers of the intake in plain words."""
    return rows.with_columns(
        code=pl.col("code").map_elements(refusal_texts.words_of, return_dtype=pl.String),
        answer=pl.col("answer").replace_strict(_ANSWERS, default=pl.col("answer")),
    )


def definitions() -> None:
    """Every number of the catalogue with its meaning and formula."""
    better = {"higher": "higher", "lower": "lower", "neither": ""}
    with st.container(border=True, key="card_definitions"):
        cards.title(
            "Definitions", "What each number means and how it is counted, the same everywhere."
        )
        st.html(html("tables.definitions", numbers=NUMBERS, better=better))
