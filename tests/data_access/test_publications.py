"""Publications on both databases: kept as given out, in order, with a line in the audit."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

import pytest
import sqlalchemy as sa

from data_access.store.publications import (
    PUBLISHED,
    Publication,
    publish,
    published,
    published_file,
)

if TYPE_CHECKING:
    from builders import Desk

REPORT: Final = Publication(
    who=" Ana Ruiz ",
    kind="monthly",
    title="September 2026",
    first_day=date(2026, 9, 1),
    last_day=date(2026, 9, 30),
    query="month=2026-09&as_of=2026-10-05T08%3A00%3A00Z&data_version=12",
    as_of_us=1_790_000_000_000_000,
    data_version=12,
    rules="abc",
    figures='{"numbers": {"converted": 702.0}}',
    html="<!DOCTYPE html><p>“Grüße” — 你好, 'it''s' \\N</p>\n",
)


def test_a_report_is_kept_as_it_was_given_out(any_desk: Desk) -> None:
    """Every column and every sign of the file."""
    number = publish(any_desk.store, REPORT, at_us=77)
    assert number == 1
    assert published_file(any_desk.store, number) == REPORT.html
    frame = published(any_desk.store)
    assert dict(frame.schema) == PUBLISHED
    [row] = frame.to_dicts()
    assert row == {
        "publication_id": 1,
        "recorded_us": 77,
        "who": "Ana Ruiz",
        "kind": "monthly",
        "title": "September 2026",
        "first_day": "2026-09-01",
        "last_day": "2026-09-30",
        "query": REPORT.query,
        "as_of_us": REPORT.as_of_us,
        "data_version": 12,
        "rules": "abc",
        "figures": REPORT.figures,
    }


def test_publishing_again_adds_and_changes_nothing(any_desk: Desk) -> None:
    """The newest comes first; the older one stays as it is."""
    first = publish(any_desk.store, REPORT, at_us=1)
    second = publish(any_desk.store, replace(REPORT, html="<p>new</p>"), at_us=2)
    assert published(any_desk.store)["publication_id"].to_list() == [second, first]
    assert published_file(any_desk.store, first) == REPORT.html
    assert published_file(any_desk.store, 3) is None


def test_publishing_is_in_the_audit(any_desk: Desk) -> None:
    """Who, what, and how to ask for it again."""
    publish(any_desk.store, REPORT, at_us=5)
    with any_desk.store.reading() as connection:
        query = "SELECT actor, action, subject, detail, recorded_us FROM audit"
        [row] = connection.execute(sa.text(query))
    assert tuple(row[:3]) == ("Ana Ruiz", "publish", "report:1")
    assert json.loads(row[3]) == {
        "kind": "monthly",
        "title": "September 2026",
        "query": REPORT.query,
    }
    assert row[4] == 5


@pytest.mark.parametrize("who", ["", "  ", "x" * 101, "Ana\x00", "Ana\nRuiz", "Ana\u202e"])
def test_nobody_publishes_without_a_name(desk: Desk, who: str) -> None:
    """Empty, too long, or with signs that no name has: nothing is kept."""
    with pytest.raises(match="1 to 100 characters"):
        publish(desk.store, replace(REPORT, who=who), at_us=1)
    assert published(desk.store).is_empty()
