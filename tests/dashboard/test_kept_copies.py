"""Copies of the tables of rows, kept by `changed_since` and `after`: always equal to an export."""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
from builders import delivered, failed, reported, us
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from dashboard.answers import workspace
from dashboard.api import tables_api
from dashboard.editions import clock
from dashboard.editions.changed_rows import moment_of, touched
from data_access.columns import RESTORE, WITHDRAW
from data_access.store import withdrawals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from builders import Desk

    from dashboard.answers.workspace import Workspace

TABLES: Final = {"deliveries": "delivery_id", "feedback": "feedback_id", "attempts": "attempt_id"}
RELATIVE: Final = ("age_days", "mature")
"""They are counted from as-of: a copy goes by its dates."""
START: Final = datetime(2026, 5, 1, tzinfo=UTC)
WORDS: Final = ("converted", "returned", "contacted", "not_interested")


@pytest.fixture
def client(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The API over the desk's store, at the desk's hour."""
    workspace.close()
    monkeypatch.setenv("LEADLOOP_DATA_DIR", str(desk.folder))
    monkeypatch.setattr(clock, "now_us", lambda: us(desk.now))
    with TestClient(Starlette(routes=[Mount("/api", routes=tables_api.routes)])) as found:
        yield found
    workspace.close()


@dataclass
class Copy:
    """Somebody's copy of a table, kept as the documentation says."""

    client: TestClient
    table: str
    version: int | None = None
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    anew: int = 0

    def synchronise(self) -> None:
        """Take the changes in; all of it where that is asked for."""
        since = {} if self.version is None else {"changed_since": str(self.version)}
        found = self._walk({"limit": "4", **(since or {"period": "all_time"})})
        if found is None:
            self.rows, self.version = {}, None
            self.anew += 1
            self.synchronise()

    def _walk(self, params: dict[str, str]) -> int | None:
        url = f"/api/v1/tables/{self.table}.json"
        answer = self.client.get(url, params=params)
        if answer.status_code == 409:
            return None
        version, seen = int(answer.headers["X-Data-Version"]), 0
        while True:
            assert answer.status_code == 200, answer.text
            page = answer.json()
            seen += len(page["rows"])
            assert len(page["rows"]) == page["about"]["rows"] <= 4
            assert page["about"]["data_version"] == version
            key = TABLES[self.table]
            self.rows |= {row[key]: row for row in page["rows"]}
            link = re.search(r'<([^>]+)>; rel="next"', answer.headers.get("Link", ""))
            if link is None:
                assert seen == page["about"]["rows_in_all"] == int(answer.headers["X-Total-Rows"])
                self.version = version
                return seen
            answer = self.client.get(f"/api/v1/tables/{link[1]}")


def export(client: TestClient, table: str) -> dict[str, dict[str, Any]]:
    """All rows of all time, at once."""
    text = client.get(f"/api/v1/tables/{table}.ndjson?period=all_time").text
    rows = [json.loads(line) for line in text.splitlines()]
    return {row[TABLES[table]]: row for row in rows}


def _plain(rows: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {
        key: {name: value for name, value in row.items() if name not in RELATIVE}
        for key, row in rows.items()
    }


class Market:
    """Random imports into one store, a day or some hours after another."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk, self.dice = desk, random.Random(seed)  # noqa: S311 - a made-up market
        self.now, self.number = START + timedelta(days=40), 0
        self.told: list[tuple[str, str, str]] = []
        self.merged = False
        self.withdrawn: set[str] = set()

    def go_on(self) -> None:
        """Time passes, and something comes in."""
        self.now += timedelta(hours=self.dice.choice((1, 7, 30)))
        self.desk.now = f"{self.now:%Y-%m-%dT%H:%M:%SZ}"
        self.desk.take(*(self._fact() for _ in range(self.dice.randint(1, 5))))
        if self.dice.random() < 0.25:
            key = self.dice.choice(("B1", "B2"))
            kind = self.dice.choice(("live_transfer", "data_buyer"))
            name = f"Name {self.dice.randint(1, 9)}"
            self.desk.store.set_entity(
                "buyer", key, name=name, buyer_type=kind, at_us=us(self.desk.now)
            )
        if self.dice.random() < 0.2:
            self._turn(self.dice.choice(self.desk.batches))
        if not self.merged and self.dice.random() < 0.15:
            self.desk.store.merge("buyer", "B3", "B1", at_us=us(self.desk.now))
            self.merged = True

    def _turn(self, batch: str) -> None:
        action = RESTORE if batch in self.withdrawn else WITHDRAW
        withdrawals.record(self.desk.store, batch, action, at_us=us(self.desk.now))
        self.withdrawn ^= {batch}

    def _fact(self) -> dict[str, str]:
        kind = self.dice.choice(("tried", "tried", "told", "told", "told", "took back"))
        lead, buyer = f"L{self.dice.randint(0, 6)}", f"B{self.dice.randint(1, 3)}"
        at = START + timedelta(hours=self.dice.randint(0, 38 * 24))
        if kind == "tried":
            made = self.dice.choice((delivered, delivered, failed))
            source = self.dice.choice(("S1", "S2"))
            name = f"Source {self.dice.randint(1, 3)}"
            when = f"{at:%Y-%m-%dT%H:%M:%SZ}"
            return made(lead, buyer, when, source_id=source, source_name=name, price="12.50")
        if kind == "told" or not self.told:
            return self._report(lead, buyer, at)
        lead, buyer, event = self.dice.choice(self.told)
        link = self.dice.choice(("retracts", "replaces"))
        word = None if link == "retracts" else self.dice.choice(WORDS)
        when = f"{at + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
        return reported(lead, buyer, word, when, **{link: event})

    def _report(self, lead: str, buyer: str, at: datetime) -> dict[str, str]:
        self.number += 1
        event = f"e{self.number}"
        self.told.append((lead, buyer, event))
        word = self.dice.choice(WORDS)
        said: dict[str, Any] = {"event_id": event, "buyer_name": f"Buyer {buyer}"}
        if word == "returned":
            said |= {"credit_requested": True, "credit_approved": self.dice.choice((True, False))}
            decided = self.now + timedelta(hours=self.dice.randint(-200, 3))
            said["decided_at"] = f"{min(decided, self.now):%Y-%m-%dT%H:%M:%SZ}"
        if self.dice.random() < 0.2:  # dated ahead, within what clocks may differ
            at = self.now + timedelta(minutes=4)
        said.pop("buyer_name")
        return reported(lead, buyer, word, f"{at:%Y-%m-%dT%H:%M:%SZ}", **said)


@pytest.mark.parametrize("seed", range(8))
def test_a_copy_kept_by_changes_equals_an_export(client: TestClient, desk: Desk, seed: int) -> None:
    """Through random imports, retractions, decisions, new names and a merge, page by page."""
    market = Market(desk, seed)
    copies = [Copy(client, table) for table in TABLES]
    for _ in range(6):
        market.go_on()
        for copy in copies:
            copy.synchronise()
            assert _plain(copy.rows) == _plain(export(client, copy.table)), copy.table


def test_what_changes_without_a_fact_of_its_own_is_listed(client: TestClient, desk: Desk) -> None:
    """A report that is taken back, a claim that is decided, a buyer that has a new name."""
    desk.take(
        *(delivered(f"L{n}", f"B{n}", "2026-05-04T10:00:00Z", source_id="S1") for n in range(3)),
        reported("L0", "B0", "converted", "2026-05-05T10:00:00Z", event_id="sold"),
        reported("L1", "B1", "returned", "2026-05-05T10:00:00Z", event_id="back"),
    )
    url = "/api/v1/tables/{}.json?changed_since={}"

    def listed(table: str, since: int) -> set[str]:
        rows = client.get(url.format(table, since)).json()["rows"]
        return {row[TABLES[table]] for row in rows}

    assert listed("deliveries", 0) == {"L0~B0", "L1~B1", "L2~B2"}
    assert listed("deliveries", 5) == set()
    desk.take(reported("L0", "B0", None, "2026-05-06T10:00:00Z", retracts="sold"))
    assert listed("deliveries", 5) == {"L0~B0"}
    assert listed("feedback", 5) == {"f4", "f6"}
    desk.take(
        reported("L1", "B1", "returned", "2026-05-07T10:00:00Z", credit_approved=True, event_id="x")
    )
    assert listed("deliveries", 6) == {"L1~B1"}
    assert listed("feedback", 6) == {"f5", "f7"}
    desk.store.set_entity("buyer", "B2", name="Two", buyer_type=None, at_us=us(desk.now))
    assert listed("deliveries", 7) == {"L2~B2"}
    assert listed("deliveries", 8) == set()


def test_a_merge_sends_everybody_back_to_the_whole(client: TestClient, desk: Desk) -> None:
    """Rows under the old id would stay in a copy for ever."""
    desk.take(
        delivered("L1", "B1", "2026-05-04T10:00:00Z"), delivered("L2", "B2", "2026-05-04T10:00:00Z")
    )
    desk.store.merge("buyer", "B2", "B1", at_us=us(desk.now))
    for table in TABLES:
        answer = client.get(f"/api/v1/tables/{table}.csv?changed_since=2")
        assert answer.status_code == 409
        assert "Read the whole table anew" in answer.json()["error"]
    assert client.get("/api/v1/tables/deliveries.csv?changed_since=3").status_code == 200


@pytest.mark.parametrize(
    "asked",
    [
        "changed_since=3",
        "changed_since=1&data_version=0",
        "changed_since=1&converted=true",
        "changed_since=1&outcome=returned",
        "changed_since=1&base=mature",
        "changed_since=1&clock=reported",
    ],
)
def test_changes_that_could_not_keep_a_copy_are_refused(
    client: TestClient, desk: Desk, asked: str
) -> None:
    """Of versions that lie ahead, and of selections that rows leave without a word."""
    desk.take(
        delivered("L1", "B1", "2026-05-04T10:00:00Z"), delivered("L2", "B1", "2026-05-04T10:00:00Z")
    )
    answer = client.get(f"/api/v1/tables/deliveries.csv?{asked}")
    assert answer.status_code == 400, answer.text
    assert answer.json()["problems"][0]["parameter"] == "changed_since"


@pytest.mark.parametrize("table", TABLES)
def test_a_row_that_is_not_there_is_no_end(client: TestClient, desk: Desk, table: str) -> None:
    """Unknown, of another table, or gone since: 400, never an empty page."""
    desk.take(
        delivered("L1", "B1", "2026-05-04T10:00:00Z"),
        failed("L2", "B1", "2026-05-05T10:00:00Z"),
        reported("L1", "B1", "returned", "2026-05-05T10:00:00Z"),
        reported("L1", "B1", "converted", "2026-05-06T10:00:00Z"),
    )
    url = f"/api/v1/tables/{table}.json?period=all_time&limit=1"
    first = client.get(url).json()["rows"][0][TABLES[table]]
    rest = client.get(f"{url}&after={first}")
    assert (len(rest.json()["rows"]), rest.json()["about"]["rows_in_all"]) == (1, 2)
    assert rest.json()["about"]["rows"] == 1
    assert 'rel="next"' not in rest.headers.get("Link", "")
    gone = f"{url}&after={first}" + "&data_version=0"
    for wrong in (f"{url}&after=nobody~B1", f"{url}&after=", f"{url}&after=%27", gone):
        answer = client.get(wrong)
        assert answer.status_code == 400, wrong
        assert answer.json()["problems"][0]["parameter"] == "after"


def test_what_is_dated_ahead_is_listed_once_it_counts(
    desk: Desk, open_workspace: Callable[[], Workspace], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its fact is older than the version, its effect is younger."""
    monkeypatch.setattr(clock, "now_us", lambda: us(desk.now))
    desk.take(
        delivered("L1", "B1", "2026-05-04T10:00:00Z"),
        reported("L1", "B1", "converted", "2026-11-22T14:08:00Z"),
        delivered("L2", "B1", "2026-05-04T10:00:00Z"),
    )
    edition = open_workspace().edition
    assert touched(edition, None, 3)["lead_id"].to_list() == ["L1"]
    assert moment_of(edition, 3) == us(desk.now)
    assert moment_of(edition, 0) is None
