"""What buyers and returns show, counted again in plain SQL over the stored events."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import pytest
import sqlalchemy as sa

from dashboard.answers.workspace import Workspace
from dashboard.panels.buyers import buyer_cards
from data_access.demo import load
from data_access.settings import Settings
from metrics.definitions.report_calendar import end_of_day_us
from metrics.definitions.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

UNTIL: Final = date(2026, 11, 22)
NOW_US: Final = end_of_day_us(UNTIL, "UTC")
SCOPE: Final = Scope(first=date(2026, 8, 1), last=date(2026, 10, 31), as_of_us=NOW_US)
DAYS: Final = {
    "first": round(datetime(2026, 8, 1, tzinfo=UTC).timestamp()) * 1_000_000,
    "after": round(datetime(2026, 11, 1, tzinfo=UTC).timestamp()) * 1_000_000,
}
COUNTED: Final = """
WITH offers AS (
  SELECT lead_id, buyer_id, min(attempted_us) AS us, max(price_cents) AS price
  FROM attempts WHERE event_type = 'recipient.delivered' GROUP BY lead_id, buyer_id
), live AS MATERIALIZED (
  SELECT * FROM feedback
  WHERE event_type = 'feedback.received' AND retracts IS NULL AND event_id NOT IN (
    SELECT retracts FROM feedback WHERE retracts IS NOT NULL
    UNION SELECT replaces FROM feedback WHERE replaces IS NOT NULL)
), ended AS (
  SELECT lead_id, reporter_id, outcome, row_number() OVER (
    PARTITION BY lead_id, reporter_id
    ORDER BY occurred_us DESC, reported_us DESC, seq DESC) AS nth
  FROM live WHERE outcome IN ('converted', 'returned')
), decided AS (
  SELECT lead_id, reporter_id, credit_approved AS yes, row_number() OVER (
    PARTITION BY lead_id, reporter_id ORDER BY reported_us DESC, seq DESC) AS nth
  FROM live WHERE credit_approved IS NOT NULL
)
SELECT offers.buyer_id AS id, price, ended.outcome, decided.yes,
  (offers.lead_id, offers.buyer_id) IN (SELECT lead_id, reporter_id FROM live) AS told
FROM offers
LEFT JOIN ended ON ended.lead_id = offers.lead_id AND ended.reporter_id = offers.buyer_id
  AND ended.nth = 1
LEFT JOIN decided ON decided.lead_id = offers.lead_id
  AND decided.reporter_id = offers.buyer_id AND decided.nth = 1
WHERE us >= :first AND us < :after
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A book of the demo marketplace, given to the cards."""
    found = Workspace(Settings(data_dir=tmp_path_factory.mktemp("recounted")))
    order = load.DemoOrder(
        deliveries=6_000, seed=5, until=UNTIL, stories=False, now_us=lambda: NOW_US
    )
    load.load(found.store, order)
    yield found
    found.store.close()


@pytest.fixture(scope="module")
def offers(workspace: Workspace) -> list[dict[str, Any]]:
    """Each delivery of the period, as SQL finds it."""
    with workspace.store.engine.connect() as connection:
        return [dict(row) for row in connection.execute(sa.text(COUNTED), DAYS).mappings()]


def test_each_buyer_is_counted_as_sql_counts_it(
    workspace: Workspace, offers: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deliveries, feedback rate, sales and return rate in the table of the page."""
    monkeypatch.setattr(buyer_cards, "workspace", lambda: workspace)
    rows = {row["id"]: row for row in buyer_cards.listed(SCOPE).iter_rows(named=True)}
    assert set(rows) == {offer["id"] for offer in offers}
    for buyer, row in rows.items():
        mine = [offer for offer in offers if offer["id"] == buyer]
        told = sum(offer["told"] for offer in mine)
        sold = sum(offer["outcome"] == "converted" for offer in mine)
        back = sum(offer["outcome"] == "returned" for offer in mine)
        assert row["delivered"] == len(mine)
        assert row["coverage"] == pytest.approx(told / len(mine))
        assert row["converted"] == sold
        assert row["return_rate"] == pytest.approx(back / len(mine))


def test_claims_are_counted_and_priced_as_sql_does(
    workspace: Workspace, offers: list[dict[str, Any]]
) -> None:
    """Claimed, waiting, credited and refused, and what was charged for them."""
    claims = [offer for offer in offers if offer["outcome"] == "returned"]
    states = {"claimed": claims} | {
        state: [offer for offer in claims if offer["yes"] is answer or offer["yes"] == answer]
        for state, answer in (("waiting", None), ("credited", 1), ("refused", 0))
    }
    table = workspace.table("claims_summary", SCOPE)
    assert {
        row["return_state"]: (row["claims"], row["price_cents"]) for row in table.to_dicts()
    } == {
        state: (len(found), sum(offer["price"] for offer in found))
        for state, found in states.items()
    }
    assert len(claims) > 50


def test_the_weeks_of_a_buyer_hold_its_first_reports(workspace: Workspace) -> None:
    """What came in between two days, whenever it was delivered."""
    buyer = "ent_northgate_mutual"
    first = """
    SELECT count(*) FROM (
      SELECT min(f.reported_us) AS us FROM feedback f JOIN (
        SELECT DISTINCT lead_id, buyer_id FROM attempts
        WHERE event_type = 'recipient.delivered') a
      ON a.lead_id = f.lead_id AND a.buyer_id = f.reporter_id
      WHERE f.reporter_id = :buyer AND f.event_type = 'feedback.received'
        AND retracts IS NULL AND event_id NOT IN (
          SELECT retracts FROM feedback WHERE retracts IS NOT NULL
          UNION SELECT replaces FROM feedback WHERE replaces IS NOT NULL)
      GROUP BY f.lead_id)
    WHERE us >= :first AND us < :after
    """
    with workspace.store.engine.connect() as connection:
        count = connection.execute(sa.text(first), {**DAYS, "buyer": buyer}).scalar_one()
    scope = Scope(first=SCOPE.first, last=SCOPE.last, as_of_us=NOW_US, buyer=(buyer,))
    rows = workspace.table("reporting_weeks", scope)
    assert rows["received"].sum() == count
    assert rows["start"].min() == SCOPE.first
    assert rows["end"].max() == SCOPE.last
    whole = rows.filter(~pl.col("partial"))
    assert set(whole["start"].dt.weekday()) == {1}
    assert (whole["end"] - whole["start"]).unique().to_list() == [timedelta(days=6)]
