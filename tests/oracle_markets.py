"""Random small markets, and random questions to them."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from builders import NOW, delivered, failed, reported, us, wrote
from hypothesis import strategies as st
from oracle import CLASS_OF, REASON_OF
from oracle_facts import us_of

from metrics.definitions.scope import Rows, Scope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hypothesis.strategies import DrawFn

Fact = dict[str, str]

ANCHORS: Final = (
    ("UTC", date(2026, 10, 20)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("Europe/Berlin", date(2026, 3, 29)),
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("America/Sao_Paulo", date(2019, 2, 17)),
    ("Pacific/Apia", date(2011, 12, 30)),
)
"""Zones, and days around which their clocks change (or a day is missing)."""
CLOCK_TIMES: Final = (
    "00:00:00",
    "00:30:00",
    "12:00:00.000001",
    "21:59:59.999999",
    "23:59:59.999999",
)
MERGED: Final = {("buyer", "ent_1"): "rcp_1", ("source", "ent_9"): "src_9"}
BUYERS: Final = ("rcp_1", "ent_1", "b2", "b3")
SOURCES: Final = (None, "unknown", "src_9", "ent_9", "s3")
OUTCOMES: Final = tuple(name for name in CLASS_OF if name != "detail_only")
WORDS: Final = (
    None,
    "converted",
    "converted",
    "returned",
    "returned",
    "contacted",
    "no_contact",
    *OUTCOMES,
)


@dataclass(frozen=True)
class Market:
    """A zone, facts in batches, and whether the merges come last."""

    zone: str
    anchor: date
    batches: tuple[tuple[Fact, ...], ...]
    merge_last: bool


def _moments(zone: str, anchor: date) -> st.SearchStrategy[datetime]:
    near = st.sampled_from((-31, -30, -29, -15, -14, -13, -7, -1, 0, 1))

    def made(day: int, clock: str, *, local: bool) -> datetime:
        text = f"{anchor + timedelta(days=day)}T{clock}"
        here = ZoneInfo(zone) if local else UTC
        return datetime.fromisoformat(text).replace(tzinfo=here).astimezone(UTC)

    days = near | st.integers(-60, 18)
    return st.builds(made, days, st.sampled_from(CLOCK_TIMES), local=st.booleans())


def _texts(zone: str, anchor: date) -> st.SearchStrategy[str]:
    def said(moment: datetime, hourless: int) -> str:
        if hourless == 0:
            return str(moment.astimezone(ZoneInfo(zone)).date())
        return moment.isoformat().replace("+00:00", "Z")

    return st.builds(said, _moments(zone, anchor), st.integers(0, 5))


def _maybe(values: Sequence[Any], often: int = 1) -> st.SearchStrategy[Any]:
    return st.sampled_from((None,) * often + tuple(values))


@st.composite
def _attempts(draw: DrawFn, zone: str, anchor: date, number: int) -> Fact:
    place = draw(st.integers(1, 5))
    lead, buyer = f"L{place}", draw(st.sampled_from(BUYERS))
    at = draw(_texts(zone, anchor))
    kept = {
        "source_id": SOURCES[place % len(SOURCES)],
        "sub_source": (None, "x", "y")[place % 3],
        "campaign": (None, "c1", "unknown")[place // 2],
        "vertical": (None, "solar")[place % 2],
        "product": (None, "p1")[place // 3],
        "state": ("TX", "CA", None)[place % 3],
    }
    other = {
        "source_id": draw(st.sampled_from(SOURCES)),
        "sub_source": draw(_maybe(("x", "y"))),
        "vertical": draw(_maybe(("solar", "insurance"))),
        "state": draw(_maybe(("TX", "CA"))),
    }
    said: dict[str, Any] = {
        "event_id": f"a{number * 7 % 31}",
        "buyer_type": draw(_maybe(("live_transfer", "lead_buyer"), 2)),
        "buyer_name": draw(_maybe(("First", "Second"), 3)),
        "source_name": draw(_maybe(("North", "South"), 3)),
        **draw(st.sampled_from((kept, kept, kept, {}, other))),
    }
    if draw(st.integers(0, 3)) == 0:
        return failed(lead, buyer, at, failure_category="business", **said)
    said |= {
        "price": draw(_maybe(("45.00", "10", "0.99"))),
        "buyer_lead_id": draw(_maybe((f"{lead}.{MERGED.get(('buyer', buyer), buyer)}", "77"))),
    }
    said |= draw(st.sampled_from(({}, {"lead_cost": "7.5"}, {"margin": "3.20"})))
    return delivered(lead, buyer, at, **said)


def _links(lead: str, told: list[Fact]) -> st.SearchStrategy[Fact]:
    """To a report that was drawn before (often of the same lead), or to one that comes later."""
    near = [f["event_id"] for f in told if f.get("lead_id") == lead]
    known = near * 3 + [f["event_id"] for f in told]
    later = [f"e{n * 11 % 37}" for n in range(len(told) + 1, len(told) + 4)]
    return st.builds(
        lambda kind, target: {kind: target},
        st.sampled_from(("retracts", "replaces")),
        st.sampled_from(known + later),
    )


@st.composite
def _reports(draw: DrawFn, zone: str, anchor: date, tries: list[Fact], told: list[Fact]) -> Fact:
    number = len(told)
    lead, buyer = f"L{draw(st.integers(1, 6))}", draw(st.sampled_from(BUYERS))
    if draw(st.integers(0, 7)):
        meant = draw(st.sampled_from(tries))
        lead, buyer = meant["lead_id"], meant["buyer_id"]
    at = draw(_texts(zone, anchor))
    event = f"e{number * 11 % 37}"
    if draw(st.integers(0, 9)) == 0:
        source = draw(st.sampled_from(("unknown", "src_9", "ent_9", "s3")))
        return wrote(lead, source, at, event_id=event, outcome="contacted")
    if draw(st.integers(0, 7)) == 0:  # some ids are said by two buyers
        event = f"e{draw(st.integers(0, 12))}"
    link = draw(_links(lead, told)) if draw(st.integers(0, 2)) == 0 else {}
    outcome = draw(st.sampled_from(WORDS))
    said: dict[str, Any] = {
        "event_id": event,
        "occurred_at": draw(st.none() | _texts(zone, anchor)),
        "reason": draw(_maybe(tuple(REASON_OF), 3)),
        "outcome_raw": draw(_maybe(("SOLD!",), 4)),
        "value": draw(_maybe(("1000", "250.50"))),
        "reporter_name": draw(_maybe(("Third", "Fourth"), 4)),
        "phone_answered": draw(_maybe((True, True, False), 2)),
        "spoke_to_lead": draw(_maybe((True, True, False), 2)),
        "accuracy_phone": draw(_maybe(("correct", "invalid"), 4)),
        "credit_requested": draw(_maybe((True, False), 2)),
        "credit_approved": draw(_maybe((True, True, False), 2)),
        "credit_amount": draw(_maybe(("20", "0"), 2)),
        "decided_at": draw(st.none() | _texts(zone, anchor)),
        **link,
    }
    if draw(st.integers(0, 5)) == 0:
        key = draw(st.sampled_from((f"{lead}.{MERGED.get(('buyer', buyer), buyer)}", "77")))
        fact = reported(lead, buyer, outcome, at, buyer_lead_id=key, **said)
        del fact["lead_id"]
        return fact
    fact = reported(lead, buyer, outcome, at, **said)
    if "occurred_at" in fact and draw(st.integers(0, 6)) == 0:
        del fact["reported_at"]
    return fact


def _told_apart(facts: list[Fact]) -> list[Fact]:
    """Without reports of one buyer that share an id but not the buyer's own id."""
    first: dict[tuple[str, str], str] = {}
    kept = []
    for fact in facts:
        reporter = fact.get("reporter_id")
        if reporter is not None:
            key = (MERGED.get(("buyer", reporter), reporter), fact["event_id"])
            if first.setdefault(key, reporter) != reporter:
                continue
        kept.append(fact)
    return kept


