"""Timing two ways in turn, so that a drifting machine drifts for both."""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def given_store(about: str | None) -> tuple[Path, int]:
    """The data directory and its size that a benchmark of a ready store is called with."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--size", type=int, default=1_000_000)
    given = parser.parse_args()
    return given.data_dir, given.size


def seconds(call: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def in_turn(calls: Sequence[Callable[[], object]], *, rounds: int) -> list[float]:
    """The median of each call over rounds in which each has its turn, after a warm-up."""
    for call in calls:
        call()
    taken = [[seconds(call) for call in calls] for _ in range(rounds)]
    return [statistics.median(times) for times in zip(*taken, strict=True)]


def table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table under a title."""
    lines = [f"**{title}**", "", "| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def short(taken: float) -> str:
    """Seconds for people: only ever beside a ratio."""
    return f"{taken:.2f} s" if taken >= 1 else f"{taken * 1000:.1f} ms"
