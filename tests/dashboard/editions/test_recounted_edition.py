"""Imports withdrawn and restored: what counts when, worked out by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import pytest
from builders import delivered, reported, us, wrote

from dashboard.access.policy import Access
from dashboard.answers import withdrawing
from dashboard.answers.withdrawing import Change
from dashboard.editions import clock, recounted_edition
from dashboard.editions.lead_states import exchanged, lead_states
from dashboard.editions.visible_edition import visible
from data_access.columns import RESTORE, WITHDRAW
from data_access.store import withdrawals
from data_access.store.withdrawals import CannotWithdraw
from metrics.definitions.scope import Scope
from metrics.outcomes.state_history import CROWDED

if TYPE_CHECKING:
    from collections.abc import Callable

    from builders import Desk

    from dashboard.answers.workspace import Workspace

MAY: Final = [f"2026-05-{day:02d}T10:00:00Z" for day in range(1, 32)]
FIRST = delivered("L1", "B1", MAY[0], price="20.00", source_id="s1", source_name="North")
SECOND = delivered("L2", "B1", MAY[1], price="30.00", source_id="s1", source_name="South")
SALE = reported("L1", "B1", "converted", MAY[2], event_id="sale", value="100.00")


@dataclass
class Hours:
    """A store with its workspace, on a clock that the test moves."""

    desk: Desk
    patch: pytest.MonkeyPatch
    open: Callable[[], Workspace]
    books: list[Workspace] = field(default_factory=list)

    def at(self, moment: str) -> None:
        """It is that time."""
        self.desk.now = moment
        self.patch.setattr(clock, "now_us", lambda: us(moment))

    def say(self, nth: int, action: str, moment: str) -> None:
        """Withdraw or restore the nth import at a time."""
        self.at(moment)
        withdrawals.record(self.desk.store, self.desk.batches[nth], action, at_us=us(moment))
        self.workspace.refresh()

    @property
    def workspace(self) -> Workspace:
        """The workspace, opened at first need."""
        if not self.books:
            self.books.append(self.open())
        return self.books[0]

    def rates(self, moment: str, version: int | None = None) -> tuple[int, int, int, int]:
        """Delivered, with feedback, sold and gross cents, as of a time and a data version."""
        scope = Scope(first=date(2026, 5, 1), last=date(2026, 5, 31), as_of_us=us(moment))
        row = self.workspace.table("rates", scope, data_version=version)
        found = row.select("delivered", "feedback", "converted", "gross_cents").fill_null(0)
        return found.row(0)

    def listed(self, table: str, moment: str) -> list[dict[str, Any]]:
        """The rows of a table as of a time."""
        scope = Scope(first=date(2026, 5, 1), last=date(2026, 5, 31), as_of_us=us(moment))
        pages = list(self.workspace.frames(table, scope))
        return pl.concat(pages).to_dicts() if pages else []


@pytest.fixture
def hours(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, open_workspace: Callable[[], Workspace]
) -> Hours:
    """On the tenth of May."""
    made = Hours(desk, monkeypatch, open_workspace)
    made.at(MAY[9])
    return made


def test_an_import_counts_until_it_is_withdrawn_and_from_its_restoration_on(hours: Hours) -> None:
    """At any moment and data version the answer is the one that was given then."""
    hours.desk.take(FIRST, SALE)
    hours.desk.take(SECOND)
    whole, rest = (2, 1, 1, 5_000), (1, 0, 0, 3_000)
    assert hours.rates(MAY[9]) == whole
    hours.say(0, WITHDRAW, MAY[10])
    hours.say(0, RESTORE, MAY[12])
    hours.say(0, WITHDRAW, MAY[14])
    seen = [hours.rates(MAY[day]) for day in (9, 10, 11, 12, 13, 14)]
    assert seen == [whole, rest, rest, whole, whole, rest]
    before = us(MAY[10]) - 1
    assert recounted_edition.counting(hours.workspace.edition.whole, before, None).withdrawn == {}
    versions = [hours.rates(MAY[14], version) for version in (1, 2, 3, 4, 5, 6, None)]
    assert versions == [(1, 0, 0, 2_000), (1, 1, 1, 2_000), whole, rest, whole, rest, rest]


def test_names_are_those_of_what_counts(hours: Hours) -> None:
    """The latest saying was withdrawn; a source that only it named is not known by name."""
    hours.desk.take(FIRST)
    hours.desk.take(SECOND, delivered("L3", "B2", MAY[1], source_id="s3", source_name="East"))
    assert hours.workspace.edition.named.source == {"s1": "South", "s3": "East"}
    hours.say(1, WITHDRAW, MAY[10])
    assert hours.workspace.edition.named.source == {"s1": "North"}
    then = recounted_edition.counting(hours.workspace.edition.whole, us(MAY[9]), None)
    assert then.named.source == {"s1": "South", "s3": "East"}
    hours.say(1, RESTORE, MAY[12])
    assert hours.workspace.edition.named.source == {"s1": "South", "s3": "East"}


def test_feedback_under_the_buyers_own_id_follows_the_offer_that_counts(hours: Hours) -> None:
    """The earlier of two offers under one id was withdrawn; then both, and it waits."""
    told = {k: v for k, v in SALE.items() if k != "lead_id"}
    hours.desk.take({**FIRST, "buyer_lead_id": "own"})
    hours.desk.take({**SECOND, "buyer_lead_id": "own"})
    hours.desk.take({**told, "buyer_lead_id": "own"})

    def sold(moment: str) -> list[str]:
        return [row["lead_id"] for row in hours.listed("deliveries", moment) if row["converted"]]

    assert sold(MAY[9]) == ["L1"]
    hours.say(0, WITHDRAW, MAY[10])
    assert sold(MAY[10]) == ["L2"]
    hours.say(1, WITHDRAW, MAY[12])
    assert sold(MAY[12]) == []
    [waiting] = hours.listed("feedback", MAY[12])
    assert (waiting["delivery_id"], waiting["effective"], waiting["withdrawn_at"]) == (
        None,
        False,
        None,
    )
    hours.say(0, RESTORE, MAY[14])
    assert [sold(MAY[day]) for day in (9, 11, 13, 14)] == [["L1"], ["L2"], [], ["L1"]]


def test_a_delivery_stands_on_what_is_left_of_it(hours: Hours) -> None:
    """Of two imports that brought the same delivery one goes: the other's price and day hold."""
    hours.desk.take(FIRST)
    hours.desk.take(delivered("L1", "B1", MAY[4], price="25.00"), SALE)
    hours.say(0, WITHDRAW, MAY[10])
    [row] = hours.listed("deliveries", MAY[10])
    assert (row["price_cents"], row["delivered_date"], row["source_id"]) == (
        2_500,
        date(2026, 5, 5),
        None,
    )
    attempts = [
        (row["price_cents"], row["withdrawn_at"]) for row in hours.listed("attempts", MAY[10])
    ]
    assert attempts == [(2_000, datetime(2026, 5, 11, 10, tzinfo=UTC)), (2_500, None)]


