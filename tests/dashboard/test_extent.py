"""No short question makes a long answer: judged before it is made, said in one sentence."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from builders import delivered
from click.testing import CliRunner
from pages import text
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from dashboard.answers import workspace
from dashboard.api import tables_api
from dashboard.commands.main import main
from dashboard.tables import registry, row_limit
from dashboard.tables.frame_cache import FrameCache
from dashboard.tables.table import DIMENSIONS, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from builders import Desk
    from pages import Open

ALWAYS = {"from": "1970-01-01", "to": "2199-12-31"}


@pytest.fixture
def client(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The API over sixty offers of six sources."""
    workspace.close()
    monkeypatch.setenv("LEADLOOP_DATA_DIR", str(desk.folder))
    monkeypatch.delenv("LEADLOOP_DATABASE_URL", raising=False)
    desk.take(
        *(
            delivered(
                f"L{n}", f"B{n % 4}", f"2026-05-{n % 28 + 1:02d}T10:00:00Z", source_id=f"S{n % 6}"
            )
            for n in range(60)
        )
    )
    with TestClient(Starlette(routes=[Mount("/api", routes=tables_api.routes)])) as found:
        yield found
    workspace.close()


@pytest.mark.parametrize("table", ["trend", "returns_trend"])
@pytest.mark.parametrize("grain", ["day", "week"])
def test_centuries_by_day_or_week_are_refused(client: TestClient, table: str, grain: str) -> None:
    """By HTTP and by command; by month they are short enough."""
    query = {**ALWAYS, "grain": grain}
    answer = client.get(f"/api/v1/tables/{table}.json", params=query)
    assert answer.status_code == 400
    [problem] = answer.json()["problems"]
    assert problem["parameter"] == "grain"
    for part in (table, "4,000 are allowed", "shorter period"):
        assert part in problem["message"]
    words = [f"--{name}={value}" for name, value in query.items()]
    result = CliRunner().invoke(main, ["export", table, *words])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"leadloop: {problem['message']}\n"
    assert client.get(f"/api/v1/tables/{table}.json", params={**query, "grain": "month"}).is_success


def test_it_is_judged_before_anything_is_worked_out(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The maker of the table is never called, whatever limit is asked for."""
    client.get("/api/v1/tables")
    monkeypatch.setattr(Table, "frame", lambda *_: 1 / 0)
    answer = client.get("/api/v1/tables/trend.json", params={**ALWAYS, "grain": "day", "limit": 1})
    assert answer.status_code == 400


def test_every_table_answers_for_all_of_time_in_time(client: TestClient) -> None:
    """A question about centuries costs no more than one about the record, or is refused."""
    for name, table in registry.TABLES.items():
        if table.kind == "receipts":
            continue
        for more in ({}, {"grain": "month"} if "grain" in table.options else {}):
            begun = time.monotonic()
            answer = client.get(f"/api/v1/tables/{name}.ndjson", params={**ALWAYS, **more})
            assert answer.status_code in {200, 400}, (name, answer.text)
            assert len(answer.text.splitlines()) <= row_limit.WEEKS_MOST, name
            assert time.monotonic() - begun < 10, name


def test_weeks_of_all_buyers_are_bounded(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loop over weeks and buyers is never begun."""
    monkeypatch.setattr(row_limit, "WEEKS_MOST", 100)
    answer = client.get("/api/v1/tables/reporting_weeks.json", params=ALWAYS)
    assert answer.status_code == 400
    assert "one a week and buyer" in answer.json()["error"]
    few = {"from": "2026-05-01", "to": "2026-05-31"}
    assert client.get("/api/v1/tables/reporting_weeks.json", params=few).is_success


def test_combinations_of_dimensions_are_bounded(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By what they can come to: the values multiplied, never more than the offers."""
    monkeypatch.setattr(row_limit, "GROUPS_MOST", 23)
    question = {"from": "2026-05-01", "to": "2026-05-31"}
    for by, status in (("source", 200), ("source,buyer", 400), ("buyer,week", 400), ("day", 400)):
        answer = client.get("/api/v1/tables/rates.json", params={**question, "by": by})
        assert answer.status_code == status, by
    assert "Ask for fewer dimensions" in answer.json()["error"]
    everything = ",".join(DIMENSIONS)
    monkeypatch.setattr(row_limit, "GROUPS_MOST", 60)
    answer = client.get("/api/v1/tables/rates.json", params={**question, "by": everything})
    assert answer.is_success
    assert len(answer.json()["rows"]) <= 60


def test_what_is_split_once_is_not_split_twice_in_silence(client: TestClient) -> None:
    """The second dimension was not heeded."""
    for table in ("incidence", "mix_shift"):
        answer = client.get(f"/api/v1/tables/{table}.json?by=source,buyer")
        assert answer.status_code == 400
        assert f"one dimension with {table}" in answer.json()["error"]


@pytest.mark.parametrize("table", ["incidence", "time_to_feedback", "mix_shift", "rates"])
def test_a_table_is_split_by_every_dimension_or_says_that_it_is_not(
    client: TestClient, table: str
) -> None:
    """Never an error that nobody foresaw."""
    for dimension in DIMENSIONS:
        answer = client.get(f"/api/v1/tables/{table}.json", params={"by": dimension})
        assert answer.status_code in {200, 400}, dimension
        if answer.status_code == 400:
            assert f"by='{dimension}' was not taken; allowed: source," in answer.json()["error"]


def test_many_unknown_names_are_told_of_in_a_few_words(client: TestClient) -> None:
    """Neither the work nor the answer grows with them."""
    for name in ("by", "columns"):
        begun = time.monotonic()
        values = ",".join(f"x{n}" for n in range(8_000))
        answer = client.get("/api/v1/tables/rates.json", params={name: values})
        assert answer.status_code == 400
        assert len(answer.json()["problems"]) <= 21
        assert len(answer.text) < 20_000
        assert time.monotonic() - begun < 5


@pytest.mark.parametrize("name", ["overview", "returns"])
def test_a_page_shows_a_coarser_grain_and_says_so(opened: Open, desk: Desk, name: str) -> None:
    """All cards are drawn."""
    desk.take(delivered("L1", "B1", "2026-10-14T09:00:00Z"))
    page = opened(name, **ALWAYS, grain="day")
    assert not page.exception
    assert "By day these would be 84,006 points; 4,000 are shown at most" in text(page)
    assert "cannot be shown" not in text(page)
    assert "would have" not in text(page)


def test_a_card_says_by_itself_what_was_too_much(opened: Open, desk: Desk) -> None:
    """In the words of the refusal; the page stands."""
    desk.take(delivered("L1", "B1", "2026-10-14T09:00:00Z"))
    page = opened("data", **ALWAYS, tab="tables", table="trend")
    assert not page.exception
    assert "Trend by week over 1 Jan 1970 – 31 Dec 2199 would have 12,002 rows" in text(page)


def test_kept_answers_hold_a_bounded_number_of_bytes() -> None:
    """Those not asked for longest go first; one that is too large is not kept at all."""
    made: list[Any] = []

    def make(name: str, rows: int) -> pl.DataFrame:
        made.append((name, rows))
        return pl.DataFrame({"n": range(rows)}, schema={"n": pl.Int64})

    memory: FrameCache[int] = FrameCache(make, most_bytes=8_000)
    for rows in (400, 500, 400, 300, 500, 2_000):
        assert memory("a", rows).height == rows
    assert made == [("a", 400), ("a", 500), ("a", 300), ("a", 500), ("a", 2_000)]
    assert memory.bytes <= 8_000
    memory.cache_clear()
    assert memory.bytes == 0
