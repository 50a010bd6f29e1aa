"""The numbers counted again, row by row and slowly: nothing here is shared with the product.

Facts as text go in, plain dictionaries come out. `oracle_tables` adds them up.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from oracle_facts import ATTRIBUTES, Moment, Row, Told, day_of, instant

_SECOND: Final = 1_000_000

CLASS_OF: Final = {
    "converted": "decisive",
    "returned": "decisive",
    "not_interested": "closed",
    "already_purchased": "closed",
    "bad_info": "closed",
    "duplicate": "closed",
    "no_contact": "progress",
    "contacted": "progress",
    "qualified": "progress",
    "detail_only": "detail",
}
_FURTHER: Final = ("no_contact", "contacted", "qualified")
_SPOKE: Final = ("contacted", "qualified", "converted", "not_interested", "already_purchased")
REASON_OF: Final = {
    "phone disconnected": ("disconnected", "contactability"),
    "wrong number": ("wrong_person", "contactability"),
    "not interested": ("no_interest", "intent"),
    "out of area": ("out_of_area", "targeting"),
    "the moon was full": ("other", "other"),
}
"""The free texts that tests use, with their reason and its group."""


@dataclass(frozen=True)
class Known:
    """What was known of a store's facts at a moment."""

    told: Told
    as_of: int

    @cached_property
    def attempts(self) -> list[Row]:
        """Tries up to the moment, in order of time."""
        known = [a for a in self.told.attempts if a["at"].us <= self.as_of]
        return sorted(known, key=lambda a: (a["at"].us, a["id"]))

    @cached_property
    def feedback(self) -> list[Row]:
        """Feedback reported up to the moment, each with its lead where that is known."""
        leads: dict[tuple[str, str], str] = {}
        for a in self.attempts:
            if a["buyer_lead"]:
                leads.setdefault((a["buyer"], a["buyer_lead"]), a["lead"])
        found = []
        for said in self.told.feedback:
            if said["reported"].us <= self.as_of:
                lead = said["lead"] or leads.get((said["buyer"], said["buyer_lead"]))
                found.append({**said, "lead": lead})
        return found

    @cached_property
    def reports(self) -> list[Row]:
        """What buyers said about leads that we know, in the order in which they told us."""
        known = [f for f in self.feedback if f["received"] and f["lead"]]
        return sorted(known, key=lambda f: (f["reported"].us, f["id"], f["sent_id"]))

    def aimed_at(self, act: Row) -> list[Row]:
        """This buyer's reports about this lead under the id that a link names."""
        meant = act["retracts"] or act["replaces"]
        ours = [f for f in self.reports if (f["buyer"], f["lead"]) == (act["buyer"], act["lead"])]
        return [f for f in ours if f["id"] == meant]

    def taken_back_by(self, act: Row) -> list[Row]:
        """What a link takes back: no retraction, and a replacement only what came before it."""
        found = [f for f in self.aimed_at(act) if not f["retracts"]]
        if act["replaces"]:
            found = [f for f in found if self.reports.index(f) < self.reports.index(act)]
            found = [f for f in found if f["id"] != act["id"]]
        return found

    @cached_property
    def links(self) -> list[Row]:
        """Retractions and replacements."""
        return [f for f in self.reports if f["retracts"] or f["replaces"]]

    @cached_property
    def undone(self) -> dict[tuple[str, str], str]:
        """(reporter as sent, event) of each report taken back, and the event that first did."""
        found: dict[tuple[str, str], str] = {}
        for act in self.links:
            for said in self.taken_back_by(act):
                found.setdefault((said["sent_id"], said["id"]), act["id"])
        return found

    def tells(self, said: Row) -> bool:
        """Whether it is a report: a retraction is one only where it can take nothing back."""
        if not said["retracts"]:
            return True
        aimed = self.aimed_at(said)
        return bool(aimed) and all(f["retracts"] for f in aimed) and said["says"]

    @cached_property
    def standing(self) -> list[Row]:
        """Reports that are not taken back, whatever became of their delivery."""
        told = [f for f in self.reports if self.tells(f)]
        return [f for f in told if (f["sent_id"], f["id"]) not in self.undone]

    @cached_property
    def live(self) -> list[Row]:
        """Reports that count: standing, and about something that went through."""
        through = {(a["lead"], a["buyer"]) for a in self.attempts if a["ok"]}
        return [said for said in self.standing if (said["lead"], said["buyer"]) in through]

    @cached_property
    def deliveries(self) -> list[Row]:
        """Every offer of a lead to a buyer, with what became of it."""
        keys = sorted({(a["lead"], a["buyer"]) for a in self.attempts})
        rows = [self._delivery(*key) for key in keys]
        for row in rows:
            row["sold_to"] = sum(
                other["lead_id"] == row["lead_id"] and other["status"] == "delivered"
                for other in rows
            )
            codes = self._contradictions(row)
            row["codes"] = codes
        return rows

    def _delivery(self, lead: str, buyer: str) -> Row:
        tries = [a for a in self.attempts if (a["lead"], a["buyer"]) == (lead, buyer)]
        successes = [a for a in tries if a["ok"]]
        first = successes[0] if successes else None
        dated: Moment = (first or tries[0])["at"]
        age = (day_of(self.as_of, self.told.zone) - dated.day).days
        row: Row = {
            "delivery_id": f"{lead}~{buyer}",
            "lead_id": lead,
            "buyer_id": buyer,
            "buyer_name": self.told.latest("buyer", "buyer_name").get(buyer, buyer),
            "buyer_type": self.told.buyer_types.get(buyer),
            "status": "delivered" if first else "failed",
            "attempts": len(tries),
            "successes": len(successes),
            "attempted_at": instant(tries[0]["at"].us),
            "delivered_at": instant(dated.us) if first else None,
            "delivered_date": dated.day if first else None,
            "dated": dated,
            "price_cents": first["price"] if first else None,
            "lead_cost_cents": first["cost"] if first else None,
            "age_days": age if first else None,
            "old_enough": age >= 30,
            "mature": age >= 30 if first else None,
        }
        of_lead = [a for a in self.attempts if a["lead"] == lead]
        for name in ATTRIBUTES:
            row[name] = next((a[name] for a in of_lead if a[name] is not None), None)
        source = row["source_id"]
        row["source_name"] = self.told.latest("source", "source_name").get(source, source)
        mine = [f for f in self.live if (f["lead"], f["buyer"]) == (lead, buyer)]
        row |= _outcome(mine, dated, row["price_cents"], self.as_of)
        if first and not mine:
            row["returned"] = False  # nobody has claimed it back
        return row

    def _contradictions(self, row: Row) -> set[str]:
        lead, buyer, dated = row["lead_id"], row["buyer_id"], row["dated"]
        live = [f for f in self.live if (f["lead"], f["buyer"]) == (lead, buyer)]
        words = {f["outcome"] for f in live}
        values = {f["value"] for f in live if f["outcome"] == "converted"} - {None}
        standing = [f for f in self.standing if (f["lead"], f["buyer"]) == (lead, buyer)]
        said = {
            name: {a[name] for a in self.attempts if a["lead"] == lead} - {None}
            for name in ATTRIBUTES
        }
        links = [f for f in self.links if (f["lead"], f["buyer"]) == (lead, buyer)]
        replaced = [f for act in links if act["replaces"] for f in self.taken_back_by(act)]
        aimed = {f["target"] for f in self.feedback if not f["received"] and f["lead"] == lead} - {
            None
        }
        found = {
            "converted_and_returned": {"converted", "returned"} <= words,
            "number_dead_elsewhere": self._dead_elsewhere(lead, buyer),
            "outcome_before_delivery": any(f["occurred"].before(dated) for f in live),
            "report_before_delivery": any(f["reported"].before(dated) for f in live),
            "report_before_outcome": any(f["reported"].before(f["occurred"]) for f in live),
            "feedback_on_failed": row["status"] == "failed" and bool(standing),
            "changed_value": len(values) > 1,
            "repeated_delivery": row["successes"] > 1,
            "sent_to_other_source": bool(aimed - {row["source_id"]}),
            "attributes_disagree": any(len(values) > 1 for values in said.values()),
            "foreign_retraction": self._taken_back_by_others(lead, buyer),
            "link_without_effect": any(not self.taken_back_by(act) for act in links),
            "replaced_twice": len(replaced) > len({id(f) for f in replaced}),
        }
        return {code for code, true in found.items() if true}

    def _dead_elsewhere(self, lead: str, buyer: str) -> bool:
        about = [f for f in self.live if f["lead"] == lead]
        dead = [f for f in about if f["phone"] == "invalid" or _reason(f)[0] == "disconnected"]
        sold = [f for f in about if f["outcome"] == "converted"]
        return any(
            no["buyer"] != yes["buyer"]
            and buyer in {no["buyer"], yes["buyer"]}
            and no["occurred"].near(yes["occurred"])
            for no in dead
            for yes in sold
        )

    def _taken_back_by_others(self, lead: str, buyer: str) -> bool:
        """Another buyer of the lead links to a report of this one, and has none of that id."""
        about = [f for f in self.feedback if f["received"] and f["lead"] == lead]
        mine = {f["id"] for f in about if f["buyer"] == buyer}
        for act in about:
            target = act["retracts"] or act["replaces"]
            own = any(f["id"] == target and f["buyer"] == act["buyer"] for f in about)
            if target in mine and not own:
                return True
        return False


