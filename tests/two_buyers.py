"""Two buyers of one source, so that returns can be compared, all worked out by hand.

October 2026, 60 deliveries of Kite to each. Quiet (a lead buyer, 20.00 each) told us about
40: 6 sales, 12 returns (8 wrong numbers, 4 without interest; 4 credited, 2 refused, 6 wait),
22 not reached. Acme (live transfers, 30.00 each) told us about all 60: 12 sales, 3 returns,
45 spoken to.
"""

from __future__ import annotations

from builders import delivered, reported
from pages import HOSTILE

QUIET = f"Quiet {HOSTILE}"
PERIOD = {"from": "2026-10-01", "to": "2026-10-31"}


def two_buyers() -> list[dict[str, str]]:
    """The facts."""
    said = []
    for number in range(60):
        day = f"2026-10-{number % 28 + 1:02}"
        said += _quiet(f"Q-{number:03}", number, day) + _acme(f"A-{number:03}", number, day)
    return said


def _quiet(lead: str, number: int, day: str) -> list[dict[str, str]]:
    offer = delivered(
        lead,
        "buy_q",
        f"{day}T09:00:00Z",
        buyer_name=QUIET,
        buyer_type="lead_buyer",
        source_id="src_k",
        source_name="Kite",
        price="20.00",
    )
    told = f"{day}T15:00:00Z"
    if number >= 40:
        return [offer]
    if not 6 <= number < 18:
        outcome = "converted" if number < 6 else "no_contact"
        return [offer, reported(lead, "buy_q", outcome, told, occurred_at=told)]
    wrong = number < 14
    claim = reported(
        lead,
        "buy_q",
        "returned",
        told,
        occurred_at=told,
        reason="wrong number" if wrong else "not interested",
        accuracy_phone="wrong_person" if wrong else "correct",
        phone_answered=True,
        right_party=not wrong,
    )
    decided = reported(
        lead, "buy_q", None, f"{day}T20:00:00Z", credit_approved=number < 10, event_id=f"d-{lead}"
    )
    return [offer, claim, decided] if number < 12 else [offer, claim]


def _acme(lead: str, number: int, day: str) -> list[dict[str, str]]:
    offer = delivered(
        lead,
        "buy_a",
        f"{day}T09:00:00Z",
        buyer_name="Acme",
        buyer_type="live_transfer",
        source_id="src_k",
        source_name="Kite",
        price="30.00",
    )
    told = f"{day}T09:10:00Z"
    outcome = "converted" if number < 12 else "returned" if number < 15 else "contacted"
    return [offer, reported(lead, "buy_a", outcome, told, occurred_at=told)]
