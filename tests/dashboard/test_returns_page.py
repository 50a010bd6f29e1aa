"""The page of returns: claims in number and money, reasons, what was wrong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from pages import text
from two_buyers import PERIOD, two_buyers

import dashboard.answers.workspace

if TYPE_CHECKING:
    from builders import Desk
    from pages import Open
    from streamlit.testing.v1 import AppTest

TABS = ("overview", "waiting", "reasons", "accuracy", "checked")


def table(app: AppTest, card: str, column: str) -> Any:
    """A card as its table: the one that has this column."""
    app.session_state[f"view_{card}"] = "Table"
    app.run()
    [value] = [frame.value for frame in app.dataframe if column in frame.value.columns]
    return value


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_opens(opened: Open, desk: Desk, tab: str) -> None:
    """Without an exception and without a card that failed; hostile text stays text."""
    desk.take(*two_buyers())
    app = opened("returns", **PERIOD, tab=tab)
    assert not app.exception
    said = text(app)
    assert "cannot be shown" not in said
    assert "<img src=x" not in said


@pytest.mark.parametrize(
    ("tab", "tables"),
    [
        ("overview", ("returns_trend", "accuracy")),
        ("waiting", ("claims", "return_reasons")),
        ("reasons", ("avoidable_returns", "claims")),
        ("accuracy", ("contact", "returns_trend")),
    ],
)
def test_only_the_tab_that_is_looked_at_does_its_work(
    opened: Open, desk: Desk, monkeypatch: pytest.MonkeyPatch, tab: str, tables: tuple[str, str]
) -> None:
    """The tables of the other tabs are not asked for."""
    desk.take(*two_buyers())
    whole, names = dashboard.answers.workspace.Workspace.table, []
    query, spared = tables

    def noted(
        workspace: dashboard.answers.workspace.Workspace, name: str, *rest: Any, **options: Any
    ) -> object:
        names.append(name)
        return whole(workspace, name, *rest, **options)

    monkeypatch.setattr(dashboard.answers.workspace.Workspace, "table", noted)
    opened("returns", **PERIOD, tab=tab)
    assert query in names
    assert spared not in names


def test_claims_are_counted_by_hand(opened: Open, desk: Desk) -> None:
    """15 claims: 4 credited of 20.00, 2 refused, 9 wait: six of 20.00 and three of 30.00."""
    desk.take(*two_buyers())
    rows = table(opened("returns", **PERIOD), "claims_summary", "state").set_index("state")
    assert rows["claims"].to_dict() == {
        "Claimed": 15,
        "Waiting": 9,
        "Credited": 4,
        "Refused": 2,
    }
    assert rows.loc["Credited", "credit_approved_cents"] == 80.0
    assert rows.loc["Waiting", "credit_requested_cents"] == 210.0


def test_the_rate_over_time_holds_every_return(opened: Open, desk: Desk) -> None:
    """The weeks of October add up to 15 of 120."""
    desk.take(*two_buyers())
    rows = table(opened("returns", **PERIOD), "returns_trend", "return_rate")
    assert (rows["returned"].sum(), rows["delivered"].sum()) == (15, 120)


def test_the_queue_says_what_waits_and_for_how_much(opened: Open, desk: Desk) -> None:
    """Waiting ones first; a month later all of them are overdue."""
    desk.take(*two_buyers())
    app = opened("returns", **PERIOD, tab="waiting", as_of="2026-11-20")
    assert "9 claims for $210.00 wait for an answer; 9 of them" in text(app)
    rows = app.dataframe[0].value
    assert rows["return_state"].to_list()[:10] == [*["Waiting"] * 9, "Credited"]
    assert rows["days_left"].max() < 0
    assert "Wrong person" in rows["reason"].to_list()


def reasons(app: AppTest) -> list[dict[str, int]]:
    """How often each reason was given, on both levels."""
    app.session_state["view_reason_groups"] = app.session_state["view_reasons"] = "Table"
    app.run()
    frames = [frame.value for frame in app.dataframe]
    return [dict(zip(frame["called"], frame["returned"], strict=True)) for frame in frames]


def test_reasons_have_two_levels(opened: Open, desk: Desk) -> None:
    """8 could not be reached, 4 had no interest, 3 came without a reason."""
    desk.take(*two_buyers())
    app = opened("returns", **PERIOD, tab="reasons")
    groups, _ = reasons(app)
    assert groups == {"Could not be reached": 8, "No interest": 4, "No reason given": 3}


def test_the_address_says_which_reason_is_looked_at(opened: Open, desk: Desk) -> None:
    """A group that is not there is the largest."""
    desk.take(*two_buyers())
    for group, expected in (
        ("intent", {"Not interested": 4}),
        ("contactability", {"Wrong person": 8}),
        ("nonsense", {"Wrong person": 8}),
    ):
        app = opened("returns", **PERIOD, tab="reasons", group=group)
        assert reasons(app)[1] == expected, group


def test_leads_behind_returns_are_as_many_as_counted(opened: Open, desk: Desk) -> None:
    """The lists behind all claims, a state, a group and a reason."""
    desk.take(*two_buyers())
    for conditions, count in (
        ({"returned": "true"}, 15),
        ({"return_state": "waiting"}, 9),
        ({"returned": "true", "reason_group": "contactability"}, 8),
        ({"returned": "true", "reason": "no_interest"}, 4),
        ({"feedback": "none"}, 20),
    ):
        said = text(opened("leads", **PERIOD, **conditions))
        assert re.search(rf">{count} (deliveries|offers)<", said), conditions


def test_details_that_were_wrong_have_examples_that_lead_to_their_story(
    opened: Open, desk: Desk
) -> None:
    """8 of 12 phones were somebody else's."""
    desk.take(*two_buyers())
    app = opened("returns", **PERIOD, tab="accuracy")
    said = text(app)
    links = re.findall(r'href="(leads\?[^"]*lead=(Q-\d+)[^"]*)"', said)
    assert len(links) == 3
    assert {int(lead[2:]) for _, lead in links} <= set(range(6, 14))
    rows = table(app, "accuracy", "checked")
    assert rows["called"].to_list() == ["Phone somebody else's"]
    assert (rows["deliveries"][0], rows["checked"][0]) == (8, 12)


def test_a_period_without_returns_says_so(opened: Open, desk: Desk) -> None:
    """Each card tells why it is empty."""
    desk.take(*[fact for fact in two_buyers() if fact.get("outcome") != "returned"])
    said = text(opened("returns", **PERIOD))
    assert said.count("Nothing was returned in this period.") == 2
    waiting = text(opened("returns", **PERIOD, tab="waiting"))
    assert "No claim waits for an answer." in waiting


def test_claims_without_a_reason_have_no_list_of_leads(opened: Open, desk: Desk) -> None:
    """No condition on rows says that nothing was said, so no link pretends to."""
    desk.take(*two_buyers())

    def links(group: str) -> list[str]:
        app = opened("returns", **PERIOD, tab="reasons", group=group)
        return [link.proto.label for link in app.get("page_link") if "leads" in link.proto.page]

    assert len(links("intent")) == len(links("(not said)")) + 1
