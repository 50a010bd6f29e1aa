"""kill -9 in every phase, a few times here; `make kills` does it a thousand times."""

from __future__ import annotations

from typing import TYPE_CHECKING

import kill_phases
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TRIES = 3


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[kill_phases.Stage]:
    """The state before each phase, made once."""
    root: Path = tmp_path_factory.mktemp("kills") / "stage"
    stage = kill_phases.prepare(root)
    yield stage
    stage.server.close()


@pytest.mark.parametrize("phase", kill_phases.PHASES)
def test_a_phase_that_is_ended_comes_to_the_same_end_afterwards(
    stage: kill_phases.Stage, phase: str
) -> None:
    """Facts, receipts, refused rows and their file, figures, backup: as if left alone."""
    for at in range(TRIES):
        kill_phases.attempt(stage, phase, stage.seconds[phase] * (at + 0.3) / (TRIES + 1))
