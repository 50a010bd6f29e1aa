"""The filters in one line, how to count in a popover, and the sentence below them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.layout import address, row_conditions
from dashboard.presentation import formats
from dashboard.presentation.markup import html
from dashboard.query import filters, periods
from metrics.definitions.scope import DIMENSIONS, NOTHING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup

    from dashboard.answers.workspace import Status
    from dashboard.query.filters import Query

BASE_LABELS: Final = {
    "feedback": "Deliveries with feedback",
    "delivered": "All deliveries",
    "mature": "Deliveries old enough to judge",
}
CLOCK_LABELS: Final = {
    "delivered": "When it was delivered",
    "occurred": "When the result happened",
    "reported": "When we were told",
}
COMPARE_LABELS: Final = {
    "before": "The period before",
    "last_year": "The same period a year before",
}
_IN_BAR: Final = ("source", "buyer")


def show(status: Status, page: str) -> None:
    """Draw the bar, what could not be taken from the address, and the sentence.

    Conditions on single deliveries are named on every page but the list of leads, which has
    controls of its own for them.
    """
    query = address.query()
    names = workspace().names()
    with st.container(horizontal=True, vertical_alignment="center", key="filter_bar", gap="small"):
        _period(query, status)
        for name in _IN_BAR:
            with st.container(key=f"bar_{name}", width="stretch"):
                _choose("bar", name, query, names.get(name, {}))
        _more(query, names, status, page)
        with st.container(key="how_to_count", width="content"):
            changed = filters.changes(query)
            with st.popover(f"How to count ({changed})" if changed else "How to count"):
                _how_to_count("bar", query, status)
    if page != "leads":
        _conditions(query)
    _notices(query)
    _sentence(query, names, status)


def _period(query: Query, status: Status) -> None:
    st.session_state["bar_period"] = query.preset
    st.selectbox(
        "Period",
        periods.PRESETS,
        format_func=periods.LABELS.__getitem__,
        key="bar_period",
        label_visibility="collapsed",
        width=165,
        filter_mode=None,
        on_change=_set_period,
    )
    if query.preset == periods.CUSTOM:
        _dates("bar", query, status)


def _dates(place: str, query: Query, status: Status) -> None:
    key = f"{place}_dates"
    st.session_state[key] = (query.scope.first, query.scope.last)
    st.date_input(
        "Dates",
        key=key,
        min_value=min(query.scope.first, status.first_day or query.scope.first),
        max_value=max(query.scope.last, periods.day_of(status.now, ZoneInfo(status.zone))),
        format="YYYY-MM-DD",
        label_visibility="collapsed" if place == "bar" else "visible",
        width=230 if place == "bar" else "stretch",
        on_change=_set_dates,
        args=(key,),
    )


def _set_period() -> None:
    preset = st.session_state["bar_period"]
    if preset != periods.CUSTOM:
        address.change(period=preset)
        return
    scope = address.query().scope
    address.change(**{"from": scope.first, "to": scope.last})


def _set_dates(key: str) -> None:
    dates = st.session_state[key]
    if len(dates) == 2:  # noqa: PLR2004 - both ends are chosen
        address.change(**{"from": dates[0], "to": dates[1]})


def _more(query: Query, names: Mapping[str, Mapping[str, str]], status: Status, page: str) -> None:
    conditions = [] if page == "leads" else row_conditions.conditions(query)
    set_now = len(query.scope.filters) + len(conditions)
    with st.popover(f"Filters ({set_now})" if set_now else "Filters", key="more_filters"):
        with st.container(key="filters_phone_only"):
            if query.preset == periods.CUSTOM:
                _dates("more", query, status)
            for name in _IN_BAR:
                _choose("more", name, query, names.get(name, {}), label=True)
        for name in DIMENSIONS:
            labels = names.get(name, {})
            if name not in _IN_BAR and set(labels) - {NOTHING}:
                _choose("more", name, query, labels, label=True)
        if set_now:
            st.button(
                "Clear filters",
                on_click=address.change,
                kwargs=dict.fromkeys((*query.scope.filters, *filters.ROW_PARAMETERS)),
            )
        with st.container(key="count_phone_only"):
            st.divider()
            _how_to_count("more", query, status)


def _choose(
    place: str, name: str, query: Query, labels: Mapping[str, str], *, label: bool = False
) -> None:
    key = f"{place}_{name}_choice"
    noun, plural = filters.NOUNS[name]
    st.session_state[key] = list(getattr(query.scope, name))
    options = unique_labels(labels)
    st.multiselect(
        noun.capitalize(),
        list(options),
        format_func=lambda value: options.get(value, value),
        key=key,
        placeholder=f"All {plural}",
        label_visibility="visible" if label else "collapsed",
        on_change=_set_filter,
        args=(key, name),
    )


def _set_filter(key: str, name: str) -> None:
    address.change(**{name: list(st.session_state[key])})


def _how_to_count(place: str, query: Query, status: Status) -> None:
    for name, title, labels in (
        ("base", "Out of", BASE_LABELS),
        ("clock", "Count by", CLOCK_LABELS),
        ("compare", "Compare with", COMPARE_LABELS),
    ):
        key = f"{place}_{name}"
        st.session_state[key] = getattr(query.scope, name)
        st.radio(
            title,
            list(labels),
            format_func=labels.__getitem__,
            key=key,
            on_change=_set_counting,
            args=(key, name),
            disabled=name == "base" and query.scope.clock != "delivered",
        )
    key = f"{place}_as_of"
    zone = ZoneInfo(status.zone)
    today = periods.day_of(status.now, zone)
    known_on = periods.day_of(formats.instant_of(query.scope.as_of_us), zone)
    st.session_state[key] = known_on if query.as_of else None
    st.date_input(
        "As known on",
        key=key,
        min_value=min(status.first_day or today, known_on),
        max_value=today,
        format="YYYY-MM-DD",
        help="Reports that came later do not exist. Empty: everything known now.",
        on_change=_set_counting,
        args=(key, "as_of"),
    )
    if filters.counted_otherwise(query):
        st.button(
            "Count as usual",
            key=f"{place}_as_usual",
            on_click=address.change,
            kwargs=dict.fromkeys(filters.COUNTING),
        )


def _set_counting(key: str, name: str) -> None:
    address.change(**{name: st.session_state[key]})


def _notices(query: Query) -> None:
    said = [f"{problem.message}. It was left out." for problem in query.notices]
    if query.scope.clock != "delivered":
        said.append(
            "Counted by when results came, only deliveries with feedback exist: rates are of "
            "feedback; deliveries, feedback rate and returns have no value."
        )
    if query.version is not None:
        said.append(
            f"These figures are frozen at data version {query.version}: what came in later does "
            "not count. Count as usual brings back the latest."
        )
    if said:
        with st.container(key="notices"):
            st.html(html("texts.paragraphs", texts=said))


def _conditions(query: Query) -> None:
    """What else a delivery must be to be counted, and the way back to all."""
    given = row_conditions.conditions(query)
    if not given:
        return
    text = f"Only deliveries with {'; '.join(given)} are counted on this page."
    _sentence_with_way_back(
        "row_conditions", html("texts.notice", text=text), "Count all", filters.ROW_PARAMETERS
    )


def _sentence(query: Query, names: Mapping[str, Mapping[str, str]], status: Status) -> None:
    fresh = formats.moment(status.newest, ZoneInfo(status.zone), year=False)
    text = filters.sentence(query, names, fresh)
    usual = "" if not filters.counted_otherwise(query) else "Count as usual"
    _sentence_with_way_back("sentence", html("texts.sentence", text=text), usual, filters.COUNTING)


def _sentence_with_way_back(key: str, text: Markup, way_back: str, undone: tuple[str, ...]) -> None:
    """A sentence and, where there is one, the button that takes its parameters away."""
    with st.container(horizontal=True, vertical_alignment="center", key=key, gap="small"):
        st.html(text, width="content")
        if way_back:
            st.button(
                way_back,
                key=f"{key}_undone",
                type="tertiary",
                on_click=address.change,
                kwargs=dict.fromkeys(undone),
            )


def unique_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """Labels by value, sorted, with the id added where two would read the same.

    Streamlit tells options apart by their labels alone.
    """
    seen: dict[str, int] = {}
    for label in labels.values():
        seen[label] = seen.get(label, 0) + 1
    full = {
        value: "(none)" if value == NOTHING else label if seen[label] == 1 else f"{label} ({value})"
        for value, label in labels.items()
    }
    return dict(sorted(full.items(), key=lambda pair: (pair[0] == NOTHING, pair[1].casefold())))
