"""What rules suggest, and whether they would have been right, counted again by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl
import pytest
from builders import delivered, reported, us
from oracle_tables import wilson

from metrics.definitions.party_names import PartyNames
from metrics.definitions.rules import Rules
from metrics.definitions.scope import Rows, Scope
from metrics.insights import rule_replay, suggestions

if TYPE_CHECKING:
    from collections.abc import Callable

    from builders import Desk

    from dashboard.answers.workspace import Workspace

START: Final = date(2026, 3, 2)
DAYS: Final = 196
NOW: Final = "2026-09-14T00:00:00Z"
WORDS: Final = ("converted", "returned", "no_contact", "contacted", None)
CHANCES: Final = {
    "strong": (0.30, 0.02, 0.10, 0.48, 0.10),
    "usual": (0.10, 0.05, 0.15, 0.50, 0.20),
    "poor": (0.01, 0.05, 0.20, 0.54, 0.20),
    "returned": (0.08, 0.40, 0.10, 0.32, 0.10),
    "unreached": (0.08, 0.02, 0.75, 0.05, 0.10),
    "silent": (0.12, 0.02, 0.02, 0.02, 0.82),
    "usual_2": (0.10, 0.05, 0.15, 0.50, 0.20),
    "usual_3": (0.10, 0.05, 0.15, 0.50, 0.20),
    "rare": (0.60, 0.00, 0.00, 0.40, 0.00),
}
"""Per source how often a delivery is each of `WORDS`."""


@dataclass(frozen=True)
class Lead:
    """One delivery of the market, reported the day after if at all."""

    source: str
    buyer: str
    day: date
    word: str | None

    def counts(self) -> Counter[str]:
        """What it adds to the counts a rule is made of."""
        word = self.word
        return Counter(
            delivered=1,
            feedback=int(word is not None),
            contacted=int(word in {"converted", "contacted"}),
            converted=int(word == "converted"),
            returned=int(word == "returned"),
        )


def market() -> list[Lead]:
    """Half a year of nine sources at two buyers; one source is rare."""
    draw = np.random.default_rng(11)
    leads = []
    for source, chances in CHANCES.items():
        for day in range(DAYS):
            often = 4 if source != "rare" else 2 * int(day % 6 == 0)
            for nth in range(often):
                word = WORDS[int(draw.choice(len(WORDS), p=chances))]
                leads.append(Lead(source, f"b{nth % 2}", START + timedelta(days=day), word))
    return leads


@pytest.fixture
def shop(
    desk: Desk, open_workspace: Callable[[], Workspace]
) -> tuple[Workspace, list[Lead], Scope]:
    """The market in a store, and the question about its last week only."""
    leads = market()
    facts = []
    for nth, lead in enumerate(leads):
        at = f"{lead.day}T10:00:00Z"
        facts.append(delivered(f"L{nth}", lead.buyer, at, source_id=lead.source))
        if lead.word:
            told = f"{lead.day + timedelta(days=1)}T09:00:00Z"
            facts.append(reported(f"L{nth}", lead.buyer, lead.word, told))
    desk.now = NOW
    desk.take(*facts)
    last = START + timedelta(days=DAYS - 1)
    return (
        open_workspace(),
        leads,
        Scope(first=last - timedelta(days=6), last=last, as_of_us=us(NOW)),
    )


def tallied(leads: list[Lead], *keys: str) -> dict[tuple[str, ...], Counter[str]]:
    """Counts per value of some attributes."""
    found: dict[tuple[str, ...], Counter[str]] = {}
    for lead in leads:
        found.setdefault(tuple(getattr(lead, k) for k in keys), Counter()).update(lead.counts())
    return found


EDGES: Final = {
    "high_returns": ("returned", "delivered", 0.08, 1),
    "excellent": ("converted", "feedback", 0.12, 1),
    "poor": ("converted", "feedback", 0.05, -1),
}


def fires(rule: str, n: Counter[str]) -> bool:
    """A rule about a source by the guide's words: 50 of each, 40 % told of, the whole range."""
    count, of, edge, sign = EDGES[rule]
    if min(n["delivered"], n[of]) < 50:
        return False
    if rule != "high_returns" and n["feedback"] < 0.4 * n["delivered"]:
        return False
    low, high = wilson(n[count], n[of])
    return low > edge if sign > 0 else high < edge


