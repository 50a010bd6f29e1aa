"""What is known to be wrong is said in the same words by pages, API and health."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pages import text
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from dashboard.api import health, tables_api

if TYPE_CHECKING:
    from builders import Desk
    from pages import Open


@pytest.mark.parametrize(
    "case",
    [
        ("[[patterns]]\nreason='x'\ngroup='other'\npattern='(?=a)'", {}, "look-around"),
        ("[scores]\n", {}, "scores is not a setting; nearest: score"),
        ("", {"LEADLOOP_CURRENCY": "dollars"}, "LEADLOOP_CURRENCY"),
        ("", {"LEADLOOP_DATABASE_URL": "mysql://u:hunter2@h/x"}, "begins with"),
    ],
)
def test_what_cannot_be_taken_is_said_everywhere(
    opened: Open,
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    case: tuple[str, dict[str, str], str],
) -> None:
    """The sentence itself, and no traceback in the log."""
    rules, variables, says = case
    (desk.folder / "rules.toml").write_text(rules)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(health, "_LOOKING", health.HealthCheck())
    page = opened()
    assert not page.exception
    told = [text(page)]
    with TestClient(Starlette(routes=[Mount("/api", routes=tables_api.routes)])) as client:
        for path in ("tables/sources.csv", "reports/monthly.html", "health"):
            answer = client.get(f"/api/v1/{path}")
            assert answer.status_code == 503
            assert answer.headers["retry-after"]
            told.append(answer.json()["error"])
    assert all(says in sentence for sentence in told), told
    assert not any("hunter2" in sentence for sentence in told)
    assert "Traceback" not in caplog.text


def _script() -> None:
    from dashboard.app import explained  # noqa: PLC0415 - a page's script stands alone
    from data_access.rules_file import BadRules  # noqa: PLC0415 - likewise

    explained(BadRules("why <not>"))
    explained(ZeroDivisionError("secret detail"))


def test_an_error_that_reaches_the_end_of_a_page_is_said_as_far_as_it_is_known() -> None:
    """Ours in its words, another in none of its own."""
    page = AppTest.from_function(_script, default_timeout=30).run()
    assert not page.exception
    assert "Why &lt;not&gt;." in text(page)
    assert "secret" not in text(page)
    assert "the reason is in the server's log" in text(page)
