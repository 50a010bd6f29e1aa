"""The invented companies fit together: every name that is used is that of somebody."""

from __future__ import annotations

import re
from statistics import fmean

import pytest

from data_access.columns import ID_PATTERN
from data_access.demo import roster

LINES = {vertical.name for vertical in roster.VERTICALS}


def test_everybody_works_in_a_line_of_business_that_exists() -> None:
    """And every line has sources and buyers."""
    assert {source.vertical for source in roster.SOURCES} == LINES
    assert {line for buyer in roster.BUYERS for line in buyer.verticals} == LINES


def test_no_two_companies_share_a_name_or_an_id() -> None:
    """And every id is one that the intake takes."""
    names = [company.name for company in (*roster.SOURCES, *roster.BUYERS)]
    ids = {roster.entity_id(name) for name in names}
    assert len(ids) == len(set(names)) == len(names)
    assert all(re.search(ID_PATTERN, one) for one in ids)
    assert roster.entity_id("Mason & Finch") == "ent_mason_and_finch"


def test_the_people_of_the_stories_are_in_the_market() -> None:
    """Sources among the sources, buyers among the buyers; the pair sells in one line."""
    lines = {source.name: source.vertical for source in roster.SOURCES}
    buyers = {buyer.name for buyer in roster.BUYERS}
    assert {roster.COLLAPSING, roster.LUCKY, roster.LOOKS_BETTER, roster.IS_BETTER} <= set(lines)
    assert {roster.STRONG, roster.WEAK, roster.CLAIMING, roster.FALLING_SILENT} <= buyers
    assert lines[roster.LOOKS_BETTER] == lines[roster.IS_BETTER]


@pytest.mark.parametrize("vertical", roster.VERTICALS, ids=lambda one: one.name)
def test_seasons_move_a_year_around_its_mean(vertical: roster.Vertical) -> None:
    """Twelve factors that neither lift nor lower the whole."""
    assert len(vertical.season) == 12
    assert fmean(vertical.season) == pytest.approx(1, abs=0.01)
    assert sum(share for _, share in vertical.products) == pytest.approx(1)


def test_shares_of_sub_sources_are_whole() -> None:
    """Each source is made of all of its parts."""
    for source in roster.SOURCES:
        assert sum(share for _, share in source.sub_sources) == pytest.approx(1), source.name
    assert sum(vertical.share for vertical in roster.VERTICALS) == pytest.approx(1)


def test_live_transfers_convert_most_and_data_buyers_report_least() -> None:
    """By the levels that the roster gives them."""
    by_type = {
        kind: [buyer for buyer in roster.BUYERS if buyer.buyer_type == kind]
        for kind in (roster.LIVE, roster.LEAD, roster.DATA)
    }
    assert min(b.conversion for b in by_type[roster.LIVE]) > max(
        b.conversion for b in by_type[roster.LEAD]
    )
    assert max(b.coverage for b in by_type[roster.DATA]) < min(
        b.coverage for b in by_type[roster.LEAD]
    )
