"""Scores, marks and tiers by hand: the guide's own examples first."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import stats

from metrics.definitions.party_names import PartyNames
from metrics.definitions.rules import Rules, Score, Tiers
from metrics.insights import score, tiers

NAMED = PartyNames({"A": "Source A", "B": "Source B"}, {}, {})


def test_the_guides_sources_score_88_and_72() -> None:
    """95, 75, 15 and 2 % make 87.91 points, 92, 60, 8 and 5 % make 71.65."""
    one = score.quality_score(delivery=0.95, contact=0.75, conversion=0.15, returns=0.02)
    two = score.quality_score(delivery=0.92, contact=0.60, conversion=0.08, returns=0.05)
    assert one == pytest.approx(25 * 0.95 + 25 * 0.75 / 0.85 + 30 * 0.75 + 20 * 0.98)
    assert (round(one or 0, 2), round(two or 0, 2)) == (87.91, 71.65)
    assert (round(one or 0), round(two or 0)) == (88, 72)


def test_a_score_with_an_unknown_share_is_unknown() -> None:
    """No component is guessed."""
    assert score.quality_score(delivery=None, contact=1, conversion=1, returns=0) is None
    assert score.quality_score(delivery=1, contact=1, conversion=None, returns=0) is None


def offers(source: str, **parts: int) -> pl.DataFrame:
    """Offers of one source: so many of each kind."""
    kinds = {
        "failed": (0, 0, 0, 0, 0),
        "silent": (1, 0, 0, 0, 0),
        "sold": (1, 1, 1, 1, 0),
        "returned": (1, 1, 0, 0, 1),
        "spoken": (1, 1, 1, 0, 0),
        "unreached": (1, 1, 0, 0, 0),
    }
    columns = ["delivered", "covered", "contacted", "converted", "returned"]
    rows = [row for name, count in parts.items() for row in [kinds[name]] * count]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.Int64), orient="row")
    return frame.with_columns(source=pl.lit(source))


def guide() -> pl.LazyFrame:
    """The guide's two sources, all with feedback: 100 offers failed 5, and 100 failed 8."""
    a = offers("A", failed=50, sold=285 // 2, returned=19, spoken=570, unreached=218)
    b = offers("B", failed=8, sold=8, returned=4, spoken=48, unreached=36)
    return pl.concat([a, b]).lazy()


def test_all_eight_marks_of_the_guide() -> None:
    """Source A reaches every threshold, source B only that of delivery."""
    rows = {row["id"]: row for row in score.scores(guide(), NAMED, Score()).to_dicts()}
    marks = ("delivery_mark", "contact_mark", "conversion_mark", "return_mark")
    assert [rows["A"][mark] for mark in marks] == [True, True, True, True]
    assert [rows["B"][mark] for mark in marks] == [True, False, False, False]


def test_a_score_is_the_sum_of_its_points_and_lies_in_its_range() -> None:
    """Points of shares counted by hand: B has 96 of 104; 56, 8 and 4 of 96."""
    rows = {row["id"]: row for row in score.scores(guide(), NAMED, Score()).to_dicts()}
    b = rows["B"]
    expected = score.quality_score(
        delivery=96 / 104,
        contact=56 / 96,
        conversion=8 / 96,
        returns=4 / 96,
    )
    assert b["attempted"] == 104
    assert b["score"] == pytest.approx(expected)
    assert b["score_low"] < b["score"] < b["score_high"]
    again = score.scores(guide(), NAMED, Score())
    assert again.equals(score.scores(guide(), NAMED, Score()))
    other = score.scores(guide(), NAMED, Score(), seed=1)
    assert not again["score_low"].equals(other["score_low"])


def test_score_ranges_cover_the_truth_as_often_as_they_say() -> None:
    """Sources drawn from known shares: 95 % ranges of the total cover it in 92 - 98 %."""
    generator = np.random.default_rng(5)
    truth = np.array([0.05, 0.15, 0.10, 0.03, 0.02, 0.30, 0.35])
    frames = []
    for nth in range(300):
        failed, silent, sold, back_spoken, back, spoken, unreached = generator.multinomial(
            400, truth
        )
        frame = offers(
            f"S{nth:03d}",
            failed=failed,
            silent=silent,
            sold=sold,
            returned=back,
            spoken=spoken,
            unreached=unreached,
        )
        spoke = offers(f"S{nth:03d}", returned=back_spoken).with_columns(
            contacted=pl.lit(1, pl.Int64)
        )
        frames += [frame, spoke]
    rows = score.scores(pl.concat(frames).lazy(), NAMED, Score())
    told = 0.80
    true = score.quality_score(
        delivery=0.95, contact=0.43 / told, conversion=0.10 / told, returns=0.05 / 0.95
    )
    inside = rows.select(
        ((pl.col("score_low") <= true) & (true <= pl.col("score_high"))).mean()
    ).item()
    assert 0.92 <= inside <= 0.98


def test_changes_of_a_score_add_up_and_name_what_moved_most() -> None:
    """B loses its sales: the four changes sum to the change of the total."""
    before = guide()
    now = pl.concat([offers("A", sold=10, unreached=90), offers("B", failed=8, unreached=96)])
    rows = score.score_changes(before, now.lazy(), NAMED, Score()).filter(id="B")
    assert rows["change"].sum() == pytest.approx(rows["score_change"][0])
    assert rows.filter("moved_most")["component"].to_list() == ["contact"]
    assert score.score_changes(before, before, NAMED, Score())["change"].abs().sum() == 0


@pytest.mark.parametrize(
    ("rate", "tier"),
    [
        (0.15, "Excellent"),
        (0.1201, "Excellent"),
        (0.12, "Good"),
        (0.08, "Good"),
        (0.0799, "Watch"),
        (0.05, "Watch"),
        (0.0499, "Poor"),
        (0.0, "Poor"),
        (None, None),
    ],
)
def test_rate_tiers_at_their_edges(rate: float | None, tier: str | None) -> None:
    """Exactly 12 and 8 % are Good, exactly 5 % is Watch."""
    frame = pl.DataFrame({"rate": [rate]}, schema={"rate": pl.Float64})
    found = frame.select(tier=tiers.rate_tier(pl.col("rate"), Tiers()))
    assert found["tier"].to_list() == [tier]


def test_a_tier_is_given_when_it_is_sure() -> None:
    """1,500 of 10,000 is Excellent; 10 of 100 could be neighbours; 2 of 40 says nothing."""
    kinds = {"A": (1_500, 10_000), "B": (40, 400), "C": (3, 30)}
    frames = [offers(name, sold=sold, unreached=of - sold) for name, (sold, of) in kinds.items()]
    rows = {r["id"]: r for r in tiers.tiers(pl.concat(frames).lazy(), NAMED, Tiers()).to_dicts()}
    assert rows["A"]["tier"] == "Excellent"
    assert rows["B"]["tier"] == "Good"
    assert rows["C"]["tier"].startswith("too few leads (30 of about ")
    assert rows["C"]["probability"] is None
    total = [sum(rows[n][f"p_{t.lower()}"] for t in tiers.NAMES) for n in kinds]
    assert total == pytest.approx([1, 1, 1])


def test_tier_probabilities_are_those_of_a_beta_distribution() -> None:
    """P(Good) of 8 among 100 under Jeffreys' prior, by scipy's distribution."""
    found = tiers.probabilities(np.array([8.0]), np.array([100.0]), Rules().tiers)[0]
    law = stats.beta(8.5, 92.5)
    expected = [law.cdf(0.05), law.cdf(0.08) - law.cdf(0.05), law.cdf(0.12) - law.cdf(0.08)]
    assert list(found) == pytest.approx([*expected, law.sf(0.12)])


def test_stability_of_an_order_that_no_weight_can_change() -> None:
    """Where one source is better in every share, every tau is 1."""
    frame = pl.concat([offers("A", sold=50, unreached=50), offers("B", failed=9, unreached=91)])
    every = score.scores(frame.lazy(), NAMED, Score())
    rows = score.rank_stability(every, Score())
    assert rows["tau"].to_list() == pytest.approx([1.0] * 8)
    assert rows["moved"].to_list() == [0] * 8


def test_a_small_source_has_no_tier_however_lucky_it_is() -> None:
    """11 of 39 looks Excellent with 99.7 %; under 50 with feedback nothing is said."""
    frame = pl.DataFrame({"source": ["L"] * 39, "covered": 1, "converted": [1] * 11 + [0] * 28})
    free = tiers.tiers(frame.lazy(), NAMED, Tiers()).row(0, named=True)
    assert (free["tier"], round(free["probability"], 3)) == ("Excellent", 0.997)
    row = tiers.tiers(frame.lazy(), NAMED, Tiers(), least=50).row(0, named=True)
    assert row["tier"] == "too few leads (39 of about 50 needed)"
    assert (row["probability"], row["needed"], row["rate_tier"]) == (None, 50, "Excellent")


@pytest.mark.parametrize(
    ("parts", "total"),
    [({"sold": 40}, 100.0), ({"failed": 40}, None), ({"sold": 1}, 100.0), ({"returned": 3}, 25.0)],
)
def test_a_range_holds_the_total(parts: dict[str, int], total: float | None) -> None:
    """Draws never reach the most there can be: 40 of 40 sold are 100 points, and up to 100."""
    [row] = score.scores(offers("A", **parts).lazy(), NAMED, Score()).to_dicts()
    assert row["score"] == total
    if total is not None:
        assert row["score_low"] <= row["score"] <= row["score_high"]
        assert row["score_low"] < row["score_high"]
