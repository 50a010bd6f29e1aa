"""Newer facts light the stamp; figures wait until the reader asks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from browser.hostile import hostile_events
from browser.visitors import leadloop, serving

if TYPE_CHECKING:
    import pathlib

    from browser.conftest import Invite

pytestmark = pytest.mark.browser
OCTOBER = "from=2026-10-01&to=2026-10-31"


def test_figures_move_when_the_reader_asks_and_not_before(
    invite: Invite, tmp_path: pathlib.Path
) -> None:
    """The button comes by itself while the page lies open; the counts change with a click."""
    events = hostile_events()
    half = len(events) // 2
    for name, part in (("first", events[:half]), ("second", events[half:])):
        (tmp_path / f"{name}.ndjson").write_text("\n".join(map(json.dumps, part)))
    leadloop(tmp_path, "import", str(tmp_path / "first.ndjson"), "--fail-over", "1")
    with serving(tmp_path) as site:
        visitor = invite(site)
        visitor.open(f"?{OCTOBER}")
        before = visitor.figures()
        button = visitor.page.get_by_role("button", name="New data")
        assert button.count() == 0
        leadloop(tmp_path, "import", str(tmp_path / "second.ndjson"), "--fail-over", "1")
        button.wait_for(timeout=60_000)
        assert visitor.figures() == before
        button.click()
        button.wait_for(state="detached")
        visitor.settle()
        assert visitor.figures() != before
        visitor.context.close()
