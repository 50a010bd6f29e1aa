"""Stores, servers, a browser and its visitors for the journeys."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

import pytest
from builders import IN_CI

from browser.chromium import executable, launched, watched
from browser.hostile import FILE, hostile_events
from browser.visitors import Site, Visitor, leadloop, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from browser.chromium import Scheme


class Invite(Protocol):
    """Brings a visitor to a site."""

    def __call__(self, site: Site, *, scheme: Scheme = ...) -> Visitor:
        """A visitor with a browser profile of their own."""


@pytest.fixture(scope="session")
def chrome() -> Iterator[Browser]:
    """A Chromium; skips without one, fails without one in CI."""
    if executable() is None:
        reason = "no Chromium or Chrome is on the path"
        if IN_CI:
            pytest.fail(reason)
        pytest.skip(reason)
    with launched() as browser:
        yield browser


@pytest.fixture
def invite(chrome: Browser) -> Iterator[Invite]:
    """Brings visitors in; afterwards nothing may have gone wrong on any of their pages."""
    visitors: list[Visitor] = []

    def call(site: Site, *, scheme: Scheme = "light") -> Visitor:
        visitors.append(Visitor.of(site, watched(chrome, scheme=scheme)))
        return visitors[-1]

    yield call
    for visitor in visitors:
        visitor.context.close()
    assert [visitor.errors for visitor in visitors] == [[]] * len(visitors)
    assert [visitor.elsewhere() for visitor in visitors] == [[]] * len(visitors)


@pytest.fixture(scope="session")
def site(chrome: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server of the demo."""
    assert chrome.is_connected()
    folder = tmp_path_factory.mktemp("demo")
    leadloop(folder, "demo", "--deliveries", "6000", "--until", "2026-11-22", "--seed", "3")
    with serving(folder) as found:
        yield found


@pytest.fixture(scope="module")
def empty_site(chrome: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server of a store without facts."""
    assert chrome.is_connected()
    with serving(tmp_path_factory.mktemp("empty")) as found:
        yield found


@pytest.fixture(scope="session")
def hostile_site(chrome: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server of forty deliveries whose every text is hostile."""
    assert chrome.is_connected()
    folder = tmp_path_factory.mktemp("hostile")
    file = folder / FILE
    file.write_text("\n".join(map(json.dumps, hostile_events())))
    leadloop(folder, "import", str(file), "--fail-over", "2%")  # one row is refused on purpose
    with serving(folder) as found:
        yield found
