"""The truth adds up: cells to sources, days to windows, shares to one."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from small_market import DELIVERIES, SEED, UNTIL, who

from data_access.demo import truth as demo_truth
from data_access.demo.market import market
from data_access.demo.rate_arrays import DAYS

FIRST = UNTIL - timedelta(days=DAYS - 1)
CUT = date(2026, 1, 31)


@cache
def truth(first: date | None = None, last: date | None = None) -> dict[str, Any]:
    """What is true of the small market in a window."""
    return demo_truth.truth(who(), until=UNTIL, deliveries=DELIVERIES, window=(first, last))


def summed(rows: list[dict[str, Any]]) -> float:
    """The expected deliveries of some records."""
    return float(sum(row["expected_deliveries"] for row in rows))


def test_all_expected_deliveries_are_those_asked_for() -> None:
    """Counted by source, by buyer and by cell."""
    for part in ("sources", "buyers", "cells"):
        assert summed(truth()[part]) == pytest.approx(DELIVERIES, abs=0.2)
        assert sum(row["share_of_deliveries"] for row in truth()[part]) == pytest.approx(
            1, abs=1e-3
        )


def test_two_halves_of_the_time_are_the_whole() -> None:
    """The window is named with its days."""
    halves = truth(None, CUT), truth(CUT + timedelta(days=1), None)
    assert halves[0]["window"] == {"first": FIRST.isoformat(), "last": "2026-01-31"}
    assert halves[1]["window"] == {"first": "2026-02-01", "last": UNTIL.isoformat()}
    for before, after, whole in zip(*(part["sources"] for part in (*halves, truth())), strict=True):
        assert before["expected_deliveries"] + after["expected_deliveries"] == pytest.approx(
            whole["expected_deliveries"], abs=0.01
        )


def test_the_rates_of_a_source_are_those_of_its_cells_by_weight() -> None:
    """Coverage by deliveries, conversion by what is reported."""
    for source in truth()["sources"]:
        cells = [row for row in truth()["cells"] if row["source_id"] == source["source_id"]]
        covered = [row["expected_deliveries"] * row["coverage"] for row in cells]
        assert source["coverage"] == pytest.approx(sum(covered) / summed(cells), abs=1e-4)
        sold = [
            weight * row["conversion_of_feedback"]
            for weight, row in zip(covered, cells, strict=True)
        ]
        assert source["conversion_of_feedback"] == pytest.approx(sum(sold) / sum(covered), abs=1e-4)
        product = source["conversion_of_feedback"] * source["coverage"]
        assert source["conversion_of_delivered"] == pytest.approx(product, abs=1e-4)


def test_a_season_moves_a_cell_by_its_factor() -> None:
    """In one month, without a story: out of season times the month's factor."""
    seasons = truth()["seasons"]
    in_may = truth(date(2025, 5, 1), date(2025, 5, 31))
    assert in_may["cells"]
    for cell in in_may["cells"]:
        if cell["expected_deliveries"] > 0:
            plain = cell["conversion_of_feedback_out_of_season"]
            expected = plain * seasons[cell["vertical"]][4]
            assert cell["conversion_of_feedback"] == pytest.approx(expected, abs=1e-5)


def test_stories_are_told_with_their_days_and_only_where_they_happen() -> None:
    """The collapse and the silence begin with the last five weeks."""
    stories = {story["story"]: story for story in truth()["stories"]}
    assert set(stories) == {"collapse", "lucky", "claims", "reversal", "silence"}
    assert stories["collapse"]["since"] == stories["silence"]["since"] == "2026-04-27"
    assert stories["lucky"]["since"] == "2026-01-22"
    plain = demo_truth.truth(
        market(SEED, stories=False), until=UNTIL, deliveries=DELIVERIES, window=(None, None)
    )
    assert plain["stories"] == []


def test_the_collapse_halves_what_its_sub_source_brings() -> None:
    """82 of 100 leads at half their rate leave 59 % of the sales of the weeks before."""
    weeks = truth(date(2026, 4, 27), UNTIL)
    name = "ent_juniper_ads"
    cells = [row for row in weeks["cells"] if row["source_id"] == name]
    season = sum(
        row["conversion_of_feedback"] / row["conversion_of_feedback_out_of_season"] for row in cells
    ) / len(cells)
    factors = truth()["seasons"]["insurance"]
    assert season == pytest.approx(0.59 * (factors[3] + factors[4]) / 2, abs=0.01)
