"""What a period is compared with, and when comparing would not be fair."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from builders import NOW, delivered, reported, us

from dashboard.answers.workspace import Workspace
from dashboard.editions import cached_frames, clock, comparison_period
from data_access.settings import Settings
from metrics.definitions.report_calendar import to_date
from metrics.definitions.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from builders import Desk

MONTHS = range(1, 9)
"""Deliveries from January to August."""
DAYS = range(1, 21)


def month(buyer: str, number: int, *, told: bool, each: int = 1) -> list[dict[str, str]]:
    """Twenty days of deliveries of a month, reported five hours later."""
    facts = []
    for day in DAYS:
        for nth in range(each):
            at, lead = f"2026-{number:02d}-{day:02d}", f"{buyer}-{number}-{day}-{nth}"
            facts.append(delivered(lead, buyer, f"{at}T10:00:00Z", source_id="src_a"))
            if told:
                facts.append(reported(lead, buyer, "contacted", f"{at}T15:00:00Z"))
    return facts


def late(buyer: str = "b1", first: int = 6, each: int = 1) -> list[dict[str, str]]:
    """Eight months of deliveries, told of from a month on."""
    return [f for n in MONTHS for f in month(buyer, n, told=n >= first, each=each)]


def whole(number: int, buyer: tuple[str, ...] = ()) -> Scope:
    """A month of 2026 as known in November."""
    last = date(2026, number + 1, 1) - timedelta(days=1)
    return Scope(first=last.replace(day=1), last=last, as_of_us=us(NOW), buyer=buyer)


@pytest.fixture
def workspace(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A book over the desk's store, at the desk's hour."""
    monkeypatch.setattr(clock, "now_us", lambda: us(desk.now))
    opened = Workspace(Settings(data_dir=desk.folder))
    yield opened
    opened.store.close()


def test_a_month_before_reports_began_is_nothing_to_compare_with(
    workspace: Workspace, desk: Desk
) -> None:
    """Told of from June on: May is no month before for June, June is one for July."""
    desk.take(*late())
    assert workspace.alone(whole(6)) == "unreported"
    assert workspace.alone(whole(7)) is None
    assert workspace.alone(whole(1)) == "record"


def test_a_stray_early_report_changes_nothing(workspace: Workspace, desk: Desk) -> None:
    """One report in February does not make May a month that was told of."""
    stray = reported("b1-2-3-0", "b1", "contacted", "2026-02-03T15:00:00Z")
    desk.take(*late(), stray)
    assert workspace.alone(whole(6)) == "unreported"


def test_one_buyer_that_began_late_counts_by_its_weight(workspace: Workspace, desk: Desk) -> None:
    """A twentieth of May from before its reports is compared; that buyer alone is not."""
    ever = [f for n in MONTHS for f in month("b2", n, told=True, each=19)]
    desk.take(*late(), *ever)
    assert workspace.alone(whole(6)) is None
    assert workspace.alone(whole(6, buyer=("b1",))) == "unreported"
    assert workspace.alone(whole(6, buyer=("b2",))) is None


def test_neither_period_may_be_from_before_reports_began(workspace: Workspace, desk: Desk) -> None:
    """A buyer that joins in May and tells from July on: May is not compared, nor is June."""
    ever = [f for n in MONTHS for f in month("b2", n, told=True)]
    joined = [f for n in range(5, 9) for f in month("b1", n, told=n >= 7, each=2)]
    desk.take(*ever, *joined)
    said = {number: workspace.alone(whole(number)) for number in (4, 5, 6, 7, 8)}
    assert said == {4: None, 5: "unreported", 6: "unreported", 7: "unreported", 8: None}


def test_silence_before_reports_began_is_no_habit(workspace: Workspace, desk: Desk) -> None:
    """Told of all for three months, of nothing for five weeks: overdue, whatever was in spring."""
    facts = [f for n in range(1, 6) for f in month("b1", n, told=False, each=3)]
    facts += [f for n in range(6, 9) for f in month("b1", n, told=True, each=3)]
    silent = month("b1", 9, told=False, each=3)
    desk.now = "2026-09-21T12:00:00Z"
    desk.take(*facts, *silent)
    scope = Scope(first=date(2026, 9, 1), last=date(2026, 9, 21), as_of_us=us(desk.now))
    [row] = workspace.table("overdue_feedback", scope).to_dicts()
    assert row["usual_coverage"] == pytest.approx(1)
    assert row["overdue"] == pytest.approx(60)
    weeks = workspace.table("reporting_weeks", scope)
    assert weeks["expected"].sum() == pytest.approx(60)


