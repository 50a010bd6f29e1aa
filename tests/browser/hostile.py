"""A small marketplace in which everybody chose the worst words they could."""

from __future__ import annotations

from typing import Any, Final

HOSTILE: Final = "<img src=x onerror=alert(1)> **bold** $x^2$ :material/home: =1+1"
FILE: Final = f"{HOSTILE.replace('/', '_')}.ndjson"
SALES, RETURNS, DELIVERIES = 6, 3, 40


def hostile_events() -> list[dict[str, Any]]:
    """Forty deliveries of one source to one buyer in October, all reported, one refused."""
    events: list[dict[str, Any]] = []
    for number in range(DELIVERIES):
        day = f"2026-10-{number % 28 + 1:02}"
        returned = number < SALES + RETURNS
        outcome = "converted" if number < SALES else "returned" if returned else "not_interested"
        events += [_delivery(number, f"{day}T09:00:00Z"), _report(number, outcome, day)]
    return [*events, _report(1, HOSTILE, "2026-10-29")]


def _delivery(number: int, at: str) -> dict[str, Any]:
    return {
        "event_type": "recipient.delivered",
        "event_id": f"delivery-{number}",
        "timestamp": at,
        "lead_id": f"L{number}",
        "recipient": {"id": "B1", "name": HOSTILE, "buyer_type": "lead_buyer"},
        "lead": {
            "source": {"entity_id": "S1", "entity_name": HOSTILE},
            "sub_source": HOSTILE,
            "campaign": HOSTILE,
            "vertical": HOSTILE,
            "product": HOSTILE,
            "state": HOSTILE,
        },
        "delivery": {"price": 20},
    }


def _report(number: int, outcome: str, day: str) -> dict[str, Any]:
    return {
        "event_type": "feedback.received",
        "event_id": f"report-{number}-{day}",
        "timestamp": f"{day}T13:00:00Z",
        "lead_id": f"L{number}",
        "source": {"entity_id": "B1", "entity_name": HOSTILE, "type": "buyer"},
        "feedback": {"outcome": outcome, "reason": HOSTILE, "notes": HOSTILE},
    }
