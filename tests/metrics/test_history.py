"""States of deliveries over time: looked up, they are what resolving anew gives."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl
from builders import delivered, failed, reported, us
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_markets import markets
from oracle_shop import filled
from polars.testing import assert_frame_equal

from metrics.definitions.report_calendar import day_number
from metrics.outcomes.state_history import CROWDED

if TYPE_CHECKING:
    from collections.abc import Callable

    from builders import Desk

    from dashboard.answers.workspace import Workspace
    from dashboard.editions.edition import Edition

KEY = ["lead_id", "buyer_id"]


def then(edition: Edition, as_of_us: int) -> pl.DataFrame:
    """What is looked up as of a moment, held against resolving anew."""
    found = edition.then(as_of_us).collect().sort(KEY)
    again = edition.resolve(as_of_us=as_of_us).select(found.columns).sort(KEY)
    assert_frame_equal(found, again)
    return found


def moments(edition: Edition) -> list[int]:
    """Every moment at which a state begins, and the microsecond before."""
    parts = [
        *edition.manifest.parts["outcomes"].values(),
        *edition.manifest.parts["earlier"].values(),
    ]
    begun = [edition.versions.scan([part]).select("from_us").collect()["from_us"] for part in parts]
    starts = pl.concat(begun).drop_nulls().unique().sort().to_list()
    return [at - back for at in starts for back in (1, 0)]


@settings(max_examples=10)
@given(st.data())
def test_any_moment_is_looked_up_as_it_would_be_resolved(data: st.DataObject) -> None:
    """Random markets, at and just before every change of anything."""
    with filled(data.draw(markets(), label="market")) as shop:
        edition = shop.workspace.edition
        query = [at for at in moments(edition) if at <= edition.as_of_us]
        for at in query[:: max(1, len(query) // 40)]:
            then(edition, at)


def test_a_lead_that_failed_first_stands_on_the_day_of_its_failure_until_then(
    desk: Desk, open_workspace: Callable[[], Workspace]
) -> None:
    """Failed on the 1st, through on the 3rd, sold on the 5th and credited nothing."""
    desk.take(
        failed("L1", "B1", "2026-05-01T10:00:00Z"),
        delivered("L1", "B1", "2026-05-03T10:00:00Z", price="20.00"),
        reported("L1", "B1", "converted", "2026-05-05T10:00:00Z", value="300.00"),
    )
    edition = open_workspace().edition
    seen = {
        on: then(edition, us(f"2026-05-{on:02d}T12:00:00Z")).row(0, named=True) for on in (1, 4, 6)
    }
    columns = ("dated_day", "delivered", "converted", "value_cents")
    found = {on: tuple(row[name] for name in columns) for on, row in seen.items()}
    first, third = (day_number(date(2026, 5, day)) for day in (1, 3))
    assert found == {1: (first, 0, 0, None), 4: (third, 1, 0, None), 6: (third, 1, 1, 30_000)}
    assert then(edition, us("2026-05-01T09:59:59Z")).is_empty()


def test_a_credit_counts_from_its_decision_not_from_its_report(
    desk: Desk, open_workspace: Callable[[], Workspace]
) -> None:
    """Claimed and reported on the 4th with a decision dated the 9th."""
    desk.take(
        delivered("L1", "B1", "2026-05-01T10:00:00Z", price="20.00"),
        reported(
            "L1",
            "B1",
            "returned",
            "2026-05-04T10:00:00Z",
            credit_approved=True,
            decided_at="2026-05-09T10:00:00Z",
        ),
    )
    edition = open_workspace().edition
    states = [
        then(edition, us(f"2026-05-{on:02d}T12:00:00Z"))["return_state"].to_list()
        for on in (2, 5, 10)
    ]
    assert states == [[None], ["waiting"], ["credited"]]


def test_a_lead_with_too_many_moments_keeps_one_state_and_is_still_told_rightly(
    desk: Desk, open_workspace: Callable[[], Workspace]
) -> None:
    """Somebody's test id: its past is worked out when asked for."""
    hours = [f"2026-05-{2 + n // 24:02d}T{n % 24:02d}:00:00Z" for n in range(CROWDED + 1)]
    words = ("contacted", "converted", "returned")
    desk.take(
        delivered("test", "B1", "2026-05-01T10:00:00Z"),
        delivered("L2", "B1", "2026-05-01T11:00:00Z"),
        *(reported("test", "B1", words[n % 3], at) for n, at in enumerate(hours)),
    )
    edition = open_workspace().edition
    assert edition.manifest.notes["crowded"] == ["test"]
    assert sum(part.rows for part in edition.manifest.parts["earlier"].values()) == 0
    said = [
        then(edition, us(hours[hour])).filter(lead_id="test")["outcome"].to_list()
        for hour in (4, 5, 6, 7)
    ]
    assert said == [["converted"], ["returned"], ["returned"], ["converted"]]
    assert then(edition, us("2026-05-01T12:00:00Z")).height == 2
