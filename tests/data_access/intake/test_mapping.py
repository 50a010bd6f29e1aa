"""Rows of a file in the words of the contract, by hand."""

from __future__ import annotations

from typing import Any

import polars as pl

from data_access.intake import mapping
from data_access.intake.mapping_profile import Profile

BERLIN = {"zone": "Europe/Berlin", "datetime_formats": ("%d.%m.%Y %H:%M",)}


def profile(columns: dict[str, Any], **said: Any) -> Profile:
    """A profile with these columns, each from one of the file's."""
    one = {k: (v,) if isinstance(v, str) else v for k, v in columns.items()}
    return Profile.model_validate({"name": "test", "columns": one, **said})


def applied(
    plan: Profile, *, buyer: str | None = None, escaped: bool = True, **columns: list[str | None]
) -> mapping.Mapped:
    """The profile applied to a file with these columns."""
    raw = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String()))
    raw = raw.with_row_index("line", offset=2).with_columns(pl.col("line").cast(pl.Int64))
    return mapping.apply(raw, plan, plan, buyer=buyer, escaped=escaped)


def problems(found: mapping.Mapped) -> list[tuple[int, str, str]]:
    """Line, field and code of what was refused."""
    rows = found.problems.select("line", "field", "code").sort("line", "code")
    return list(rows.iter_rows())


def test_the_first_column_that_says_something_counts() -> None:
    """Empty and blank cells say nothing."""
    plan = profile({"lead_id": ("Lead", "Reference")})
    found = applied(plan, Lead=["a", "", "  ", None], Reference=["x", "y", "z", None])
    assert found.rows["lead_id"].to_list() == ["a", "y", None, None]


def test_the_row_is_kept_as_it_was_sent() -> None:
    """Columns that nobody mapped as well."""
    found = applied(profile({"lead_id": "Lead"}), Lead=["a"], Colour=["blue"])
    assert found.rows["raw"].to_list() == ['{"Lead":"a","Colour":"blue"}']


def test_constants_fill_what_no_row_says() -> None:
    """A column with any text of its own keeps it."""
    plan = profile({"lead_id": "Lead", "vertical": "Line"}, constants={"vertical": "solar"})
    assert applied(plan, Lead=["a"], Line=[""]).rows["vertical"].to_list() == ["solar"]
    kept = applied(plan, Lead=["a", "b"], Line=["roofs", ""]).rows["vertical"]
    assert kept.to_list() == ["roofs", None]


def test_words_are_compared_without_case_and_the_original_is_kept() -> None:
    """Only of outcomes that were translated."""
    plan = profile(
        {"lead_id": "Lead", "outcome": "State"},
        words={"outcome": {"Verkauft": "converted", "offen": ""}},
    )
    found = applied(plan, Lead=["a", "b", "c"], State=[" VERKAUFT ", "Offen", "returned"])
    assert found.rows["outcome"].to_list() == ["converted", None, "returned"]
    assert found.rows["outcome_raw"].to_list() == [" VERKAUFT ", "Offen", None]


def test_local_times_become_utc_by_the_season() -> None:
    """Berlin is one hour ahead in winter and two in summer."""
    plan = profile({"lead_id": "Lead", "reported_at": "When"}, file=BERLIN)
    found = applied(plan, Lead=["a", "b", "c"], When=["15.01.2026 10:00", "15.07.2026 10:00", None])
    assert found.rows["reported_at"].to_list() == [
        "2026-01-15T09:00:00.000000Z",
        "2026-07-15T08:00:00.000000Z",
        None,
    ]
    assert problems(found) == []


def test_times_that_a_zone_skips_or_has_twice_are_refused() -> None:
    """The hours in which clocks are changed, and what is no time."""
    plan = profile({"lead_id": "Lead", "reported_at": "When"}, file=BERLIN)
    when = ["29.03.2026 02:30", "25.10.2026 02:30", "31.02.2026 10:00", "25.10.2026 03:30"]
    found = applied(plan, Lead=list("abcd"), When=list(when))
    assert problems(found) == [
        (2, "reported_at", "time_impossible"),
        (3, "reported_at", "time_ambiguous"),
        (4, "reported_at", "time_format"),
    ]


