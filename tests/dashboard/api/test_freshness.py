"""Answers to machines: of all that the store holds, of what was asked, and saying which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from builders import delivered, reported, us
from click.testing import CliRunner
from pages import text
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from dashboard.answers import workspace
from dashboard.api import freshness, store_watch, tables_api
from dashboard.commands.main import main
from dashboard.editions import clock
from dashboard.tables.registry import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from builders import Desk
    from pages import Open

MAY = {"from": "2026-05-01", "to": "2026-05-31"}
ROWS = sorted(name for name, table in TABLES.items() if table.kind != "receipts")


@pytest.fixture
def client(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The API over five deliveries of May, taken as data versions 1 to 5."""
    workspace.close()
    monkeypatch.setenv("LEADLOOP_DATA_DIR", str(desk.folder))
    monkeypatch.setattr(clock, "now_us", lambda: us(desk.now))
    desk.take(*(delivered(f"L{n}", "B1", "2026-05-04T10:00:00Z", price="10") for n in range(5)))
    with TestClient(Starlette(routes=[Mount("/api", routes=tables_api.routes)])) as found:
        yield found
    workspace.close()


def more(desk: Desk) -> None:
    """Three sales, from another process, as data versions 6 to 8."""
    told = "2026-05-20T10:00:00Z"
    desk.take(*(reported(f"L{n}", "B1", "converted", told, value="70") for n in range(3)))


def get(client: TestClient, **params: Any) -> Any:
    """The converted of May, as the headline has it."""
    return client.get("/api/v1/tables/rates", params={**MAY, **params})


def converted(client: TestClient, **params: Any) -> int:
    """How many were converted."""
    found = get(client, **params)
    assert found.status_code == 200, found.text
    return int(found.json()["rows"][0]["converted"])


def test_a_machine_gets_what_the_store_holds(client: TestClient, desk: Desk) -> None:
    """It cannot click on new data; every answer says from what it was made."""
    assert converted(client) == 0
    more(desk)
    found = get(client)
    assert found.json()["rows"][0]["converted"] == 3
    assert found.headers["X-Data-Version"] == found.headers["X-Store-Version"] == "8"
    assert (
        found.headers["X-As-Of"] == found.json()["about"]["as_of"] == "2026-11-22T14:05:00.000000Z"
    )
    again = client.get(found.request.url, headers={"If-None-Match": found.headers["ETag"]})
    assert again.status_code == 304
    assert again.headers["X-Data-Version"] == "8"


def test_who_does_not_want_newer_facts_says_so(client: TestClient, desk: Desk) -> None:
    """`fresh=false` answers from what is read, and tells that there is more."""
    assert converted(client) == 0
    more(desk)
    found = get(client, fresh="false")
    assert found.json()["rows"][0]["converted"] == 0
    assert (found.headers["X-Data-Version"], found.headers["X-Store-Version"]) == ("5", "8")
    refused = get(client, fresh="maybe")
    assert (refused.status_code, refused.json()["problems"][0]["parameter"]) == (
        400,
        freshness.FRESH,
    )


@pytest.mark.parametrize(
    ("version", "sales"), [("0", None), ("3", 0), ("5", 0), ("6", 1), ("8", 3)]
)
@pytest.mark.parametrize("fresh", ["true", "false"])
def test_a_version_is_answered_from_just_that_version(
    client: TestClient, desk: Desk, version: str, sales: int | None, fresh: str
) -> None:
    """One that the server has not read yet is read first; 0 is before the first fact."""
    assert converted(client) == 0
    more(desk)
    found = get(client, data_version=version, fresh=fresh)
    row = next(iter(found.json()["rows"]), {"delivered": 0, "converted": None})
    assert found.headers["X-Data-Version"] == version
    assert row["delivered"] == min(int(version), 5)
    assert (row["converted"] or 0) == (sales or 0)


@pytest.mark.parametrize("version", ["9", "999999999", "-1", "1.0", "", "٣", "9" * 16])
def test_a_version_that_the_store_has_not_is_refused(client: TestClient, version: str) -> None:
    """By every table, and by reports; the newest is named."""
    for url in ("tables/rates", "tables/deliveries.csv", "reports/monthly.html"):
        found = client.get(f"/api/v1/{url}", params={"data_version": version})
        assert found.status_code == 400
        assert found.json()["problems"][0]["parameter"] == "data_version"
    assert "5" in found.json()["error"]


