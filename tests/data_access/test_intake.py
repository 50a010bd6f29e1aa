"""Five answers a row; identity; links; what is refused and under which name."""

from __future__ import annotations

import json
from typing import Any

import pytest
from builders import Desk, delivered, failed, reported, wrote

from dashboard.commands import import_files
from dashboard.panels.data import file_import
from dashboard.presentation import refusal_texts

DAY1, DAY2, DAY3 = "2026-01-01T10:00:00Z", "2026-01-02T10:00:00Z", "2026-01-03T10:00:00Z"


def test_a_fact_is_created_once_and_then_a_duplicate(any_desk: Desk) -> None:
    """Sending again changes nothing, with or without an id of its own."""
    facts = (
        delivered("L1", "B1", DAY1, event_id="e1"),
        delivered("L2", "B1", DAY1),
        reported("L1", "B1", "converted", DAY2),
    )
    assert any_desk.answers(*facts) == ["created"] * 3
    before = any_desk.facts()
    assert any_desk.answers(*facts) == ["duplicate"] * 3
    assert any_desk.facts() == before


def test_the_same_id_with_other_content_is_a_conflict_and_the_first_stays(any_desk: Desk) -> None:
    """Both are kept: one as a fact, the other for review."""
    any_desk.take(delivered("L1", "B1", DAY1, event_id="e1", price="10.00"))
    assert any_desk.answers(delivered("L1", "B1", DAY1, event_id="e1", price="11.00")) == [
        "conflict"
    ]
    assert [row["price_cents"] for row in any_desk.facts()["attempts"]] == [1000]
    assert any_desk.refused() == [(1, "conflict", "event_id")]


def test_duplicates_and_conflicts_inside_one_batch_are_seen(desk: Desk) -> None:
    """The answers are those of the rows sent alone, in order."""
    first = reported("L1", "B1", "contacted", DAY2, event_id="e1")
    other = reported("L1", "B1", "converted", DAY2, event_id="e1")
    answers = desk.answers(delivered("L1", "B1", DAY1), first, first, other, first)
    assert answers == ["created", "created", "duplicate", "conflict", "duplicate"]


def test_two_reporters_may_use_the_same_event_id(desk: Desk) -> None:
    """Identity is reporter and event id together."""
    deliveries = delivered("L1", "B1", DAY1), delivered("L1", "B2", DAY1)
    reports = [reported("L1", b, "contacted", DAY2, event_id="e1") for b in ("B1", "B2")]
    assert desk.answers(*deliveries, *reports) == ["created"] * 4


def test_feedback_before_its_delivery_is_parked(desk: Desk) -> None:
    """Order inside the batch counts; a failed attempt is a delivery that is known."""
    assert desk.answers(reported("L1", "B1", "converted", DAY2)) == ["parked"]
    assert desk.answers(
        reported("L2", "B1", "converted", DAY2),
        delivered("L2", "B1", DAY1),
        reported("L2", "B1", "contacted", DAY2),
        failed("L3", "B1", DAY1),
        reported("L3", "B1", "contacted", DAY2),
        reported("L3", "B2", "contacted", DAY2),
    ) == ["parked", "created", "created", "created", "created", "parked"]


def test_a_delivery_is_found_under_the_buyers_own_lead_id_and_through_merges(desk: Desk) -> None:
    """`buyer_lead_id` stands in for `lead_id`; an alias is the same buyer."""
    desk.store.merge("buyer", "rcp_1", "ent_1", at_us=1)
    desk.take(delivered("L1", "ent_1", DAY1, buyer_lead_id="77"))
    nameless = {**reported("x", "rcp_1", "converted", DAY2), "buyer_lead_id": "77"}
    del nameless["lead_id"]
    other = {**nameless, "reporter_id": "ent_2"}
    assert desk.answers(nameless, other) == ["created", "parked"]


