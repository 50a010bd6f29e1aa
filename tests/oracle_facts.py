"""Facts as text, read again for the oracle: times, money, merged ids, names and types."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

Row = dict[str, Any]
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FORTNIGHT: Final = timedelta(days=14)

_SAYS: Final = (
    *("outcome", "phone_answered", "spoke_to_lead", "right_party", "contact_share"),
    *("interest_product", "interest_timeline", "interest_budget", "rating"),
    *("accuracy_name", "accuracy_phone", "accuracy_email", "accuracy_address"),
    *("credit_approved", "credit_requested"),
)
"""What makes a report of an event; a reason or a note alone does not."""
ATTRIBUTES: Final = ("source_id", "sub_source", "campaign", "vertical", "product", "state")


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as it was said: an instant, or a day that stands at its first instant."""

    us: int
    day: date
    hourless: bool

    def before(self, other: Moment) -> bool:
        """Whether it is earlier; where one of the two is only a date, by dates."""
        if self.hourless or other.hourless:
            return self.day < other.day
        return self.us < other.us

    def near(self, other: Moment) -> bool:
        """Whether the two are at most 14 days apart."""
        if self.hourless or other.hourless:
            return abs(self.day - other.day) <= _FORTNIGHT
        return abs(self.us - other.us) <= _FORTNIGHT // timedelta(microseconds=1)

    def since(self, other: Moment) -> int | None:
        """Microseconds from another moment, unknown where one of the two is only a date."""
        return None if self.hourless or other.hourless else self.us - other.us


def us_of(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def day_of(us: int, zone: str) -> date:
    """The calendar day of an instant in a zone."""
    return (_EPOCH + timedelta(microseconds=us)).astimezone(ZoneInfo(zone)).date()


def instant(us: int | None) -> datetime | None:
    """Microseconds as a UTC time."""
    return None if us is None else _EPOCH + timedelta(microseconds=us)


def _cents(text: str | None) -> int | None:
    if text is None:
        return None
    whole, _, rest = text.partition(".")
    return int(whole) * 100 + int((rest + "00")[:2])


def _truth(text: str | None) -> bool | None:
    return None if text is None else text == "true"


@dataclass(frozen=True)
class Told:
    """What a store was told: facts in the order it took them, merges, settings, its zone."""

    facts: tuple[dict[str, str], ...]
    zone: str
    merged: dict[tuple[str, str], str] = field(default_factory=dict)
    types_set: dict[str, str] = field(default_factory=dict)

    def one(self, kind: str, said: str | None) -> str | None:
        """The id that stays."""
        return None if said is None else self.merged.get((kind, said), said)

    def moment(self, text: str) -> Moment:
        """A time read."""
        if len(text) == len("2026-01-01"):
            day = date.fromisoformat(text)
            first = datetime.combine(day, time.min, ZoneInfo(self.zone))
            return Moment(us_of(first.astimezone(UTC)), day, hourless=True)
        us = us_of(datetime.fromisoformat(text))
        return Moment(us, day_of(us, self.zone), hourless=False)

    @cached_property
    def attempts(self) -> list[Row]:
        """Every try to deliver, typed."""
        found = []
        for fact in self.facts:
            if not fact["event_type"].startswith("recipient."):
                continue
            price, margin = _cents(fact.get("price")), _cents(fact.get("margin"))
            cost = _cents(fact.get("lead_cost"))
            if cost is None and price is not None and margin is not None:
                cost = price - margin
            row: Row = {
                "id": fact["event_id"],
                "lead": fact["lead_id"],
                "buyer": self.one("buyer", fact["buyer_id"]),
                "sent_id": fact["buyer_id"],
                "at": self.moment(fact["attempted_at"]),
                "ok": fact["event_type"] == "recipient.delivered",
                "price": price,
                "cost": cost,
                "buyer_lead": fact.get("buyer_lead_id"),
                "buyer_type": fact.get("buyer_type"),
                "buyer_name": fact.get("buyer_name"),
                "source_name": fact.get("source_name"),
            }
            row |= {name: fact.get(name) for name in ATTRIBUTES}
            row["source_id"] = self.one("source", fact.get("source_id"))
            found.append(row)
        return found

    @cached_property
    def feedback(self) -> list[Row]:
        """Every feedback, typed."""
        found = []
        for fact in self.facts:
            if not fact["event_type"].startswith("feedback."):
                continue
            occurred = fact.get("occurred_at") or fact["reported_at"]
            reported = fact.get("reported_at") or fact["occurred_at"]
            decided = fact.get("decided_at")
            found.append(
                {
                    "id": fact["event_id"],
                    "sent_id": fact["reporter_id"],
                    "received": fact["event_type"] == "feedback.received",
                    "lead": fact.get("lead_id"),
                    "buyer_lead": fact.get("buyer_lead_id"),
                    "buyer": self.one("buyer", fact["reporter_id"]),
                    "buyer_name": fact.get("reporter_name"),
                    "target": self.one("source", fact.get("target_id")),
                    "outcome": fact.get("outcome"),
                    "raw": fact.get("outcome_raw"),
                    "reason": fact.get("reason"),
                    "value": _cents(fact.get("value")),
                    "occurred": self.moment(occurred),
                    "reported": self.moment(reported),
                    "requested": _truth(fact.get("credit_requested")),
                    "approved": _truth(fact.get("credit_approved")),
                    "amount": _cents(fact.get("credit_amount")),
                    "decided": None if decided is None else self.moment(decided),
                    "answered": _truth(fact.get("phone_answered")),
                    "spoke": _truth(fact.get("spoke_to_lead")),
                    "phone": fact.get("accuracy_phone"),
                    "retracts": fact.get("retracts"),
                    "replaces": fact.get("replaces"),
                    "says": any(name in fact for name in _SAYS),
                }
            )
        return found

    def latest(self, kind: str, what: str) -> dict[str, str]:
        """The latest name or type said of each source or buyer, whatever the as-of."""
        key = {"source": "source_id", "buyer": "buyer"}[kind]
        heard = [(a[key], a["at"].us, a["id"], a[what]) for a in self.attempts]
        if what == "buyer_name":
            told = [f for f in self.feedback if f["received"]]
            heard += [(f["buyer"], f["reported"].us, f["id"], f[what]) for f in told]
        known = sorted(row[1:3] + row[::3] for row in heard if row[0] and row[3])
        return {entity: said for _, _, entity, said in known}

    @cached_property
    def buyer_types(self) -> dict[str, str]:
        """The type of each buyer: the operator's setting, else the latest event's."""
        said = {self.one("buyer", buyer) or buyer: t for buyer, t in self.types_set.items()}
        return self.latest("buyer", "buyer_type") | said
