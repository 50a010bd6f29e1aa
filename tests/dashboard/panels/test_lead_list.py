"""The list of deliveries in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders import delivered, failed, reported

from dashboard.panels.leads import lead_list

if TYPE_CHECKING:
    from collections.abc import Callable

    from builders import Desk

    from dashboard.answers.workspace import Workspace


@pytest.fixture
def rows(desk: Desk, open_workspace: Callable[[], Workspace]) -> list[dict[str, object]]:
    """A silent delivery, a returned one and an offer that failed, as the list shows them."""
    at = "2026-05-04T10:00:00Z"
    desk.take(
        delivered("L1", "B1", at, price="10.00"),
        delivered("L2", "B1", at, price="20.00"),
        failed("L3", "B1", at, attempted_price="30.00"),
        reported("L2", "B1", "returned", "2026-05-05T10:00:00Z", reason="disconnected"),
    )
    known = open_workspace()
    query = known.read({"from": ["2026-05-01"], "to": ["2026-05-31"]})
    listed = lead_list.readable(known.deliveries(query.scope)).sort("lead_id")
    return listed.select("offer", "result", "why", "price_cents").to_dicts()


def test_rows_read_as_people_say_it(rows: list[dict[str, object]]) -> None:
    """What was offered at which price, whatever came of it; no result where there was none."""
    texts = [tuple(row.values()) for row in rows]
    assert texts == [
        ("delivered", "No word yet", None, 1000),
        ("delivered", "Returned", "Number does not work", 2000),
        ("not delivered", None, None, 3000),
    ]