def test_a_buyer_asked_for_is_as_strict_as_among_all(workspace: Workspace, desk: Desk) -> None:
    """Its row of `buyer_strictness`, and in `buyers`, is the same with and without the filter."""
    facts = [f for b in ("b1", "b2") for n in (6, 7) for f in month(b, n, told=True, each=3)]
    facts += [
        reported(f"b1-6-{day}-0", "b1", "returned", f"2026-06-{day:02d}T20:00:00Z") for day in DAYS
    ]
    facts.append(reported("b2-6-1-0", "b2", "returned", "2026-06-01T20:00:00Z"))
    desk.take(*facts)
    [among] = workspace.table("buyer_strictness", whole(6)).filter(buyer_id="b1").to_dicts()
    [alone] = workspace.table("buyer_strictness", whole(6, buyer=("b1",))).to_dicts()
    assert among["strictness"] == pytest.approx(20)  # 20 of 60, where the other has 1 of 60
    assert alone == among
    [row] = workspace.table("buyers", whole(6, buyer=("b1",))).to_dicts()
    assert row["strictness"] == among["strictness"]


def test_an_earlier_data_version_is_answered_as_it_was(workspace: Workspace, desk: Desk) -> None:
    """Old leads that are imported later do not change what a question was answered before."""
    desk.take(*[f for n in (6, 7, 8) for f in month("b1", n, told=True)])
    scope = whole(6)
    assert workspace.alone(scope) == "record"
    version = workspace.store.data_version()
    then = workspace.table("headline", scope)
    desk.take(*[f for n in range(1, 6) for f in month("b1", n, told=True)])
    workspace.refresh()
    assert workspace.alone(scope) is None
    assert comparison_period.alone(workspace.edition, scope, version) == "record"
    assert workspace.table("headline", scope, data_version=version).equals(then)
    newest, then_known = (
        None if days is None else to_date(days[0])
        for days in (
            comparison_period.record(workspace.edition, None),
            comparison_period.record(workspace.edition, version),
        )
    )
    assert (newest, then_known) == (date(2026, 1, 1), date(2026, 6, 1))


def test_both_periods_are_cut_off_at_one_age(workspace: Workspace, desk: Desk) -> None:
    """What is old enough is learnt now, also of the period before.

    Sales took four weeks for three weeks and come at once since then: known in May, the age at
    which 90 % are in was four weeks; known in October it is one. Both are cut off at that.
    """
    facts = []
    for week in range(40):
        monday = date(2026, 1, 5) + timedelta(weeks=week)
        for nth in range(20):
            lead, on = f"L{week}-{nth}", monday + timedelta(days=nth % 7)
            facts.append(delivered(lead, "b1", f"{on}T10:00:00Z"))
            wait = 27 if week < 3 else 1
            told = on + timedelta(days=wait)
            facts.append(reported(lead, "b1", "converted", f"{told}T10:00:00Z"))
    desk.now = "2026-10-12T12:00:00Z"
    desk.take(*facts)
    last = date(2026, 10, 11)
    scope = Scope(first=last - timedelta(days=139), last=last, as_of_us=us(desk.now), base="mature")
    past = comparison_period.previous(workspace.edition, scope, None)
    assert past is not None
    ages = [
        cached_frames.mature_days(workspace.edition, side, None)["b1"] for side in (scope, past)
    ]
    learnt_then = cached_frames.mature_days(
        workspace.edition, replace(past, learned_us=None), None
    )["b1"]
    assert ages[0] == ages[1] < learnt_then
    just_old_enough = 3  # leads of the Monday a week ago
    row = workspace.table("headline", scope).filter(key="conversion_rate").to_dicts()[0]
    assert row["denominator"] == 19 * 20 + just_old_enough
    assert workspace.table("rates", past)["conversion_base"].item() == row["denominator"]