_SAID: Final = (
    "outcome",
    "outcome_class",
    "outcome_raw",
    "reason",
    "reason_group",
    "reason_raw",
    "contacted",
    "interested",
    "converted",
    "returned",
    "return_state",
    "credit_requested_cents",
    "credit_approved_cents",
    "value_cents",
    "occurred_at",
    "occurred_precision",
    "first_reported_at",
    "last_reported_at",
    "reported_at",
    "reported_precision",
    "seconds_to_feedback",
    "winning_event_id",
    "occurred",
    "reported",
)


def _reason(said: Row) -> tuple[str | None, str | None]:
    return REASON_OF[said["reason"]] if said["reason"] is not None else (None, None)


def _order(said: Row) -> tuple[int, int, str]:
    return said["occurred"].us, said["reported"].us, said["id"]


def winner(said: list[Row]) -> Row:
    """The report that decides, of at least one."""
    for name in ("decisive", "closed"):
        of_class = [f for f in said if CLASS_OF.get(f["outcome"]) == name]
        if of_class:
            return max(of_class, key=_order)
    progress = [f for f in said if f["outcome"] in _FURTHER]
    if progress:
        return max(progress, key=lambda f: (_FURTHER.index(f["outcome"]), *_order(f)))
    return max(said, key=_order)


