"""A bounded run of mutated files, profiles and rules; `make fuzz` runs thousands more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import fuzz

from data_access.intake import file_reader

if TYPE_CHECKING:
    import pytest
    from builders import Desk

CASES = 60


def test_every_mutated_input_ends_in_an_answer_or_a_sentence(
    any_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other seeds on each database; every kind comes to both ends somewhere."""
    monkeypatch.setattr(file_reader, "LIMITS", file_reader.LIMITS)  # put back afterwards
    first = 0 if any_desk.store.engine.dialect.name == "sqlite" else 10_000
    ended = fuzz.run(any_desk.store, range(first, first + CASES))
    assert sum(ended.values()) == CASES
    assert {ending.partition(": ")[2] for ending in ended} == {"answer", "sentence"}
