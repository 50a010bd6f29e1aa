"""Pages over a small real store: what they say, count, survive and never let through."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from builders import delivered, reported
from pages import PERIOD, marketplace, text

import dashboard.answers.workspace
from dashboard.layout import navigation
from dashboard.tables.registry import TABLES

if TYPE_CHECKING:
    from builders import Desk
    from pages import Open


@pytest.mark.parametrize("name", [entry.name for entry in navigation.ENTRIES])
def test_every_page_opens_on_an_empty_store_and_offers_a_start(opened: Open, name: str) -> None:
    """An empty store is a designed state on all pages."""
    app = opened(name)
    assert not app.exception
    assert "No deliveries yet" in text(app)
    assert any("leadloop demo" in block.value for block in app.code)


@pytest.mark.parametrize("name", [entry.name for entry in navigation.ENTRIES])
def test_every_page_opens_on_a_filled_store(opened: Open, desk: Desk, name: str) -> None:
    """Without an exception and without a card that failed."""
    desk.take(*marketplace())
    app = opened(name, **PERIOD)
    assert not app.exception
    assert "cannot be shown" not in text(app)
    assert "delivered 1 – 31 Oct 2026" in text(app)


def test_the_overview_counts_by_hand(opened: Open, desk: Desk) -> None:
    """6 of 30 reported are sales, 3 of 40 delivered came back, 30 of 40 reported."""
    desk.take(*marketplace())
    said = text(opened(**PERIOD))
    assert "6 of 30" in said
    assert "3 of 40" in said
    assert "30 of 40" in said
    assert "20.0 %" in said


def test_out_of_deliveries_changes_the_base(opened: Open, desk: Desk) -> None:
    """6 of 40 delivered."""
    desk.take(*marketplace())
    said = text(opened(**PERIOD, base="delivered"))
    assert "6 of 40" in said
    assert "of deliveries" in said


def test_a_figure_and_its_leads_have_the_same_count(opened: Open, desk: Desk) -> None:
    """The list behind "6 of 30" lists six."""
    desk.take(*marketplace())
    assert "6 deliveries" in text(opened("leads", **PERIOD, converted="true"))
    assert "30 deliveries" in text(opened("leads", **PERIOD, feedback="any"))
    assert "41 offers" in text(opened("leads", **PERIOD))


def test_names_and_notes_never_become_markup(opened: Open, desk: Desk) -> None:
    """What a source or buyer wrote is text, wherever it shows."""
    desk.take(*marketplace())
    for name, parameters in (
        ("overview", {}),
        ("sources", {"source": "src_a"}),
        ("leads", {"lead": "L-000"}),
        ("leads", {"q": "<img src=x onerror=alert(2)>"}),
        ("data", {"tab": "refused"}),
    ):
        app = opened(name, **PERIOD, **parameters)
        assert not app.exception
        assert "<img src=x" not in text(app)
        spoken = [*app.markdown, *app.caption, *app.title]
        assert not any("onerror" in element.value for element in spoken)


def test_a_lead_tells_its_story_in_order(opened: Open, desk: Desk) -> None:
    """Delivery first, then the sale, with the guide's time to feedback."""
    desk.take(*marketplace())
    said = text(opened("leads", **PERIOD, lead="L-000"))
    assert said.index("Delivered to Acme for $20.00") < said.index("Acme: sale")
    assert "4 h 14 m" in said


def test_an_unknown_lead_is_said_to_be_unknown(opened: Open, desk: Desk) -> None:
    """No exception, one sentence."""
    desk.take(*marketplace())
    assert "has this lead id" in text(opened("leads", lead="nobody"))


def test_parameters_that_cannot_be_taken_are_told_and_left_out(opened: Open, desk: Desk) -> None:
    """The page goes on with the default."""
    desk.take(*marketplace())
    app = opened(**PERIOD, source="src_c")
    assert not app.exception
    assert "is not known" in text(app)
    assert "6 of 30" in text(app)


