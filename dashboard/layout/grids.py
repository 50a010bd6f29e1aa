"""Frames as tables on the screen: plain headings, formats by unit, ranges in one cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import polars as pl
import streamlit as st

from dashboard.presentation import formats
from dashboard.tables.column_meanings import MEANINGS
from data_access.currencies import decimals, smallest
from metrics.definitions.catalogue import BY_KEY, QUALITY_RATES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from streamlit.elements.lib.column_types import ColumnConfig

HEADINGS: Final = {
    "name": "Name",
    "id": "Id",
    "share": "Share",
    "deliveries": "Deliveries",
    "start": "From",
    "end": "To",
    "outcome": "Result",
    "lead_id": "Lead",
    "source_name": "Source",
    "buyer_name": "Buyer",
    "sub_source": "Sub-source",
    "buyer_type": "Buyer type",
    "day": "Day",
    "week": "Week of",
    "month": "Month",
    "batch_id": "Import",
    "file_name": "File",
    "profile": "Profile",
    "channel": "Came by",
    "started_at": "Started",
    "finished_at": "Finished",
    "rows_read": "Rows read",
    "withdrawn_at": "Withdrawn",
    "created": "New",
    "duplicate": "Already known",
    "conflict": "Same id, different content",
    "parked": "Waiting for delivery or time",
    "rejected": "Refused",
    "line": "Line",
    "code": "Why",
    "field": "Field",
    "value": "Value found",
    "allowed": "Allowed",
    "nearest": "Nearest known",
    "status": "Status",
    "age_days": "Age in days",
    "delivered_at": "Delivered",
    "price_cents": "Price",
    "reason": "Reason",
    "return_state": "Return",
    "seconds_to_feedback": "Time to feedback",
    "low_high": "Likely range",
    "offer": "Offer",
    "result": "Result",
    "why": "Reason",
    "rows": "Rows",
    "answer": "Answer",
    "example": "For example",
    "recorded_at": "Taken in",
    "net_share": "Revenue share",
    "days_silent": "Days without a word",
    "strictness": "Returns against expected",
    "received": "Reports that came",
    "expected": "Reports expected",
    "others_rate": "Returns of other buyers",
    "others_delivered": "Deliveries to other buyers",
    "nth": "Order",
    "decide_by": "Answer owed by",
    "days_left": "Days left",
    "claimed_at": "Claimed",
    "claims": "Claims",
    "claimed_late": "Claimed late",
    "credit_requested_cents": "Asked back",
    "credit_approved_cents": "Given back",
    "credited_cents": "Given back",
    "group": "Kind of reason",
    "saved_cents": "Saved",
    "check": "Check before delivery",
    "check_cost_cents": "Price of the checks",
    "asked": "Asked",
    "yes": "Yes",
    "question": "Question",
    "mean_interest": "Mean rating",
    "high_interest": "Rated 7 to 10",
    "timeline": "When they want to buy",
    "budget": "Budget",
    "checked": "Checked",
    "found": "Found",
    "bin": "Time to feedback",
    "share_of_delivered": "Share of deliveries",
    "developed": "Complete so far",
    "age_weeks": "Weeks old",
    "segment": "Buyer type",
    "expected_final": "Expected in the end",
    "expected_low": "Expected, at least",
    "expected_high": "Expected, at most",
    "expected_rate": "Expected rate",
    "converted_then": "Sales known then",
    "converted_now": "Sales known now",
    "called": "What",
    "kind": "Kind",
    "merged": "Also known as",
    "came": "What came",
    "week_of": "Week of",
    "index_range": "Likely range",
    "rate_text": "Rate",
    "state": "Return",
    "index": "Against usual (1.0)",
    "count": "Counted",
    "of": "Out of",
    "measure": "Number",
    "median_days_to_decide": "Days to a decision, middle",
    "converted_incidence": "Sold by then",
    "returned_incidence": "Returned by then",
    "closed_incidence": "Closed by then",
    "at_risk": "Still open",
    "normal": "Normal",
}
"""Headings of columns that are no number of the catalogue."""
_IGNORE: Final = "ignore"
_ROWS: Final = 15  # so many rows are shown without scrolling
_LETTER_PX: Final = 5.2
_LARGE: Final = 1_000  # of a currency
_SHARES: Final = (
    *("share", "net_share", "share_of_delivered", "developed", "expected_rate", "others_rate"),
)
"""Shares that are no number of the catalogue."""
_RANGED: Final = {BY_KEY[key].stem: BY_KEY[key] for key in QUALITY_RATES}


def heading(column: str) -> str:
    """What a column is called on the screen."""
    stem, _, end = column.rpartition("_")
    if end == "range" and stem in _RANGED:
        return f"{_RANGED[stem].label}, likely"
    if column in HEADINGS:
        return HEADINGS[column]
    return BY_KEY[column].label if column in BY_KEY else column.replace("_", " ").capitalize()


def with_ranges(frame: pl.DataFrame) -> pl.DataFrame:
    """Each pair of low and high as one readable column, `<stem>_range`."""
    stems = [stem for stem in _RANGED if f"{stem}_low" in frame.columns]
    return frame.with_columns(
        pl.struct(f"{stem}_low", f"{stem}_high")
        .map_elements(lambda ends: formats.likely_range(*ends.values()), return_dtype=pl.String)
        .alias(f"{stem}_range")
        for stem in stems
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """In which currency and zone cells are written; what columns of one table mean."""

    currency: str = "USD"
    zone: str = "UTC"
    meanings: Mapping[str, str] = field(default_factory=dict)


def grid(
    frame: pl.DataFrame,
    columns: Sequence[str],
    *,
    key: str,
    look: Look,
    on_select: Callable[[], None] | None = None,
) -> None:
    """Show columns of a frame; a click on a row calls `on_select`.

    Only these columns reach the browser. Null reads as an em dash.
    """
    shown = with_ranges(frame).select(columns)
    config = {name: _column(name, shown.schema[name], look) for name in columns}
    if "name" in columns:
        config["name"]["width"] = _wide(shown["name"])
    shown = shown.with_columns(
        *(pl.col(n) * 100 for n in columns if _is_rate(n)),
        *(_money(shown[n], look.currency) for n in columns if n.endswith("_cents")),
        *(
            pl.col(n).map_elements(formats.duration, pl.String)
            for n in columns
            if n.startswith("seconds_")
        ),
    )
    st.dataframe(
        shown,
        key=key,
        hide_index=True,
        column_config=config,
        placeholder=formats.NO_DATA,
        on_select=on_select or _IGNORE,
        selection_mode="single-row",
        height="content" if shown.height <= _ROWS else 458,
    )


def _wide(names: pl.Series) -> int:
    """Pixels that hold a pinned column of names, within reason."""
    longest = names.str.len_chars().max()
    letters = longest if isinstance(longest, int) else 0
    return min(max(100, round(_LETTER_PX * letters) + 20), 240)


def selected(key: str) -> int | None:
    """The row that was clicked, for `on_select`."""
    rows = st.session_state[key]["selection"]["rows"]
    return rows[0] if rows else None


def _money(cents: pl.Series, currency: str) -> pl.Series:
    """Amounts in the currency: without decimals where a whole column is large."""
    amounts = cents / smallest(currency)
    largest = amounts.abs().max()
    large = isinstance(largest, int | float) and largest >= _LARGE
    return amounts.round(0 if large else decimals(currency))


def _is_rate(name: str) -> bool:
    if name in _SHARES or name.endswith("_incidence"):
        return True
    return name in BY_KEY and BY_KEY[name].unit == "rate"


def _defined(name: str) -> str | None:
    """What the catalogue says of a column, else its plain meaning."""
    return BY_KEY[name].definition if name in BY_KEY else MEANINGS.get(name)


def _column(name: str, kind: pl.DataType, look: Look) -> ColumnConfig:
    label, meaning = heading(name), look.meanings.get(name) or _defined(name)
    columns = st.column_config
    if name.endswith("_cents"):
        label = f"{label} ({formats.symbol(look.currency)})"
    if name.startswith("seconds_") or kind == pl.String:
        return columns.TextColumn(label, help=meaning, pinned=name == "name")
    if isinstance(kind, pl.Datetime):
        time = "D MMM YYYY HH:mm"
        return columns.DatetimeColumn(label, help=meaning, format=time, timezone=look.zone)
    if kind == pl.Date:
        return columns.DateColumn(label, help=meaning, format="D MMM YYYY")
    if kind.is_numeric():
        form = "%.1f %%" if _is_rate(name) else "localized"
        return columns.NumberColumn(label, help=meaning, format=form)
    return columns.Column(label, help=meaning)