def test_suggestions_are_those_of_the_rating_window(
    shop: tuple[Workspace, list[Lead], Scope],
) -> None:
    """Whatever the period: of ninety days old enough, counted by hand."""
    workspace, leads, scope = shop
    edges = Rules()
    assert edges.floors.returns.of(None) == EDGES["high_returns"][2]
    [age] = set(workspace.table("maturity", scope)["mature_days"])
    today = date.fromisoformat(NOW[:10])
    rated = [lead for lead in leads if age <= (today - lead.day).days < age + 90]
    expected: dict[tuple[str, str, str | None], tuple[int, int]] = {
        (rule, source, None): (n[EDGES[rule][0]], n[EDGES[rule][1]])
        for (source,), n in tallied(rated, "source").items()
        for rule in EDGES
        if fires(rule, n)
    }
    floor = edges.floors.contact.of(None)
    for (source, buyer), n in tallied(rated, "source", "buyer").items():
        low = n["feedback"] and wilson(n["contacted"], n["feedback"])[1] < floor
        if min(n["delivered"], n["feedback"]) >= 50 and low:
            expected["low_contact", source, buyer] = (n["contacted"], n["feedback"])
    table = workspace.table("recommendations", scope)
    found = {
        (row["rule"], row["id"], row["partner_id"]): (row["count"], row["of"])
        for row in table.filter("fires").to_dicts()
    }
    assert found == expected
    assert {key[:2] for key in found} >= {
        ("high_returns", "returned"),
        ("excellent", "strong"),
        ("poor", "poor"),
        ("low_contact", "unreached"),
    }
    assert not {"rare", "silent"} & {key[1] for key in found}  # 30 leads; 18 % told of
    wide = Scope(first=START, last=scope.last, as_of_us=scope.as_of_us)
    assert workspace.table("recommendations", wide).equals(table)
    only = replace(scope, rows=Rows(converted=True))
    assert workspace.table("recommendations", only).equals(table)
    for query in (scope, replace(scope, buyer=("b1",)), replace(scope, source=("poor", "strong"))):
        advised = workspace.table("recommendations", query).filter("fires")
        todo = workspace.table("findings", query).filter(kind="suggestion")
        assert set(todo.select("code", "source_id", "buyer_id").rows()) == set(
            advised.select("rule", "id", "partner_id").rows()
        )
        assert advised.height


