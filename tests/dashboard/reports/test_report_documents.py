"""Each kind of report is made of the parts that its reader needs, and of no other."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from builders import delivered, us
from report_market import params, two_months
from report_reading import said

from dashboard.reports import buyer, month, published_reports, report_order, since_published, source
from dashboard.reports.document import Sentences, Tiles
from dashboard.reports.report_query import ReportQuery
from data_access.store import decisions
from metrics.definitions.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from builders import Desk

    from dashboard.answers.workspace import Workspace
    from dashboard.reports.document import Document


def reading(shop: Workspace, kind: str, **more: list[str]) -> ReportQuery:
    """An order about October and the shop that it is answered from."""
    return ReportQuery(shop, report_order.read(kind, params(kind, **more), shop))


def titles(document: Document) -> list[str]:
    """The titles of its sections."""
    return [section.title for section in document.sections if section.title]


def test_a_letter_counts_what_is_unanswered_and_thanks_for_all(shop: Workspace) -> None:
    """Of 90 days: 110 to Acme, 88 told, 9 claims waiting."""
    query = reading(shop, "buyer")
    letter = buyer.document(query)
    assert letter.title == "Leads delivered to Acme"
    assert buyer.unanswered(query) == query.delivered - int(query.value("feedback") or 0) == 22
    assert letter.verdict == (
        "You have reported on 80.0 % of the 110 deliveries we made to you; 22 are still unanswered."
    )
    assert {"What we ask", "By month", "Your claims"} <= set(titles(letter))
    assert f"{buyer.FILE}.csv lists the 22 deliveries" in said(letter)


def test_a_letter_names_no_source_and_no_other_buyer(shop: Workspace) -> None:
    """It is handed over."""
    words = said(buyer.document(reading(shop, "buyer")))
    assert not {"Oak", "Elm", "Birch", "margin"} & set(words.replace(".", " ").split())


def test_a_pack_names_no_buyer_no_price_and_no_other_source(shop: Workspace) -> None:
    """What became of the leads of Oak."""
    pack = source.document(reading(shop, "source"))
    assert pack.title == "Results of Oak"
    words = said(pack)
    for secret in ("Acme", "Birch", "Elm", "$", "margin"):
        assert secret not in words, secret
    assert "Where it stands" in titles(pack)


def test_a_pack_compares_with_all_sources() -> None:
    """The filters but for the source stay."""
    asked = Scope(
        first=date(2026, 10, 1),
        last=date(2026, 10, 31),
        as_of_us=0,
        source=("src_oak",),
        buyer=("buy_acme",),
    )
    wide = source.among_all(asked)
    assert (wide.source, wide.buyer) == ((), ("buy_acme",))


@pytest.mark.parametrize("kind", list(month.NAMES))
def test_month_week_and_day_have_their_own_parts(shop: Workspace, kind: str) -> None:
    """Numbers first, definitions last, unusual changes only where they are fresh."""
    found = month.document(reading(shop, kind))
    assert found.kind == kind
    assert isinstance(found.sections[0].blocks[0], Tiles)
    assert found.sections[-1].small
    assert ("Unusual changes" in titles(found)) is (kind != "monthly")
    assert ("Decided, and what came of it" in titles(found)) is (kind == "monthly")


@pytest.mark.parametrize(("kind", "sales"), [("monthly", 12), ("source", 11), ("buyer", 12)])
def test_a_publication_keeps_the_figures_it_was_given_out_with(
    shop: Workspace, kind: str, sales: int
) -> None:
    """As JSON, with the filters; the month with its forecast."""
    kept = since_published.figures(reading(shop, kind))
    assert json.loads(json.dumps(kept)) == kept
    assert kept["numbers"]["converted"] == sales
    rate = sales / kept["numbers"]["feedback"]
    assert kept["numbers"]["conversion_rate"] == pytest.approx(rate)
    assert ("forecast" in kept) is (kind == "monthly")
    assert kept["filters"]["base"] == "feedback"


def test_what_was_published_is_held_against_what_is_known_now(
    desk: Desk, open_workspace: Callable[[], Workspace]
) -> None:
    """Published on the 10th; twenty deliveries of October came in late."""
    desk.now = "2026-11-10T12:00:00Z"
    desk.take(*two_months())
    shop = open_workspace()
    early = report_order.read("monthly", params("monthly", as_of=["2026-11-10"]), shop)
    published_reports.publish(shop, early, who="Ana")
    query = reading(shop, "monthly")
    assert since_published.latest(query, query.scope) is not None
    other = replace(query.scope, buyer=("buy_acme",))
    assert since_published.latest(query, other) is None
    assert since_published.since_published(query, other) is None
    before = since_published.since_published(query, query.scope)
    late = [
        delivered(f"X-{n}", "buy_acme", "2026-10-20T09:00:00Z", price="20.00", margin="8.00")
        for n in range(20)
    ]
    desk.take(*late)
    shop.refresh()
    after = since_published.since_published(reading(shop, "monthly"), query.scope)
    assert after is not None
    assert after != before
    assert "$2,800" in after


def test_decisions_of_the_period_are_told_where_the_filters_let_them_through(
    desk: Desk, open_workspace: Callable[[], Workspace]
) -> None:
    """The last word on a finding counts; what was decided later is not of October."""
    desk.take(*two_months())
    figure = {"source_id": "src_oak", "source_name": "Oak"}
    for state, note, at in (
        ("mine", "Looking", "2026-10-10"),
        ("done", "Called them", "2026-10-12"),
        ("done", "Later", "2026-11-12"),
    ):
        finding = "later" if note == "Later" else "f"
        told = decisions.Decision(finding=finding, state=state, who="Ann", note=note, figure=figure)
        decisions.record(desk.store, told, at_us=us(at))
    shop = open_workspace()
    assert since_published.decided(reading(shop, "monthly")) == ["Oak: Called them (Ann, 12 Oct)."]
    assert since_published.decided(reading(shop, "monthly", source=["src_elm"])) == []


def test_what_hardly_moved_the_margin_has_no_colour(shop: Workspace) -> None:
    """What added or took something has the colour of its side."""
    statements = [
        statement
        for section in month.document(reading(shop, "monthly")).sections
        for block in section.blocks
        if isinstance(block, Sentences)
        for statement in block.statements
    ]
    steps = {"hardly moved it": "", " added $": "better", " took $": "worse"}
    found = {words: {each.tone for each in statements if words in each.text} for words in steps}
    assert found["hardly moved it"] == {""}
    assert found[" added $"] <= {"better"}
    assert found[" took $"] <= {"worse"}
