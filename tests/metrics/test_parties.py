"""What sources and buyers are called, and of which type buyers are."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from builders import delivered, reported

from dashboard.answers.workspace import Workspace
from data_access.settings import Settings
from metrics.definitions.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from builders import Desk

FACTS = (
    delivered("L1", "b1", "2026-05-01T10:00:00Z", buyer_name="Old", buyer_type="data_buyer"),
    delivered("L2", "b1", "2026-05-03", buyer_name="Newest", buyer_type="lead_buyer"),
    delivered("L3", "b1", "2026-05-03T02:00:00Z", buyer_name="New", buyer_type="live_transfer"),
)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_the_latest_name_counts_by_its_own_time(desk: Desk, order: tuple[int, ...]) -> None:
    """In São Paulo the 3rd of May begins at 03:00 UTC, after what was said at 02:00."""
    workspace = Workspace(Settings(data_dir=desk.folder, report_zone="America/Sao_Paulo"))
    for place in order:
        desk.take(FACTS[place])
        workspace.refresh()
    named = workspace.edition.named
    assert (named.buyer, named.buyer_type) == ({"b1": "Newest"}, {"b1": "lead_buyer"})
    workspace.store.close()


def test_a_buyer_of_whom_nothing_is_known_has_no_type(
    desk: Desk, open_workspace: Callable[[], Workspace]
) -> None:
    """The filter by type finds the same deliveries as the split by type."""
    desk.take(
        *FACTS[:1],
        delivered("L1", "b2", "2026-05-01T10:00:00Z"),
        reported("L1", "b2", "converted", "2026-05-02T10:00:00Z"),
        delivered("L1", "b3", "2026-05-01T10:00:00Z", buyer_name="Third"),
    )
    workspace = open_workspace()
    counts = {}
    for wanted in ("(none)", "data_buyer"):
        scope = Scope(
            first=date(2026, 5, 1),
            last=date(2026, 5, 31),
            as_of_us=workspace.edition.as_of_us,
            buyer_type=(wanted,),
        )
        counts[wanted] = workspace.table("rates", scope).select("delivered", "converted").row(0)
    assert counts == {"(none)": (2, 1), "data_buyer": (1, 0)}
