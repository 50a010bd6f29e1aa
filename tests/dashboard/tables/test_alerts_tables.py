"""Unusual changes, in a shop whose one source stops selling."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from builders import Desk, delivered, reported, us
from october import rows

from dashboard.answers.workspace import Workspace
from dashboard.tables import alerts
from data_access.settings import Settings
from data_access.store.store import Store
from metrics.definitions.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST = date(2026, 7, 6)
NOW = us("2026-10-20T12:00:00Z")
SCOPE = Scope(first=FIRST, last=date(2026, 10, 19), as_of_us=NOW)
FALLEN = 11


def weeks_of(source: str, fallen: int | None) -> list[dict[str, str]]:
    """Fourteen weeks of forty deliveries, ten of them sold until the source stops selling."""
    said = []
    for week in range(14):
        for n in range(40):
            lead = f"{source}-{week}-{n}"
            day = FIRST + timedelta(days=7 * week + n % 7)
            sells = n < 10 and (fallen is None or week < fallen)
            at = f"{day}T09:00:00Z"
            said.append(delivered(lead, "b1", at, source_id=source, source_name=source.upper()))
            outcome = "converted" if sells else "no_contact"
            said.append(reported(lead, "b1", outcome, f"{day}T13:00:00Z"))
    return said


@pytest.fixture(scope="module")
def fallen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Two sources of which one stops selling with the twelfth week."""
    folder = tmp_path_factory.mktemp("fallen")
    store = Store(f"sqlite:///{folder / 'leadloop.sqlite3'}")
    facts = [*weeks_of("a", None), *weeks_of("b", None), *weeks_of("c", FALLEN)]
    Desk(store, folder, now="2026-10-20T12:00:00Z").take(*facts)
    store.close()
    workspace = Workspace(Settings(data_dir=folder))
    yield workspace
    workspace.store.close()


def test_only_the_source_that_stops_selling_is_unusual(fallen: Workspace) -> None:
    """From the week on in which it stopped; no sale where a quarter was to be expected."""
    found = [row for row in rows(fallen, "alerts", SCOPE) if row["alert"]]
    assert {row["source_id"] for row in found} == {"c"}
    [row] = [one for one in found if one["measure"] == "conversion_rate"]
    assert (row["direction"], row["count"], row["rate"]) == ("below", 0, 0.0)
    assert row["first_week"] == FIRST + timedelta(weeks=FALLEN)
    assert row["expected_rate"] == pytest.approx(0.25, abs=0.02)


def test_a_source_asked_for_is_picked_out_of_all(fallen: Workspace) -> None:
    """It is tested among the others all the same."""
    whole = [row for row in rows(fallen, "alerts", SCOPE) if row["source_id"] == "c"]
    assert rows(fallen, "alerts", replace(SCOPE, source=("c",))) == whole


def test_the_period_does_not_matter(fallen: Workspace) -> None:
    """Filters and as-of do."""
    day = replace(SCOPE, first=date(2026, 8, 1), last=date(2026, 8, 1))
    assert rows(fallen, "alerts", day) == rows(fallen, "alerts", SCOPE)
    assert not any(
        row["alert"]
        for row in rows(fallen, "alerts", replace(SCOPE, as_of_us=us("2026-09-15T12:00:00Z")))
    )


def test_weeks_are_complete_at_their_age(fallen: Workspace) -> None:
    """At a fortnight there is a week less than at a week."""
    query = fallen.table_query(SCOPE)
    usual, settled = alerts.weeks(query), alerts.weeks(query, alerts.SETTLED_DAYS)
    assert settled.height < usual.height
    assert usual.height > 0


def test_a_control_chart_has_a_row_a_week_and_source(fallen: Workspace) -> None:
    """What lies outside its limits says so."""
    found = rows(fallen, "control_charts", SCOPE)
    mine = [row for row in found if row["source_id"] == "a"]
    assert {row["conversion_rate"] for row in mine} == {0.25}
    for row in found:
        rate = row["conversion_rate"]
        assert row["outside"] == (rate < row["p_low"] or rate > row["p_high"])
