"""Which sources give wrong details: none is left out for having none right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders import delivered, reported
from statsmodels.stats.proportion import proportion_confint

from dashboard.panels.shared import accuracy_cards

if TYPE_CHECKING:
    from collections.abc import Callable

    from builders import Desk

    from dashboard.answers.workspace import Workspace


def test_a_source_without_any_right_phone_is_there(
    desk: Desk, open_workspace: Callable[[], Workspace]
) -> None:
    """Of 3 phones none was right, of 2 one; `unknown` is not checked; statsmodels' Wilson."""
    at, later = "2026-05-04T10:00:00Z", "2026-05-05T10:00:00Z"
    phones = {
        "S1": ("invalid", "wrong_person", "invalid"),
        "S2": ("correct", "invalid", "unknown"),
        "S3": ("unknown",),
    }
    for source, said in phones.items():
        for nth, phone in enumerate(said):
            lead = f"{source}-{nth}"
            desk.take(
                delivered(lead, "B1", at, source_id=source),
                reported(lead, "B1", "no_contact", later, accuracy_phone=phone),
            )
    known = open_workspace()
    query = known.read({"from": ["2026-05-01"], "to": ["2026-05-31"]})
    rows = accuracy_cards.not_right(known.table("accuracy", query.scope), "phone")
    found = {row["id"]: row for row in rows.to_dicts()}
    assert set(found) == {"S1", "S2"}
    assert (found["S1"]["wrong"], found["S1"]["checked"], found["S1"]["share"]) == (3, 3, 1.0)
    assert found["S1"]["high"] == 1.0
    assert (found["S2"]["wrong"], found["S2"]["checked"], found["S2"]["share"]) == (1, 2, 0.5)
    for row in found.values():
        low, high = proportion_confint(row["wrong"], row["checked"], method="wilson")
        assert (row["low"], row["high"]) == (pytest.approx(low), pytest.approx(high))
