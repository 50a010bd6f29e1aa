"""A question written as a query reads back the same, and nothing makes reading raise."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from filter_reading import KNOWN, again, read
from hypothesis import given
from hypothesis import strategies as st

from dashboard.query import filters, periods
from data_access.columns import OUTCOMES
from metrics.definitions.scope import BASES, CLOCKS


def some(values: list[str]) -> st.SearchStrategy[list[str]]:
    """A few of some values, possibly repeated."""
    return st.lists(st.sampled_from(values), max_size=3)


DAYS = st.dates(periods.EARLIEST, periods.LATEST).map(date.isoformat)


MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2026, 11, 22), timezones=st.just(UTC))  # noqa: DTZ001 - bounds of a strategy


TEXT = st.text(
    st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=200
)


QUESTIONS = st.fixed_dictionaries(
    {},
    optional={
        "period": st.sampled_from(filters.PRESETS).map(lambda word: [word]),
        "from": DAYS.map(lambda day: [day]),
        "to": DAYS.map(lambda day: [day]),
        "as_of": st.one_of(
            st.dates(date(1971, 1, 1), date(2026, 11, 23)).map(lambda day: [day.isoformat()]),
            MOMENTS.map(lambda moment: [moment.isoformat()]),
        ),
        "base": st.sampled_from(BASES).map(lambda word: [word]),
        "clock": st.sampled_from(CLOCKS).map(lambda word: [word]),
        **{name: some(values) for name, values in KNOWN.items()},
        "outcome": some([*OUTCOMES]),
        "reason": some(["disconnected", "other"]),
        "lead": TEXT.map(lambda text: [text]),
        "contacted": st.sampled_from([["true"], ["false"]]),
        "min_age_days": st.integers(0, 99_999).map(lambda age: [str(age)]),
        "max_age_days": st.integers(0, 99_999).map(lambda age: [str(age)]),
    },
)


ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/Los_Angeles", "Pacific/Apia"])


@given(QUESTIONS, ZONES)
def test_a_question_written_as_a_query_reads_back_the_same(
    params: dict[str, list[str]], zone: str
) -> None:
    """The round trip law, for any question in any zone."""
    query = read(params, zone=zone)
    first = filters.Query(
        scope=query.scope, preset=query.preset, as_of=query.as_of, zone=query.zone
    )
    assert again(query) == first
    assert filters.query_string(again(query)) == filters.query_string(query)


@given(st.dictionaries(st.text(max_size=20), st.lists(st.text(max_size=20), max_size=3)))
def test_reading_never_raises(params: dict[str, list[str]]) -> None:
    """Whatever the parameters are called."""
    read(params)


@given(
    st.dictionaries(st.sampled_from(filters.PARAMETERS), st.lists(st.text(max_size=30), max_size=3))
)
def test_reading_hostile_values_of_real_parameters_never_raises(
    params: dict[str, list[str]],
) -> None:
    """Whatever their values are."""
    query = read(params)
    assert query.scope.first <= query.scope.last
    assert all(problem.message for problem in query.notices)


@pytest.mark.parametrize("sign", ["🚪", "\x00", "\ud800"])
def test_odd_characters_survive_or_are_refused(sign: str) -> None:
    """What a URL cannot carry is refused, everything else comes back."""
    query = read({"lead": [sign]})
    assert query.scope.rows.lead == sign or query.notices
    assert filters.query_string(query) is not None