def test_only_what_is_wrong_with_a_row_itself_refuses_its_link(desk: Desk) -> None:
    """Whatever it names is taken; naming itself, or linking both ways, is no link at all."""
    desk.take(
        delivered("L1", "B1", DAY1),
        delivered("L2", "B1", DAY1),
        reported("L1", "B1", "converted", DAY2, event_id="e1"),
        reported("L1", "B1", None, DAY3, event_id="r1", retracts="e1"),
    )
    assert (
        desk.answers(
            reported("L2", "B1", None, DAY3, retracts="e1"),
            reported("L1", "B1", None, DAY3, event_id="r2", retracts="r1"),
            reported("L1", "B1", "contacted", DAY1, event_id="p", replaces="e1"),
            reported("L1", "B1", "contacted", DAY3, retracts="e1", replaces="e1"),
            reported("L1", "B1", None, DAY3, event_id="r3", retracts="r3"),
        )
        == ["created"] * 3 + ["rejected"] * 2
    )
    assert [code for _, code, _ in desk.refused()] == ["retracts_and_replaces", "links_to_itself"]


def test_another_buyers_event_looks_like_one_that_does_not_exist(any_desk: Desk) -> None:
    """The same answer and no advice, whichever of the two is named."""
    any_desk.take(
        delivered("L1", "B1", DAY1),
        delivered("L1", "B2", DAY1),
        reported("L1", "B1", "converted", DAY2, event_id="theirs"),
    )
    for target in ("theirs", "nobodys"):
        for kind in ("retracts", "replaces"):
            said: dict[str, Any] = {"event_id": f"{kind}-{target}", kind: target}
            taken = any_desk.take(reported("L1", "B2", "contacted", DAY3, **said))
            assert taken.answers["answer"].to_list() == ["parked"]
            assert taken.advice.is_empty()


def test_a_link_that_will_not_do_what_it_says_is_taken_with_advice(any_desk: Desk) -> None:
    """Told line by line: what is known by then, in the store or in earlier lines."""
    any_desk.take(
        delivered("L1", "B1", DAY1),
        delivered("L2", "B1", DAY1),
        reported("L1", "B1", "contacted", DAY2, event_id="a"),
        reported("L1", "B1", None, DAY3, event_id="r", retracts="z"),
        reported("L1", "B1", "contacted", DAY3, event_id="w", replaces="y"),
    )
    taken = any_desk.take(
        reported("L2", "B1", "contacted", DAY3, event_id="b", replaces="a"),
        reported("L1", "B1", "converted", DAY3, event_id="c", replaces="a"),
        reported("L1", "B1", "returned", DAY3, event_id="d", replaces="a"),
        reported("L1", "B1", None, DAY3, event_id="e", retracts="a"),
        reported("L1", "B1", None, DAY3, event_id="f", retracts="r"),
        reported("L1", "B1", "returned", DAY1, event_id="g", replaces="a"),
        reported("L1", "B1", "returned", "2026-01-02", event_id="h", replaces="w"),
        reported("L1", "B1", "contacted", DAY2, event_id="y"),
        reported("L1", "B1", "returned", DAY3, event_id="x", replaces="y"),
    )
    assert taken.counts["created"] == 9
    assert taken.advice.select("line", "code", "field", "value").rows() == [
        (1, "other_delivery", "replaces", "a"),
        (3, "replaced_already", "replaces", "a"),
        (5, "retraction_is_final", "retracts", "r"),
        (6, "not_earlier", "replaces", "a"),
        (7, "not_earlier", "replaces", "w"),
        (9, "replaced_already", "replaces", "y"),
    ]
    assert taken.advice["allowed"].null_count() == 0


def test_dates_are_held_against_instants_as_no_zone_would_have_it(desk: Desk) -> None:
    """A date may begin 14 hours before its midnight UTC, so nothing is said of 13 hours."""
    desk.take(
        delivered("L1", "B1", DAY1),
        reported("L1", "B1", "contacted", "2026-01-02T13:00:00Z", event_id="a"),
        reported("L1", "B1", "contacted", "2026-01-02T15:00:00Z", event_id="b"),
    )
    taken = desk.take(
        reported("L1", "B1", "returned", "2026-01-02", event_id="p", replaces="a"),
        reported("L1", "B1", "returned", "2026-01-02", event_id="q", replaces="b"),
    )
    assert taken.advice.select("line", "code").rows() == [(2, "not_earlier")]


