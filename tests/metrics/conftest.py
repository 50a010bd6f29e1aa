"""Stores that several modules of tests about numbers use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders import Desk
from golden_shop import Shop, opened_shop

from data_access.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """An empty store and its book."""
    with opened_shop(tmp_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def sqlite_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One SQLite store for many stories."""
    folder = tmp_path_factory.mktemp("stories")
    store = Store(f"sqlite:///{folder / 'leadloop.sqlite3'}")
    yield Desk(store, folder)
    store.close()
