"""What URL parameters mean: presets, days, conditions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from filter_reading import NOW, again, problems, read

from dashboard.query import filters, periods
from data_access.columns import DETAIL_ONLY
from metrics.definitions.scope import Rows


def test_all_time_ends_with_a_record_that_has_ended() -> None:
    """And with the moment of the question, where that is earlier."""
    first, ended = date(2017, 6, 14), date(2018, 11, 14)
    days = {"first_day": first, "ended": ended}
    assert periods.days_of("all_time", today=date(2026, 11, 25), **days) == (first, ended)
    early = date(2018, 3, 1)
    assert periods.days_of("all_time", today=early, **days) == (first, early)


def test_nothing_asked_is_the_last_90_days_of_feedback_by_delivery_as_known_now() -> None:
    """The defaults, and that they need no parameter at all."""
    query = read({})
    assert (query.scope.first, query.scope.last) == (date(2026, 8, 26), date(2026, 11, 23))
    assert query.scope.days == 90
    assert (query.scope.base, query.scope.clock, query.as_of) == ("feedback", "delivered", None)
    assert query.scope.as_of_us == periods.microseconds(NOW)
    assert query.notices == ()
    assert filters.query_string(query) == ""


@pytest.mark.parametrize(
    ("preset", "first", "last"),
    [
        ("today", "2026-11-23", "2026-11-23"),
        ("last_7_days", "2026-11-17", "2026-11-23"),
        ("last_28_days", "2026-10-27", "2026-11-23"),
        ("last_30_days", "2026-10-25", "2026-11-23"),
        ("last_90_days", "2026-08-26", "2026-11-23"),
        ("this_month", "2026-11-01", "2026-11-23"),
        ("last_month", "2026-10-01", "2026-10-31"),
        ("this_quarter", "2026-10-01", "2026-11-23"),
        ("year_to_date", "2026-01-01", "2026-11-23"),
        ("last_12_months", "2025-11-24", "2026-11-23"),
        ("all_time", "2026-01-05", "2026-11-23"),
    ],
)
def test_presets_end_on_the_day_of_asking(preset: str, first: str, last: str) -> None:
    """Each named period on Monday, 23 November 2026, worked out by hand."""
    query = read({"period": [preset]})
    assert (query.scope.first.isoformat(), query.scope.last.isoformat()) == (first, last)
    assert query.preset == preset


def test_every_preset_is_readable_on_every_kind_of_day() -> None:
    """Leap days and the ends of months and years break no preset."""
    for today in (date(2028, 2, 29), date(2027, 1, 1), date(2026, 3, 31), date(2026, 12, 31)):
        for preset in filters.PRESETS:
            if preset != "custom":
                first, last = periods.days_of(preset, today=today, first_day=None)
                assert first <= last <= today
    twelve = periods.days_of("last_12_months", today=date(2028, 2, 29), first_day=None)
    assert twelve == (date(2027, 3, 1), date(2028, 2, 29))


def test_presets_follow_the_as_of_day_in_the_report_zone() -> None:
    """Today is the report zone's, and the as-of day's."""
    late = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # still the 22nd in Los Angeles
    query = read({"period": ["today"]}, now=late, zone="America/Los_Angeles")
    assert query.scope.first == date(2026, 11, 22)
    past = read({"period": ["last_7_days"], "as_of": ["2026-10-10"]})
    assert (past.scope.first, past.scope.last) == (date(2026, 10, 4), date(2026, 10, 10))


@pytest.mark.parametrize(
    ("day", "zone", "end"),
    [
        (date(2026, 6, 1), "UTC", "2026-06-01T23:59:59.999999+00:00"),
        (date(2026, 3, 29), "Europe/Berlin", "2026-03-29T21:59:59.999999+00:00"),  # 23 hours
        (date(2026, 10, 25), "Europe/Berlin", "2026-10-25T22:59:59.999999+00:00"),  # 25 hours
        (date(2026, 3, 8), "America/New_York", "2026-03-09T03:59:59.999999+00:00"),
        (date(2018, 11, 3), "America/Sao_Paulo", "2018-11-04T02:59:59.999999+00:00"),  # no 00:00
    ],
)
def test_a_day_ends_where_the_next_one_begins(day: date, zone: str, end: str) -> None:
    """Days of 23, 24 and 25 hours, and one that begins at 01:00."""
    place = ZoneInfo(zone)
    instant = periods.end_of_day(day, place)
    assert instant.isoformat() == end
    assert periods.day_of(instant, place) == day
    assert periods.day_of(instant + timedelta(microseconds=1), place) == day + timedelta(days=1)


def test_a_bare_as_of_date_is_the_end_of_that_day_and_today_ends_now() -> None:
    """A date includes its whole day, but nothing after now."""
    past = read({"as_of": ["2026-10-25"]}, zone="Europe/Berlin")
    assert past.as_of == date(2026, 10, 25)
    end = datetime(2026, 10, 25, 22, 59, 59, 999_999, tzinfo=UTC)
    assert past.scope.as_of_us == periods.microseconds(end)
    today = read({"as_of": ["2026-11-23"]})
    assert today.scope.as_of_us == periods.microseconds(NOW)
    assert today.notices == ()


def test_an_instant_as_of_is_read_with_its_zone() -> None:
    """An offset is applied, and the query writes UTC."""
    query = read({"as_of": ["2026-11-22T15:05:00.5+01:00"]})
    assert query.as_of == datetime(2026, 11, 22, 14, 5, 0, 500_000, tzinfo=UTC)
    assert "as_of=2026-11-22T14%3A05%3A00.500000Z" in filters.query_string(query)


def test_dates_without_a_period_are_custom_and_one_end_may_be_open() -> None:
    """An open end reaches to today or back to the first delivery."""
    both = read({"from": ["2026-02-01"], "to": ["2026-02-03"]})
    assert (both.preset, both.scope.first, both.scope.last) == (
        "custom",
        date(2026, 2, 1),
        date(2026, 2, 3),
    )
    assert read({"from": ["2026-11-01"]}).scope.last == date(2026, 11, 23)
    assert read({"to": ["2026-02-03"]}).scope.first == date(2026, 1, 5)
    assert read({"to": ["2025-02-03"]}).scope.first == date(2025, 2, 3)


def test_values_are_kept_whole_and_their_order_and_repetition_mean_nothing() -> None:
    """Commas belong to the value; order and doubles do not matter."""
    one = read({"source": ["src_2", "a,b", "src_1", "src_2"]})
    two = read({"source": ["a,b", "src_1", "src_2"]})
    assert one == two
    assert one.scope.source == ("a,b", "src_1", "src_2")
    assert [name for name, _ in problems(source="src_1,src_2")] == ["source"]


def test_an_unknown_value_names_the_nearest_known_one_and_the_default_stands() -> None:
    """The message helps, and the page goes on with the default."""
    ((name, message),) = problems(buyer="buy_3")
    assert name == "buyer"
    assert "'buy_3' is not known" in message
    assert "allowed: buy_1, buy_2" in message
    assert "nearest: buy_" in message
    ((_, message),) = problems(period="last_90_day")
    assert "nearest: last_90_days" in message
    query = read({"period": ["last_90_day"], "base": ["all"], "clock": [""]})
    assert (query.preset, query.scope.base, query.scope.clock) == (
        "last_90_days",
        "feedback",
        "delivered",
    )
    assert len(query.notices) == 3


def test_unknown_parameters_are_problems_unless_the_caller_owns_them() -> None:
    """A misspelt name is told; limit and the like belong to the API."""
    ((name, message),) = problems(sourse="src_1")
    assert name == "parameter"
    assert "nearest: source" in message
    assert read({"limit": ["5"]}, other=("limit",)).notices == ()
    assert len(read({"limit": ["5"]}).notices) == 1


@pytest.mark.parametrize(
    ("params", "refused"),
    [
        ({"from_": "2026-02-03", "to": "2026-02-01"}, "from"),
        ({"from_": "2026-02-30"}, "from"),
        ({"to": "20260203"}, "to"),
        ({"to": "9999-12-31"}, "to"),
        ({"from_": "٢٠٢٦-٠٢-٠٣"}, "from"),
        ({"period": "custom"}, "period"),
        ({"period": "today", "from_": "2026-02-01"}, "from"),
        ({"period": ["today", "this_month"]}, "period"),
        ({"as_of": "2026-11-24"}, "as_of"),
        ({"as_of": "2026-11-23T09:30:00.000001Z"}, "as_of"),
        ({"as_of": "2026-11-22T10:00:00"}, "as_of"),
        ({"as_of": "2026-11-22T25:00:00Z"}, "as_of"),
        ({"as_of": "yesterday"}, "as_of"),
        ({"source": "x" * 201}, "source"),
        ({"source": ""}, "source"),
        ({"lead": "x" * 201}, "lead"),
        ({"outcome": "sold"}, "outcome"),
        ({"status": "sent"}, "status"),
        ({"feedback": "some"}, "feedback"),
        ({"contacted": "yes"}, "contacted"),
        ({"reason": "bogus"}, "reason"),
        ({"reason_group": "contactable"}, "reason_group"),
        ({"contradiction": "some"}, "contradiction"),
        ({"return_state": "open"}, "return_state"),
        ({"min_age_days": "-1"}, "min_age_days"),
        ({"max_age_days": "1e3"}, "max_age_days"),
        ({"min_age_days": "9", "max_age_days": "3"}, "min_age_days"),
    ],
)
def test_what_cannot_be_taken_is_one_problem_of_its_parameter(
    params: dict[str, str | list[str]], refused: str
) -> None:
    """One mistake, one problem, named by its parameter."""
    assert [name for name, _ in problems(**params)] == [refused]


def test_many_unknown_values_are_listed_only_in_part() -> None:
    """Five hundred unknown ids do not make five hundred messages."""
    assert len(problems(source=[f"s{number}" for number in range(500)])) == 20


def test_row_conditions_are_read() -> None:
    """Conditions on single deliveries become `Rows`."""
    query = read(
        {
            "outcome": ["returned", DETAIL_ONLY],
            "status": ["failed"],
            "feedback": ["none"],
            "contacted": ["false"],
            "min_age_days": ["3"],
            "return_state": ["waiting"],
            "lead": ["L-1"],
        }
    )
    assert query.scope.rows == Rows(
        outcome=(DETAIL_ONLY, "returned"),
        status="failed",
        feedback="none",
        contacted=False,
        min_age_days=3,
        return_state=("waiting",),
        lead="L-1",
    )


def test_changes_replace_add_and_remove_parameters() -> None:
    """Links are made from a question by changes."""
    query = read({"period": ["today"], "source": ["src_1"], "contacted": ["true"]})
    assert filters.query_string(query, source=None, contacted=None) == "period=today"
    assert filters.query_string(query, source=["src_2", "src_1"], tab="x y") == (
        "period=today&source=src_2&source=src_1&contacted=true&tab=x+y"
    )
    dated = again(query, **{"from": date(2026, 3, 1), "to": date(2026, 3, 2)})
    assert (dated.preset, dated.scope.first) == ("custom", date(2026, 3, 1))
    assert again(dated, period="today").preset == "today"
    assert filters.query_string(query, period="last_90_days", base="feedback").startswith("source=")


def test_the_sentence_says_what_is_counted() -> None:
    """The grey sentence, with names, dates and unusual counting."""
    names = {"source": {"src_1": "Juniper Ads", "src_2": "Kite"}, "buyer": {"buy_1": "Acme"}}
    assert filters.sentence(read({}), names, "22 Nov 14:05 UTC") == (
        "2 sources · delivered 26 Aug – 23 Nov 2026 · of feedback · data to 22 Nov 14:05 UTC"
    )
    query = read(
        {
            "source": ["src_1"],
            "buyer": ["buy_1"],
            "base": ["mature"],
            "as_of": ["2026-11-01"],
            "period": ["last_month"],
        }
    )
    assert filters.sentence(query, names, "") == (
        "Juniper Ads · Acme · delivered 1 – 31 Oct 2026 · of deliveries old enough to judge"
        " · as known on 1 Nov 2026"
    )
    assert filters.counted_otherwise(query)
    reported = read({"clock": ["reported"], "base": ["delivered"]})
    assert "reported 26 Aug – 23 Nov 2026 · of feedback" in filters.sentence(reported, names, "")
    one = read({"lead": ["L1"], "as_of": ["2026-11-01"], "compare": ["last_year"]})
    assert filters.sentence(one, names, "") == (
        "One lead with all its deliveries, whatever the filters · as known on 1 Nov 2026"
    )
