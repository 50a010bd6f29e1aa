"""Data → Import and Names: files from the browser, names, ids that are one party."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builders import delivered, reported
from pages import HOSTILE, PERIOD, marketplace, text

from dashboard.panels.data import party_names

if TYPE_CHECKING:
    from builders import Desk
    from pages import Open
    from streamlit.testing.v1 import AppTest


def press(app: AppTest, label: str) -> AppTest:
    """Press a button by its label."""
    next(button for button in app.button if button.label == label).click()
    return app.run()


def test_a_file_can_be_checked_and_then_imported(opened: Open, desk: Desk) -> None:
    """A check keeps nothing; an import keeps one report."""
    desk.take(*marketplace())
    before = desk.store.data_version()
    rows = "lead_id,outcome,revenue,contacted_date,notes\nL-035,converted,100.00,2026-10-20,\n"
    app = opened("data", tab="import", **PERIOD)
    assert not app.exception
    for label, verb, version in (
        ("Check", "Checked, nothing kept", before),
        ("Import", "Imported", before + 1),
    ):
        app.file_uploader[0].set_value([("more.csv", rows.encode(), "text/csv")])
        next(box for box in app.text_input if box.label.startswith("Buyer")).set_value("buy_1")
        app.run()
        press(app, label)
        assert not app.exception
        assert f"{verb}: more.csv, 1 row" in text(app)
        assert desk.store.data_version() == version


def test_a_file_that_is_nothing_we_read_is_refused_in_words(opened: Open, desk: Desk) -> None:
    """No traceback, no half import."""
    desk.take(*marketplace())
    app = opened("data", tab="import", **PERIOD)
    app.file_uploader[0].set_value([("x.csv", b"\x00\x01\x02", "text/csv")])
    app.run()
    press(app, "Import")
    assert not app.exception
    assert 'class="notice"' in text(app)


def test_a_check_says_why_rows_would_be_refused_and_of_which_file(opened: Open, desk: Desk) -> None:
    """By code, with a line to look at; gone once another file lies there."""
    desk.take(*marketplace())
    rows = (
        "lead_id,outcome,revenue,contacted_date,notes\n"
        "L-035,converted,1x0.00,2026-10-20,\n"
        "L-035,converted,2x0.00,2026-10-20,\n"
        "L-035,flown,,2026-10-20,\n"
    )
    app = opened("data", tab="import", **PERIOD)
    app.file_uploader[0].set_value([("more.csv", rows.encode(), "text/csv")])
    next(box for box in app.text_input if box.label.startswith("Buyer")).set_value("buy_1")
    app.run()
    press(app, "Check")
    why = "an amount that cannot be read (2 rows, first line 2); a word that is not on the list"
    assert f"Refused: {why} (line 4)." in text(app)
    app.file_uploader[0].set_value([("x.csv", b"a,b\n1,2\n", "text/csv")])
    app.run()
    assert "Refused: " not in text(app)
    press(app, "Check")
    assert "x.csv: no shipped profile fits the columns a, b; choose one above" in text(app)
    assert ".." not in text(app)


def test_names_are_set_and_merged_from_the_page(opened: Open, desk: Desk) -> None:
    """A name counts over what events say; a merged id is listed under the one that stays."""
    desk.take(
        delivered("L1", "ent_acme", "2026-10-03T09:00:00Z", buyer_name=HOSTILE),
        delivered("L2", "rcp_acme", "2026-10-04T09:00:00Z"),
        reported("L1", "ent_acme", "converted", "2026-10-05T09:00:00Z"),
    )
    app = opened("data", tab="names", **PERIOD)
    assert not app.exception
    assert "rcp_acme looks like" in text(app)
    assert "(ent_acme): they have the same id after its prefix" in text(app)
    press(app, "They are one")
    assert "Merged: rcp_acme is ent_acme" in text(app)
    assert "looks like" not in text(app)
    table = party_names.known()
    assert table.filter(id="ent_acme")["merged"].to_list() == ["rcp_acme"]


def test_a_name_is_kept(opened: Open, desk: Desk) -> None:
    """And shown at once."""
    desk.take(delivered("L1", "ent_acme", "2026-10-03T09:00:00Z", buyer_name="Old"))
    app = opened("data", tab="names", **PERIOD)
    field = next(box for box in app.text_input if box.label == "Called")
    field.set_value("Acme Roofing")
    which = next(box for box in app.selectbox if box.label == "Which")
    which.set_value("buyer:ent_acme")
    press(app, "Keep it")
    assert "Kept: Acme Roofing" in text(app)
    assert "Acme Roofing" in party_names.known()["name"].to_list()
