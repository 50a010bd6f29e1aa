"""Strict JSON in, flat text facts out."""

from __future__ import annotations

from typing import Any

import pytest

from data_access.intake import wire
from data_access.intake.refusals import MAX_DEPTH


def code(text: str) -> str:
    """Why a text is no event."""
    with pytest.raises(wire.NotAnEvent) as error:
        wire.flatten(wire.parse(text))
    return error.value.code


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("{", "json_invalid"),
        ('{"a": 1, "a": 2}', "json_duplicate_key"),
        ('{"a": NaN}', "json_not_finite"),
        ("[]", "not_an_object"),
        ('{"event_type": "feedback.received", "feedback": 5}', "not_an_object"),
        ('{"event_type": "feedback.received", "lead_id": {"a": 1}}', "not_a_value"),
        ('{"event_type": "feedback.received", "lead_id": "\\ud800"}', "bad_text"),
    ],
)
def test_what_is_no_event_is_refused_with_a_code(text: str, wrong: str) -> None:
    """One each."""
    assert code(text) == wrong


def test_objects_nested_too_deep_are_refused() -> None:
    """Inside of what nobody reads, too."""
    deep: Any = "x"
    for _ in range(MAX_DEPTH + 1):
        deep = {"a": deep}
    with pytest.raises(wire.NotAnEvent) as error:
        wire.flatten({"event_type": "feedback.received", "other": deep})
    assert error.value.code == "json_too_deep"


def test_paths_become_fields_and_values_texts() -> None:
    """Numbers keep their digits; nothing and empty text say nothing; the rest is left."""
    text = """{"event_type": "feedback.received", "lead_id": "L-1", "timestamp": "2026-10-05",
      "source": {"entity_id": "b1"}, "something": {"else": 1},
      "feedback": {"outcome": "converted", "value": 12.50, "notes": "",
                   "contact": {"phone_answered": true}, "reason": null}}"""
    assert wire.flatten(wire.parse(text)) == {
        "event_type": "feedback.received",
        "lead_id": "L-1",
        "reported_at": "2026-10-05",
        "reporter_id": "b1",
        "outcome": "converted",
        "value": "12.50",
        "phone_answered": "true",
    }


def test_what_we_sent_is_said_by_the_operator() -> None:
    """Whoever is named as its source."""
    event = {"event_type": "feedback.sent", "lead_id": "L-1", "source": {"entity_id": "x"}}
    assert wire.flatten(event)["reporter_id"] == "operator"


def test_of_an_event_of_another_kind_only_the_kind_is_read() -> None:
    """The contract says what is allowed."""
    assert wire.flatten({"event_type": "feedback.lost", "lead_id": "L"}) == {
        "event_type": "feedback.lost"
    }
    assert wire.flatten({"lead_id": "L"}) == {"event_type": "(none)"}