def test_a_local_time_without_a_zone_is_refused_and_a_day_is_not() -> None:
    """A day is the same day everywhere; a time with its offset needs no zone."""
    rules = {"datetime_formats": ("%d.%m.%Y %H:%M",), "date_formats": ("%d.%m.%Y",)}
    plan = profile({"lead_id": "Lead", "reported_at": "When"}, file=rules)
    when = ["15.01.2026 10:00", "15.01.2026", "2026-01-15T10:00:00+01:00"]
    found = applied(plan, Lead=list("abc"), When=list(when))
    assert problems(found) == [(2, "reported_at", "time_naive")]
    assert found.rows["reported_at"].to_list()[1:] == ["2026-01-15", "2026-01-15T10:00:00+01:00"]


def test_cents_become_an_amount() -> None:
    """Below a hundred, too; what is no number is left to the contract."""
    plan = profile({"lead_id": "Lead", "price": "Cents"}, file={"money": "cents"})
    found = applied(plan, Lead=list("abcde"), Cents=["1250", "5", "-30", "0", "12.5"])
    assert found.rows["price"].to_list() == ["12.50", "0.05", "-0.30", "0.00", "12.5"]


def test_numbers_with_a_decimal_comma_become_numbers_with_a_point() -> None:
    """Groups must be whole; what is neither is refused."""
    rules = {"decimal": ",", "thousands": "."}
    plan = profile({"lead_id": "Lead", "price": "Preis"}, file=rules)
    found = applied(plan, Lead=list("abcd"), Preis=["1.234,50", "12,5", "1.23,5", "7"])
    assert [found.rows["price"][place] for place in (0, 1, 3)] == ["1234.50", "12.5", "7"]
    assert problems(found) == [(4, "price", "money_format")]


def test_status_stands_for_the_kind_of_event() -> None:
    """Success and failure of a delivery; another word is refused."""
    plan = profile({"lead_id": "Lead", "status": "State", "delivered_at": "When"})
    found = applied(
        plan,
        Lead=list("abc"),
        State=["Success", "failed", "perhaps"],
        When=["2026-01-15T10:00:00Z"] * 3,
    )
    assert found.rows["event_type"].to_list() == ["recipient.delivered", "recipient.failed", None]
    assert "attempted_at" in found.rows.columns
    assert problems(found) == [(4, "status", "unknown_word")]


def test_a_converted_flag_counts_above_a_weaker_outcome() -> None:
    """What was said is kept beside it; sold and returned is refused."""
    plan = profile({"lead_id": "Lead", "outcome": "State", "converted_flag": "Sold"})
    found = applied(
        plan,
        Lead=list("abcde"),
        State=["contacted", "no_contact", None, "returned", "contacted"],
        Sold=["yes", "No", "1", "true", "maybe"],
    )
    assert found.rows["outcome"].to_list()[:3] == ["converted", "no_contact", "converted"]
    assert found.rows["outcome_raw"].to_list()[:3] == ["contacted", None, None]
    assert problems(found) == [
        (5, "converted_flag", "converted_and_returned"),
        (6, "converted_flag", "bool_format"),
    ]


def test_who_is_only_named_gets_an_id_and_the_buyer_reports() -> None:
    """A given id counts; the buyer of the order fills what is left."""
    plan = profile({"lead_id": "Lead", "buyer_id": "Id", "buyer_name": "Buyer"})
    found = applied(
        plan, buyer="b_order", Lead=list("abc"), Id=["b1", "", ""], Buyer=["Acme", "Haus AG", ""]
    )
    assert found.rows["buyer_id"].to_list() == ["b1", "Haus_AG", "b_order"]
    assert found.rows["reporter_id"].to_list() == ["b1", "Haus_AG", "b_order"]
    assert found.rows["reporter_name"].to_list() == ["Acme", "Haus AG", None]


def test_a_row_that_says_how_it_went_is_feedback_beside_a_delivery() -> None:
    """And one that says nothing is none."""
    plan = profile({"lead_id": "Lead", "outcome": "State"}, constants={})
    found = applied(plan, Lead=["a", "b"], State=["converted", ""])
    assert found.rows["feedback_type"].to_list() == ["feedback.received", None]


def test_a_quote_before_live_text_goes_only_where_we_put_it() -> None:
    """In our own exports and error files, and only in the kind of file in which we put it."""
    ours = profile({"lead_id": "Lead", "notes": "Notes"}, file={"unquote": True})
    theirs = profile({"lead_id": "Lead", "notes": "Notes"})
    lead: list[str | None] = ["a"]
    note: list[str | None] = ["'=1+1"]
    assert applied(ours, Lead=lead, Notes=note).rows["notes"].to_list() == ["=1+1"]
    plain = applied(ours, escaped=False, Lead=lead, Notes=note)
    assert plain.rows["notes"].to_list() == note
    assert applied(theirs, Lead=lead, Notes=note).rows["notes"].to_list() == note