def test_an_import_counts_its_advice(desk: Desk) -> None:
    """Over all chunks, by code; in JSON too."""
    lines = [
        {
            "event_type": "recipient.delivered",
            "timestamp": DAY1,
            "lead_id": "L1",
            "recipient": {"id": "B1"},
        },
        *(
            {
                "event_type": "feedback.received",
                "timestamp": at,
                "lead_id": "L1",
                "source": {"entity_id": "B1"},
                "event_id": event,
                "feedback": {"outcome": "contacted"},
                **link,
            }
            for event, at, link in (
                ("a", DAY2, {}),
                ("b", DAY3, {"replaces": "a"}),
                ("c", DAY3, {"replaces": "a"}),
                ("d", DAY3, {"replaces": "a"}),
            )
        ),
    ]
    text = "".join(f"{json.dumps(line)}\n" for line in lines)
    done = desk.load(desk.write("links.ndjson", text))
    assert (done.counts["created"], done.advice) == (5, {"replaced_already": 2})
    assert json.loads(import_files.as_json(done))["advice"] == {"replaced_already": 2}
    sentence = "a replacement of what is replaced already (2 rows)"
    assert sentence in file_import.outcome_html(done, validate_only=False)
    assert sentence in refusal_texts.advised(done.advice)


def test_one_bad_row_never_blocks_a_good_one(desk: Desk) -> None:
    """The counts add up and the good rows are facts."""
    taken = desk.take(
        delivered("L1", "B1", DAY1),
        delivered("L1", "B 1", DAY1),
        reported("L1", "B1", "SOLD ", DAY2),
        reported("L1", "B1", "converted", DAY2),
    )
    assert taken.counts == {"created": 2, "duplicate": 0, "conflict": 0, "parked": 0, "rejected": 2}
    bad = {row["field"]: row for row in taken.refused.iter_rows(named=True)}
    assert bad["outcome"]["nearest"] == "converted"
    assert "converted, returned" in bad["outcome"]["allowed"]


BAD: list[tuple[str, dict[str, Any], str]] = [
    *[
        (f"amount {amount!r}", {"value": amount}, "money_format")
        for amount in ("NaN", "1E+999999", "1_000", "４５", "45.001", "12,5O", "--1", "€5")
    ],
    ("20 digits", {"value": "9" * 20}, "money_too_large"),
    ("a negative value", {"value": "-1.00"}, "money_negative"),
    ("a naive time", {"reported_at": "2026-01-02T10:00:00"}, "time_naive"),
    ("the 30th of February", {"reported_at": "2026-02-30T10:00:00Z"}, "time_impossible"),
    ("hour 24", {"reported_at": "2026-01-02T24:00:00Z"}, "time_format"),
    ("year 9999", {"reported_at": "9999-01-02T10:00:00Z"}, "future"),
    ("a day and a second ahead", {"reported_at": "2026-11-23T14:05:01Z"}, "future"),
    ("before 2000", {"reported_at": "1999-12-31T23:59:59Z"}, "time_too_early"),
    ("an epoch number", {"reported_at": "1767348000"}, "time_format"),
    ("an id with a blank", {"reporter_id": "B 1"}, "id_format"),
    ("an id that begins with =", {"event_id": "=E1"}, "id_format"),
    ("a long id", {"lead_id": "L" * 129}, "id_format"),
    ("a lead id of two lines", {"lead_id": "L\n1"}, "control_character"),
    ("a long note", {"notes": "n" * 4001}, "too_long"),
    ("NUL in text", {"notes": "a\x00b"}, "control_character"),
    ("an unknown word", {"outcome": "maybe"}, "unknown_word"),
    ("another case", {"outcome": "Converted"}, "unknown_word"),
    ("a scale beyond 10", {"interest_product": "11/10"}, "scale_format"),
    ("a rating beyond 100", {"rating": "101"}, "rating_format"),
    ("a share beyond 100 %", {"contact_share": "101%"}, "share_format"),
    ("a strange boolean", {"credit_requested": "perhaps"}, "bool_format"),
    ("no lead", {"lead_id": None}, "lead_missing"),
    ("no buyer", {"reporter_id": None}, "buyer_missing"),
    ("no time", {"reported_at": None}, "missing_time"),
    ("nothing said", {"outcome": None}, "nothing_said"),
    ("an unknown event", {"event_type": "feedback.recieved"}, "unknown_event"),
]


