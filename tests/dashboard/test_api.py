"""The read side over HTTP: one frame, many formats, honest refusals."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import fastexcel
import polars as pl
import pytest
from builders import delivered, failed, reported
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from dashboard.answers import workspace
from dashboard.api import health, tables_api
from dashboard.tables.registry import TABLES
from data_access import workbook_export

if TYPE_CHECKING:
    from collections.abc import Iterator

    from builders import Desk

PERIOD = "from=2026-05-01&to=2026-05-31"


@pytest.fixture
def client(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The API over a small store."""
    workspace.close()
    monkeypatch.setenv("LEADLOOP_DATA_DIR", str(desk.folder))
    monkeypatch.delenv("LEADLOOP_DATABASE_URL", raising=False)
    desk.take(
        *(
            delivered(
                f"L{n}",
                "B1",
                f"2026-05-{n + 1:02d}T10:00:00Z",
                source_id=f"S{n % 2}",
                source_name="=cmd" if n % 2 else "Plain",
                price="10",
            )
            for n in range(10)
        ),
        failed("L10", "B1", "2026-05-11T10:00:00Z", source_id="S0"),
        *(reported(f"L{n}", "B1", "converted", "2026-05-20T10:00:00Z") for n in range(4)),
        reported("L5", "B1", "returned", "2026-05-20T10:00:00Z"),
    )
    with TestClient(Starlette(routes=[Mount("/api", routes=tables_api.routes)])) as found:
        yield found
    workspace.close()


def _csv(client: TestClient, url: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(f"/api/v1/tables/{url}").text)))


def test_all_formats_carry_the_same_rows(client: TestClient) -> None:
    """CSV, JSON, NDJSON, Parquet and XLSX of the same question."""
    columns = "source_id,attempted,converted,conversion_rate"
    url = f"/api/v1/tables/sources.{{}}?{PERIOD}&columns={columns}"
    expected = [("S0", 6, 2, 1.0), ("S1", 5, 2, 2 / 3)]
    found = json.loads(client.get(url.format("json")).text)["rows"]
    assert [tuple(row.values()) for row in found] == expected
    lines = client.get(url.format("ndjson")).text.splitlines()
    assert [tuple(json.loads(line).values()) for line in lines] == expected
    parquet = pl.read_parquet(io.BytesIO(client.get(url.format("parquet")).content))
    assert parquet.rows() == expected
    sheet = fastexcel.read_excel(client.get(url.format("xlsx")).content).load_sheet("Rows")
    assert [tuple(row) for row in sheet.to_polars().iter_rows()] == expected
    rows = _csv(client, f"sources.csv?{PERIOD}&columns={columns}")
    assert [(r["source_id"], int(r["attempted"]), float(r["conversion_rate"])) for r in rows] == [
        ("S0", 6, 1.0),
        ("S1", 5, 2 / 3),
    ]


def test_a_figure_lists_exactly_the_deliveries_behind_it(client: TestClient) -> None:
    """Numerators and denominators are row counts of `deliveries`."""
    [total] = json.loads(client.get(f"/api/v1/tables/rates.json?{PERIOD}&by=buyer").text)["rows"]
    links = {
        "attempted": "",
        "delivered": "&status=delivered",
        "feedback": "&feedback=any",
        "converted": "&converted=true",
        "returned": "&returned=true",
        "contacted": "&contacted=true",
    }
    for name, link in links.items():
        answer = client.get(f"/api/v1/tables/deliveries.csv?{PERIOD}{link}")
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert int(answer.headers["x-total-rows"]) == len(rows) == total[name], name


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("sorce=S0", "source"),
        ("source=S9", "S9"),
        ("base=delivred", "delivered"),
        ("from=2026-05-31&to=2026-05-01", "from"),
        ("period=last_9_days", "period"),
        ("as_of=2030-01-01", "as_of"),
        ("source=' OR 1=1--", "source"),
        ("source=" + "x" * 10_000, "source"),
        ("columns=source_id,source_nme", "source_name"),
        ("limit=0", "limit"),
        ("limit=-5", "limit"),
        ("data_version=x", "data_version"),
        ("after=x", "after"),
        ("by=source", "by"),
    ],
)
def test_a_bad_question_is_answered_with_400_and_what_is_allowed(
    client: TestClient, query: str, says: str
) -> None:
    """One plain sentence for each problem; never a traceback."""
    answer = client.get(f"/api/v1/tables/sources.csv?{query}")
    assert answer.status_code == 400
    body = answer.json()
    assert says in body["error"]
    assert body["problems"]
    assert "Traceback" not in answer.text


