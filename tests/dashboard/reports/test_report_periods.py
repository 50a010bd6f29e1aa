"""Reports of periods: none of one that has not begun, what was to decide when it ended, files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from report_reading import HOSTILE, report, said

from dashboard.query.parameters import BadQuery
from dashboard.reports import html, report_order
from dashboard.tables import packs
from data_access.settings import BadSettings, Settings
from metrics.definitions.report_calendar import end_of_day_us

if TYPE_CHECKING:
    from pathlib import Path

    from dashboard.answers.workspace import Workspace


@pytest.mark.parametrize(
    ("kind", "asked", "period", "newest"),
    [
        ("monthly", {"month": ["2026-12"]}, "month 2026-12", "2026-11"),
        (
            "weekly",
            {"week": ["2026-11-23"]},
            "week 2026-11-23",
            "2026-11-16",
        ),
        (
            "daily",
            {"day": ["2026-11-21"]},
            "day 2026-11-21",
            "2026-11-20",
        ),
        (
            "monthly",
            {"month": ["2026-11"], "as_of": ["2026-10-15"]},
            "month 2026-11",
            "2026-10",
        ),
        ("monthly", {"month": ["2026-11"]}, "", None),
        ("weekly", {"week": ["2026-11-16"]}, "", None),
        ("daily", {"day": ["2026-11-20"]}, "", None),
    ],
)
def test_what_has_not_begun_is_refused(
    shop: Workspace, kind: str, asked: dict[str, list[str]], period: str, newest: str | None
) -> None:
    """As of the moment asked for; one that runs is told of."""
    if newest is None:
        assert report_order.read(kind, asked, shop).kind == kind
        return
    with pytest.raises(BadQuery) as refused:
        report_order.read(kind, asked, shop)
    assert f"{period} has not begun; the newest is {newest}" in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "asked", "name"),
    [
        ("monthly", {"month": ["2026-10"]}, "monthly-2026-10"),
        ("weekly", {"week": ["2026-10-19"]}, "weekly-2026-10-19"),
        ("daily", {"day": ["2026-10-20"]}, "daily-2026-10-20"),
        ("source", {"source": ["src_oak"], "from": ["2026-10-01"]}, "source-src_oak-2026-10-01"),
    ],
)
def test_a_file_is_called_by_its_period(
    shop: Workspace, kind: str, asked: dict[str, list[str]], name: str
) -> None:
    """A month by its month."""
    assert report_order.file_name(report_order.read(kind, asked, shop)) == name


def test_a_month_that_is_over_says_what_was_to_decide_when_it_ended(shop: Workspace) -> None:
    """Not what is to be decided today."""
    october = report_order.read("monthly", {"month": ["2026-10"]}, shop).scope
    ended = packs.at_its_end(october, "UTC")
    assert ended.as_of_us == end_of_day_us(october.last, "UTC") < october.as_of_us
    then = shop.table("recommendations", ended).filter("fires")
    decided = shop.table("monthly", october).filter(section="decisions")
    assert decided["label"].to_list() == then["name"].unique(maintain_order=True).to_list()[:3]
    november = report_order.read("monthly", {"month": ["2026-11"]}, shop).scope
    assert packs.at_its_end(november, "UTC") == november


def test_a_report_says_who_gives_it_out_and_its_pages_are_numbered(
    shop: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the company is called, the style sheet stays ours."""
    assert 'class="company"' not in html.whole(report(shop, "monthly"))
    monkeypatch.setattr(shop, "settings", shop.settings.model_copy(update={"company": HOSTILE}))
    document = report(shop, "monthly")
    text = html.whole(document)
    style = text.partition("<style>")[2].partition("</style>")[0]
    assert 'content:counter(page) " of " counter(pages)' in style
    assert "<img" not in style
    assert style.count('"') % 2 == 0
    assert said(document).startswith(f"{document.title} <img src=x")


@pytest.mark.parametrize("name", ["x" * 81, "two\nlines", "a\x07b"])
def test_a_company_that_cannot_be_printed_is_refused(tmp_path: Path, name: str) -> None:
    """In a sentence that names the setting."""
    with pytest.raises(BadSettings, match="LEADLOOP_COMPANY may have 80 characters"):
        Settings(data_dir=tmp_path, company=name)
