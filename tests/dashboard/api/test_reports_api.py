"""The endpoints of reports, without a server around them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from report_market import params
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from dashboard.api import reports_api
from dashboard.reports import report_order

if TYPE_CHECKING:
    from dashboard.answers.workspace import Workspace


@pytest.fixture(scope="module")
def client(shop: Workspace) -> TestClient:
    """The endpoints alone."""
    assert shop.status().deliveries == 220
    routes = [Route(path, endpoint) for path, endpoint in reports_api.ENDPOINTS]
    return TestClient(Starlette(routes=routes))


def test_every_kind_is_listed_with_what_it_can_be_asked(client: TestClient) -> None:
    """Nothing was published yet."""
    told = client.get("/v1/reports").json()
    assert [kind["name"] for kind in told["reports"]] == list(report_order.KINDS)
    assert all(kind["formats"] == list(reports_api.FORMATS) for kind in told["reports"])
    assert told["published"] == []


def test_a_report_without_an_ending_is_a_page_with_a_strict_policy(client: TestClient) -> None:
    """It may load nothing and be framed by nobody."""
    answer = client.get(f"/v1/reports/monthly?{urlencode(params('monthly'), doseq=True)}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == reports_api.POLICY
    assert "frame-ancestors 'none'" in reports_api.POLICY
    assert "October 2026" in answer.text


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("monhly", "No report is called 'monhly'. Nearest: monthly."),
        ("monthly.doc", "'doc' is no format of reports; use html or pdf."),
        ("published/7", "No report was published as '7'"),
        ("published/x", "No report was published as 'x'"),
        ("published/9999999999999999", "No report was published as"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(client: TestClient, path: str, said: str) -> None:
    """With status 404."""
    answer = client.get(f"/v1/reports/{path}")
    assert answer.status_code == 404
    assert said in answer.json()["error"]
