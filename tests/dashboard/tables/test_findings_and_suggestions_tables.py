"""What wants a decision, in a shop in which claims wait and one source comes back too often."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from builders import Desk, delivered, reported, us, wrote
from october import OCTOBER, column, rows

from dashboard.answers.workspace import Workspace
from dashboard.tables import findings, suggestions
from data_access.settings import Settings
from data_access.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dashboard.tables.table import Table

NOVEMBER = replace(OCTOBER, last=date(2026, 11, 20))


def month(source: str, back: int) -> list[dict[str, str]]:
    """Sixty deliveries at $20, of which the first so many came back and five sold."""
    said = []
    for n in range(60):
        lead, day = f"{source}-{n:02}", f"2026-10-{n % 15 + 1:02}"
        fact = {"source_id": source, "source_name": source.title(), "buyer_name": "Acme"}
        said.append(delivered(lead, "b1", f"{day}T09:00:00Z", price="20.00", margin="8.00", **fact))
        outcome = "returned" if n < back else "converted" if n < back + 5 else "no_contact"
        said.append(reported(lead, "b1", outcome, f"{day}T13:00:00Z", value="90.00"))
    return said


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Five sources; half of one's leads come back, and that source was told so."""
    folder = tmp_path_factory.mktemp("market")
    store = Store(f"sqlite:///{folder / 'leadloop.sqlite3'}")
    facts = [fact for name in ("ash", "elm", "fir", "oak") for fact in month(name, 1)]
    facts += month("yew", 30)
    facts += [wrote("yew-00", "yew", "2026-10-10T09:00:00Z", issue="dead numbers")]
    odd = reported("ash-01", "b1", "converted", "2026-09-01T09:00:00Z")
    Desk(store, folder, now="2026-11-20T12:00:00Z").take(*facts, odd)
    store.close()
    workspace = Workspace(Settings(data_dir=folder))
    yield workspace
    workspace.store.close()


def test_findings_are_of_the_last_ninety_days_whatever_the_period(market: Workspace) -> None:
    """And the same by whatever clock one looks."""
    lately = findings.recent(market.table_query(OCTOBER))
    assert lately.scope.days == findings.RECENT_DAYS
    assert lately.scope.last == date(2026, 11, 20)
    early = replace(OCTOBER, first=date(2026, 1, 1), last=date(2026, 1, 2), clock="reported")
    assert rows(market, "findings", early) == rows(market, "findings")


def test_waiting_claims_are_found_with_their_money(market: Workspace) -> None:
    """34 claims of $20."""
    found = {row["finding"]: row for row in rows(market, "findings")}
    claims = found["claims:b1"]
    assert (claims["count"], claims["money_cents"]) == (34, 68_000)


def test_of_a_source_what_names_it_is_found(market: Workspace) -> None:
    """Found in the whole market first: nothing of its own making."""
    whole = [row for row in rows(market, "findings") if row["source_id"] == "yew"]
    assert whole
    assert rows(market, "findings", replace(OCTOBER, source=("yew",))) == whole


def test_a_source_that_comes_back_too_often_is_named_by_a_rule(market: Workspace) -> None:
    """Half against one in sixty; the others are left alone."""
    fired = [row for row in rows(market, "recommendations") if row["fires"]]
    assert {row["id"] for row in fired if row["rule"] == "high_returns"} == {"yew"}
    day = replace(OCTOBER, first=date(2026, 10, 1), last=date(2026, 10, 1))
    assert rows(market, "recommendations", day) == rows(market, "recommendations")


def test_a_price_is_held_against_what_a_sale_is_worth(market: Workspace) -> None:
    """5 of 60 at $90, and the buyer's share of it."""
    yew = next(row for row in rows(market, "pricing") if row["id"] == "yew")
    assert (yew["price_cents"], yew["mean_value_cents"]) == (2_000, 9_000)
    assert yew["converted"] == 5
    assert yew["ratio"] is None or yew["break_even_cents"] > 0


def test_contradictions_are_listed_delivery_by_delivery(market: Workspace) -> None:
    """A report from before the delivery, in plain words."""
    found = [row for row in rows(market, "contradictions") if row["lead_id"] == "ash-01"]
    assert "report_before_delivery" in {row["code"] for row in found}
    assert all(row["what"].endswith(".") for row in found)


def test_what_was_said_to_a_source_stands_with_its_returns(market: Workspace) -> None:
    """To whom, and when."""
    [message] = rows(market, "source_messages")
    assert message["target_id"] == "yew"
    assert us(message["sent_at"].isoformat()) == us("2026-10-10T09:00:00Z")


def test_rules_are_tried_over_history(market: Workspace) -> None:
    """Each with its threshold, and never more firings than looks."""
    assert "high_returns" in column(market, "rule_replay", "rule")
    for row in rows(market, "rule_replay", NOVEMBER):
        assert row["fired"] <= row["looked_at"]
        assert row["agreed"] <= row["judged"] <= row["fired"]


@pytest.mark.parametrize("table", [*suggestions.TABLES, *findings.TABLES], ids=lambda t: t.name)
def test_columns_are_those_promised(market: Workspace, table: Table) -> None:
    """Also where nothing is found."""
    for scope in (OCTOBER, replace(OCTOBER, source=("nobody",))):
        assert dict(market.table(table.name, scope).schema) == dict(table.schema)
