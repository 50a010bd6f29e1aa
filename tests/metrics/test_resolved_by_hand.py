"""Resolution worked by hand, and the edges of a question."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

import polars as pl
from builders import NOW, delivered, failed, reported, us
from golden_shop import MONTH, Fact, Shop, opened_shop

from metrics.definitions.scope import Scope

if TYPE_CHECKING:
    from pathlib import Path


DELIVERED: Final = delivered("L", "b", "2026-09-10T10:00:00Z", event_id="a", price="45", margin="5")


def _said(event: str, outcome: str | None, day: int, **more: Any) -> Fact:
    return reported("L", "b", outcome, f"2026-09-{day:02}T12:00:00Z", event_id=event, **more)


def test_a_sale_returned_later_is_a_return_and_earns_no_value(shop: Shop) -> None:
    """The latest decisive event wins; both stay a contradiction."""
    row = shop.only(
        DELIVERED, _said("e1", "converted", 12, value="900"), _said("e2", "returned", 14)
    )
    assert (row["outcome"], row["converted"], row["returned"]) == ("returned", False, True)
    assert (row["value_cents"], row["contacted"]) == (None, True)
    assert row["contradiction"] == "converted_and_returned"
    assert (row["return_state"], row["credit_requested_cents"]) == ("waiting", 4_500)


def test_a_return_taken_over_by_a_later_sale_is_a_sale(shop: Shop) -> None:
    """Decisive events are ordered by when they happened, not by what they say."""
    row = shop.only(
        DELIVERED, _said("e1", "returned", 12), _said("e2", "converted", 14, value="900")
    )
    assert (row["outcome"], row["value_cents"], row["return_state"]) == ("converted", 90_000, None)


def test_order_of_arrival_does_not_change_the_outcome(tmp_path: Path) -> None:
    """The same events, in each order and batch by batch, give the same delivery."""
    events = [DELIVERED, _said("e1", "converted", 12), _said("e2", "returned", 14)]
    orders = ([0, 1, 2], [2, 1, 0], [1, 2, 0])
    found = []
    for number, order in enumerate(orders):
        folder = tmp_path / str(number)
        folder.mkdir()
        with opened_shop(folder) as opened:
            for place in order:
                opened.desk.take(events[place])
                opened.workspace.refresh()
            (row,) = opened.rows(MONTH).values()
            found.append({name: cell for name, cell in row.items() if name != "first_batch_id"})
    assert found[0]["outcome"] == "returned"
    assert found[1:] == found[:1] * 2


def test_a_closed_result_beats_any_progress(shop: Shop) -> None:
    """`not_interested` stands although `qualified` came later."""
    row = shop.only(
        DELIVERED, _said("e1", "not_interested", 12), _said("e2", "qualified", 20), scope=MONTH
    )
    assert (row["outcome"], row["outcome_class"]) == ("not_interested", "closed")


def test_the_furthest_progress_stands_and_contact_is_kept(shop: Shop) -> None:
    """A later `no_contact` takes neither the progress nor the conversation away."""
    row = shop.only(DELIVERED, _said("e1", "contacted", 12), _said("e2", "no_contact", 20))
    assert (row["outcome"], row["contacted"], row["feedback_events"]) == ("contacted", True, 2)
    assert row["occurred_at"].day == 12


def test_a_comment_alone_is_feedback_without_result(shop: Shop) -> None:
    """Someone answered and spoke: contacted, and no outcome."""
    row = shop.only(DELIVERED, _said("e1", None, 12, phone_answered=True, spoke_to_lead=True))
    assert (row["outcome"], row["outcome_class"]) == ("detail_only", "detail")
    assert (row["contacted"], row["converted"]) == (True, False)


def test_a_retraction_acts_from_its_own_time(shop: Shop) -> None:
    """Before it the sale stands, from it on the delivery is silent."""
    shop.desk.take(DELIVERED, _said("e1", "converted", 12), _said("e2", None, 20, retracts="e1"))
    counts = {}
    for moment in ("2026-09-20T11:59:59.999999Z", "2026-09-20T12:00:00Z"):
        row = shop.rate(Scope(first=MONTH.first, last=MONTH.last, as_of_us=us(moment)))
        counts[moment[11:13]] = (row["delivered"], row["feedback"], row["converted"])
    assert counts == {"11": (1, 1, 1), "12": (1, 0, 0)}


def test_a_replacement_takes_back_and_stands_in_its_place(shop: Shop) -> None:
    """The sale of 900 was one of 700."""
    row = shop.only(
        DELIVERED,
        _said("e1", "converted", 12, value="900"),
        _said("e2", "converted", 13, value="700", replaces="e1"),
    )
    assert (row["value_cents"], row["feedback_events"], row["contradiction"]) == (70_000, 1, None)


def test_the_latest_decision_is_the_credit_once(shop: Shop) -> None:
    """Refused, then granted twice without an amount: the price, once."""
    row = shop.only(
        DELIVERED,
        _said("e1", "returned", 12),
        _said("e2", None, 13, credit_approved=False),
        _said("e3", None, 14, credit_approved=True),
        _said("e4", None, 15, credit_approved=True),
    )
    assert (row["return_state"], row["credit_approved_cents"]) == ("credited", 4_500)
    money = shop.rate(MONTH)
    assert (money["gross_cents"], money["credit_cents"], money["net_cents"]) == (4_500, 4_500, 0)
    assert (money["cost_cents"], money["margin_cents"]) == (4_000, -4_000)


def test_the_guides_time_to_feedback_is_truncated_to_the_second(shop: Shop) -> None:
    """4 h 14 m 36 s and a bit is 15,276 seconds."""
    row = shop.only(
        delivered("L", "b", "2026-09-10T10:15:47.250000Z", event_id="a"),
        reported(
            "L",
            "b",
            "converted",
            "2026-09-10T14:30:23.900000Z",
            occurred_at="2026-09-10T14:27:00.900000Z",
            event_id="e",
        ),
    )
    assert (row["seconds_to_feedback"], row["seconds_to_outcome"]) == (15_276, 15_073)
    assert row["reporting_delay"] == 203


def test_feedback_on_a_failed_offer_enters_no_rate(shop: Shop) -> None:
    """It is listed as a contradiction and the offer stays failed."""
    row = shop.only(
        failed("L", "b", "2026-09-10T10:00:00Z", event_id="a"), _said("e1", "converted", 12)
    )
    assert (row["status"], row["outcome"], row["contacted"]) == ("failed", None, None)
    assert row["contradiction"] == "feedback_on_failed"
    rate = shop.rate(MONTH)
    assert (rate["attempted"], rate["delivered"], rate["feedback"]) == (1, 0, 0)


def test_a_delivery_repeated_keeps_its_first_time_and_price(shop: Shop) -> None:
    """A failure before and a success after change the number of attempts only."""
    row = shop.only(
        failed("L", "b", "2026-09-09T10:00:00Z", event_id="a0"),
        DELIVERED,
        delivered("L", "b", "2026-09-11T10:00:00Z", event_id="a2", price="99"),
    )
    assert (row["attempts"], row["price_cents"], row["delivered_at"].day) == (3, 4_500, 10)
    assert (row["attempted_at"].day, row["contradiction"]) == (9, "repeated_delivery")


def test_an_empty_store_has_no_data_and_no_rates(shop: Shop) -> None:
    """Counts are 0, rates are null, lists are empty."""
    row = shop.rate(MONTH)
    assert (row["attempted"], row["gross_cents"], row["conversion_rate"]) == (0, 0, None)
    assert shop.workspace.table("sources", MONTH).height == 0
    assert shop.workspace.table("trend", MONTH, grain="day")["delivered"].to_list() == [0] * 30
    assert (shop.workspace.count(MONTH), shop.rows(MONTH)) == (0, {})
    for name in ("feedback", "attempts"):
        assert pl.concat(shop.workspace.frames(name, MONTH)).height == 0


def test_a_filter_that_leaves_nothing_gives_zeros_and_no_rates(shop: Shop) -> None:
    """Nothing counted is no data, never 0 percent."""
    shop.desk.take(DELIVERED, _said("e1", "converted", 12))
    nobody = Scope(first=MONTH.first, last=MONTH.last, as_of_us=MONTH.as_of_us, buyer=("nobody",))
    row = shop.rate(nobody)
    assert (row["delivered"], row["converted"], row["conversion_base"]) == (0, 0, 0)
    rates = ("delivery_rate", "coverage", "conversion_rate", "contact_rate", "return_rate")
    assert [row[name] for name in (*rates, "conversion_low", "return_high")] == [None] * 7
    assert shop.workspace.count(nobody) == 0


def test_one_day_holds_its_first_and_its_last_microsecond(tmp_path: Path) -> None:
    """Days are cut in the report zone, also the one of 25 hours."""
    with opened_shop(tmp_path, "Europe/Berlin") as opened:
        times = ("24T21:59:59.999999", "24T22:00:00", "25T22:59:59.999999", "25T23:00:00")
        opened.desk.take(
            *(
                delivered(f"L{n}", "b", f"2026-10-{t}Z", event_id=f"a{n}")
                for n, t in enumerate(times)
            )
        )
        day = date(2026, 10, 25)
        scope = Scope(first=day, last=day, as_of_us=us(NOW))
        assert sorted(opened.rows(scope)) == ["L1~b", "L2~b"]
        assert opened.rate(scope)["delivered"] == 2


def test_deliveries_after_the_moment_do_not_exist(shop: Shop) -> None:
    """Asked as of the 10th at 10:00, what went through a microsecond later is unknown."""
    shop.desk.take(DELIVERED, delivered("L2", "b", "2026-09-10T10:00:00.000001Z", event_id="a2"))
    scope = Scope(first=MONTH.first, last=MONTH.last, as_of_us=us("2026-09-10T10:00:00Z"))
    assert list(shop.rows(scope)) == ["L~b"]
    assert (shop.rate(scope)["attempted"], shop.workspace.count(scope)) == (1, 1)


def test_an_offer_that_failed_by_then_is_listed_as_of_then(shop: Shop) -> None:
    """It went through a month later; as of the week it failed, it is a failed offer of that day."""
    shop.desk.take(
        failed("L", "b", "2026-09-01T10:00:00Z", event_id="a1"),
        delivered("L", "b", "2026-10-10T10:00:00Z", event_id="a2"),
    )
    scope = Scope(first=MONTH.first, last=MONTH.last, as_of_us=us("2026-09-05T00:00:00Z"))
    assert {key: row["status"] for key, row in shop.rows(scope).items()} == {"L~b": "failed"}


def test_days_before_the_first_offer_are_cut_by_the_clock_of_their_season(tmp_path: Path) -> None:
    """A February night of a July delivery is a day of winter time."""
    with opened_shop(tmp_path, "Europe/Berlin") as opened:
        opened.desk.take(
            delivered("L", "b", "2026-07-01T10:00:00Z", event_id="a"),
            reported(
                "L",
                "b",
                "converted",
                "2026-07-02T10:00:00Z",
                occurred_at="2026-02-01T22:30:00Z",
                event_id="e",
            ),
        )
        day = date(2026, 2, 1)
        scope = Scope(first=day, last=day, as_of_us=us(NOW), clock="occurred")
        assert opened.rate(scope)["converted"] == 1