@pytest.mark.parametrize(("said", "code"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_bad_input_is_refused_by_name(desk: Desk, said: dict[str, Any], code: str) -> None:
    """One mistake, one code; nothing is stored as a fact."""
    fact: dict[str, Any] = {**reported("L1", "B1", "converted", DAY2), **said}
    taken = desk.take({k: v for k, v in fact.items() if v is not None})
    assert taken.counts["rejected"] == 1
    row = taken.refused.row(0, named=True)
    assert row["code"] == code
    assert row["allowed"]
    assert desk.store.data_version() == 0


def test_words_that_people_write_are_parsed(desk: Desk) -> None:
    """Numbers as "2/10", "Yes", "65%", "+5" and "4h 14m 36s"."""
    desk.take(
        delivered("L1", "B1", DAY1, price="45", margin="25%"),
        reported(
            "L1",
            "B1",
            "converted",
            DAY2,
            interest_product="2/10",
            phone_answered="Yes",
            contact_share="65%",
            score_change="+5",
            said_seconds_to_feedback="4h 14m 36s",
            value="450",
        ),
    )
    [event], [attempt] = desk.facts()["feedback"], desk.facts()["attempts"]
    assert (event["interest_product"], event["phone_answered"], event["contact_share"]) == (
        2,
        1,
        0.65,
    )
    assert (event["score_change"], event["said_seconds_to_feedback"]) == (5, 15_276)
    assert (event["value_cents"], attempt["margin_cents"], attempt["lead_cost_cents"]) == (
        45_000,
        1125,
        3375,
    )


def test_a_missing_clock_takes_the_other_and_says_so(desk: Desk) -> None:
    """Both ways round, with the precision of what was given."""
    desk.take(
        delivered("L1", "B1", DAY1),
        reported("L1", "B1", "converted", DAY2, event_id="a"),
        {**reported("L1", "B1", "contacted", DAY2, event_id="b", occurred_at="2026-01-02")},
    )
    only_occurred = reported("L1", "B1", "qualified", DAY2)
    only_occurred["occurred_at"] = only_occurred.pop("reported_at")
    desk.take({**only_occurred, "event_id": "c"})
    found = {row["event_id"]: row for row in desk.facts()["feedback"]}
    assert (found["a"]["occurred_filled"], found["a"]["reported_filled"]) == (1, None)
    assert found["b"]["occurred_precision"] == "day"
    assert (found["c"]["occurred_filled"], found["c"]["reported_filled"]) == (None, 1)


def test_what_we_tell_a_source_is_kept_with_its_own_words(desk: Desk) -> None:
    """The outcome of a feedback.sent is not one of the buyers' words."""
    assert desk.answers(wrote("L1", "S1", DAY2, outcome="quality_issue", issue="x")) == ["created"]


def test_a_row_with_both_parts_is_taken_or_refused_as_a_whole(desk: Desk) -> None:
    """A conflict or a mistake in the feedback keeps the delivery out too."""
    whole = {
        **delivered("L1", "B1", DAY1),
        **{k: v for k, v in reported("L1", "B1", "converted", DAY2).items() if k != "event_type"},
        "feedback_type": "feedback.received",
    }
    assert desk.answers({**whole, "outcome": "maybe"}) == ["rejected"]
    assert desk.store.data_version() == 0
    assert desk.answers(whole) == ["created"]
    assert desk.store.data_version() == 2
    assert desk.answers(whole) == ["duplicate"]
