"""Small stories with links of every kind, told in many orders to one store."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, permutations, zip_longest
from typing import TYPE_CHECKING, Any, Final

import narwhals as nw
import polars as pl
import sqlalchemy as sa
from builders import NOW, Desk, delivered, failed, reported, us
from hypothesis import strategies as st
from oracle_markets import MERGED
from polars.testing import assert_frame_equal

from data_access.snapshot import fact_reader
from data_access.store.connections import writing
from metrics.definitions import reasons
from metrics.definitions.report_calendar import ReportZone
from metrics.outcomes import changes, contradictions, known_facts, parties, state_history

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from hypothesis.strategies import DrawFn

Fact = dict[str, str]

ZONE: Final = "America/Sao_Paulo"
TIMES: Final = (
    "2018-11-03",
    "2018-11-03T23:00:00Z",
    "2018-11-04",  # has no midnight there and begins at 03:00 UTC
    "2018-11-04T02:00:00Z",
    "2018-11-04T03:00:00Z",
    "2018-11-05T12:00:00Z",
)
BUYERS: Final = ("rcp_1", "ent_1", "b2")
"""The second is merged into the first."""
EVENTS: Final = ("e1", "e2", "e3", "e4")
WORDS: Final = (None, "converted", "returned", "contacted", "not_interested")
_TOLD: Final = ("attempts", "feedback", "aliases", "entities", "quarantine", "audit", "batches")


@dataclass(frozen=True)
class Telling:
    """Facts in one order, in batches; the merge comes before the batch of a number."""

    batches: tuple[tuple[Fact, ...], ...]
    merge_before: int


# --- stories --------------------------------------------------------------------------


@st.composite
def _attempts(draw: DrawFn, number: int) -> Fact:
    lead, buyer = draw(st.sampled_from(("L1", "L1", "L2"))), draw(st.sampled_from(BUYERS))
    said: dict[str, Any] = {
        "event_id": f"a{9 - number}",
        "source_id": draw(st.sampled_from((None, "src_9", "ent_9"))),
        "buyer_name": draw(st.sampled_from((None, "First", "Second"))),
        "buyer_type": draw(st.sampled_from((None, "live_transfer", "lead_buyer"))),
        "campaign": draw(st.sampled_from((None, "c1", "c2"))),
        "price": draw(st.sampled_from((None, "45.00"))),
        "buyer_lead_id": draw(st.sampled_from((None, "77"))),
    }
    made = failed if draw(st.integers(0, 3)) == 0 else delivered
    return made(lead, buyer, draw(st.sampled_from(TIMES)), **said)


@st.composite
def _reports(draw: DrawFn, tries: Sequence[Fact]) -> Fact:
    meant = draw(st.sampled_from(tries))
    lead = draw(st.sampled_from((meant["lead_id"],) * 4 + ("L2",)))
    buyer = draw(st.sampled_from((meant["buyer_id"],) * 3 + BUYERS))
    event = draw(st.sampled_from(EVENTS))
    others = [e for e in EVENTS if e != event]
    kind = draw(st.sampled_from((None, None, "retracts", "replaces", "replaces")))
    said: dict[str, Any] = {
        "event_id": event,
        "outcome": draw(st.sampled_from(WORDS)),
        "reported_at": draw(st.sampled_from(TIMES)),
        "occurred_at": draw(st.sampled_from((None, TIMES[0], TIMES[3]))),
        "credit_approved": draw(st.sampled_from((None, None, True, False))),
        "decided_at": draw(st.sampled_from((None, TIMES[4]))),
        "reporter_name": draw(st.sampled_from((None, "Third"))),
        "value": draw(st.sampled_from((None, "100", "200"))),
    }
    if kind is not None:
        said[kind] = draw(st.sampled_from(others))
    elif said["outcome"] is None:
        said["phone_answered"] = True
    fact = reported(lead, buyer, said.pop("outcome"), said.pop("reported_at"), **said)
    if draw(st.integers(0, 4)) == 0:
        del fact["lead_id"]
        fact["buyer_lead_id"] = "77"
    return fact


@st.composite
def stories(draw: DrawFn, *, tries: int, reports: int) -> list[Fact]:
    """Some attempts and reports; no two facts of one sender share an id."""
    made = [draw(_attempts(n)) for n in range(draw(st.integers(1, tries)))]
    told = {}
    for _ in range(reports):
        fact = draw(_reports(made))
        told[fact["reporter_id"], fact["event_id"]] = fact
    return [*made, *told.values()]


def every_order(facts: Sequence[Fact], chance: random.Random) -> list[Telling]:
    """Each permutation, cut into batches and with the merge anywhere."""
    return [_cut(order, chance) for order in permutations(facts)]


def some_orders(facts: Sequence[Fact], chance: random.Random, count: int) -> list[Telling]:
    """Some permutations, likewise."""
    return [_cut(chance.sample(facts, len(facts)), chance) for _ in range(count)]


def _cut(facts: Sequence[Fact], chance: random.Random) -> Telling:
    cuts = sorted(chance.choices(range(len(facts) + 1), k=chance.randint(0, 2)))
    ends = [0, *cuts, len(facts)]
    batches = tuple(tuple(facts[a:b]) for a, b in pairwise(ends) if a < b)
    return Telling(batches, chance.randint(0, len(batches)))


# --- told to a store ------------------------------------------------------------------

_IDS: Final = ("lead_id", "buyer_lead_id", "event_id", "retracts", "replaces")
_RECEIPTS: Final = ("seq", "recorded_us", "batch_id", "content_hash", "part", "raw")


def emptied(desk: Desk) -> None:
    """Forget everything that the store was told."""
    with writing(desk.store.engine) as connection:
        for table in _TOLD:
            connection.execute(sa.text(f"DELETE FROM {table}"))
        connection.execute(sa.text("UPDATE counters SET value = 0"))


def tell(desk: Desk, tellings: dict[int, Telling]) -> None:
    """Tell an empty store some stories at once, each under ids of its own.

    The merge comes where the first of them has it. Every fact is taken.
    """
    emptied(desk)
    together = zip_longest(*(_own(*pair) for pair in tellings.items()), fillvalue=())
    batches = [[fact for some in batch for fact in some] for batch in together]
    merge_before = min(next(iter(tellings.values())).merge_before, len(batches))
    for number, batch in enumerate([*batches, []]):
        if number == merge_before:
            for (kind, entity), canonical in MERGED.items():
                desk.store.merge(kind, entity, canonical, at_us=us(NOW))
        if batch:
            assert set(desk.answers(*batch)) <= {"created", "parked"}


def _own(number: int, telling: Telling) -> list[list[Fact]]:
    """The batches of a telling under ids of its own, which sort as the plain ones do."""
    return [
        [{n: f"{number}:{v}" if n in _IDS else v for n, v in fact.items()} for fact in batch]
        for batch in telling.batches
    ]


def apart(rows: pl.DataFrame, by: str = "event_id") -> list[pl.DataFrame]:
    """Rows of each telling under the plain ids, in one order."""
    told = rows.with_columns(nth=pl.col(by).str.extract(r"^(\d+):").cast(pl.Int64))
    ids = [name for name in (*_IDS, "winning_event_id") if name in rows.columns]
    plain = told.with_columns(pl.col(name).str.replace(r"^\d+:", "") for name in ids)
    parts = plain.partition_by("nth", as_dict=True, include_key=False)
    columns = [name for name in rows.columns if name not in _RECEIPTS]
    return [parts[key].select(columns).sort(columns) for key in sorted(parts)]


def read(desk: Desk, zone: str = ZONE) -> fact_reader.StoredFacts:
    """All facts, as an edition reads them."""
    return fact_reader.read_all(desk.store, zone=zone)


def states(facts: fact_reader.StoredFacts, zone: str = ZONE) -> pl.DataFrame:
    """Every state of every delivery, but for the receipt that brought it."""
    span = ReportZone.of(zone, first_us=us("2018-01-01"), last_us=us("2027-01-01"))
    mapping = reasons.mapping(facts.feedback["reason"].drop_nulls().unique())
    frames = (facts.attempts, facts.feedback, facts.aliases, mapping)
    known = known_facts.Facts(*(nw.from_native(frame.lazy()) for frame in frames))
    rows = state_history.history(known, as_of_us=us(NOW), zone=span, keep=_collected)
    return rows.drop("first_batch_id")


def _collected(frame: known_facts.Frame) -> known_facts.Frame:
    collected: pl.DataFrame = frame.to_native().collect()
    return nw.from_native(collected.lazy())


def check_together(desk: Desk, tellings: Sequence[Telling]) -> pl.DataFrame:
    """The states after any telling; all, told at once, must give the same facts and states."""
    tell(desk, dict(enumerate(tellings)))
    return _same(read(desk), tellings)


def check_alone(desk: Desk, tellings: Sequence[Telling]) -> pl.DataFrame:
    """The same, each telling in an empty store; and all must give the same names."""
    span = ReportZone.of(ZONE, first_us=us("2018-01-01"), last_us=us("2027-01-01"))
    held, names = [], []
    for number, telling in enumerate(tellings):
        tell(desk, {number: telling})
        facts = read(desk)
        held.append(facts)
        names.append(parties.namings(facts.attempts, facts.feedback, facts.aliases, span))
    for one in names:
        assert_frame_equal(one.drop("event_id"), names[0].drop("event_id"))
    attempts, feedback = (pl.concat(getattr(f, n) for f in held) for n in ("attempts", "feedback"))
    together = fact_reader.StoredFacts(
        0, "", attempts, feedback, held[-1].aliases, held[-1].entities
    )
    return _same(together, tellings)


def _same(facts: fact_reader.StoredFacts, tellings: Sequence[Telling]) -> pl.DataFrame:
    rows = states(facts)
    frames = {
        "attempts": apart(facts.attempts),
        "feedback": apart(facts.feedback) if facts.feedback.height else [],
        "states": apart(rows, "lead_id"),
        "steps": apart(changes.steps(rows), "lead_id"),
    }
    for name, parts in frames.items():
        assert len(parts) in {0, len(tellings)}, name
        for number, part in enumerate(parts):
            assert part.equals(parts[0]), (name, tellings[0], tellings[number], parts[0], part)
    return frames["states"][0]


def latest(rows: pl.DataFrame) -> dict[str, tuple[str | None, int, list[str]]]:
    """Per delivery its outcome, how many reports are in force, and its contradictions."""
    last = rows.filter(pl.col("until_us").is_null()).sort("lead_id", "buyer_id")
    return {
        f"{row['lead_id']} {row['buyer_id']}": (
            row["outcome"],
            row["feedback_events"],
            contradictions.decode(row["contradiction_mask"]),
        )
        for row in last.iter_rows(named=True)
    }