def test_unknown_tables_formats_and_paths_are_404(client: TestClient) -> None:
    """With the nearest name, or the list."""
    assert "Nearest: sources" in client.get("/api/v1/tables/source").json()["error"]
    assert "csv" in client.get("/api/v1/tables/sources.doc").json()["error"]
    assert client.get("/api/v1/nothing").status_code == 404


def test_the_list_of_tables_names_every_column_with_its_meaning(client: TestClient) -> None:
    """And every table answers under its own columns."""
    listed = client.get("/api/v1/tables").json()["tables"]
    assert {t["name"] for t in listed} >= {
        *("sources", "rates", "trend", "outcome_mix", "clocks"),
        *("deliveries", "feedback", "batches", "refused"),
    }
    for table in listed:
        query = f"?{PERIOD}" if table["filters"] else ""
        answer = client.get(f"/api/v1/tables/{table['name']}.json{query}")
        assert answer.status_code == 200, table["name"]
        columns = {column["name"] for column in table["columns"]}
        for row in answer.json()["rows"][:1]:
            assert columns <= {*row, "source", "source_name"}, table["name"]


def test_an_etag_changes_only_with_the_answer(client: TestClient, desk: Desk) -> None:
    """The same question again is 304; a new fact makes another answer."""
    url = f"/api/v1/tables/sources.csv?{PERIOD}&as_of=2026-06-30"
    first = client.get(url)
    again = client.get(url, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    desk.take(reported("L6", "B1", "converted", "2026-05-21T10:00:00Z"))
    workspace.workspace().refresh()
    later = client.get(url, headers={"If-None-Match": first.headers["etag"]})
    assert later.status_code == 200
    assert later.text != first.text


def test_an_old_data_version_gives_the_old_answer_to_the_byte(
    client: TestClient, desk: Desk
) -> None:
    """Facts are only ever added."""
    url = f"/api/v1/tables/deliveries.csv?{PERIOD}&as_of=2026-06-30"
    before = client.get(url).text
    version = client.get("/api/v1/health").json()["data_version"]
    desk.take(reported("L6", "B1", "converted", "2026-05-21T10:00:00Z"))
    changed = f"{url}&changed_since={version}"
    rows = csv.DictReader(io.StringIO(client.get(changed).text))
    assert {row["lead_id"] for row in rows} == {"L6"}
    # An earlier success takes L0 out of the period: a copy of May would keep it.
    desk.take(delivered("L0", "B1", "2026-04-30T10:00:00Z", source_id="S9"))
    assert client.get(changed).status_code == 409
    assert client.get(url).text != before
    assert client.get(f"{url}&data_version={version}").text == before


def test_pages_of_rows_go_on_after_the_last(client: TestClient) -> None:
    """`limit` and `after` walk through all rows once."""
    url = f"deliveries.csv?{PERIOD}&columns=delivery_id&limit=4"
    seen: list[str] = []
    rows = _csv(client, url)
    while rows:
        seen += [row["delivery_id"] for row in rows]
        rows = _csv(client, f"{url}&after={seen[-1]}")
    whole = _csv(client, f"deliveries.csv?{PERIOD}&columns=delivery_id")
    assert seen == [row["delivery_id"] for row in whole]
    assert len(seen) == len(set(seen)) == 11


def test_the_manifest_describes_the_file(client: TestClient) -> None:
    """Fields, size, hash, and a link that gives the same rows again."""
    url = f"/api/v1/tables/sources.csv?{PERIOD}&as_of=2026-06-30"
    package = client.get(url.replace(".csv", ".manifest.json")).json()
    [resource] = package["resources"]
    content = client.get(url).content
    assert resource["bytes"] == len(content)
    names = [field["name"] for field in resource["schema"]["fields"]]
    assert names == content.decode().splitlines()[0].split(",")
    about = package["leadloop"]
    assert (about["rows"], about["base"], about["clock"]) == (2, "feedback", "delivered")
    assert client.get(about["api"]).content == content
    assert about["command"].startswith("leadloop export sources --from 2026-05-01 --to 2026-05-31")


def test_no_cell_can_run_in_a_spreadsheet(client: TestClient) -> None:
    """A source called `=cmd` is shown and not run, in CSV and XLSX."""
    text = client.get(f"/api/v1/tables/sources.csv?{PERIOD}").text
    assert "'=cmd" in text
    content = client.get(f"/api/v1/tables/sources.xlsx?{PERIOD}").content
    sheet = fastexcel.read_excel(content).load_sheet("Rows", dtypes="string").to_polars()
    assert sheet["source_name"].to_list() == ["Plain", "=cmd"]


def test_no_rows_are_a_header(client: TestClient) -> None:
    """A question without an answer is not an error."""
    text = client.get("/api/v1/tables/deliveries.csv?from=2020-01-01&to=2020-01-31").text
    assert text.startswith("delivery_id,lead_id")
    assert len(text.splitlines()) == 1


def test_too_many_rows_for_a_sheet_are_refused_with_the_alternatives() -> None:
    """Nothing is cut off silently."""
    with pytest.raises(workbook_export.TooManyRows, match="parquet"):
        workbook_export.check_sheet(1_048_576)


def test_health_tells_how_fresh_the_answers_are(client: TestClient, desk: Desk) -> None:
    """Stale as soon as the store knows more."""
    assert workspace.workspace().status().stale is False
    assert client.get("/api/v1/health").json()["stale"] is False
    desk.take(delivered("L99", "B1", "2026-05-02T10:00:00Z"))
    found = client.get("/api/v1/health").json()
    assert found["stale"] is True
    assert found["store_version"] == found["data_version"] + 1


def test_a_broken_store_answers_503_in_one_sentence(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reason is in the log, not in the answer."""

    def broken() -> None:
        message = "secret detail"
        raise RuntimeError(message)

    monkeypatch.setattr(health, "workspace", broken)
    answer = client.get("/api/v1/health")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "secret" not in answer.text


@pytest.mark.parametrize("ending", ["csv.manifest.json", "parquet", "xlsx", "json", "csv"])
def test_what_a_table_is_split_by_is_described_too(client: TestClient, ending: str) -> None:
    """Columns that only this question has are in the file and in what describes it."""
    answer = client.get(f"/api/v1/tables/rates.{ending}?{PERIOD}&by=source,day")
    assert answer.status_code == 200, answer.text
    if ending == "csv.manifest.json":
        fields = answer.json()["resources"][0]["schema"]["fields"]
        assert {"source", "day"} <= {field["name"] for field in fields}


@pytest.mark.parametrize("name", [n for n, table in TABLES.items() if "by" in table.options])
def test_every_table_that_is_split_describes_its_columns(client: TestClient, name: str) -> None:
    """In the manifest as in the file, whatever it is split by."""
    for by in TABLES[name].split_by:
        query = f"{PERIOD}&by={by}"
        package = client.get(f"/api/v1/tables/{name}.csv.manifest.json?{query}").json()
        head = client.get(f"/api/v1/tables/{name}.csv?{query}").text.splitlines()[0]
        fields = package["resources"][0]["schema"]["fields"]
        assert [field["name"] for field in fields] == head.split(","), by