def test_a_rule_was_right_where_the_weeks_after_it_say_so_too(
    shop: tuple[Workspace, list[Lead], Scope],
) -> None:
    """Fired on four weeks at fourteen days of age; judged by the next four, as known now."""
    workspace, leads, scope = shop
    [age] = set(workspace.table("maturity", scope)["mature_days"])
    today = date.fromisoformat(NOW[:10])
    weeks = [START + timedelta(weeks=n) for n in range(DAYS // 7)]
    weeks = [w for w in weeks if w + timedelta(days=7 + 14) <= today]

    def sums(source: str, ends: list[date]) -> Counter[str]:
        total: Counter[str] = Counter()
        for lead in leads:
            if lead.source == source and lead.day - timedelta(days=lead.day.weekday()) in ends:
                total.update(lead.counts())
        return total

    expected: dict[str, list[Any]] = {rule: [0, set(), 0, 0] for rule in EDGES}
    for source in CHANCES:
        for nth, week in enumerate(weeks):
            before = sums(source, weeks[max(0, nth - 3) : nth + 1])
            following = weeks[nth + 1 : nth + 5]
            grown = len(following) == 4 and (today - following[-1]).days - 6 >= age
            after = sums(source, following)
            for rule, (count, of, edge, sign) in EDGES.items():
                if not fires(rule, before):
                    continue
                tally = expected[rule]
                tally[0] += 1
                tally[1].add(source)
                if grown and after[of]:
                    tally[2] += 1
                    tally[3] += sign * (after[count] / after[of] - edge) > 0
            assert week
    rows = {row["rule"]: row for row in workspace.table("rule_replay", scope).to_dicts()}
    for rule, (fired, sources, judged, right) in expected.items():
        row = rows[rule]
        assert row["fired"] == fired > 0
        assert row["sources_fired"] == len(sources)
        assert (row["judged"], row["agreed"]) == (judged, right)


def test_being_lucky_once_is_not_being_right() -> None:
    """Excellent for four weeks, usual ever after: the rule fires and was wrong."""
    weeks = [7 * n + 4 for n in range(10)]
    sold = [40] * 4 + [5] * 6
    table = pl.DataFrame(
        {
            "source_id": "a",
            "week": weeks,
            "delivered": 100,
            "feedback": 90,
            "converted": sold,
            "returned": 0,
        }
    )
    row = rule_replay.rule_replay(table, table, Rules()).filter(rule="excellent").to_dicts()[0]
    assert (row["judged"], row["agreed"]) == (6, 3)  # weeks after with 125, 90, 55, then 20 sold


@pytest.mark.parametrize(("told", "named"), [(49, False), (50, True)])
def test_fifty_deliveries_are_not_fifty_reports(told: int, *, named: bool) -> None:
    """All that were told of sold, of ever so many deliveries: 49 say nothing yet."""
    known, silent = [1] * told, [0] * 50
    numbers = {
        "delivered": [1] * (told + 50),
        "covered": known + silent,
        "contacted": known + silent,
        "converted": known + silent,
        "returned": [0] * (told + 50),
        "price_cents": [100] * (told + 50),
        "credit_approved_cents": [None] * (told + 50),
    }
    rows = pl.LazyFrame(numbers, schema=dict.fromkeys(numbers, pl.Int64)).with_columns(
        source=pl.lit("a"), buyer=pl.lit("b"), buyer_type=pl.lit(None, pl.String)
    )
    others = [
        rows.with_columns(source=pl.lit(f"o{n}"), converted=pl.lit(0, pl.Int64)) for n in range(4)
    ]
    table = suggestions.recommendations(pl.concat([rows, *others]), PartyNames({}, {}, {}), Rules())
    found = table.filter("fires", rule="excellent")["id"].to_list()
    assert found == (["a"] if named else [])


@pytest.mark.parametrize(("sources", "speaks"), [(3, True), (7, True), (9, False), (20, False)])
def test_a_small_shop_is_told_of_its_bad_source(sources: int, *, speaks: bool) -> None:
    """One of three returns 60 of 100: it is told of, though it is a third of all.

    Of eight and more, over a quarter with such returns are a matter of the threshold.
    """
    bad = max(1, sources // 3)
    rows = [
        {
            "source": f"S{nth}",
            "buyer": "B1",
            "buyer_type": "lead_buyer",
            "delivered": 1,
            "covered": 1,
            "contacted": 1,
            "converted": int(lead < 10),
            "returned": int(nth < bad and lead >= 40),
            "credit_approved_cents": None,
            "price_cents": 1000,
        }
        for nth in range(sources)
        for lead in range(100)
    ]
    grown = pl.DataFrame(rows, schema_overrides={"credit_approved_cents": pl.Int64}).lazy()
    table = suggestions.recommendations(grown, PartyNames({}, {}, {}), Rules())
    found = table.filter(rule="high_returns")
    assert found["id"].sort().to_list() == sorted(f"S{nth}" for nth in range(bad))
    assert found["fires"].to_list() == [speaks] * bad
    assert found["held_back"].to_list() == [not speaks] * bad
