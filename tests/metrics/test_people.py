"""Claims, buyers, mix and seasons by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import optimize

from data_access.rules_file import BadRules, read
from metrics.definitions.party_names import PartyNames
from metrics.definitions.rules import Rules
from metrics.insights import alerts, claims, mix, ranking, seasons
from metrics.insights.buyers import coverage

NAMED = PartyNames({"A": "Ads", "B": "Bids"}, {"X": "Xenia", "Y": "Yara"}, {})


def returns(**reasons: int) -> pl.LazyFrame:
    """Returned deliveries by reason, each 10.00, half of them credited."""
    groups = {
        "disconnected": "contactability",
        "wrong_person": "contactability",
        "no_interest": "intent",
        "already_purchased": "intent",
        "other": "other",
    }
    rows = [
        (
            1,
            1,
            groups[reason],
            reason,
            "credited" if n % 2 else "waiting",
            1_000,
            1_000 if n % 2 else None,
        )
        for reason, count in reasons.items()
        for n in range(count)
    ]
    columns = {
        "delivered": pl.Int64,
        "returned": pl.Int64,
        "reason_group": pl.String,
        "reason": pl.String,
        "return_state": pl.String,
        "price_cents": pl.Int64,
        "credit_approved_cents": pl.Int64,
    }
    return pl.DataFrame(rows, schema=columns, orient="row").lazy()


GUIDE = {
    "disconnected": 119,
    "wrong_person": 85,
    "no_interest": 68,
    "already_purchased": 51,
    "other": 17,
}


def test_the_guides_top_reasons() -> None:
    """119, 85, 68, 51 and 17 of 340 are 35, 25, 20, 15 and 5 %, adding up to all."""
    table = claims.return_reasons(returns(**GUIDE), Rules())
    single = table.filter(level="reason")
    assert single["reason"].to_list() == list(GUIDE)
    assert single["share"].to_list() == pytest.approx([0.35, 0.25, 0.20, 0.15, 0.05])
    assert single["cumulative"].to_list() == pytest.approx([0.35, 0.60, 0.80, 0.95, 1.0])
    assert set(single["claims"]) == {340}
    groups = table.filter(level="group")
    assert groups["returned"].to_list() == [204, 119, 17]
    assert groups["price_cents"].to_list() == [204_000, 119_000, 17_000]


def test_what_common_terms_would_not_credit() -> None:
    """Intent and other: 136 of 340, 40 %."""
    table = claims.return_reasons(returns(**GUIDE), Rules())
    assert set(table["uncreditable_share"]) == {136 / 340}


def test_a_check_saves_what_it_catches_less_its_cost() -> None:
    """59 of 119 disconnected credited: 70 % of 590.00, less 8 cents for each delivery."""
    rows = claims.avoidable_returns(returns(disconnected=119), Rules()).to_dicts()
    one = next(row for row in rows if row["reason_group"] == "contactability")
    assert (one["credited"], one["credit_cents"]) == (59, 59_000)
    assert (one["saved_cents"], one["check_cost_cents"]) == (41_300, 952)
    assert one["avoidable_cents"] == 40_348


def test_limits_of_laney_equal_those_of_a_p_chart_when_nothing_but_chance_moves() -> None:
    """Equal weeks that spread less than chance are not given narrower limits."""
    frame = pl.DataFrame({"x": [10, 11, 9, 10, 10, 11, 9, 10], "n": [100] * 8})
    low, high = claims.laney("x", "n")
    row = frame.select(low=low, high=high).row(0)
    sigma = (0.1 * 0.9 / 100) ** 0.5
    assert row == pytest.approx((0.1 - 3 * sigma, 0.1 + 3 * sigma))


# --- buyers ---------------------------------------------------------------------------------


def cells(**counts: tuple[int, int, int]) -> pl.DataFrame:
    """Cells named source_buyer: deliveries = feedback, converted, returned."""
    rows = [(*name.split("_"), n, n, x, r) for name, (n, x, r) in counts.items()]
    names = ("source", "buyer", "delivered", "feedback", "converted", "returned")
    return pl.DataFrame(rows, schema=names, orient="row")


def test_a_strict_buyer_is_measured_by_the_others() -> None:
    """X returns 20 of 100 of A where Y returns 10 of 100: twice as many."""
    table = mix.buyer_strictness(cells(A_X=(100, 0, 20), A_Y=(100, 0, 10), B_X=(50, 0, 5)), NAMED)
    x, y = table.to_dicts()
    assert (x["buyer_id"], x["strictness"], x["expected_returns"]) == ("X", 2.0, 10.0)
    assert (x["compared"], x["exclusive"], x["returned"]) == (100, 50, 25)
    assert y["strictness"] == 0.5
    assert x["strictness_low"] < 2.0 < x["strictness_high"]


def test_bounds_of_what_silence_could_hide() -> None:
    """The guide: 850 of 8,500 reported of 10,000 lie between 8.5 and 23.5 %."""
    row = {"source": "A", "buyer": "X", "delivered": 10_000, "feedback": 8_500, "converted": 850}
    progress = {"is_no_contact": 3_400, "is_contacted": 2_550, "is_qualified": 0}
    [found] = coverage(pl.DataFrame([{**row, **progress}]), NAMED).to_dicts()
    assert (found["floor"], found["ceiling"]) == (0.085, 0.235)
    assert found["open_ceiling"] == 0.235 + 0.595


# --- mix ------------------------------------------------------------------------------------


def grouped(**counts: tuple[int, int]) -> pl.DataFrame:
    """Groups with feedback and sales; nothing else happened."""
    rows = [(g, n, n, x, 0, 0) for g, (n, x) in counts.items()]
    names = ("group", "delivered", "feedback", "converted", "contacted", "returned")
    return pl.DataFrame(rows, schema=names, orient="row")


def test_mix_and_performance_add_up_and_a_paradox_is_seen() -> None:
    """Both groups improve, and the whole falls, because the weak one grew."""
    before = grouped(A=(800, 160), B=(200, 10))
    now = grouped(A=(200, 42), B=(800, 48))
    table = mix.mix_shift(before, now, {}).filter(measure="conversion_rate")
    whole = table.row(0, named=True)
    assert (whole["rate_before"], whole["rate_now"]) == (0.17, 0.09)
    assert whole["from_mix"] + whole["from_performance"] == pytest.approx(-0.08)
    assert whole["from_performance"] == pytest.approx(0.5 * 0.01 + 0.5 * 0.01)
    assert whole["paradox"] is True
    assert table["from_mix"][1:].sum() == pytest.approx(whole["from_mix"])


def test_the_bridge_of_the_margin_adds_up_to_the_cent() -> None:
    """100 at 30.00 / 2.00 / 20.00 become 110 at 31.00 / 3.00 / 20.00."""
    before = {
        "delivered": 100,
        "gross_cents": 300_000,
        "credit_cents": 20_000,
        "cost_cents": 200_000,
        "margin_cents": 80_000,
    }
    now = {
        "delivered": 110,
        "gross_cents": 341_000,
        "credit_cents": 33_000,
        "cost_cents": 220_000,
        "margin_cents": 88_000,
    }
    steps: dict[str, int] = dict(mix.money_shift(before, now).iter_rows())
    assert steps == {
        "margin before": 80_000,
        "volume": 8_000,
        "prices": 10_500,
        "credits": -10_500,
        "lead cost": 0,
        "margin now": 88_000,
    }


def test_additive_effects_are_those_of_weighted_least_squares() -> None:
    """The same fit by scipy's general minimiser."""
    found = mix.source_by_buyer(
        cells(A_X=(100, 20, 0), A_Y=(300, 30, 0), B_X=(200, 20, 0), B_Y=(50, 1, 0)), NAMED
    )
    rate = np.array([0.2, 0.1, 0.1, 0.02])
    weight = np.array([100, 300, 200, 50])

    def loss(effects: Any) -> float:
        fit = np.array([effects[0], effects[1], effects[0] + effects[2], effects[1] + effects[2]])
        return float((weight * (rate - fit) ** 2).sum())

    best = optimize.minimize(loss, np.zeros(3), tol=1e-14).x
    expected = [best[0], best[1], best[0] + best[2], best[1] + best[2]]
    assert found["expected_rate"].to_list() == pytest.approx(expected, abs=1e-5)