def _outcome(said: list[Row], dated: Moment, price: int | None, as_of: int) -> Row:
    """What live reports say about one delivery."""
    if not said:
        nothing = dict.fromkeys(_SAID)
        return {**nothing, "covered": False, "feedback_events": 0}
    won = winner(said)
    outcome = won["outcome"] or "detail_only"
    returned = outcome == "returned"
    reason, group = _reason(won)
    decisions = [
        ((f["decided"] or f["reported"]).us, f["reported"].us, f["id"], f)
        for f in said
        if f["approved"] is not None and (f["decided"] is None or f["decided"].us <= as_of)
    ]
    last = max(decisions, key=lambda d: d[:3])[3] if decisions else None
    state = "waiting" if last is None else "credited" if last["approved"] else "refused"
    credit = None
    if last is not None and last["approved"]:
        credit = price if last["amount"] is None else last["amount"]
    first = min(said, key=lambda f: (f["reported"].us, f["reported"].hourless))
    wait = first["reported"].since(dated)
    precision = {True: "day", False: "instant"}
    return {
        "covered": True,
        "feedback_events": len(said),
        "outcome": outcome,
        "outcome_class": CLASS_OF[outcome],
        "outcome_raw": won["raw"],
        "reason": reason,
        "reason_group": group,
        "reason_raw": won["reason"],
        "contacted": any(f["outcome"] in _SPOKE or (f["answered"] and f["spoke"]) for f in said),
        # "qualified" is itself among the words that mean a conversation
        "interested": outcome == "converted" or any(f["outcome"] == "qualified" for f in said),
        "converted": outcome == "converted",
        "returned": returned,
        "return_state": state if returned else None,
        "credit_requested_cents": price if returned and won["requested"] is not False else None,
        "credit_approved_cents": credit,
        "value_cents": won["value"] if outcome == "converted" else None,
        "occurred": won["occurred"],
        "reported": won["reported"],
        "occurred_at": instant(won["occurred"].us),
        "occurred_precision": precision[won["occurred"].hourless],
        "reported_at": instant(won["reported"].us),
        "reported_precision": precision[won["reported"].hourless],
        "first_reported_at": instant(first["reported"].us),
        "last_reported_at": instant(max(f["reported"].us for f in said)),
        "seconds_to_feedback": None if wait is None else wait // _SECOND,
        "winning_event_id": won["id"],
    }
