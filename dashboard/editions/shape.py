"""What an edition's frames are made of, as a mark: other columns or other rules make it anew.

Nobody has to raise a number: a wire field more, a column of outcomes or another way of resolving
them gives another mark, and a snapshot on disk with the mark of before no longer fits.
"""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Final

import metrics.outcomes
from data_access import columns
from metrics.definitions import reasons, report_calendar
from metrics.outcomes import changes, parties, resolve, state_history, tallies

FRAMES: Final = {
    "attempts": columns.ATTEMPTS,
    "feedback": columns.FEEDBACK,
    "aliases": columns.ALIASES,
    "settings": columns.ENTITIES,
    "withdrawals": columns.WITHDRAWALS,
    "heard": parties.NAMINGS,
    "outcomes": resolve.COLUMNS,
    "earlier": state_history.COLUMNS,
    "steps": changes.COLUMNS,
    "tally": (*tallies.CELL, *tallies.MEASURES),
}
"""The columns of everything that is kept, with types where they are fixed by name."""


def digest(frames: object, sources: list[Path]) -> str:
    """A mark of columns and of the code that fills them; line ends make no difference."""
    mark = blake2b(repr(frames).encode(), digest_size=8)
    for path in sorted(sources):
        mark.update(path.name.encode() + path.read_text("utf-8").encode())
    return mark.hexdigest()


@cache
def shape() -> str:
    """The mark of this version of Leadloop."""
    folders = [Path(folder) for folder in metrics.outcomes.__path__]
    sources = [path for folder in folders for path in folder.glob("*.py")]
    sources += [Path(str(module.__file__)) for module in (reasons, report_calendar)]
    return digest({name: _listed(frame) for name, frame in FRAMES.items()}, sources)


def _listed(frame: object) -> list[str]:
    pairs = frame.items() if isinstance(frame, dict) else [(name, "") for name in frame]  # type: ignore[attr-defined]
    return [f"{name}:{kind}" for name, kind in pairs]