# --- ranking --------------------------------------------------------------------------------


def test_small_samples_are_pulled_to_their_peers_and_large_ones_stay() -> None:
    """3 of 10 among peers of 10 % comes near them; 600 of 2,000 stays near 30 %."""
    rows = [(f"S{k}", 200, 20) for k in range(6)] + [("small", 10, 3), ("large", 2_000, 600)]
    frame = pl.DataFrame(rows, schema=("source", "feedback", "converted"), orient="row")
    frame = frame.with_columns(vertical=pl.lit("v"), buyer=pl.lit("t"))
    found = {r["id"]: r for r in ranking.ranking(frame, NAMED).to_dicts()}
    assert found["small"]["adjusted_rate"] < 0.25
    assert found["large"]["adjusted_rate"] == pytest.approx(0.30, abs=0.01)
    assert found["large"]["rank"] == 1
    wide = found["small"]["rank_high"] - found["small"]["rank_low"]
    assert wide >= 4
    assert {row["of"] for row in found.values()} == {8}


def test_adjusted_ranges_cover_the_truth_as_often_as_they_say() -> None:
    """Sources drawn from a beta: 95 % ranges cover their true rates in 92 - 98 %."""
    generator = np.random.default_rng(8)
    inside = []
    for _ in range(40):
        true = generator.beta(12, 88, size=12)
        of = generator.integers(40, 800, size=12)
        count = generator.binomial(of, true)
        rates, _, _ = ranking.posterior(count.astype(float), of.astype(float), generator)
        low, high = np.quantile(rates, (0.025, 0.975), axis=0)
        inside += list((low <= true) & (true <= high))
    assert 0.92 <= np.mean(inside) <= 0.98


