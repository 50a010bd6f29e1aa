"""The address is the state of a page: links keep what it asks for."""

# ruff: noqa: PLC0415 - a script that is run as a page imports what it needs

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from builders import delivered, reported
from pages import text
from scripts_on_pages import drawn

if TYPE_CHECKING:
    from builders import Desk
    from pages import Open


def links() -> None:
    """Links and choices of a page, kept for the test."""
    import streamlit as st

    from dashboard.layout import address

    st.session_state["made"] = {
        "page": address.link("sources", source="src_elm"),
        "table": address.table_link("sources", "csv"),
        "json": address.table_link("sources", "json"),
        "receipts": address.table_link("batches", "csv"),
        "report": address.report_link("monthly", "pdf"),
        "target": address.target(),
        "grain": address.choice("grain", ("day", "week"), "week"),
        "metric": address.choice("metric", ("a", "b"), "a"),
        "asked": address.query_with(buyer="buy_acme").scope.buyer,
        "query": address.query().scope,
    }


def made(**address: str) -> dict[str, Any]:
    """What the script made under an address."""
    found: dict[str, Any] = drawn(links, **address).session_state["made"]
    return found


def asked(link: str) -> dict[str, list[str]]:
    """The parameters of a link."""
    return parse_qs(urlsplit(link).query)


@pytest.mark.usefixtures("shop")
def test_links_keep_the_filters_and_drop_conditions_on_rows() -> None:
    """What is changed replaces what was asked."""
    found = made(source="src_oak", period="last_30_days", outcome="converted", tab="x")
    assert asked(found["page"]) == {"source": ["src_elm"], "period": ["last_30_days"]}
    # A file has the figures of the page it is taken from, whatever comes in meanwhile.
    assert asked(found["table"]) == {
        "source": ["src_oak"],
        "from": ["2026-10-22"],
        "to": ["2026-11-20"],
        "as_of": ["2026-11-20T12:00:00Z"],
        "data_version": ["396"],
        "outcome": ["converted"],
    }
    assert found["asked"] == ("buy_acme",)
    assert found["query"].source == ("src_oak",)


@pytest.mark.usefixtures("shop")
def test_links_to_files_name_their_format_and_receipts_take_no_filters() -> None:
    """JSON is the format without an ending."""
    found = made(source="src_oak")
    assert urlsplit(found["table"]).path == "api/v1/tables/sources.csv"
    assert urlsplit(found["json"]).path == "api/v1/tables/sources"
    assert found["receipts"] == "api/v1/tables/batches.csv"
    assert urlsplit(found["report"]).path == "api/v1/reports/monthly.pdf"


@pytest.mark.usefixtures("shop")
def test_a_target_never_has_no_parameter_at_all() -> None:
    """The default period stands in."""
    assert made()["target"] == {"period": ["last_90_days"]}
    assert made()["page"] == "sources?source=src_elm"


@pytest.mark.usefixtures("shop")
def test_a_choice_that_is_not_allowed_is_the_default() -> None:
    """One that is, is taken."""
    found = made(grain="day", metric="nonsense")
    assert (found["grain"], found["metric"]) == ("day", "a")


def stepping() -> None:
    """A callback wants to go elsewhere, twice to the same."""
    from dashboard.layout import address, navigation

    navigation.listen()
    navigation.follow()
    for lead in ("</script><b>", "</script><b>", None):
        address.go_next("leads", q=lead)
        navigation.follow()


@pytest.mark.usefixtures("shop")
def test_going_elsewhere_is_one_step_that_a_script_takes() -> None:
    """By a script of its own each time; nothing in it can end the script."""
    listening, *steps = [element.proto.body for element in drawn(stepping, tab="x").get("html")]
    assert '["", "overview", "todo", "sources", ' in listening
    assert len(set(steps)) == len(steps) == 3
    assert all(step.count("</script>") == 1 for step in steps)
    target = "%3C%2Fscript%3E%3Cb%3E"
    assert f'leadloopGo("leads?q={target}")' in steps[0]
    assert 'leadloopGo("leads?period=last_90_days")' in steps[2]


@pytest.mark.parametrize("page", ["overview", "leads"])
def test_conditions_on_rows_are_named_and_counted(desk: Desk, opened: Open, page: str) -> None:
    """On every page but the list of leads, which has controls for them."""
    desk.take(
        delivered("L1", "B1", "2026-11-04T10:00:00Z", source_id="S1"),
        reported("L1", "B1", "returned", "2026-11-05T10:00:00Z"),
    )
    shown = opened(page, outcome="returned", source="S1")
    said = "Only deliveries with Result: Returned are counted on this page."
    assert (said in text(shown)) is (page == "overview")
    labels = [block.proto.popover.label for block in shown.get("popover")]
    assert ("Filters (2)" in labels) is (page == "overview")
    if page == "overview":
        next(each for each in shown.button if each.label == "Count all").click().run()
        assert said not in text(shown)
        assert shown.query_params.get("outcome") is None