@st.composite
def markets(draw: DrawFn) -> Market:
    """Some facts in a random order, cut into batches."""
    zone, anchor = draw(st.sampled_from(ANCHORS))
    tries = [draw(_attempts(zone, anchor, n)) for n in range(draw(st.integers(1, 14)))]
    reports: list[Fact] = []
    for _ in range(draw(st.integers(0, 24))):
        reports.append(draw(_reports(zone, anchor, tries, reports)))
    facts = _told_apart(draw(st.permutations([*tries, *reports])))
    cuts = sorted(draw(st.lists(st.integers(0, len(facts)), max_size=2)))
    ends = [0, *cuts, len(facts)]
    batches = tuple(tuple(facts[a:b]) for a, b in pairwise(ends) if a < b)
    return Market(zone, anchor, batches, draw(st.booleans()))


FILTERS: Final = {
    "source": ("(none)", "unknown", "src_9", "s3"),
    "buyer": ("rcp_1", "b2", "b3"),
    "buyer_type": ("(none)", "live_transfer", "lead_buyer"),
    "vertical": ("(none)", "solar"),
    "product": ("(none)", "p1"),
    "sub_source": ("(none)", "x"),
    "campaign": ("(none)", "unknown"),
    "state": ("(none)", "TX"),
    "sold_to": ("0", "1", "2"),
}