# --- unusual changes ------------------------------------------------------------------------


def weekly(fall: float) -> pl.DataFrame:
    """Thirty weeks of six sources; the last two weeks of S0 convert `fall` times as often."""
    generator = np.random.default_rng(2)
    rows = []
    for source in range(6):
        for week in range(30):
            rate = 0.12 * (fall if source == 0 and week >= 28 else 1.0)
            rows.append(
                (
                    "v",
                    f"S{source}",
                    "s",
                    7 * week - 3,
                    300,
                    250,
                    120,
                    int(generator.binomial(250, rate)),
                    15,
                )
            )
    names = (
        "vertical",
        "source_id",
        "sub_source",
        "week",
        "delivered",
        "feedback",
        "contacted",
        "converted",
        "returned",
    )
    return pl.DataFrame(rows, schema=names, orient="row")


def test_a_collapse_is_the_first_alert_and_calm_weeks_raise_none() -> None:
    """Half the conversion for two weeks stands out; chance alone does not."""
    rules = Rules().alerts
    fallen = alerts.alerts(weekly(0.5), NAMED, rules)
    first = fallen.row(0, named=True)
    assert (first["source_id"], first["measure"], first["alert"]) == ("S0", "conversion_rate", True)
    assert first["direction"] == "below"
    assert fallen["alert"].sum() == 1
    calm = alerts.alerts(weekly(1.0), NAMED, rules)
    assert calm["alert"].sum() == 0


# --- seasons --------------------------------------------------------------------------------


def test_a_season_is_not_the_work_of_a_changed_mix() -> None:
    """A strong source that sends only in one month does not make the month strong."""
    rows = []
    for month in range(1, 13):
        rows += [(month, "A", 10, 100)] + ([(month, "B", 30, 100)] if month == 6 else [])
    frame = pl.DataFrame(rows, schema=("month", "source", "converted", "covered"), orient="row")
    blank = {"contacted": 0, "returned": 0, "delivered": 100, "seconds_to_feedback": 60}
    outcomes = frame.with_columns(
        **{name: pl.lit(value, pl.Int64) for name, value in blank.items()}
    )
    table = seasons.month_table(outcomes.lazy(), whole_year=True)
    june = table.filter(month=6, measure="conversion_rate").row(0, named=True)
    assert june["rate"] == 0.2
    assert june["index"] == pytest.approx(1.0)
    assert june["verdict"] == seasons.NOT_YET


# --- rules ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({"scores": {}}, "rules.toml: scores is not a setting; nearest: score"),
        (
            {"score": {"contact_taget": 1}},
            "score.contact_taget is not a setting; nearest: contact_target",
        ),
        ({"score": {"contact_target": "high"}}, "score.contact_target = 'high' is not a number"),
        ({"tiers": {"good_from": 0.2}}, "watch_from < good_from < excellent_above"),
        ({"claims": {"credited_groups": ["luck"]}}, "is a list of reason groups"),
        ({"patterns": [{"reason": "x", "group": "other", "pattern": "("}]}, "cannot be used"),
        ({"floors": {"least_deliveries": 2.5}}, "is not a whole number"),
    ],
)
def test_wrong_rules_are_refused_by_file_and_key(tables: dict[str, Any], message: str) -> None:
    """Each message says what is wrong, and where."""
    with pytest.raises(BadRules) as error:
        read(tables, "rules.toml", Rules())
    assert message in str(error.value)


def test_rules_keep_what_is_not_said_and_have_a_hash_of_all() -> None:
    """One floor is changed; the others stay; the hash is another."""
    changed = read({"floors": {"contact": {"data_buyer": 0.2}}}, "rules.toml", Rules())
    assert changed.floors.contact.of("data_buyer") == 0.2
    assert changed.floors.contact.of("live_transfer") == 0.6
    assert changed.digest != Rules().digest
    assert read({}, "rules.toml", Rules()).digest == Rules().digest


def test_a_place_is_named_from_enough_feedback_on() -> None:
    """With 60 of feedback there is an adjusted rate but no place; with 600 there are both."""
    sizes = {"A": 600, "B": 600, "C": 600, "D": 600, "E": 600, "L": 60}
    rows = [
        {"source": s, "vertical": "v", "buyer": "b", "feedback": n, "converted": n // 8}
        for s, n in sizes.items()
    ]
    table = ranking.ranking(pl.DataFrame(rows), NAMED, least=100)
    found = {row["id"]: row for row in table.to_dicts()}
    assert found["L"]["rank_low"] is found["L"]["rank_high"] is None
    assert found["L"]["adjusted_rate"] is not None
    assert found["A"]["rank_low"] <= found["A"]["rank_high"]
