"""What buyers found when they called, of a shop in which some of them say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders import delivered, reported, us
from october import OCTOBER, rows

from dashboard.tables import quality

if TYPE_CHECKING:
    from collections.abc import Callable

    from builders import Desk

    from dashboard.answers.workspace import Workspace


def test_of_100_reports_the_guides_five_shares(shop: Workspace) -> None:
    """12 sold, 30 only spoken to, 48 not reached and 6 returned of 96."""
    [whole, *sources] = rows(shop, "conversion_analysis")
    parts = ("converted", "contacted_only", "no_contact", "returned", "other")
    assert [whole[name] for name in parts] == [12, 30, 48, 6, 0]
    assert sum(whole[f"{name}_share"] for name in parts) == pytest.approx(1)
    assert [sum(row[name] for row in sources) for name in parts] == [12, 30, 48, 6, 0]


def test_the_funnel_narrows_step_by_step(shop: Workspace) -> None:
    """120 offered and delivered, 96 told, 42 spoken to; 12 sold."""
    found = {row["step"]: row["deliveries"] for row in rows(shop, "funnel")}
    assert (found["attempted"], found["delivered"], found["feedback"]) == (120, 120, 96)
    steps = list(found.values())
    assert steps == sorted(steps, reverse=True)
    assert steps[-1] == 12


def test_answers_ratings_and_wrong_details_are_counted_among_those_asked(
    desk: Desk, open_workspace: Callable[[], Workspace]
) -> None:
    """Ten deliveries: eight say whether anybody answered, four rate, five look at the phone."""
    desk.now = "2026-11-20T12:00:00Z"
    for n in range(10):
        said = {
            "phone_answered": n < 6 if n < 8 else None,
            "interest_product": (9, 8, 3, 7)[n] if n < 4 else None,
            "accuracy_phone": ("invalid" if n < 2 else "correct") if n < 5 else None,
        }
        at = f"2026-10-{n + 5:02}"
        desk.take(
            delivered(f"L{n}", "b1", f"{at}T09:00:00Z", source_id="s1"),
            reported(f"L{n}", "b1", "contacted", f"{at}T13:00:00Z", **said),
        )
    workspace = open_workspace()
    assert OCTOBER.as_of_us == us(desk.now)
    [answered] = [
        row
        for row in rows(workspace, "contact")
        if (row["id"], row["question"]) == ("s1", "answered") and row["share"] is not None
    ][:1]
    assert (answered["yes"], answered["asked"], answered["share"]) == (6, 8, 0.75)
    [rated] = [row for row in rows(workspace, "interest") if row["id"] == "s1"]
    assert (rated["asked"], rated["high_interest"], rated["mean_interest"]) == (4, 3, 6.75)
    phone = {
        row["status"]: (row["deliveries"], row["checked"])
        for row in rows(workspace, "accuracy")
        if (row["id"], row["field"]) == ("s1", "phone")
    }
    assert phone["invalid"] == (2, 5)
    assert phone["correct"] == (3, 5)


def test_silence_about_details_is_a_table_without_rows(shop: Workspace) -> None:
    """With its columns."""
    for table in quality.TABLES:
        if table.name in {"contact", "interest", "accuracy"}:
            found = shop.table(table.name, OCTOBER)
            assert found.is_empty()
            assert found.columns == list(table.schema)
