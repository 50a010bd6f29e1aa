"""Reports over small real stores: figures, states, what was asked."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING, Final

import pytest
from builders import delivered, us
from report_market import month, params, two_months
from report_reading import KINDS, report, said

from dashboard.answers.workspace import Workspace
from dashboard.presentation import formats
from dashboard.presentation.theme import DARK, LIGHT
from dashboard.query.parameters import BadQuery
from dashboard.reports import compose, html, report_order
from dashboard.tables.packs import when_judged
from data_access.settings import Settings
from metrics.definitions import phrases
from metrics.definitions.scope import Scope
from metrics.sentences.packs import NUMBERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from builders import Desk

# --- figures -------------------------------------------------------------------------------


def test_the_month_is_worked_out_by_hand(
    desk: Desk, open_workspace: Callable[[], Workspace]
) -> None:
    """120 × ($20 − $12) = $960 after $800, 12 of 96 as 10 of 80."""
    desk.take(*two_months())
    found = report(open_workspace(), "monthly")
    assert found.title == "October 2026"
    assert found.verdict == (
        "A good month for money, level for quality: margin rose 20 % to $960.00; conversion runs "
        "level with September at the same age."
    )
    text = said(found)
    assert "Delivered 1 – 31 Oct 2026 · compared with 1 – 30 Sep 2026 at the same age" in text
    for words in (
        "Margin $960.00 ● up $160.00, was $800.00",
        "Net revenue $2,400 ● up $400.00, was $2,000",
        "Conversion 12.5 % 12 of 96 ○ level, was 12.5 %",
        "Contact 43.8 % 42 of 96 ○ level, was 43.8 %",
        "Returns 5.0 % 6 of 120 ○ level, was 5.0 %",
        "Feedback rate 80.0 % 96 of 120 ○ level, was 80.0 %",
        "More deliveries added $160.00. Prices hardly moved it (+$0.00).",
        "12 sales so far",
        "Elm: margin up $80.00 on 60 deliveries (50 before).",
        "Nothing was noted as done in October 2026.",
    ):
        assert words in text, words


def test_the_parts_of_the_month_stand_in_their_order(
    desk: Desk, open_workspace: Callable[[], Workspace]
) -> None:
    """Verdict, numbers, bridge, end, up, risks, decided; then definitions and the link."""
    desk.take(*two_months())
    text = said(report(open_workspace(), "monthly"))
    parts = (
        *("A good month", "Margin $960.00", "From gross revenue to margin", "12 sales so far"),
        *("Up most, by money", "Risks", "Decided, and what came of it"),
        *("Margin: net revenue less lead cost", "leadloop report monthly --month 2026-10"),
        "/reports?month=2026-10&as_of=2026-11-20",
    )
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


@pytest.mark.parametrize("kind", ["monthly", "weekly", "daily"])
def test_every_figure_is_that_of_the_tables(
    desk: Desk, open_workspace: Callable[[], Workspace], kind: str
) -> None:
    """Tiles are rows of `headline`; every sentence of the pack is in the report."""
    desk.take(*two_months())
    workspace = open_workspace()
    order = report_order.read(kind, params(kind), workspace)
    document = compose.make(workspace, order)
    text = said(document)
    rows = {row["key"]: row for row in workspace.table("headline", order.scope).to_dicts()}
    for key in NUMBERS[kind]:
        row = rows[key]
        unit = "rate" if row["denominator"] else "money" if key.endswith("_cents") else "count"
        assert phrases.figure(row["value"], unit, "USD") in text, key
        if row["denominator"]:
            assert f"{row['numerator']:,} of {row['denominator']:,}" in text, key
    pack = workspace.table(kind, order.scope)
    assert pack.height > len(NUMBERS[kind])
    for row in pack.to_dicts():
        shown = row["section"] != "numbers" and row["label"] != "From gross to margin"
        if shown:
            assert row["sentence"] in text, row["sentence"]
    kept = document.figures["numbers"]
    assert {key: kept[key] for key in rows} == {key: row["value"] for key, row in rows.items()}


def test_the_buyers_letter_counts_what_its_file_lists(
    desk: Desk, open_workspace: Callable[[], Workspace]
) -> None:
    """Acme got 50 + 60 and reported on 40 + 48."""
    desk.take(*two_months())
    workspace = open_workspace()
    order = report_order.read("buyer", params("buyer"), workspace)
    text = said(compose.make(workspace, order))
    assert "You have reported on 80.0 % of the 110 deliveries we made to you; 22 are still" in text
    assert "October 2026 60 48 12 80.0 %" in text
    assert workspace.table("unanswered", order.scope).height == 22
    assert "Birch" not in text


def test_the_pack_of_a_source_gives_no_prices_and_no_other_names_away(
    desk: Desk, open_workspace: Callable[[], Workspace]
) -> None:
    """It is handed over to the source."""
    desk.take(*two_months())
    text = said(report(open_workspace(), "source"))
    assert "Oak converts 12.5 % (" in text
    assert "Deliveries 110" in text
    for word in ("Elm", "Acme", "Birch", "$", "Margin", "src_elm", "buy_"):
        assert word not in text, word


@pytest.mark.parametrize("kind", ["monthly", "weekly", "daily"])
def test_names_are_said_and_ids_are_not(
    desk: Desk, open_workspace: Callable[[], Workspace], kind: str
) -> None:
    """Where a source or buyer has a name."""
    desk.take(*two_months())
    assert not re.search(r"(src|buy)_[a-z]+", said(report(open_workspace(), kind)))


def test_amounts_are_written_as_on_the_pages() -> None:
    """Two modules write money; they may not differ."""
    for cents in (0, 1, -1, 99_999, 100_000, -13_099_000, 123_456_789):
        for currency in ("USD", "EUR", "GBP", "JPY", "SEK"):
            assert phrases.money(cents, currency) == formats.money(cents, currency)


def test_another_currency_and_zone_are_those_of_the_store(desk: Desk) -> None:
    """Euros; days are cut in New York, where 9 UTC is the same day."""
    desk.take(*two_months())
    settings = Settings(data_dir=desk.folder, currency="EUR", report_zone="America/New_York")
    workspace = Workspace(settings)
    text = said(report(workspace, "monthly"))
    workspace.store.close()
    assert "margin rose 20 % to €960.00" in text
    assert "€2.4k" in text
    assert "$" not in text
    assert "as known on 20 Nov 2026 23:59 EST" in text


def test_a_filter_narrows_the_report_and_is_named(
    desk: Desk, open_workspace: Callable[[], Workspace]
) -> None:
    """Oak alone: 60 deliveries in October."""
    desk.take(*two_months())
    text = said(report(open_workspace(), "monthly", source=["src_oak"]))
    assert "· Oak ·" in text
    assert "of 60" in text
    assert "Elm" not in text


# --- states --------------------------------------------------------------------------------


STATES: Final[dict[str, tuple[list[dict[str, str]], dict[str, list[str]]]]] = {
    "an empty store": ([], {}),
    "without feedback": ([f for f in two_months() if f["event_type"] == "recipient.delivered"], {}),
    "one source": (two_months(source_id="src_oak", source_name="Oak"), {}),
    "no lead cost": ([{k: v for k, v in f.items() if k != "margin"} for f in two_months()], {}),
    "no prices": (
        [{k: v for k, v in f.items() if k not in {"margin", "price"}} for f in two_months()],
        {},
    ),
    "no month before": (month("O", "2026-10", 120), {}),
    "only before": (month("S", "2026-09", 100), {}),
    "few": (month("O", "2026-10", 10), {}),
    "nothing left": (
        [
            *two_months(vertical="solar"),
            delivered("Z", "buy_birch", "2026-07-01T09:00:00Z", vertical="auto"),
        ],
        {"vertical": ["auto"]},
    ),
    "out of deliveries": (two_months(), {"base": ["delivered"]}),
    "old enough": (two_months(), {"base": ["mature"]}),
    "known before it began": (two_months(), {"as_of": ["2026-08-15"]}),
    "another data version": (two_months(), {"data_version": ["3"]}),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_report_holds_in_every_state(
    desk: Desk, open_workspace: Callable[[], Workspace], kind: str, state: str
) -> None:
    """A sentence on top, a whole document, and no word of ours for nothing."""
    facts, more = STATES[state]
    if facts:
        desk.take(*facts)
    workspace = open_workspace()
    if not facts and kind in {"source", "buyer"}:
        with pytest.raises(BadQuery, match="is not known"):
            report(workspace, kind)
        return
    if state == "known before it began" and kind in report_order.PERIOD_OF:
        with pytest.raises(BadQuery, match="has not begun"):
            report(workspace, kind, **more)
        return
    document = report(workspace, kind, **more)
    text = said(document)
    assert document.verdict.endswith(".")
    assert not re.findall(r"\b(?:None|nan|null|inf)\b|\(none\)|!", text)
    json.dumps(document.figures, allow_nan=False)
    for colours in (LIGHT, DARK):
        assert html.body(document, colours, images=True).startswith('<article class="report')


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("an empty store", "Nothing was delivered in October 2026."),
        ("only before", "Nothing was delivered in October 2026."),
        ("few", "Only 10 deliveries in October 2026: too few to judge."),
        ("no month before", "there is no month before that it can be compared with."),
        ("without feedback", "no buyer has reported yet, so quality cannot be judged."),
        ("no lead cost", "A good month for money, level for quality: net revenue rose 20 % to"),
        ("no prices", "what was earned is unknown without prices"),
    ],
)
def test_the_verdict_says_what_is_missing(
    desk: Desk, open_workspace: Callable[[], Workspace], state: str, sentence: str
) -> None:
    """In the place of a number."""
    facts, more = STATES[state]
    if facts:
        desk.take(*facts)
    verdict = report(open_workspace(), "monthly", **more).verdict
    assert sentence.lower() in verdict.lower()


# --- what was asked ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "changes", "says"),
    [
        ("monthly", {"mont": ["2026-10"]}, "nearest: month"),
        ("monthly", {"week": ["2026-10-19"]}, "parameter 'week' is not known"),
        ("monthly", {"month": ["2026-13"]}, "a month like 2026-10"),
        ("monthly", {"month": ["2026-10", "2026-09"]}, "given 2 times"),
        ("monthly", {"source": ["src_oka"]}, "nearest: src_oak"),
        ("monthly", {"as_of": ["2099-01-01"]}, "lies after what is known"),
        ("monthly", {"clock": ["reported"]}, "parameter 'clock' is not known"),
        ("monthly", {"data_version": ["999999"]}, "is not known yet; the newest is"),
        ("weekly", {"week": ["2026-10-20"]}, "no Monday; nearest: 2026-10-19"),
        ("daily", {"day": ["yesterday"]}, "is not a date"),
        ("source", {"source": ["src_oak", "src_elm"]}, "2 are given"),
        ("buyer", {"buyer": []}, "none is given"),
        ("buyer", {"converted": ["true"]}, "parameter 'converted' is not known"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_what_can(
    desk: Desk,
    open_workspace: Callable[[], Workspace],
    kind: str,
    changes: dict[str, list[str]],
    says: str,
) -> None:
    """Never guessed, never ignored."""
    desk.take(*two_months())
    workspace = open_workspace()
    with pytest.raises(BadQuery, match=re.escape(says)):
        report_order.read(kind, {**params(kind), **changes}, workspace)


def test_without_a_period_the_last_complete_one_is_taken(
    desk: Desk, open_workspace: Callable[[], Workspace]
) -> None:
    """Seen from Wednesday 4 November."""
    desk.take(*two_months())
    workspace, seen = open_workspace(), {"as_of": ["2026-11-04"]}
    periods = {}
    for kind in ("monthly", "weekly", "daily", "buyer"):
        more = {"buyer": ["buy_acme"]} if kind == "buyer" else {}
        scope = report_order.read(kind, {**seen, **more}, workspace).scope
        periods[kind] = (scope.first.isoformat(), scope.last.isoformat())
    assert periods == {
        "monthly": ("2026-10-01", "2026-10-31"),
        "weekly": ("2026-10-26", "2026-11-01"),
        "daily": ("2026-11-03", "2026-11-03"),
        "buyer": ("2026-08-07", "2026-11-04"),
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_report_asked_for_by_its_own_words_is_the_same(
    desk: Desk, open_workspace: Callable[[], Workspace], kind: str
) -> None:
    """Its query gives the same order, whatever came since."""
    desk.take(*two_months())
    workspace = open_workspace()
    order = report_order.read(kind, params(kind, state=["(none)"]), workspace)
    frozen = order.frozen(as_of_us=order.scope.as_of_us, version=workspace.status().data_version)
    again: dict[str, list[str]] = {}
    for name, value in frozen.pairs():
        again.setdefault(name, []).append(value)
    assert report_order.read(kind, again, workspace).scope == frozen.scope
    assert "--state '(none)'" in frozen.command()


# --- unusual changes -----------------------------------------------------------------------


def test_unusual_changes_are_those_of_the_period_and_not_todays() -> None:
    """Of a week that is long over, as it was known when its days were seven days old."""
    scope = Scope(first=date(2026, 9, 7), last=date(2026, 9, 13), as_of_us=us("2026-11-20"))
    then = when_judged(scope, "UTC", 7)
    assert then.as_of_us == us("2026-09-21") - 1
    young = Scope(first=date(2026, 9, 7), last=date(2026, 9, 13), as_of_us=us("2026-09-15"))
    assert when_judged(young, "UTC", 7) == young
