"""The page of buyers: what counts for whom, who is silent, who returns more than others."""

from __future__ import annotations

import html
import logging
from typing import TYPE_CHECKING, Any

import pytest
from pages import text
from two_buyers import PERIOD, two_buyers

import dashboard.answers.workspace
from dashboard.panels.buyers.buyer_profile import Habits, verdict

if TYPE_CHECKING:
    from builders import Desk
    from pages import Open
    from streamlit.testing.v1 import AppTest


def shown(app: AppTest, card: str) -> Any:
    """The table of a card."""
    [frame] = [element for element in app.dataframe if element.proto.id.endswith(f"grid_{card}")]
    return frame.value


def test_each_type_of_buyer_has_the_figure_that_counts_for_it(opened: Open, desk: Desk) -> None:
    """6 of 40 with feedback sold; all live transfers were spoken to within ten minutes."""
    desk.take(*two_buyers())
    app = opened("buyers", **PERIOD)
    assert not app.exception
    said = text(app)
    assert "cannot be shown" not in said
    tiles = said[said.index('<div class="buyer-types">') :]
    live, lead = tiles.index("Live transfer"), tiles.index("Lead buyer")
    assert live < lead
    assert "spoken to within 15 minutes" in tiles[live:lead]
    assert '<div class="number">15.0 %</div>' in tiles[lead:]
    assert "66.7 %" in tiles[lead:]
    assert "lead_buyer" not in tiles.replace("buyer_type=lead_buyer", "")


def test_the_table_joins_habits_and_returns_by_hand(opened: Open, desk: Desk) -> None:
    """Quiet returned 12 where Acme's 3 of 60 let expect 3; Acme 3 where 12 were."""
    desk.take(*two_buyers())
    rows = shown(opened("buyers", **PERIOD), "buyers_table")
    rows = rows.set_index(rows["name"].str[:5])
    assert rows.loc["Quiet", "strictness"] == 4.0
    assert rows.loc["Acme", "strictness"] == 0.25
    assert rows.loc["Quiet", "coverage"] == pytest.approx(100 * 40 / 60)
    assert rows.loc["Quiet", "return_rate"] == 20.0
    assert rows.loc["Quiet", "conversion_rate"] == 15.0
    assert rows.loc["Acme", "conversion_rate"] == 20.0
    # Quiet: 60 × 20 less 4 credits of 20; Acme: 60 × 30.
    assert rows.loc["Quiet", "net_share"] == pytest.approx(100 * 1120 / 2920)
    assert rows.loc["Quiet", "seconds_to_feedback"] == "6 h"
    assert rows.loc["Quiet", "buyer_type"] == "Lead buyer"


def test_one_buyer_is_told_in_words_and_compared_with_the_others(opened: Open, desk: Desk) -> None:
    """The filter of buyers does not take away whom it is compared with."""
    desk.take(*two_buyers())
    app = opened("buyers", **PERIOD, buyer="buy_q")
    assert not app.exception
    said = text(app)
    assert "cannot be shown" not in said
    assert "has told us about 66.7 % of 60 deliveries, half of it within 6 h" in said
    assert "It sells to 15.0 % of those" in said
    assert "It returns 4.0 times what others return from the same sources" in said
    assert "20 leads without a word, $400.00 charged for them" in said
    assert shown(app, "unanswered").shape[0] == 20
    assert set(shown(app, "calls")["source_name"]) == {"Kite"}
    letter = "api/v1/reports/buyer.html?buyer=buy_q&from=2026-10-01&to=2026-10-31"
    assert html.escape(letter) in said


def test_two_buyers_chosen_are_compared_not_profiled(opened: Open, desk: Desk) -> None:
    """A profile is of exactly one."""
    desk.take(*two_buyers())
    app = opened("buyers", **PERIOD, buyer="buy_q,buy_a")
    assert "All buyers" in text(app)
    assert len(shown(app, "buyers_table")) == 2


def test_weeks_of_a_buyer_without_history_stand_alone(opened: Open, desk: Desk) -> None:
    """All its deliveries are in the period: there is nothing that says what is usual."""
    desk.take(*two_buyers())
    app = opened("buyers", **PERIOD, buyer="buy_q")
    app.session_state["view_silence"] = "Table"
    [rows] = [f.value for f in app.run().dataframe if "received" in f.value.columns]
    assert rows["expected"].isna().all()
    assert rows["delivered"].sum() == 60
    assert rows["received"].sum() == 40


def test_names_of_buyers_never_become_markup(opened: Open, desk: Desk) -> None:
    """Neither on the page nor in the profile."""
    desk.take(*two_buyers())
    for parameters in ({}, {"buyer": "buy_q"}):
        app = opened("buyers", **PERIOD, **parameters)
        assert "<img src=x" not in text(app)
        spoken = [*app.markdown, *app.caption, *app.title]
        assert not any("onerror" in element.value for element in spoken)
        specs = [element.proto.spec for element in app.get("plotly_chart")]
        assert specs
        assert not any("<img" in spec or "\\u003cimg" in spec for spec in specs)