def test_a_lead_with_too_many_moments_is_withdrawn_and_told_of_as_before(hours: Hours) -> None:
    """Of a test id only the latest state is kept; after the withdrawal there is none."""
    times = [f"2026-05-{2 + n // 24:02d}T{n % 24:02d}:00:00Z" for n in range(CROWDED + 1)]
    words = ("contacted", "converted", "returned")
    hours.desk.take(FIRST, *(reported("L1", "B1", words[n % 3], at) for n, at in enumerate(times)))
    hours.desk.take(SECOND)
    assert hours.workspace.edition.crowded == ["L1"]
    then = hours.rates("2026-05-02T01:00:00Z")
    assert then == (1, 1, 1, 2_000)
    hours.say(0, WITHDRAW, MAY[10])
    assert hours.workspace.edition.crowded == []
    assert hours.rates(MAY[10]) == (1, 0, 0, 3_000)
    assert hours.rates("2026-05-02T01:00:00Z") == then
    earlier = recounted_edition.counting(hours.workspace.edition.whole, us(MAY[9]), None)
    assert earlier.crowded == ["L1"]
    assert earlier.days == (us(MAY[0]) // 86_400_000_000, us(MAY[1]) // 86_400_000_000)


def test_withdrawn_events_are_marked_where_they_are_listed(hours: Hours) -> None:
    """In the tables of events, and in the story of the lead; a message to a source as well."""
    hours.desk.take(FIRST)
    hours.desk.take(SALE, wrote("L1", "s1", MAY[3], event_id="message"))
    hours.say(1, WITHDRAW, MAY[10])
    since = datetime(2026, 5, 11, 10, tzinfo=UTC)
    rows = {row["event_id"]: row for row in hours.listed("feedback", MAY[10])}
    assert {k: (row["withdrawn_at"], row["effective"]) for k, row in rows.items()} == {
        "sale": (since, False),
        "message": (since, False),
    }
    assert rows["sale"]["delivery_id"] == "L1~B1"
    lead = hours.workspace.lead("L1")
    assert lead.deliveries["outcome"].to_list() == [None]
    marks = dict(lead.events.select("kind", "withdrawn_at").iter_rows())
    assert marks == {"delivered": None, "feedback": since, "message": since}
    assert hours.listed("source_messages", MAY[10]) == []
    hours.say(0, WITHDRAW, MAY[12])
    assert hours.workspace.lead("L1").deliveries.is_empty()
    assert hours.workspace.lead("L1").events.height == 3
    assert [row["event_id"] for row in hours.listed("attempts", MAY[12])] != []
    assert hours.workspace.search("L1")["lead_id"].to_list() == ["L1"]


def test_a_retraction_that_is_withdrawn_takes_nothing_back(hours: Hours) -> None:
    """What would change is said before; reports may come back by a withdrawal."""
    hours.desk.take(FIRST, SALE)
    hours.desk.take(reported("L1", "B1", None, MAY[4], retracts="sale"))
    first, second = hours.desk.batches
    shown = hours.workspace
    assert withdrawing.would_change(shown, first, WITHDRAW) == Change(-1, 0, -2_000)
    assert withdrawing.would_change(shown, second, WITHDRAW) == Change(0, 1, 0)
    withdrawing.carry_out(shown, second, WITHDRAW, who="Ann", note=None)
    assert hours.rates(MAY[9]) == (1, 1, 1, 2_000)
    assert withdrawing.would_change(shown, first, WITHDRAW) == Change(-1, -1, -2_000)
    assert withdrawing.would_change(shown, second, RESTORE) == Change(0, -1, 0)
    with pytest.raises(CannotWithdraw, match="already"):
        withdrawing.would_change(shown, second, WITHDRAW)


def test_another_process_takes_the_withdrawal_in(hours: Hours, desk: Desk) -> None:
    """The data version went up by it; a second workspace had its edition before."""
    desk.take(FIRST, SALE)
    other = hours.open()
    assert other.status().deliveries == 1
    hours.say(0, WITHDRAW, "2026-05-10T10:30:00Z")
    assert other.status().stale
    other.refresh()
    assert (other.status().deliveries, other.status().stale) == (0, False)
    assert not other.status().empty


def test_a_withdrawal_of_a_clock_that_is_ahead_takes_effect_when_its_time_comes(
    hours: Hours,
) -> None:
    """Recorded at eleven, looked at when it is ten again: it counts until eleven."""
    hours.desk.take(FIRST, SALE)
    eleven = "2026-05-11T11:00:00Z"
    hours.say(0, WITHDRAW, eleven)
    hours.at(MAY[10])
    hours.workspace.refresh()
    assert hours.workspace.edition.withdrawn == {}
    assert hours.rates(MAY[10]) == (1, 1, 1, 2_000)
    hours.at(eleven)
    hours.workspace.refresh()
    assert hours.rates(eleven) == (0, 0, 0, 0)
    assert hours.workspace.edition.withdrawn == {hours.desk.batches[0]: us(eleven)}


def test_what_may_be_seen_is_held_to_in_every_recount(hours: Hours) -> None:
    """Facts that count and those that do not."""
    hours.desk.take(FIRST, SALE)
    hours.desk.take(delivered("L9", "B9", MAY[1], source_id="s9"), SECOND)
    hours.desk.take(
        reported("L9", "B9", "returned", MAY[3]), reported("L2", "B1", "returned", MAY[3])
    )
    for nth in (1, 2):
        hours.say(nth, WITHDRAW, MAY[10 + nth])
    whole = hours.workspace.edition.whole
    for edition in (whole, recounted_edition.counting(whole, us(MAY[9]), None)):
        seen = visible(edition, Access(buyers=frozenset({"B9"})))
        assert seen.outcomes().collect()["lead_id"].to_list() == (
            ["L9"] if edition is not whole else []
        )
        assert seen.withdrawn == edition.withdrawn
        for frame in ("attempts", "feedback"):
            rows = [seen.facts(frame), seen.withdrawn_facts(frame)]
            assert pl.concat(rows).collect()["lead_id"].to_list() == ["L9"]


def test_an_exchange_leaves_the_cells_of_what_stands_now(hours: Hours) -> None:
    """What stood before is taken out to the last cent; empty cells go."""
    hours.desk.take(FIRST, SALE, SECOND)
    edition = hours.workspace.edition.whole
    attempts, feedback = (edition.facts(f).collect() for f in ("attempts", "feedback"))
    one = attempts.filter(lead_id="L1")
    frames = (one, feedback.clear(), edition.aliases())
    made = lead_states(*frames, as_of_us=edition.as_of_us, zone=edition.zone, rules=edition.rules)
    assert made.outcomes["outcome"].to_list() == [None]
    assert list(made.frames) == ["outcomes", "earlier", "steps"]
    before = edition.outcomes().filter(pl.col("lead_id") == "L1").collect()
    after = made.outcomes
    cells = exchanged(edition.tally("delivered"), before, after, "delivered")
    assert (cells["converted"].sum(), cells["gross_cents"].sum()) == (0, 5_000)
    assert exchanged(edition.tally("delivered"), before, after.clear(), "delivered").height == 1
