"""What stands on every page, each part on a page of its own."""

# ruff: noqa: PLC0415 - a script that is run as a page imports what it needs

from __future__ import annotations

import pytest
from pages import text
from scripts_on_pages import drawn

from dashboard.layout import filter_bar
from metrics.definitions.scope import BASES, CLOCKS, COMPARES


def no_rows() -> None:
    """A page without deliveries."""
    from dashboard.answers.workspace import workspace
    from dashboard.layout import address, empty_states

    empty_states.no_rows(address.query(), workspace().status())


@pytest.mark.parametrize(
    ("period", "said", "offered"),
    [
        (("2026-11-01", "2026-11-10"), "The latest delivery was on 28 Oct 2026.", True),
        (("2026-01-01", "2026-01-10"), "The first delivery was on 1 Sep 2026.", True),
    ],
)
@pytest.mark.usefixtures("shop")
def test_an_empty_period_says_why_and_offers_another(
    period: tuple[str, str], said: str, *, offered: bool
) -> None:
    """The ninety days that end with the latest delivery."""
    page = drawn(no_rows, **{"from": period[0], "to": period[1]})
    assert said in text(page)
    labels = [button.label for button in page.button]
    assert ("Show 31 Jul – 28 Oct 2026" in labels) is offered
    assert "Take all filters away" not in labels


@pytest.mark.usefixtures("shop")
def test_filters_that_leave_nothing_can_be_taken_away() -> None:
    """They are named as the reason only inside the days of the store."""
    page = drawn(no_rows, source="src_oak", **{"from": "2026-10-01", "to": "2026-10-31"})
    assert "The filters leave nothing of it" in text(page)
    assert "Take all filters away" in [button.label for button in page.button]


def sentences() -> None:
    """What is said where nothing can be shown."""
    from dashboard.layout import empty_states

    empty_states.unavailable("the store is <busy>; run `leadloop doctor`")
    empty_states.failed()
    empty_states.trouble("newer facts cannot be shown")
    empty_states.nothing_yet()


def test_trouble_is_said_in_sentences_with_what_to_type_standing_out() -> None:
    """Nothing of it is markup but what is ours."""
    page = drawn(sentences)
    said = text(page)
    assert "The store is &lt;busy&gt;; run <code>leadloop doctor</code>." in said
    assert "the reason is in the server's log" in said
    assert '<p class="notice">Newer facts cannot be shown.</p>' in said
    assert page.code[0].value == "leadloop demo"


def header() -> None:
    """The line at the top."""
    from dashboard.answers.workspace import workspace
    from dashboard.layout import header

    header.show("Sources", workspace().status())


@pytest.mark.usefixtures("shop")
def test_the_header_has_title_search_freshness_and_two_links() -> None:
    """One that stays at the latest, and one that is frozen."""
    page = drawn(header, source="src_oak")
    assert page.title[0].value == "Sources"
    assert page.text_input[0].placeholder == "Search lead, event, source, buyer"
    assert 'title="220 deliveries;' in text(page)
    moving, frozen = (block.value for block in page.code)
    assert moving.endswith("?source=src_oak")
    assert "as_of=" in frozen
    assert "data_version=396" in frozen
    assert "from=" in frozen


def tabs() -> None:
    """A row of two tabs."""
    import streamlit as st

    from dashboard.layout import tabs

    st.session_state["tab"] = tabs.chosen({"first": "First", "second": "Second"})


@pytest.mark.parametrize(
    ("asked", "tab"), [({}, "first"), ({"tab": "second"}, "second"), ({"tab": "third"}, "first")]
)
def test_a_tab_is_the_one_of_the_address_or_the_first(asked: dict[str, str], tab: str) -> None:
    """What is not there is not asked for."""
    assert drawn(tabs, **asked).session_state["tab"] == tab


def test_labels_that_read_the_same_get_their_ids_and_nothing_stands_last() -> None:
    """Sorted without regard to case."""
    labels = {"2": "oak", "1": "Elm", "3": "oak", "(none)": "whatever", "4": "ash"}
    assert list(filter_bar.unique_labels(labels).items()) == [
        ("4", "ash"),
        ("1", "Elm"),
        ("2", "oak (2)"),
        ("3", "oak (3)"),
        ("(none)", "(none)"),
    ]


def test_every_way_to_count_has_a_label() -> None:
    """As scopes have them."""
    assert tuple(filter_bar.BASE_LABELS) == BASES
    assert tuple(filter_bar.CLOCK_LABELS) == CLOCKS
    assert tuple(filter_bar.COMPARE_LABELS) == COMPARES