def test_a_card_that_breaks_leaves_the_others_standing(
    opened: Open, desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The map of feedback fails, the rest stands."""
    desk.take(*two_buyers())
    whole = dashboard.answers.workspace.Workspace.table

    def broken(
        workspace: dashboard.answers.workspace.Workspace, name: str, *rest: Any, **options: Any
    ) -> object:
        if name in {"coverage", "buyer_types"}:
            message = "the disk is full"
            raise OSError(message)
        return whole(workspace, name, *rest, **options)

    monkeypatch.setattr(dashboard.answers.workspace.Workspace, "table", broken)
    with caplog.at_level(logging.ERROR):
        app = opened("buyers", **PERIOD)
    assert not app.exception
    assert "Feedback by buyer and source cannot be shown" in text(app)
    assert "Buyer types cannot be shown" in text(app)
    assert len(shown(app, "buyers_table")) == 2


def test_a_period_without_deliveries_says_so(opened: Open, desk: Desk) -> None:
    """In the comparison and in a profile."""
    desk.take(*two_buyers())
    nothing = {"from": "2026-09-01", "to": "2026-09-02"}
    assert "Nothing in 1 – 2 Sep 2026" in text(opened("buyers", **nothing))
    assert "Nothing in 1 – 2 Sep 2026" in text(opened("buyers", **nothing, buyer="buy_q"))


BUYER: dict[str, Any] = {
    "name": "Acme",
    "delivered": 100,
    "feedback": 80,
    "coverage": 0.8,
    "median_seconds_to_feedback": 7200.0,
    "conversion_rate": 0.1,
    "conversion_low": 0.05,
    "conversion_high": 0.18,
}
MISSING: dict[str, Any] = {"overdue": 12.4, "overdue_low": 3.0, "days_silent": 9}
STRICT: dict[str, Any] = {"strictness": 1.1, "strictness_low": 0.8, "strictness_high": 1.5}


def told(
    buyer: dict[str, Any] | None = None,
    overdue: dict[str, Any] | None = None,
    strictness: dict[str, Any] | None = None,
) -> str:
    """The verdict of a buyer that differs in some facts."""
    return verdict(
        Habits(
            buyer=BUYER | (buyer or {}),
            overdue=MISSING | (overdue or {}),
            strictness=STRICT | (strictness or {}),
        )
    )


def test_a_verdict_says_what_is_missing_and_what_cannot_be_told() -> None:
    """No judgement where a range leaves it open."""
    said = told()
    assert "about 12 reports that would normally be here are missing" in said
    assert "the last one came 9 days ago" in said
    assert "cannot be told (1.1 times, 0.8 – 1.5)" in said


def test_a_verdict_calls_nothing_overdue_that_may_be_chance() -> None:
    """The low end decides; a short record decides nothing."""
    assert "no more is missing than usual" in told(overdue={"overdue_low": -2.0})
    assert "too short to say what is overdue" in told(overdue={"overdue_low": None})
    assert "1 report that would normally be here is missing" in told(overdue={"overdue": 1.2})


def test_a_verdict_of_few_is_none() -> None:
    """Neither of few deliveries nor of few reports."""
    assert (
        told({"delivered": 29}) == "Acme: too few deliveries to judge (29 deliveries, 30 needed)."
    )
    assert "Too few of them to judge its conversion (12 with feedback)" in told({"feedback": 12})


def test_a_verdict_warns_where_most_is_not_known() -> None:
    """What half a buyer's deliveries came to may be far from the other half."""
    assert "this may be far off" in told({"coverage": 0.4})
    assert "this may be far off" not in told()


def test_a_verdict_on_returns_needs_somebody_to_compare_with() -> None:
    """More, less, or nobody else."""
    more = {"strictness": 2.0, "strictness_low": 1.4, "strictness_high": 2.7}
    less = {"strictness": 0.5, "strictness_low": 0.3, "strictness_high": 0.8}
    assert "It returns 2.0 times what others return" in told(strictness=more)
    assert "It returns less than others from the same sources: 0.5 times" in told(strictness=less)
    assert "nobody else gets the same sources" in told(strictness={"strictness": None})


def test_days_of_silence_are_told_only_of_a_period_that_reaches_to_now(
    opened: Open, desk: Desk
) -> None:
    """Later deliveries may have been answered since; the table does not claim otherwise."""
    desk.take(*two_buyers())
    ended = shown(opened("buyers", **PERIOD), "buyers_table")
    assert ended["days_silent"].isna().all()
    now = shown(opened("buyers", **PERIOD, as_of="2026-10-31"), "buyers_table")
    assert now["days_silent"].min() == 3  # the last report came on 28 October