def _filters(draw: DrawFn) -> dict[str, Any]:
    few = st.lists(st.sampled_from(sorted(FILTERS)), min_size=1, max_size=2, unique=True)
    names = draw(few) if draw(st.integers(0, 2)) == 0 else []
    lists = {
        name: st.lists(st.sampled_from(FILTERS[name]), min_size=1, max_size=2, unique=True)
        for name in names
    }
    return {name: tuple(draw(some)) for name, some in lists.items()}


@st.composite
def scopes(draw: DrawFn, market: Market) -> Scope:
    """A random question to a market."""
    days = draw(st.sampled_from((1, 7, 30, 31, 60, 80)))
    latest = 15 if days < 30 else 20 - days
    first = market.anchor + timedelta(days=draw(st.integers(-60, latest)))
    last = first + timedelta(days=days - 1)
    if draw(st.booleans()):
        first = first.replace(day=1)
        last = draw(st.sampled_from((last, _month_end(first), _month_end(last))))
    months_end = datetime.combine(market.anchor, time(tzinfo=UTC)) + timedelta(days=25)
    late = st.sampled_from((us(NOW), us_of(months_end)))
    as_of = _moments(market.zone, market.anchor).map(us_of) | late
    return Scope(
        first=first,
        last=last,
        as_of_us=draw(as_of),
        base=draw(st.sampled_from(("feedback", "delivered", "mature"))),
        clock=draw(st.sampled_from(("delivered", "delivered", "occurred", "reported"))),
        compare=draw(st.sampled_from(("before", "before", "last_year"))),
        **_filters(draw),
    )


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


@st.composite
def conditions(draw: DrawFn) -> Rows:
    """Random conditions on single deliveries, one or two at once."""
    one: dict[str, st.SearchStrategy[Any]] = {
        "outcome": st.sampled_from([(o,) for o in CLASS_OF]),
        "reason_group": st.sampled_from([("contactability",), ("intent", "other")]),
        "reason": st.sampled_from([("disconnected",), ("no_interest", "out_of_area")]),
        "status": st.sampled_from(("delivered", "failed")),
        "feedback": st.sampled_from(("any", "none")),
        "contacted": st.booleans(),
        "interested": st.booleans(),
        "converted": st.booleans(),
        "returned": st.booleans(),
        "return_state": st.sampled_from([("waiting",), ("credited", "refused")]),
        "min_age_days": st.integers(-1, 40),
        "max_age_days": st.integers(-1, 40),
        "contradiction": st.sampled_from(
            [
                ("repeated_delivery",),
                ("attributes_disagree", "outcome_before_delivery"),
                ("any",),
                ("none", "changed_value"),
            ]
        ),
        "lead": st.sampled_from(("L1", "L2")),
    }
    names = draw(st.lists(st.sampled_from(sorted(one)), min_size=1, max_size=2, unique=True))
    return Rows(**{name: draw(one[name]) for name in names})
