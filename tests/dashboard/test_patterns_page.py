"""The page of patterns: waits, ages, forecasts, seasons."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from builders import delivered, reported
from pages import text
from two_buyers import PERIOD, two_buyers

from dashboard.panels.patterns import season_cards

if TYPE_CHECKING:
    from builders import Desk
    from pages import Open
    from streamlit.testing.v1 import AppTest

TABS = ("overview", "timing", "cohorts", "seasons")


def table(app: AppTest, card: str, column: str) -> Any:
    """A card as its table: the one that has this column."""
    app.session_state[f"view_{card}"] = "Table"
    app.run()
    [value] = [frame.value for frame in app.dataframe if column in frame.value.columns]
    return value


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_opens(opened: Open, desk: Desk, tab: str) -> None:
    """Without an exception and without a card that failed."""
    desk.take(*two_buyers())
    app = opened("patterns", **PERIOD, tab=tab)
    assert not app.exception
    assert "cannot be shown" not in text(app)


def test_waits_are_counted_by_hand(opened: Open, desk: Desk) -> None:
    """All of Acme's within the hour; 40 of Quiet's within the day, 20 not yet."""
    desk.take(*two_buyers())
    rows = table(opened("patterns", **PERIOD), "waits", "bin")
    counts = {
        (row["buyer_type"], row["bin"]): row["deliveries"]
        for _, row in rows.iterrows()
        if row["deliveries"]
    }
    assert counts == {
        ("Live transfer", "within 1 hour"): 60,
        ("Lead buyer", "1 to 24 hours"): 40,
        ("Lead buyer", "none yet"): 20,
    }


def test_middle_times_can_be_split_by_buyer_in_the_address(opened: Open, desk: Desk) -> None:
    """By type at first; buyers by their names."""
    desk.take(*two_buyers())
    rows = table(opened("patterns", **PERIOD, tab="timing"), "middles", "seconds_to_outcome")
    assert rows["name"].to_list() == ["Live transfer", "Lead buyer"]
    assert rows["seconds_to_feedback"].to_list() == ["10 m", "6 h"]
    rows = table(
        opened("patterns", **PERIOD, tab="timing", split="buyer"), "middles", "seconds_to_outcome"
    )
    assert rows["name"][0] == "Acme"
    rows = table(
        opened("patterns", **PERIOD, tab="timing", split="nonsense"),
        "middles",
        "seconds_to_outcome",
    )
    assert rows["name"].to_list() == ["Live transfer", "Lead buyer"]


def test_what_becomes_of_deliveries_ends_at_the_shares_known(opened: Open, desk: Desk) -> None:
    """All came on the first day: 18 of 120 sold, 15 returned."""
    desk.take(*two_buyers())
    rows = table(opened("patterns", **PERIOD, tab="timing"), "incidence", "at_risk")
    assert rows["converted_incidence"].iloc[-1] == pytest.approx(15.0)
    assert rows["returned_incidence"].iloc[-1] == pytest.approx(12.5)


def year() -> list[dict[str, str]]:
    """Two deliveries on each of 500 days, one of them sold within the day."""
    said = []
    for number in range(500):
        day = date(2025, 7, 1) + timedelta(days=number)
        for lead, outcome in ((f"S-{number}", "converted"), (f"N-{number}", "no_contact")):
            said.append(delivered(lead, "b", f"{day}T10:00:00Z", source_id="s", price="10"))
            said.append(reported(lead, "b", outcome, f"{day}T12:00:00Z"))
    return said


def test_a_store_without_seasons_finds_none(opened: Open, desk: Desk) -> None:
    """Every month is as the year, and no statement holds."""
    desk.take(*year())
    app = opened("patterns", tab="seasons", **{"from": "2026-09-01", "to": "2026-10-31"})
    assert not app.exception
    said = text(app)
    assert "cannot be shown" not in said
    assert "holds here" not in said
    assert said.count("not supported yet") == 7
    months = table(app, "by_month", "index")
    assert months["called"].to_list()[0] == "January"
    assert len(months) == 12
    assert months["index"].between(0.99, 1.01).all()


def test_weeks_are_complete_where_all_sales_come_at_once(opened: Open, desk: Desk) -> None:
    """And the forecast of a fortnight ago has nothing that was still open."""
    desk.take(*year())
    app = opened("patterns", tab="cohorts", **{"from": "2026-09-07", "to": "2026-10-04"})
    rows = table(app, "cohorts", "expected_rate")
    assert rows["converted"].to_list() == [7] * 4
    assert rows["developed"].min() == pytest.approx(100, abs=0.5)
    assert "Nothing is left to come in this period." in text(app)


def test_evidence_is_told_in_words() -> None:
    """Times the usual, its range, how many; or that there is none."""
    row = {
        "measure": "hours",
        "index": 0.92,
        "index_low": 0.88,
        "index_high": 0.96,
        "of": 22_536,
    }
    said = season_cards.evidence(row)
    assert said == "Wait for feedback: 0.92 times the usual (0.88 – 0.96), 22,536 counted."
    assert "no such season" in season_cards.evidence(row | {"index": None})
