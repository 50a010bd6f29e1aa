"""What pages say of sources, by hand: tiers, places, pairs, prices, changes."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from dashboard.charts import (
    contributions,
    date_axis,
    funnel_steps,
    paired_lines,
    ranking,
    row_axis,
    waterfall,
    weekly_rate,
)
from dashboard.panels.overview import overview_cards
from dashboard.panels.sources import source_cards, source_pair, source_table
from dashboard.presentation import formats, theme
from metrics.insights import evidence
from metrics.insights.mix import SHIFT
from metrics.insights.ranking import brackets


def tier(**said: Any) -> str:
    """A row of `tiers` in words."""
    row = {"tier": "Good", "probability": 0.884, "conversion_rate": 0.1, "feedback": 237}
    return source_cards.tier_sentence({**row, "needed": 410, **said})


def test_a_tier_says_how_sure_it_is_and_what_would_settle_it() -> None:
    """Never wholly sure; between two tiers it says how many would tell."""
    assert (
        tier() == "Tier Good (88 % sure; 10.0 % of 237 over the last 90 days old enough to judge)."
    )
    assert tier(probability=0.9999).startswith("Tier Good (over 99 % sure;")
    two = tier(tier="Excellent or Good")
    assert two.endswith("over the last 90 days); about 410 with feedback would tell which.")
    assert "would tell" not in tier(tier="Excellent or Good", needed=95_000)
    none = tier(tier="too few leads (39 of about 50 needed)", probability=None)
    assert (
        none == "No tier yet: 10.0 % of 237 over the last 90 days old enough are too few to tell."
    )


@pytest.mark.parametrize(
    ("number", "expected"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (22, "22nd")],
)
def test_places_in_words(number: int, expected: str) -> None:
    """As people write them."""
    assert formats.ordinal(number) == expected


def test_a_place_among_peers() -> None:
    """A range, one place, or too few leads for any."""
    assert source_table.place(2, 6, 9, "solar") == "2nd to 6th of 9, solar"
    assert source_table.place(1, 1, 9, "(all)") == "1st of 9"
    assert source_table.place(None, None, 9, "solar") == "too few leads"


def source(name: str, converted: int, of: int) -> dict[str, Any]:
    """One source with a rate and its Wilson range."""
    rate = converted / of
    low, high = pl.select(
        low=pl.lit(rate) - 1.96 * (rate * (1 - rate) / of) ** 0.5,
        high=pl.lit(rate) + 1.96 * (rate * (1 - rate) / of) ** 0.5,
    ).row(0)
    likely = {"conversion_rate": rate, "conversion_low": low, "conversion_high": high}
    return {"name": name, "converted": converted, **likely}


def test_two_sources_are_told_apart_only_where_chance_is_not_enough() -> None:
    """20 % against 10 % of 1,000 is sure; of 30 it is not."""
    oak, elm = source("Oak", 200, 1_000), source("Elm", 100, 1_000)
    assert source_pair.sure(oak, elm, "conversion_rate") == "Oak is better"
    assert source_pair.verdict([oak, elm]).endswith("Oak is better, whatever chance may do.")
    open_ = [source("Oak", 6, 30), source("Elm", 3, 30)]
    assert source_pair.verdict(open_).endswith("the difference may be chance.")
    blank = {**open_[0], "conversion_rate": None, "conversion_low": None}
    assert source_pair.sure(blank, open_[1], "conversion_rate") == "no data"
    assert "cannot be compared" in source_pair.verdict([blank, open_[1]])
    none = [source("Oak", 0, 30), source("Elm", 0, 30)]
    assert source_pair.sure(none[0], none[1], "conversion_rate") == "none was reported"
    assert source_pair.verdict(none).endswith("no sale was reported.")


def test_brackets_hold_rows_that_cannot_be_told_apart() -> None:
    """Two clear groups of two: two brackets; all alike: one; one row: none."""
    high, low = (0.30, 0.29, 0.31), (0.10, 0.09, 0.11)
    assert brackets([high, high, low, low]) == [(0, 1), (2, 3)]
    assert brackets([high, high, high]) == [(0, 2)]
    assert brackets([high]) == []
    chain = [(0.30, 0.27, 0.33), (0.27, 0.24, 0.30), (0.24, 0.21, 0.27)]
    assert brackets(chain) == [(0, 1), (1, 2)]  # the first and the last differ


def shift(**said: Any) -> dict[str, Any]:
    """A row of `mix_shift`."""
    whole = {"group": "(all)", "name": "(all)", "of_before": 900, "of_now": 1_000}
    return {"measure": "conversion_rate", **whole, **said}


def test_why_a_rate_changed() -> None:
    """By how much, from the mix and from the sources; level and reversals are said."""
    table = pl.DataFrame(
        [shift(from_mix=-0.003, from_performance=-0.0014, change=-0.0044)], schema=SHIFT
    )
    assert overview_cards.why(table, "Conversion") == (
        "Conversion fell 0.4 pp at the same age: −0.3 pp from the mix of sources, −0.1 pp from the "
        "sources themselves."
    )
    small = pl.DataFrame(
        [shift(from_mix=0.0001, from_performance=0.0, change=0.0001)], schema=SHIFT
    )
    assert "is level with the period compared with" in overview_cards.why(small, "Contact")
    turned = table.with_columns(paradox=True)
    assert overview_cards.why(turned, "Conversion").endswith("the mix hides it.")
    assert overview_cards.why(table.clear(), "Conversion") == "There is nothing to compare with."
    level = overview_cards.why(table, "Conversion", level=True)
    assert level.startswith("Conversion is level with the period compared with")
    few = overview_cards.why(table.with_columns(of_now=pl.lit(49)), "Conversion")
    assert few == "Conversion: too few leads in one of the periods to say what changed."


def test_what_moved_a_rate_is_shown_by_source_and_adds_up() -> None:
    """The eight largest parts and the rest as one bar."""
    rows = [
        shift(group=f"s{n}", name=f"S{n}", from_mix=0.0, from_performance=n / 1e3, change=n / 1e3)
        for n in range(-6, 7)
        if n
    ]
    parts = contributions.parts(pl.DataFrame(rows, schema=SHIFT))
    assert parts["name"].to_list()[-1] == "4 others"
    assert parts.height == 9
    assert parts["change"].sum() == pytest.approx(sum(row["change"] for row in rows))
    figure = contributions.figure(parts, theme.LIGHT, higher_is_better=False)
    bars = figure.data[0]
    assert bars.marker.color[0] == theme.LIGHT.good  # a return rate that fell
    assert bars.marker.color[-1] == theme.LIGHT.comparison


def test_a_waterfall_stands_on_what_came_before() -> None:
    """24 and 15 and 14 and 18 make 71; a fall hangs from the level before."""
    step = waterfall.Step
    bars = [
        step(label="A", value=24),
        step(label="B", value=-4),
        step(label="S", value=20, total=True),
    ]
    figure = waterfall.figure(bars, theme.LIGHT, lambda value: f"{value:.0f}")
    assert list(figure.data[0].base) == [0, 20, 0]
    assert list(figure.data[0].y) == [24, 4, 20]


def test_the_funnel_names_each_step_and_its_part_of_the_one_before() -> None:
    """No share for the first."""
    table = pl.DataFrame(
        {
            "step": ["attempted", "delivered"],
            "deliveries": [100, 90],
            "of_before": [None, 0.9],
            "of_before_low": [None, 0.82],
            "of_before_high": [None, 0.95],
            "lost": [None, 10],
        }
    )
    figure = funnel_steps.figure(table, theme.LIGHT)
    said = [note.text for note in figure.layout.annotations]
    assert said == ["100", "90 · 90 % of those"]
    assert list(figure.data[0].customdata) == ["attempted", "delivered"]


def test_labels_of_days_stand_at_the_buckets_the_last_one_among_them() -> None:
    """Twelve weeks: every second one, from the last backwards."""
    weeks = [
        date(2026, 9, 7 + 7 * n) if n < 4 else date(2026, 10, 7 * (n - 4) + 5) for n in range(8)
    ]
    figure = theme.figure(theme.LIGHT, height=100)
    date_axis.axis(figure, weeks)
    assert figure.layout.xaxis.tickvals[-1] == weeks[-1]
    assert set(figure.layout.xaxis.tickvals) <= set(weeks)
    date_axis.notes(figure, [(weeks[2], "<b>New</b> page & $1")], theme.LIGHT)
    assert "<b>" not in figure.layout.annotations[-1].text
    assert len(figure.layout.shapes) == 1


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([0.5, 0.5], [0.5, 0.6]),
        ([0.48, 0.4], [0.5, 0.4]),
        ([0.1, 0.5], [0.1, 0.5]),
        ([0.3, 0.1, 0.15], [0.3, 0.1, 0.2]),
        ([], []),
    ],
)
def test_names_at_the_ends_of_lines_can_all_be_read(
    places: list[float], expected: list[float]
) -> None:
    """Moved up where they would stand closer than a tenth of the axis."""
    assert row_axis.pushed_apart(places, 0.1) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("widest", "texts"),
    [
        (0.47, ("−0.2 pp", "0", "+0.2 pp")),
        (0.5, ("−0.5 pp", "0", "+0.5 pp")),
        (13.0, ("−10 pp", "0", "+10 pp")),
        (0.03, ("−0.02 pp", "0", "+0.02 pp")),
    ],
)
def test_ticks_of_contributions_are_round_and_zero_has_no_sign(
    widest: float, texts: tuple[str, ...]
) -> None:
    """The largest of 1, 2, 5 and their tens that fits, on each side."""
    shift = pl.DataFrame(
        {"group": ["a"], "name": ["Oak"], "change": [widest / 100]}
        | {"from_mix": [0.0], "from_performance": [widest / 100]}
    )
    drawn = contributions.figure(shift, theme.LIGHT, higher_is_better=True)
    assert drawn.layout.xaxis.ticktext == texts


def test_two_lines_are_told_apart_without_colour_and_young_weeks_are_dotted() -> None:
    """Dash and shape differ; the joint of old and young is in both parts."""
    table = pl.DataFrame(
        {
            "start": [date(2026, 11, 2), date(2026, 11, 9), date(2026, 11, 16)],
            "young": [False, False, True],
            "a": [0.1, 0.2, 0.3],
            "b": [0.2, None, 0.1],
        }
    )
    figure = paired_lines.figure(table, [("a", "Oak"), ("b", "Elm")], theme.LIGHT)
    lines = [trace for trace in figure.data if trace.mode == "lines"]
    assert [line.line.dash for line in lines] == ["solid", "dot", "dash", "dot"]
    assert len(lines[0].x) == len(lines[1].x) == 2
    marks = [trace.marker.symbol for trace in figure.data if trace.mode == "markers"]
    assert marks == ["circle", "diamond"]


def test_the_weeks_of_a_change_are_those_it_is_about() -> None:
    """Earlier weeks are the habit, and the expectation belongs to the weeks looked at."""
    weeks = pl.DataFrame(
        {
            "source_id": ["s"] * 3,
            "sub_source": ["x", "x", "y"],
            "week": [20_745, 20_752, 20_752],  # Mondays 19 and 26 Oct 2026
            "converted": [10, 2, 9],
            "feedback": [100, 100, 10],
        }
    )
    item = {
        "measure": "conversion_rate",
        "source_id": "s",
        "sub_source": "x",
        "since": date(2026, 10, 26),
        "expected": 0.1,
    }
    rows = evidence.week_rates(weeks, item)
    assert rows["rate"].to_list() == [0.1, 0.02]
    assert rows["looked"].to_list() == [False, True]
    assert rows["expected"].to_list() == [None, 0.1]
    figure = weekly_rate.figure(rows, "Conversion", theme.LIGHT)
    assert any(note.text == "expected 10.0 %" for note in figure.layout.annotations)


def test_a_ranking_with_brackets_has_a_line_a_bracket() -> None:
    """Joined rows get a line at the right; a long list gets none."""
    kind = ranking.Ranked(rate="rate", low="low", high="high", base="n", of="leads", label="Rate")
    rows = [
        {"id": f"s{n}", "name": f"S{n}", "rate": 0.1, "low": 0.05, "high": 0.15, "n": 100}
        for n in range(3)
    ]
    figure = ranking.figure(pl.DataFrame(rows), kind, theme.LIGHT, bracketed=True)
    assert len(figure.layout.shapes) == 1
    many = [{**rows[0], "id": f"s{n}"} for n in range(61)]
    figure = ranking.figure(pl.DataFrame(many), kind, theme.LIGHT, bracketed=True)
    assert len(figure.layout.shapes) == 0
