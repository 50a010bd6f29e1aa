"""Reports over HTTP: made when asked for, kept as published, refused in plain sentences."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import pytest
from builders import IN_CI
from report_market import params, two_months
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.testclient import TestClient

from dashboard import app
from dashboard.answers import workspace
from dashboard.api import tables_api
from dashboard.reports import compose, html, pdf, published_reports, report_order
from data_access.store import publications

if TYPE_CHECKING:
    from collections.abc import Iterator

    from builders import Desk

KINDS: Final = tuple(report_order.KINDS)


@pytest.fixture
def client(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The API over two months, behind the server's own headers."""
    workspace.close()
    monkeypatch.setenv("LEADLOOP_DATA_DIR", str(desk.folder))
    monkeypatch.delenv("LEADLOOP_DATABASE_URL", raising=False)
    desk.take(*two_months())
    routes = [Mount("/api", routes=tables_api.routes)]
    served = Starlette(routes=routes, middleware=[Middleware(app.SafeHeaders)])
    with TestClient(served, base_url="https://leads.example") as found:
        yield found
    workspace.close()


def url(kind: str, ending: str = "html", **more: list[str]) -> str:
    """Where a report about October is."""
    query_text = urlencode(params(kind, **more), doseq=True)
    return f"/api/v1/reports/{kind}.{ending}?{query_text}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_report_is_the_same_document_as_everywhere(client: TestClient, kind: str) -> None:
    """HTML with a policy of its own, stricter than the pages'."""
    answer = client.get(url(kind))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")
    assert "script-src" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    order = report_order.read(kind, params(kind), workspace.workspace())
    made = compose.make(workspace.workspace(), order, base="https://leads.example")
    assert answer.text == html.whole(made)
    assert client.get(url(kind).replace(".html?", "?")).text == answer.text


def test_the_link_in_a_report_leads_to_this_server(client: TestClient) -> None:
    """To the page with the same month, as known then."""
    text = client.get(url("monthly")).text
    assert 'href="https://leads.example/reports?month=2026-10&amp;as_of=2026-11-20T23' in text


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("montly.html", 404, "Nearest: monthly"),
        ("monthly.doc", 404, "use html or pdf"),
        ("monthly.html?mont=2026-10", 400, "nearest: month"),
        ("monthly.html?month=2026-1", 400, "a month like 2026-10"),
        ("monthly.html?source=src_oka", 400, "nearest: src_oak"),
        ("monthly.html?converted=true", 400, "'converted' is not known"),
        ("monthly.html?month=2026-10&month=2026-09", 400, "given 2 times"),
        ("monthly.html?as_of=2026-02-30", 400, "as_of"),
        ("monthly.html?source=" + "x" * 10_000, 400, "10,000 characters"),
        ("weekly.html?week=2026-10-21", 400, "nearest: 2026-10-19"),
        ("source.html", 400, "about one source"),
        ("buyer.html?buyer=buy_acme&buyer=buy_birch", 400, "2 are given"),
        ("monthly.html?month=2026-10%00", 400, "signs that no text may have"),
        ("published/7.html", 404, "No report was published as '7'"),
        ("published/x.html", 404, "No report was published as 'x'"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_a_sentence(
    client: TestClient, path: str, status: int, says: str
) -> None:
    """With the nearest name; never a traceback, never a guess."""
    answer = client.get(f"/api/v1/reports/{path}")
    assert answer.status_code == status
    assert says in answer.json()["error"]


def test_the_list_names_kinds_parameters_and_what_was_published(client: TestClient) -> None:
    """Each publication with its file and its link."""
    told = client.get("/api/v1/reports").json()
    assert [kind["name"] for kind in told["reports"]] == list(KINDS)
    assert told["published"] == []
    order = report_order.read("monthly", params("monthly"), workspace.workspace())
    published_reports.publish(workspace.workspace(), order, who="Ana")
    [row] = client.get("/api/v1/reports").json()["published"]
    assert (row["who"], row["title"], row["from"]) == ("Ana", "October 2026", "2026-10-01")
    assert row["as_of"] == "2026-11-20T23:59:59.999999Z"
    assert row["page"].startswith("/reports?month=2026-10&as_of=2026-11-20T23")
    kept = client.get(row["html"])
    assert kept.text == publications.published_file(workspace.workspace().store, row["id"])
    assert kept.headers["content-security-policy"].startswith("default-src 'none'")
    assert "12 of 96" in client.get(row["api"]).text


def test_every_parameter_that_is_listed_is_taken(client: TestClient) -> None:
    """And no report is refused for one it names."""
    values = {
        "month": "2026-10",
        "week": "2026-10-19",
        "day": "2026-10-20",
        "from": "2026-10-01",
        "to": "2026-10-31",
        "source": "src_oak",
        "buyer": "buy_acme",
        "buyer_type": "(none)",
        "sold_to": "1",
        "base": "delivered",
        "as_of": "2026-11-20",
        "data_version": "9",
    }
    for kind in client.get("/api/v1/reports").json()["reports"]:
        query = {name: values.get(name, "(none)") for name in kind["parameters"]}
        answer = client.get(f"/api/v1/reports/{kind['name']}.html?{urlencode(query)}")
        assert answer.status_code == 200, answer.text


def test_without_a_browser_a_pdf_is_answered_with_503(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a sentence that says what to do; the HTML is there all the same."""
    client.get(url("monthly"))
    monkeypatch.setattr(pdf, "browser", lambda: None)
    answer = client.get(url("monthly", "pdf"))
    assert answer.status_code == 503
    assert "Take the HTML and print it, or install Chromium." in answer.json()["error"]
    assert client.get(url("monthly")).status_code == 200


def test_an_unforeseen_error_is_one_sentence(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The reason goes to the log."""

    def broken(*_: object, **__: object) -> None:
        message = "the disk is full"
        raise OSError(message)

    monkeypatch.setattr(compose, "make", broken)
    with caplog.at_level(logging.ERROR):
        answer = client.get(url("monthly"))
    assert answer.status_code == 503
    assert "disk" not in answer.text
    assert "the disk is full" in caplog.text


def test_a_pdf_is_a_pdf(client: TestClient) -> None:
    """Of the report, and of the publication."""
    if pdf.browser() is None:
        if IN_CI:
            pytest.fail("no Chromium or Chrome is on the path")
        pytest.skip("no Chromium or Chrome is on the path")
    order = report_order.read("daily", params("daily"), workspace.workspace())
    number = published_reports.publish(workspace.workspace(), order, who="Ana")
    for path in (url("daily", "pdf"), f"/api/v1/reports/published/{number}.pdf"):
        answer = client.get(path)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-")
        assert answer.headers["content-disposition"].endswith('.pdf"')