def test_a_period_without_deliveries_offers_one_that_has_some(opened: Open, desk: Desk) -> None:
    """The button leads to the ninety days up to the latest delivery."""
    desk.take(*marketplace())
    app = opened(**{"from": "2026-11-10", "to": "2026-11-12"})
    assert "The latest delivery was on 28 Oct 2026." in text(app)
    (button,) = [b for b in app.button if b.label.startswith("Show ")]
    button.click().run()
    assert app.query_params["to"] == "2026-10-28"
    assert "6 of 30" in text(app)


def test_choosing_a_source_writes_its_id_to_the_address(opened: Open, desk: Desk) -> None:
    """Labels are for people, the address holds ids."""
    desk.take(*marketplace())
    app = opened(**PERIOD)
    app.multiselect(key="bar_source_choice").set_value(["src_b"]).run()
    assert app.query_params["source"] == "src_b"
    assert "3 of 15" in text(app)


def test_counting_otherwise_is_said_and_can_be_undone(opened: Open, desk: Desk) -> None:
    """One button takes base, clock and as-of back."""
    desk.take(*marketplace())
    app = opened(**PERIOD, base="delivered", as_of="2026-10-31")
    assert "as known on 31 Oct 2026" in text(app)
    app.button(key="sentence_undone").click().run()
    assert "base" not in app.query_params
    assert "as_of" not in app.query_params


def test_one_broken_card_leaves_the_others_standing(
    opened: Open, desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It says so in one sentence, and the log has the reason."""
    desk.take(*marketplace())
    whole = dashboard.answers.workspace.Workspace.table

    def broken(
        workspace: dashboard.answers.workspace.Workspace,
        name: str,
        *rest: object,
        **options: object,
    ) -> object:
        if name == "outcome_mix":
            message = "the disk is full"
            raise OSError(message)
        return whole(workspace, name, *rest, **options)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(dashboard.answers.workspace.Workspace, "table", broken)
    with caplog.at_level(logging.ERROR):
        app = opened(**PERIOD)
    assert not app.exception
    assert "Where they stand cannot be shown at the moment" in text(app)
    assert "disk" not in text(app)
    assert "6 of 30" in text(app)
    assert "the disk is full" in caplog.text


def test_refused_rows_are_listed_by_reason(opened: Open, desk: Desk) -> None:
    """The one unknown word of the marketplace is there."""
    desk.take(*marketplace())
    app = opened("data", tab="refused")
    (by_code, _) = app.dataframe
    assert by_code.value["rows"].to_list() == [1]


def test_every_table_can_be_looked_at_under_data(desk: Desk, opened: Open) -> None:
    """Each table of the API has a preview with its columns, and none of them fails."""
    desk.take(*marketplace())
    for table in TABLES.values():
        app = opened("data", tab="tables", table=table.name, **PERIOD)
        assert not app.exception, table.name
        assert "cannot be shown" not in text(app), table.name
        shown = set(app.dataframe[0].value.columns)
        assert {column.name for column in table.columns} <= shown, table.name
        assert table.sentence.replace("'", "&#x27;") in text(app), table.name


def test_the_story_of_a_lead_says_below_its_offers_what_contradicts(
    opened: Open, desk: Desk
) -> None:
    """Not in a column, which a phone would not show; and a lead of newer facts is not denied."""
    desk.take(
        delivered("L1", "B1", "2026-10-01T09:00:00Z"),
        reported("L1", "B1", "converted", "2026-10-02T09:00:00Z", event_id="e"),
        reported("L1", "B1", "contacted", "2026-10-03T09:00:00Z", event_id="p", replaces="e"),
        reported("L1", "B1", "returned", "2026-10-04T09:00:00Z", event_id="q", replaces="e"),
    )
    app = opened("leads", lead="L1")
    assert not app.exception
    assert '<p class="notice">Several reports replace the same one' in text(app)
    assert ">Contradiction<" not in text(app)
    assert "Taken back or replaced later; it no longer counts." in text(app)
    desk.take(delivered("L2", "B1", "2026-10-05T09:00:00Z"))
    app.query_params["lead"] = "L2"
    app.run()
    assert "it may be among them" in text(app)
