"""Wire events: strict JSON in, flat text facts out.

The nested form is a table of paths. A field of the wire contract is a line here and a
field in `columns`; anything else an event carries stays in its raw record.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, Final, NoReturn

from data_access.intake.refusals import ALLOWED, MAX_DEPTH, MAX_FIELDS

_DELIVERY: Final = {
    "event_type": "event_type",
    "event_id": "event_id",
    "timestamp": "attempted_at",
    "lead_id": "lead_id",
    "recipient.id": "buyer_id",
    "recipient.name": "buyer_name",
    "recipient.type": "recipient_type",
    "recipient.buyer_type": "buyer_type",
    "lead.source.entity_id": "source_id",
    "lead.source.entity_name": "source_name",
    "lead.sub_source": "sub_source",
    "lead.campaign": "campaign",
    "lead.vertical": "vertical",
    "lead.product": "product",
    "lead.state": "state",
    "lead.submitted_at": "submitted_at",
    "duration_ms": "duration_ms",
    "delivery.method": "method",
    "delivery.price": "price",
    "delivery.margin": "margin",
    "delivery.attempted_price": "attempted_price",
    "delivery.exclusive": "exclusive",
    "response.buyer_lead_id": "buyer_lead_id",
    "metadata.attempt_number": "attempt_number",
    "metadata.total_attempts": "total_attempts",
    "metadata.first_attempt": "first_attempt_at",
    "metadata.buyer_tier": "buyer_tier",
    "failure.reason": "failure_reason",
    "failure.category": "failure_category",
    "failure.details": "failure_details",
    "failure.retry_eligible": "retry_eligible",
}
_FEEDBACK: Final = {
    "event_type": "event_type",
    "event_id": "event_id",
    "timestamp": "reported_at",
    "lead_id": "lead_id",
    "buyer_lead_id": "buyer_lead_id",
    "source.entity_id": "reporter_id",
    "source.entity_name": "reporter_name",
    "source.type": "reporter_type",
    "target.entity_id": "target_id",
    "target.entity_name": "target_name",
    "target.type": "target_type",
    "action_requested": "action_requested",
    "retracts": "retracts",
    "replaces": "replaces",
    "agent": "agent",
    "product_type": "product_type",
    "close_time": "close_time",
    "rating": "rating",
    "feedback.outcome": "outcome",
    "feedback.reason": "reason",
    "feedback.value": "value",
    "feedback.timestamp": "occurred_at",
    "feedback.category": "category",
    "feedback.credit_requested": "credit_requested",
    "feedback.agent": "agent",
    "feedback.product_type": "product_type",
    "feedback.close_time": "close_time",
    "feedback.rating": "rating",
    "feedback.notes": "notes",
    "feedback.retracts": "retracts",
    "feedback.replaces": "replaces",
    "feedback.buyer_lead_id": "buyer_lead_id",
    "feedback.details.attempts": "contact_attempts",
    "feedback.details.last_attempt": "last_attempt_at",
    "feedback.details.specific_issue": "specific_issue",
    "feedback.details.issue": "issue",
    "feedback.details.frequency": "frequency",
    "feedback.details.impact": "issue_impact",
    "feedback.contact.phone_answered": "phone_answered",
    "feedback.contact.spoke_to_lead": "spoke_to_lead",
    "feedback.contact.right_party": "right_party",
    "feedback.contact.rate": "contact_share",
    "feedback.interest.product": "interest_product",
    "feedback.interest.timeline": "interest_timeline",
    "feedback.interest.budget": "interest_budget",
    "feedback.accuracy.name": "accuracy_name",
    "feedback.accuracy.phone": "accuracy_phone",
    "feedback.accuracy.email": "accuracy_email",
    "feedback.accuracy.address": "accuracy_address",
    "resolution.credit_approved": "credit_approved",
    "resolution.amount": "credit_amount",
    "resolution.decided_at": "decided_at",
    "resolution.source_notified": "source_notified",
    "original_delivery.timestamp": "said_delivered_at",
    "original_delivery.price": "said_price",
    "original_delivery.time_to_feedback": "said_seconds_to_feedback",
    "impact.source_quality_score": "score_change",
    "impact.buyer_satisfaction": "buyer_satisfaction",
    "impact.revenue_recognized": "revenue_recognized",
}
PATHS: Final = {
    "recipient.delivered": _DELIVERY,
    "recipient.failed": _DELIVERY,
    "feedback.received": _FEEDBACK,
    "feedback.sent": _FEEDBACK,
}
_CONTAINERS: Final = {
    event: {path.rsplit(".", end)[0] for path in paths for end in range(1, path.count(".") + 1)}
    for event, paths in PATHS.items()
}


class NotAnEvent(ValueError):  # noqa: N818 - says what the text is
    """Text that is no wire event: `code`, what is allowed, the path of its field."""

    def __init__(self, code: str, allowed: str = "", *, field: str | None = None) -> None:
        allowed = allowed or ALLOWED[code]
        super().__init__(f"{code}: {allowed}")
        self.code, self.allowed, self.field = code, allowed, field


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        code = "json_duplicate_key"
        raise NotAnEvent(code)
    return found


def _not_finite(_written: str) -> NoReturn:
    """Refuse a number; where in the event it stands is not known at this point."""
    code = "json_not_finite"
    raise NotAnEvent(code)


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except ArithmeticError:
        return _not_finite(text)


def parse(text: str) -> object:
    """Strict JSON: no duplicate keys, no NaN or Infinity, numbers exact; else NotAnEvent."""
    try:
        return json.loads(
            text,
            object_pairs_hook=_no_duplicates,
            parse_constant=_not_finite,
            parse_float=_decimal,
            parse_int=_decimal,
        )
    except RecursionError:
        code = "json_too_deep"
        raise NotAnEvent(code) from None
    except NotAnEvent:
        raise
    except ValueError as error:
        code = "json_invalid"
        raise NotAnEvent(code, f"valid JSON ({error})") from None


def flatten(event: object) -> dict[str, str]:
    """The text facts of one event, by field name; NotAnEvent where its shape is wrong."""
    if not isinstance(event, dict):
        code = "not_an_object"
        raise NotAnEvent(code, "an event is a JSON object")
    kind = event.get("event_type")
    if not isinstance(kind, str) or kind not in PATHS:
        return {"event_type": _scalar(kind, "event_type") or "(none)"}
    paths, containers = PATHS[kind], _CONTAINERS[kind]
    facts: dict[str, str] = {}
    count = 0
    stack: list[tuple[str, dict[str, Any], int]] = [("", event, 1)]
    while stack:
        prefix, branch, depth = stack.pop()
        _within(depth, MAX_DEPTH, "json_too_deep")
        for key, value in branch.items():
            path = prefix + key
            count += 1
            _within(count, MAX_FIELDS, "too_many_fields")
            if isinstance(value, dict):
                if path in paths:
                    code = "not_a_value"
                    raise NotAnEvent(code, field=path)
                stack.append((path + ".", value, depth + 1))
            elif path in containers and value is not None:
                code = "not_an_object"
                raise NotAnEvent(code, field=path)
            elif path in paths and (text := _scalar(value, path)):
                facts.setdefault(paths[path], text)
            elif isinstance(value, list):
                _shallow(value, depth + 1)
    return _finished(kind, event, facts)


def _within(count: int, most: int, code: str) -> None:
    if count > most:
        raise NotAnEvent(code)


def _shallow(values: list[Any], depth: int) -> None:
    """Lists nest as objects do: what lies in one is a level further down."""
    stack: list[tuple[Any, int]] = [(values, depth)]
    while stack:
        value, level = stack.pop()
        _within(level, MAX_DEPTH, "json_too_deep")
        inner = value.values() if isinstance(value, dict) else value
        stack += [(each, level + 1) for each in inner if isinstance(each, (list, dict))]


def _scalar(value: object, path: str) -> str | None:
    """A JSON value as the sender would write it in a cell; empty text is nothing."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, str):
        _clean(value, path)
        return value
    code = "not_a_value"
    raise NotAnEvent(code, field=path)


def _clean(text: str, path: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        code = "bad_text"
        raise NotAnEvent(code, field=path) from None


def _finished(kind: str, event: dict[str, Any], facts: dict[str, str]) -> dict[str, str]:
    """Facts that follow from the shape: who speaks, what the outcome of a try was."""
    if kind == "feedback.sent":
        facts["reporter_id"] = "operator"
        facts.pop("reporter_name", None)
        share = re.search(r"[0-9]+(?:\.[0-9]+)?\s*%", facts.get("frequency", ""))
        if share:
            facts["frequency_share"] = share.group()
    said = event.get("outcome")
    expected = {"recipient.delivered": "success", "recipient.failed": "failed"}.get(kind)
    if expected and said not in (None, expected):
        code = "outcome_differs"
        raise NotAnEvent(code, f"{expected!r} in {kind}", field="outcome")
    return facts