@pytest.mark.parametrize("name", ROWS)
def test_version_0_is_an_empty_answer_of_every_table(client: TestClient, name: str) -> None:
    """Nothing had been taken: no row has a number that is not of nothing."""
    found = client.get(f"/api/v1/tables/{name}", params={**MAY, "data_version": "0"})
    assert found.status_code == 200, found.text
    for row in found.json()["rows"]:
        assert not any(row.get(key) for key in ("delivered", "attempted", "feedback", "converted"))


def test_now_is_of_these_minutes(
    client: TestClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing new arrives, but time passes: ten minutes later "now" has moved."""
    first = get(client).headers["X-As-Of"]
    monkeypatch.setattr(clock, "now_us", lambda: us("2026-11-22T14:14:59Z"))
    assert get(client).headers["X-As-Of"] == first
    monkeypatch.setattr(clock, "now_us", lambda: us("2026-11-22T14:15:00Z"))
    assert get(client).headers["X-As-Of"] == "2026-11-22T14:15:00.000000Z"
    # A moment that has come since is known too, and only up to now.
    monkeypatch.setattr(clock, "now_us", lambda: us("2026-11-22T14:16:00Z"))
    asked = get(client, as_of="2026-11-22T14:15:30Z", fresh="false")
    assert asked.headers["X-As-Of"] == "2026-11-22T14:15:30.000000Z"
    assert get(client, as_of="2026-11-22T14:16:30Z").status_code == 400
    assert desk.now < "2026-11-22T14:15"


def test_reports_say_and_take_the_same(client: TestClient, desk: Desk) -> None:
    """HTML with the three headers, of the store's newest facts, at a version as it was."""
    url = "/api/v1/reports/monthly.html?month=2026-05"
    before = client.get(url)
    more(desk)
    after, frozen = client.get(url), client.get(f"{url}&data_version=5")
    assert after.headers["X-Data-Version"] == after.headers["X-Store-Version"] == "8"
    assert (frozen.headers["X-Data-Version"], frozen.headers["X-Store-Version"]) == ("5", "8")
    assert "data_version=5" in before.text
    assert "data_version=8" in after.text
    assert frozen.text == before.text
    assert after.text != before.text


def test_page_machine_and_command_say_the_same_beside_an_import(
    client: TestClient, desk: Desk, opened: Open
) -> None:
    """At three data versions, of which the server had read only the first."""
    assert converted(client) == 0
    more(desk)
    desk.take(reported("L0", "B1", "returned", "2026-05-21T10:00:00Z"))
    for version, expected, known in (("6", 1, 1), ("8", 3, 3), ("9", 2, 3)):
        asked = {**MAY, "data_version": version}
        words = [f"--{name.replace('_', '-')}={value}" for name, value in asked.items()]
        said = CliRunner().invoke(main, ["export", "rates", *words, "--columns", "converted"])
        workspace.close()
        assert said.output.split() == ["converted", str(expected)]
        assert converted(client, data_version=version) == expected
        page = text(opened(**asked))
        assert f"frozen at data version {version}" in page
        assert f"{expected} of {known}" in page


def test_a_server_reads_by_itself_what_has_come(client: TestClient, desk: Desk) -> None:
    """Once facts have stopped coming, or have come for half a minute."""
    moments = iter([0.0, 0.0, 10.0, 10.0, 39.0, 40.0])
    watch = store_watch.StoreWatch(lambda: next(moments))
    assert converted(client) == 0
    assert not watch.look()
    more(desk)
    assert not watch.look()
    assert watch.look()
    assert workspace.workspace().newest_version() == 8
    for number in (3, 4):
        desk.take(reported(f"L{number}", "B1", "returned", "2026-05-21T10:00:00Z"))
        assert not watch.look()
    desk.take(reported("L4", "B1", "converted", "2026-05-22T10:00:00Z"))
    assert watch.look()
    assert workspace.workspace().newest_version() == 11
